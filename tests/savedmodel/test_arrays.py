"""Arrays become tensors and come back, of every element type."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tf1compat.savedmodel.arrays import array_of, tensor_of

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize(
    ("dtype", "value"),
    [
        ("float32", np.float32([1.5, -2])), ("bool", np.array([True, False])), ("uint8", np.uint8([255])),
        ("complex64", np.complex64([1 + 2j])), ("float16", np.float16([0.5])), ("int64", np.int64(7)),
        ("bfloat16", np.float32([1.5, -2])), ("quint8", np.uint8([0, 255])), ("qint8", np.int8([-3])),
        ("qint32", np.int32([-70000])), ("string", np.array([b"a", b""], object)), ("string", np.array(b"one", object)),
    ],
)  # fmt: skip
def test_values_come_back_as_they_went_in(dtype: str, value: Any, tensorflow: ModuleType) -> None:
    tensor = tensor_of(value, tensorflow.dtypes.as_dtype(dtype))
    assert tensor.dtype.name == dtype
    back = array_of(tensor)
    assert isinstance(back, np.ndarray)
    assert (back.dtype, back.shape) == (value.dtype, np.shape(value))
    np.testing.assert_array_equal(back, value)


def test_values_of_another_kind_are_refused(tensorflow: ModuleType) -> None:
    with pytest.raises((TypeError, ValueError)):
        tensor_of("word", tensorflow.float32)
