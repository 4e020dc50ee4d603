"""Strings apart from numbers, so that XLA can compile the numbers."""

from __future__ import annotations

from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.result import SignatureGraph, TableSlot
from tf1compat.savedmodel.strings import apart

TEXT = """
    x = Placeholder() dtype=float32; shape=shape(None, 2)
    axis = Const() dtype=int32; value=tensor(int32, 1)
    zero = Const() dtype=int32; value=tensor(int32, 0)
    ids = ArgMax(x, axis) T=float32; Tidx=int32; output_type=int64
    names = Const() dtype=string; value=tensor(string, [b"a", b"b"])
    classes = GatherV2(names, ids, zero) Tparams=string; Tindices=int64; Taxis=int32
    y = Tanh(x) T=float32
"""


def signature(*outputs: str) -> SignatureGraph:
    found = tuple((name, TensorRef(name)) for name in outputs)
    return SignatureGraph("serving_default", from_text(TEXT), (("x", "x"),), found, ())


def test_strings_are_made_of_the_numbers_that_they_need() -> None:
    parts = apart(signature("y", "classes"))
    assert parts is not None
    assert [alias for alias, _ in parts.numbers.outputs] == ["y", "ids:0"]
    assert {node.name for node in parts.numbers.graph.nodes} == {"x", "axis", "ids", "y"}
    assert parts.strings.inputs == (("ids:0", "ids"),)
    assert [alias for alias, _ in parts.strings.outputs] == ["classes"]
    assert {node.name for node in parts.strings.graph.nodes} == {"ids", "names", "zero", "classes"}


def test_there_is_nothing_to_part_without_strings_or_without_numbers() -> None:
    assert apart(signature("y")) is None
    assert apart(signature("classes")) is None


def test_a_table_of_strings_stays_with_the_strings() -> None:
    text = TEXT + "    table = Placeholder() dtype=resource; shape=shape()\n"
    text += '    none = Const() dtype=string; value=tensor(string, "?")\n'
    text += "    label = LookupTableFindV2(table, ids, none) Tin=int64; Tout=string\n"
    found = tuple((name, TensorRef(name)) for name in ("y", "label"))
    whole = SignatureGraph(
        "serving_default", from_text(text), (("x", "x"),), found, (), (TableSlot("table", "table"),)
    )
    parts = apart(whole)
    assert parts is not None
    assert [alias for alias, _ in parts.numbers.outputs] == ["y", "ids:0"]
    assert parts.numbers.tables == ()
    assert parts.strings.tables == whole.tables
