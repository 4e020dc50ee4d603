"""What the table of axes says of each op of the registry, held against what TensorFlow's own kernel does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.axes import Axis, axes_of
from tf1compat.ops.axes.elementwise import ELEMENTWISE
from tf1compat.ops.registry import op_def, op_names

SHAPE = (2, 3)
TYPES = ("float32", "int32", "bool", "string", "complex64")

# Elementwise by their kernels, yet nothing for the table, each for its reason.
NO_DATA = {
    "LoopCond": "the predicate of a loop, a single truth that the walk over loops reads itself",
}


class Known:
    """Every operand has two axes, of two and of three entries, and no value that is known."""

    def rank(self, ref: TensorRef) -> int | None:
        return len(SHAPE)

    def size(self, ref: TensorRef, axis: int) -> int | None:
        return SHAPE[axis]

    def constant(self, ref: TensorRef) -> Array | None:
        return None

    def is_size(self, sizes: TensorRef, entry: int, ref: TensorRef, axis: int) -> bool:
        return False

    def count(self, ref: TensorRef) -> int | None:
        return None


@pytest.mark.tensorflow
def test_every_op_whose_kernel_goes_entry_by_entry_is_known_to_do_so(tensorflow: ModuleType):
    """Each entry of the result is what the op gives for the same entry of its operands alone."""
    found = {name: entry_by_entry(tensorflow, name) for name in sorted(op_names())}
    elementwise = {name for name, each in found.items() if each}
    assert len(elementwise) > 120
    assert {name for name in elementwise if not passes_each_axis_on(name)} - set(NO_DATA) == set()


@pytest.mark.tensorflow
def test_no_kernel_contradicts_what_is_taken_for_elementwise(tensorflow: ModuleType):
    assert {name for name in sorted(ELEMENTWISE) if entry_by_entry(tensorflow, name) is False} == set()


def passes_each_axis_on(name: str) -> bool:
    """Whether, by the table, each axis of the result is the same axis of an operand, and no entry needs another."""
    definition = op_def(name)
    assert definition is not None
    node: Node = make_node("op", name, [f"operand_{at}" for at in range(len(definition.inputs))])
    axes = axes_of(node, Known())
    if axes is None or axes.ended or axes.outputs[0] is None:
        return False
    origins = axes.outputs[0]
    return len(origins) == len(SHAPE) and all(
        not origin.coupled and Axis(axes.values[0], axis) in origin.of for axis, origin in enumerate(origins)
    )


def entry_by_entry(tf: ModuleType, name: str) -> bool | None:
    """Whether the kernel computes each entry for itself; None where it does not run on tensors of one shape alone."""
    kernel = getattr(tf.raw_ops, name, None)
    verdicts = [] if kernel is None else [_entry_by_entry(kernel, each) for each in _operands(name)]
    return next((each for each in verdicts if each is not None), None)


def _entry_by_entry(kernel: Any, operands: Mapping[str, Any]) -> bool | None:
    try:
        whole = np.asarray(kernel(**operands))
        if whole.shape != SHAPE:
            return None
        alone = [kernel(**{key: value[at] for key, value in operands.items()}) for at in _single_entries()]
    except Exception:
        return None
    return all(_same(np.asarray(each), whole[at]) for at, each in zip(_single_entries(), alone, strict=True))


def _same(alone: Any, entry: Any) -> bool:
    if alone.shape != entry.shape:
        return False
    return bool(
        np.array_equal(alone, entry)
        if entry.dtype == object
        else np.allclose(alone, entry, rtol=1e-5, equal_nan=True)
    )


def _single_entries() -> Iterator[tuple[slice, slice]]:
    for row, column in np.ndindex(*SHAPE):
        yield slice(row, row + 1), slice(column, column + 1)


def _operands(name: str) -> Iterator[dict[str, Any]]:
    """Operands of one shape for an op that takes single tensors and has no state, in each type that it may take."""
    definition = op_def(name)
    if definition is None or definition.is_stateful or not definition.inputs or len(definition.outputs) != 1:
        return
    if any(each.is_list for each in definition.inputs):
        return
    for dtype in TYPES:
        yield {each.alias or each.name: _sample(str(each.type or dtype)) for each in definition.inputs}


def _sample(dtype: str) -> Any:
    random = np.random.default_rng(7)
    if dtype == "string":
        return np.array([[b"1", b"2", b"3"], [b"4", b"5", b"6"]], object)
    if dtype == "bool":
        return random.random(SHAPE) > 0.5
    if dtype.startswith(("int", "uint")):
        return random.integers(1, 5, SHAPE).astype(dtype)
    if dtype.startswith(("float", "complex", "half", "double")):
        return (0.1 + 0.8 * random.random(SHAPE)).astype(
            {"half": "float16", "double": "float64"}.get(dtype, dtype)
        )
    return random.random(SHAPE)


@pytest.mark.parametrize(
    ("given", "coupled"), [({}, True), ({"range_given": False}, True), ({"range_given": True}, False)]
)
def test_what_is_quantized_by_its_own_range_depends_on_all_entries(given: dict[str, Any], coupled: bool):
    axes = axes_of(make_node("op", "QuantizeAndDequantizeV2", ["x", "low", "high"], **given), Known())
    assert axes is not None
    assert axes.outputs[0] is not None
    assert {each.coupled for each in axes.outputs[0]} == {coupled}
