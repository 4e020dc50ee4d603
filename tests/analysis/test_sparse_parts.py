"""Which inputs are the parts of one sparse tensor, whatever they are called."""

from __future__ import annotations

from tf1compat.analysis.sparse_parts import SparseParts, part_of, sparse_inputs
from tf1compat.graph.attributes import Shape
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

GRAPH = from_text("""
    s = Placeholder() dtype=int64; shape=shape(None)
    v = Placeholder() dtype=float32; shape=shape(None)
    i = Placeholder() dtype=int64; shape=shape(None, 2)
    w = VariableV2() dtype=float32; shape=shape(5, 3); _output_shapes=[shape(5, 3)]
    half = Const() dtype=float32; value=tensor(float32, 0.5)
    scaled = Mul(v, half) T=float32
    y = SparseTensorDenseMatMul(i, scaled, s, w) T=float32; Tindices=int64
""")
FED = {TensorRef(name): Shape(dims) for name, dims in (("s", (None,)), ("v", (None,)), ("i", (None, 2)))}


def test_the_parts_are_those_that_one_op_reads_whatever_was_done_to_the_values():
    parts = SparseParts(TensorRef("i"), TensorRef("v"), TensorRef("s"), (None, 5))
    assert sparse_inputs(GRAPH, FED) == (parts,)
    assert parts.parts == {"indices": TensorRef("i"), "values": TensorRef("v"), "shape": TensorRef("s")}


def test_without_its_indices_there_is_none():
    assert sparse_inputs(GRAPH, {ref: shape for ref, shape in FED.items() if ref.node != "i"}) == ()


def test_a_part_is_followed_to_what_is_fed():
    assert part_of(GRAPH, TensorRef("scaled"), FED) == TensorRef("v")
    assert part_of(GRAPH, TensorRef("w"), FED) is None
