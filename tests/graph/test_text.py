"""The text form of graphs, there and back."""

from __future__ import annotations

import pytest

from tf1compat.errors import GraphError
from tf1compat.graph.attributes import DType, FunctionRef, Shape
from tf1compat.graph.text import from_text, to_text

TEXT = """\
scope/x = Placeholder() @/device:GPU:0 dtype=float32; shape=shape(None, 3)
any = Placeholder() dtype=string; shape=shape(...)
y = MatMul(scope/x, any:1, ^any) T=float32; flags=[1, 2]; transpose_a=False
"""


def test_text_survives() -> None:
    assert to_text(from_text(TEXT)) == TEXT


def test_attributes_are_read_as_their_kinds() -> None:
    graph = from_text("f = Call() body=function('body'); list=[float32, int32]; name='text'; shape=shape(2)")
    attrs = graph["f"].attrs
    assert attrs["body"] == FunctionRef("body")
    assert attrs["list"] == (DType("float32"), DType("int32"))
    assert attrs["name"] == b"text"
    assert attrs["shape"] == Shape.of(2)


@pytest.mark.parametrize("line", ["no equals sign", "x = Op(", "x = Op() a.b=1", "x = Op() t=tensor(1, 2)"])
def test_a_line_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(GraphError):
        from_text(line)
