"""What rules of axes say, held against TensorFlow's kernels: what moves when one entry of an operand is another."""

from __future__ import annotations

from inspect import signature
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tf1compat.graph.attributes import Array
from tf1compat.graph.model import make_node
from tf1compat.names import TensorRef
from tf1compat.ops.axes import Axis, AxisMap, Origin, axes_of

RANDOM = np.random.default_rng(3)


def floats(*shape: int) -> Array:
    return RANDOM.uniform(0.2, 0.9, shape).astype(np.float32)


def matrices(*shape: int) -> Array:
    return (0.1 * floats(*shape) + 2.0 * np.eye(shape[-2], shape[-1])).astype(np.float32)


def ints(*values: Any) -> Array:
    return np.array(values, np.int32)


X = floats(2, 3, 4)
# op -> the values of its operands in order, and its attributes
CASES: dict[str, tuple[list[Any], dict[str, Any]]] = {
    "FFT": ([X.astype(np.complex64)], {}),
    "IFFT2D": ([X.astype(np.complex64)], {}),
    "FFT3D": ([X.astype(np.complex64)], {}),
    "RFFT": ([X, ints(4)], {}),
    "IRFFT": ([X.astype(np.complex64), ints(6)], {}),
    "RFFT2D": ([X, ints(3, 4)], {}),
    "Cholesky": ([matrices(2, 3, 3)], {}),
    "MatrixInverse": ([matrices(2, 3, 3)], {}),
    "MatrixDeterminant": ([matrices(2, 3, 3)], {}),
    "MatrixSolve": ([matrices(2, 3, 3), floats(2, 3, 4)], {}),
    "MatrixTriangularSolve": ([matrices(2, 3, 3), floats(2, 3, 1)], {}),
    "MatrixSolveLs": ([matrices(2, 4, 3), floats(2, 4, 2), np.float64(0.1)], {"fast": True}),
    "TridiagonalSolve": ([floats(2, 3, 4) + 1, floats(2, 4, 2)], {}),
    "Qr": ([matrices(2, 4, 3)], {}),
    "Svd": ([matrices(2, 4, 3)], {}),
    "SelfAdjointEigV2": ([matrices(2, 3, 3)], {}),
    "Lu": ([matrices(2, 3, 3)], {}),
    "MatrixDiag": ([X], {}),
    "MatrixDiagV3": ([X, ints(0).reshape(()), ints(-1).reshape(()), ints(-1).reshape(()), np.float32(0)], {}),
    "MatrixDiagPart": ([floats(2, 3, 3)], {}),
    "MatrixSetDiag": ([floats(2, 3, 3), floats(2, 3)], {}),
    "Diag": ([floats(2, 3)], {}),
    "SegmentSum": ([X, ints(0, 0)], {}),
    "SegmentMax": ([X, ints(0, 1)], {}),
    "SparseSegmentSum": ([X, ints(0, 1), ints(0, 0)], {}),
    "SparseSegmentMeanWithNumSegments": ([X, ints(0, 1), ints(0, 0), ints(2).reshape(())], {}),
    "UnsortedSegmentSum": ([X, ints(1, 0), ints(3).reshape(())], {}),
    "UnsortedSegmentMax": ([X, ints([0, 1, 1], [2, 0, 1]), ints(3).reshape(())], {}),
    "ScatterNd": ([ints([2], [0]), X, ints(3, 3, 4)], {}),
    "TensorScatterUpdate": ([X, ints([1]), floats(1, 3, 4)], {}),
    "TensorScatterAdd": ([X, ints([[0, 1]], [[1, 2]]), floats(2, 1, 4)], {}),
    "InplaceUpdate": ([X, ints(1), floats(1, 3, 4)], {}),
    "DynamicPartition": ([X, ints(1, 0)], {"num_partitions": 2}),
    "DynamicStitch": ([[ints(1), ints(0, 2)], [floats(1, 4), floats(2, 4)]], {"N": 2}),
    "ParallelDynamicStitch": ([[ints(1, 0), ints(2)], [floats(2, 4), floats(1, 4)]], {"N": 2}),
    "SparseTensorDenseMatMul": ([ints([0, 1], [1, 2]), floats(2), ints(2, 3).astype(np.int64), floats(3, 4)], {}),
    "SparseToDense": ([ints([0, 1], [1, 2]), ints(2, 3), floats(2), np.float32(0)], {}),
    "LowerBound": ([np.sort(floats(2, 4)), floats(2, 3)], {}),
    "InvertPermutation": ([ints(2, 0, 1)], {}),
    "Conv2DBackpropInput": ([ints(2, 3, 4, 5), floats(1, 1, 5, 6), floats(2, 3, 4, 6)],
                            {"strides": (1, 1, 1, 1), "padding": b"SAME"}),
    "Dilation2D": ([floats(2, 3, 4, 2), floats(1, 2, 2)],
                   {"strides": (1, 1, 1, 1), "rates": (1, 1, 1, 1), "padding": b"SAME"}),
    "ExtractImagePatches": ([floats(2, 3, 4, 2)], {"ksizes": (1, 1, 2, 1), "strides": (1, 1, 1, 1),
                                                   "rates": (1, 1, 1, 1), "padding": b"SAME"}),
    "AdjustContrastv2": ([floats(2, 3, 4, 2), np.float32(2.0)], {}),
    "RGBToHSV": ([floats(2, 4, 3)], {}),
}  # fmt: skip


