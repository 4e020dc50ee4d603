"""The shape of an array's elements: declared, read, written."""

from __future__ import annotations

import pytest

from tf1compat.graph.attributes import Shape
from tf1compat.graph.text import from_text
from tf1compat.rewrite.arrays.element_shapes import element_shape

TEXT = """
    v = Placeholder() dtype=float32; shape=shape({written})
    u = Placeholder() dtype=float32; shape=shape({again})
    array = TensorArrayV3(v) dtype=float32; element_shape=shape({declared})
    write = TensorArrayWriteV3(array, v, v, array:1) T=float32
    more = TensorArrayWriteV3(array, v, u, write) T=float32
    gather = TensorArrayGatherV3(array, v, more) dtype=float32; element_shape=shape({read})
"""


@pytest.mark.parametrize(
    ("declared", "read", "written", "again", "expected"),
    [("None, 3", "...", "...", "...", Shape.of(None, 3)), ("...", "2, 3", "...", "...", Shape.of(2, 3)),
     ("...", "...", "2, 3", "2, 3", Shape.of(2, 3)), ("...", "...", "2, 3", "5, 3", Shape.of(None, 3)),
     ("...", "...", "2, 3", "3", Shape()), ("None, None", "None, 3", "2, 3", "2, 3", Shape.of(2, 3)),
     ("...", "...", "...", "2", Shape())],
)  # fmt: skip
def test_what_is_known(declared: str, read: str, written: str, again: str, expected: Shape) -> None:
    graph = from_text(TEXT.format(declared=declared, read=read, written=written, again=again))
    operations = [graph[name] for name in ("write", "more", "gather")]
    assert element_shape(graph, graph["array"], operations) == expected
