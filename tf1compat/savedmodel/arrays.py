"""Arrays in, tensors through, arrays out: also for element types that numpy does not have.

bfloat16 is handed about as float32, a quantized type as the integer type of its bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tf1compat.graph.attributes import Array

_BITS = {"qint8": np.int8, "quint8": np.uint8, "qint16": np.int16, "quint16": np.uint16, "qint32": np.int32}


def tensor_of(value: Any, dtype: Any) -> Any:
    """A constant tensor of a `tf.DType`; raises TypeError or ValueError where the value is none of that type."""
    import tensorflow as tf

    if dtype.name in _BITS:
        return tf.bitcast(tf.constant(value, _BITS[dtype.name]), dtype)
    return tf.constant(value, dtype)


def array_of(tensor: Any) -> Array:
    """The values of an eager tensor; strings as objects."""
    import tensorflow as tf

    if tensor.dtype == tf.bfloat16:
        tensor = tf.cast(tensor, tf.float32)
    if tensor.dtype.name in _BITS:
        return np.asarray(tensor.numpy()).astype(_BITS[tensor.dtype.name])
    return np.asarray(tensor.numpy(), dtype=object if tensor.dtype == tf.string else None)