class Known:
    """All that can be known of operands whose values are given."""

    def __init__(self, values: list[Array]) -> None:
        self.values = values

    def of(self, ref: TensorRef) -> Array:
        return self.values[int(ref.node.removeprefix("operand_"))]

    def rank(self, ref: TensorRef) -> int | None:
        return self.of(ref).ndim

    def size(self, ref: TensorRef, axis: int) -> int | None:
        return int(self.of(ref).shape[axis])

    def constant(self, ref: TensorRef) -> Array | None:
        return self.of(ref) if self.of(ref).dtype.kind == "i" else None

    def is_size(self, sizes: TensorRef, entry: int, ref: TensorRef, axis: int) -> bool:
        return bool(self.of(sizes).ravel()[entry] == self.of(ref).shape[axis])

    def count(self, ref: TensorRef) -> int | None:
        return int(self.of(ref).size)


@pytest.mark.tensorflow
@pytest.mark.parametrize("op", CASES)
def test_no_entry_moves_that_the_rule_keeps_apart(tensorflow: ModuleType, op: str):
    operands, attrs = CASES[op]
    values = [
        np.asarray(value) for each in operands for value in (each if isinstance(each, list) else [each])
    ]
    axes = axes_of(
        make_node("op", op, [TensorRef(f"operand_{at}") for at in range(len(values))], **attrs), Known(values)
    )
    assert axes is not None
    before = run(tensorflow, op, operands, values, attrs)
    assert len(axes.outputs) >= 1
    for index, origins in enumerate(axes.outputs[: len(before)]):
        assert origins is None or len(origins) == before[index].ndim, f"output {index} of another rank"
        check_sizes(origins or (), before[index], values)
    for at in (at for at in axes.values if values[at].dtype.kind in "fc"):
        place = tuple(size - 1 for size in values[at].shape)
        moved = [value.copy() for value in values]
        moved[at][place] += np.asarray(0.37, moved[at].dtype)
        after = run(tensorflow, op, operands, moved, attrs)
        assert_moves_are_told(axes, at, place, before, after)


def check_sizes(origins: tuple[Origin, ...], result: Array, values: list[Array]) -> None:
    for axis, origin in enumerate(origins):
        if origin.kind == "equal":
            assert {values[each.operand].shape[each.axis] for each in origin.of} == {result.shape[axis]}


def assert_moves_are_told(
    axes: AxisMap, at: int, place: tuple[int, ...], before: list[Array], after: list[Array]
) -> None:
    """An axis that comes from one of the operand, uncoupled, moves at the entry alone that is another."""
    for index, origins in enumerate(axes.outputs[: len(before)]):
        if before[index].shape != after[index].shape or before[index].dtype.kind not in "fci":
            continue
        apart = np.abs(before[index] - after[index]) > 1e-6
        for axis, origin in enumerate(origins or ()):
            for own in range(len(place)):
                if Axis(at, own) in origin.of and not origin.coupled and origin.kind == "equal":
                    others = np.delete(apart, place[own], axis)
                    assert not others.any(), f"axis {axis} of output {index} is not that of operand {at}"


def run(
    tf: ModuleType, op: str, operands: list[Any], values: list[Array], attrs: dict[str, Any]
) -> list[Array]:
    """What the kernel gives for operands of these values."""
    given, left = [], iter(values)
    for each in operands:
        given.append([next(left) for _ in each] if isinstance(each, list) else next(left))

    definition = tf.raw_ops.__dict__[op]
    names = [name for name in signature(definition).parameters if name != "name"]
    own = {key: [*value] if isinstance(value, tuple) else value for key, value in attrs.items() if key != "N"}
    tensors = [name for name in names if name not in own][: len(given)]
    result = definition(**dict(zip(tensors, given, strict=True)), **own)
    return [np.asarray(each) for each in (result if isinstance(result, list | tuple) else [result])]
