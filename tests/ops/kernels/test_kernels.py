"""Every kernel gives what TensorFlow's own gives, in the same type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tf1compat.graph.protos import read_graph_def
from tf1compat.names import TensorRef
from tf1compat.ops.kernels import KERNELS
from tf1compat.ops.registry import op_def
from tf1compat.ops.values import constant

FLOATS = np.asarray([[-2.5, -1.0, -0.5], [0.0, 0.5, 3.5]], np.float32)
FRACTIONS = np.asarray([[-0.9, -0.25, 0.0], [0.25, 0.5, 0.9]], np.float32)
ABOVE_ONE = np.asarray([1.0, 1.5, 4.0], np.float32)
INTEGERS = np.asarray([[-7, 7, 0], [5, -3, 2]], np.int32)
DIVISORS = np.asarray([[2, -2, 3], [-3, 2, 4]], np.int32)
NUMBERS = FLOATS[1]
ODD = np.asarray([np.nan, np.inf, -np.inf, 1.0], np.float32)
TRUTHS = np.asarray([[True, False, True], [False, False, True]])
CUBE = np.arange(24, dtype=np.int64).reshape(2, 3, 4)
POSITIONS = np.asarray([2, 0, 1], np.int32)


def i(*values: Any) -> Any:
    return np.asarray(values if len(values) != 1 else values[0], np.int32)


def _unary() -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    of_fractions = ("Asin", "Acos", "Atanh")
    of_positive = ("Sqrt", "Rsqrt", "Log", "Log1p", "Acosh", "Reciprocal", "Inv")
    of_any = ("Abs", "Neg", "Sign", "Square", "Exp", "Expm1", "Sin", "Cos", "Tan", "Atan", "Sinh", "Cosh", "Tanh",
              "Asinh", "Floor", "Ceil", "Round", "Rint", "Sigmoid", "Softplus", "Softsign", "Relu", "Relu6", "Elu",
              "ZerosLike", "OnesLike", "Shape", "Size", "Rank")  # fmt: skip
    for names, value in ((of_fractions, FRACTIONS), (of_positive, ABOVE_ONE), (of_any, FLOATS)):
        yield from ((name, (value,), {}) for name in names)
    yield from ((name, (ODD,), {}) for name in ("IsNan", "IsInf", "IsFinite", "Relu", "Sign"))
    yield from (
        (name, (INTEGERS,), {}) for name in ("Abs", "Neg", "Sign", "Square", "Invert", "Relu", "OnesLike")
    )
    yield from ((name, (np.asarray([1 + 2j, -3j], np.complex64),), {}) for name in ("Real", "Imag", "Conj"))
    yield "LogicalNot", (TRUTHS,), {}
    yield from (("Cast", (value,), {"DstT": dtype}) for value in (FLOATS, INTEGERS, TRUTHS)
                for dtype in ("int32", "int64", "float32", "float64", "bool", "float16"))  # fmt: skip


def _binary() -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    of_both = ("Add", "AddV2", "Sub", "Mul", "Maximum", "Minimum", "SquaredDifference", "Less", "LessEqual", "Greater",
               "GreaterEqual", "Equal", "NotEqual")  # fmt: skip
    for name in of_both:
        yield name, (FLOATS, NUMBERS), {}
        yield name, (INTEGERS, DIVISORS), {}
    for name in ("Div", "TruncateDiv", "FloorDiv", "FloorMod", "TruncateMod"):
        yield name, (INTEGERS, DIVISORS), {}
    for name in ("Div", "RealDiv", "FloorDiv", "FloorMod", "DivNoNan", "MulNoNan", "Atan2"):
        yield name, (FLOATS, NUMBERS), {}
    for name in ("BitwiseAnd", "BitwiseOr", "BitwiseXor"):
        yield name, (INTEGERS, DIVISORS), {}
    for name in ("LogicalAnd", "LogicalOr"):
        yield name, (TRUTHS, ~TRUTHS), {}
    yield "Pow", (INTEGERS, np.abs(DIVISORS)), {}
    yield "Pow", (ABOVE_ONE, ABOVE_ONE), {}
    yield "AddN", ([FLOATS, FLOATS, FRACTIONS],), {}
    yield "ClipByValue", (FLOATS, np.float32(-1), np.float32(2)), {}
    yield "Equal", (np.asarray([b"a", b"b"], object), np.asarray([b"a", b"c"], object)), {}


def _reductions() -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    for name in ("Sum", "Prod", "Max", "Min", "Mean"):
        for value in (FLOATS, INTEGERS, CUBE):
            yield name, (value, i([0, 1])), {}
            yield name, (value, i(-1)), {"keep_dims": True}
            yield name, (value, np.asarray([], np.int32)), {}
    yield from ((name, (TRUTHS, i(1)), {}) for name in ("All", "Any"))
    yield from ((name, (FLOATS, i(1)), {"output_type": dtype}) for name in ("ArgMax", "ArgMin")
                for dtype in ("int32", "int64"))  # fmt: skip
    flags = [{"exclusive": one, "reverse": other} for one in (False, True) for other in (False, True)]
    yield from ((name, (value, i(axis)), kept) for name in ("Cumsum", "Cumprod") for value in (FLOATS, CUBE)
                for axis in (0, -1) for kept in flags)  # fmt: skip


def _selections() -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    yield "Gather", (CUBE, i([1, 0, 1])), {}
    yield "GatherV2", (CUBE, i([[2, 0]]), i(1)), {}
    yield "GatherNd", (CUBE, i([[1, 2], [0, 0]])), {}
    yield "Slice", (CUBE, i(0, 1, 2), i(2, -1, 1)), {}
    yield "Select", (TRUTHS, FLOATS, FRACTIONS), {}
    yield "Select", (np.asarray([True, False]), FLOATS, FRACTIONS), {}
    yield "SelectV2", (TRUTHS, FLOATS, NUMBERS), {}
    yield from (
        ("OneHot", (POSITIONS, i(4), np.float32(5), np.float32(-1)), {"axis": axis}) for axis in (-1, 0, 1)
    )
    yield "Split", (i(1), CUBE), {"num_split": 3}
    yield "SplitV", (CUBE, i(1, -1), i(2)), {"num_split": 2}
    yield "Unpack", (CUBE,), {"num": 3, "axis": 1}
    yield "ListDiff", (i(5, 3, 1, 3, 2), i(3, 2)), {}
    yield "Unique", (i(5, 3, 5, 1, 3),), {}
    yield "DynamicStitch", ([i(0, 2), i([1, 0])], [FLOATS, FRACTIONS]), {}
    yield "ParallelDynamicStitch", ([i(0, 2), i(1)], [FLOATS, NUMBERS]), {}
    yield "Where", (TRUTHS,), {}
    bounds = (i(0, 1, -3), i(2, 3, 4), i(1, 2, 1))
    masks = [{}, {"begin_mask": 1}, {"end_mask": 6}, {"shrink_axis_mask": 2}, {"shrink_axis_mask": 5}]
    yield from (("StridedSlice", (CUBE, *bounds), each) for each in masks)
    yield "StridedSlice", (CUBE, i(0, 0), i(0, 1), i(1, 1)), {"ellipsis_mask": 1, "shrink_axis_mask": 2}
    yield "StridedSlice", (CUBE, i(0, 0), i(0, 2), i(1, 1)), {"new_axis_mask": 1}
    yield "StridedSlice", (CUBE, i([5]), i([0]), i([-1])), {}


def _arrangements() -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    yield "Concat", (i(1), [FLOATS, FRACTIONS]), {}
    yield "ConcatV2", ([CUBE, CUBE], i(-1)), {}
    yield from (("Pack", ([FLOATS, FRACTIONS],), {"axis": axis}) for axis in (0, 2, -1))
    yield "Reshape", (CUBE, i(4, -1)), {}
    yield from (("ExpandDims", (FLOATS, i(axis)), {}) for axis in (0, 1, -1))
    yield "Squeeze", (CUBE[:1, :, :1],), {}
    yield "Squeeze", (CUBE[:1, :, :1],), {"axis": [2]}
    yield "Transpose", (CUBE, i(2, 0, 1)), {}
    yield "Tile", (FLOATS, i(2, 3)), {}
    yield "Pad", (FLOATS, i([1, 0], [0, 2])), {}
    yield "PadV2", (FLOATS, i([1, 0], [0, 2]), np.float32(9)), {}
    yield from (
        ("MirrorPad", (CUBE, i([0, 1], [2, 1], [0, 0])), {"mode": mode}) for mode in ("REFLECT", "SYMMETRIC")
    )
    yield "Reverse", (CUBE, np.asarray([True, False, True])), {}
    yield "ReverseV2", (CUBE, i(-1, 0)), {}
    yield "Range", (i(2), i(9), i(3)), {}
    yield "Range", (np.float32(2), np.float32(0), np.float32(-0.5)), {}
    yield "LinSpace", (np.float32(0), np.float32(1), i(5)), {}
    yield "Fill", (i(2, 3), np.int64(7)), {}
    yield "BroadcastTo", (NUMBERS, i(2, 3)), {}
    yield "InvertPermutation", (i(2, 0, 1, 3),), {}
    yield "BroadcastArgs", (i(2, 1, 3), i(4, 1)), {}
    yield from (("Shape", (CUBE,), {"out_type": dtype}) for dtype in ("int32", "int64"))
    yield "ShapeN", ([CUBE, CUBE[0]],), {"out_type": "int64"}


CASES = [*_unary(), *_binary(), *_reductions(), *_selections(), *_arrangements()]
#: Kernels that this TensorFlow has no way to be asked for: the first `Mod` has the arithmetic of `TruncateMod`.
UNASKED = {"Mod"}


@pytest.fixture(scope="module")
def told() -> dict[int, Any]:
    """By number of the case, what TensorFlow gives and the value that the evaluator has for each output."""
    tf = pytest.importorskip("tensorflow")
    with tf.Graph().as_default() as graph:
        outputs = [_flat(_call(tf, *case)) for case in CASES]
    ours = read_graph_def(graph.as_graph_def().SerializeToString())
    with tf.compat.v1.Session(graph=graph) as session:
        theirs = session.run(outputs)
    refs = [[TensorRef.parse(each.name) for each in tensors] for tensors in outputs]
    return {
        number: (expected, [constant(ours, ref) for ref in refs[number]])
        for number, expected in enumerate(theirs)
    }


def _call(tf: Any, op: str, operands: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    names = [each.alias or each.name for each in op_def(op).inputs]
    return getattr(tf.raw_ops, op)(**dict(zip(names, operands, strict=True)), **attrs)


def _flat(result: Any) -> list[Any]:
    return list(result) if isinstance(result, (list, tuple)) else [result]


def test_every_kernel_has_a_case():
    assert {op for op, _, _ in CASES} == set(KERNELS) - UNASKED


@pytest.mark.tensorflow
@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: f"{CASES[number][0]}-{number}")
def test_a_kernel_gives_what_tensorflow_gives(number: int, request: pytest.FixtureRequest):
    expected, found = request.getfixturevalue("told")[number]
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        assert ours is not None
        assert ours.dtype == np.asarray(theirs).dtype
        assert ours.shape == np.asarray(theirs).shape
        tolerance = {"rtol": 1e-6, "atol": 1e-7} if ours.dtype.kind == "f" else {"rtol": 0}
        if ours.dtype == object:
            np.testing.assert_array_equal(ours, theirs)
        else:
            np.testing.assert_allclose(ours, theirs, **tolerance)
