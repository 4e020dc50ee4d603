"""The values of the variables that a plan needs, read by a Saver that knows of no others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

from tf1compat.errors import RestoreError, nearest, reason_of
from tf1compat.graph.attributes import Array, Shape
from tf1compat.plan.model import VariablePlan


def read_values(checkpoint_prefix: Path | str, variables: tuple[VariablePlan, ...]) -> dict[str, Array]:
    """Each variable's value, by the variable's name; nothing else of the checkpoint is read.

    Variables that begin with a constant of the graph are left out.
    `checkpoint_prefix` is the path as TensorFlow takes it: of the shards of a V1 checkpoint, their pattern.
    Raises RestoreError naming every key that is missing, or whose shape or element type is another.
    """
    variables = tuple(each for each in variables if each.initializer is None)
    if not variables:
        return {}
    reader = _reader(checkpoint_prefix)
    problems = [problem for each in variables for problem in _problems(reader, each, checkpoint_prefix)]
    if problems:
        raise RestoreError("; ".join(problems))
    try:
        return _restored(checkpoint_prefix, reader, variables)
    except tf.errors.OpError as error:
        raise RestoreError(f"'{checkpoint_prefix}' cannot be read: {reason_of(error)}") from error


def _reader(prefix: Path | str) -> Any:
    try:
        return tf.train.load_checkpoint(str(prefix))
    except (tf.errors.OpError, ValueError) as error:
        reason = reason_of(error)
        raise RestoreError(f"'{prefix}' is not a checkpoint that TensorFlow reads: {reason}") from error


def _problems(reader: Any, variable: VariablePlan, prefix: Path | str) -> Iterable[str]:
    shapes: Mapping[str, list[int]] = reader.get_variable_to_shape_map()
    if variable.key not in shapes:
        yield (
            f"variable '{variable.name}' is saved as '{variable.key}', which is not in the checkpoint "
            f"'{prefix}'{nearest(variable.key, shapes)}"
        )
        return
    found_type = reader.get_variable_to_dtype_map()[variable.key].name
    if found_type != variable.dtype.base:
        yield (
            f"'{variable.key}' in '{prefix}' holds {found_type}, but the graph's variable "
            f"'{variable.name}' is {variable.dtype.base}"
        )
    found = tuple(shapes[variable.key])
    if not variable.shape_and_slice and not _fits(found, variable.shape):
        yield (
            f"'{variable.key}' in '{prefix}' has the shape {list(found)}, but the graph's variable "
            f"'{variable.name}' has {variable.shape}"
        )


def _fits(found: tuple[int, ...], wanted: Shape) -> bool:
    if wanted.dims is None:
        return True
    pairs = zip(found, wanted.dims, strict=False)
    return len(found) == len(wanted.dims) and all(want in (None, have) for have, want in pairs)


def _restored(prefix: Path | str, reader: Any, variables: tuple[VariablePlan, ...]) -> dict[str, Array]:
    whole = {each.name: each.key for each in variables if not each.shape_and_slice}
    slices = [each for each in variables if each.shape_and_slice]
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        targets = {key: _variable(reader, key) for key in sorted(set(whole.values()))}
        if targets:
            tf.compat.v1.train.Saver(targets).restore(session, str(prefix))
        read = {key: variable.read_value() for key, variable in targets.items()}
        fetches = {name: read[key] for name, key in whole.items()}
        fetches |= {each.name: _slice(prefix, each) for each in slices}
        values: dict[str, Array] = session.run(fetches) if fetches else {}
    return values


def _variable(reader: Any, key: str) -> Any:
    """A variable of the checkpoint's own shape and type, which the Saver is to fill."""
    dtype = reader.get_variable_to_dtype_map()[key]
    shape = reader.get_variable_to_shape_map()[key]
    return tf.compat.v1.Variable(
        lambda: tf.zeros(shape, dtype), dtype=dtype, trainable=False, use_resource=True
    )


def _slice(prefix: Path | str, variable: VariablePlan) -> Any:
    (value,) = tf.raw_ops.RestoreV2(
        prefix=str(prefix), tensor_names=[variable.key], shape_and_slices=[variable.shape_and_slice],
        dtypes=[tf.dtypes.as_dtype(str(variable.dtype.base))],
    )  # fmt: skip
    return value
