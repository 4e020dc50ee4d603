"""Which input dimension an output dimension equals, op by op."""

from __future__ import annotations

import pytest

from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.arrays.dimension_rules import Dimension, equal_dimensions

INPUTS = """
    a = Placeholder() dtype=float32; shape=shape(None, 3); _output_shapes=[shape(None, 3)]
    b = Placeholder() dtype=float32; shape=shape(None, 3); _output_shapes=[shape(None, 3)]
    row = Placeholder() dtype=float32; shape=shape(3); _output_shapes=[shape(3)]
    one = Placeholder() dtype=float32; shape=shape(1, 3); _output_shapes=[shape(1, 3)]
    open = Placeholder() dtype=float32; shape=shape(...); _output_shapes=[shape(...)]
    ids = Placeholder() dtype=int32; shape=shape(None, None); _output_shapes=[shape(None, None)]
    k0 = Const() dtype=int32; value=tensor(int32, 0)
    k1 = Const() dtype=int32; value=tensor(int32, 1)
    last = Const() dtype=int32; value=tensor(int32, -1)
    order = Const() dtype=int32; value=tensor(int32, [1, 0])
"""


@pytest.mark.parametrize(
    ("node", "axis", "expected"),
    [
        ("Tanh(a)", 0, [("a", 0)]), ("BiasAdd(a, row)", 0, [("a", 0)]), ("Add(a, b)", 0, [("a", 0), ("b", 0)]),
        ("Add(a, row)", 0, [("a", 0)]), ("Mul(one, b)", 0, [("b", 0)]), ("Mul(a, open)", 0, []),
        ("MatMul(a, b)", 0, [("a", 0)]), ("MatMul(a, b) transpose_a=True", 0, [("a", 1)]),
        ("MatMul(a, b)", 1, [("b", 1)]), ("ConcatV2(a, b, k1) N=2", 0, [("a", 0)]),
        ("ConcatV2(a, b, last) N=2", 0, [("a", 0)]), ("ConcatV2(a, b, k0) N=2", 0, []),
        ("Concat(k1, a, b) N=2", 0, [("a", 0)]), ("Split(k1, a) num_split=3", 0, [("a", 0)]),
        ("Split(k1, a) num_split=3", 1, []), ("Select(a, b, one)", 0, [("b", 0)]),
        ("Gather(a, ids)", 1, [("ids", 1)]), ("GatherV2(a, ids, k0)", 2, [("a", 1)]),
        ("GatherV2(a, ids, k1)", 0, [("a", 0)]), ("ExpandDims(a, k1)", 0, [("a", 0)]),
        ("ExpandDims(a, k0)", 1, [("a", 0)]),
        ("ExpandDims(a, k0)", 0, []), ("Transpose(a, order)", 1, [("a", 0)]),
        ("Mean(a, k1) keep_dims=True", 0, [("a", 0)]), ("Mean(a, k1) keep_dims=True", 1, []),
        ("Mean(a, k1) keep_dims=False", 0, [("a", 0)]), ("Merge(a, b)", 0, [("a", 0), ("b", 0)]),
        ("Unique(a)", 0, []), ("Fill(ids, row)", 0, []),
    ],
)  # fmt: skip
def test_rules(node: str, axis: int, expected: list[tuple[str, int]]) -> None:
    graph = from_text(f"{INPUTS}\n    y = {node}\n")
    found = equal_dimensions(graph, Dimension(TensorRef("y"), axis))
    assert found == tuple(Dimension(TensorRef(name), place) for name, place in expected)
