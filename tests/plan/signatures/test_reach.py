"""What outputs depend on where inputs cut the graph, for everybody or for some readers."""

from __future__ import annotations

from tests.plan.conftest import FLOAT, ref
from tf1compat.graph.attributes import Shape
from tf1compat.graph.model import Use
from tf1compat.graph.text import from_text
from tf1compat.plan.model import InputBinding
from tf1compat.plan.signatures.reach import reached

GRAPH = from_text("""
    x = Placeholder() dtype=float32; shape=shape(None)
    made = Tanh(x) T=float32
    state = Neg(made) T=float32
    y = AddV2(state, made) T=float32
""")


def test_an_input_ends_the_walk() -> None:
    fed = InputBinding("made", ref("made"), FLOAT, Shape())
    assert reached(GRAPH, [ref("y")], (), [fed]) == {"y", "state", "made"}


def test_an_input_for_some_readers_leaves_the_others_as_they_are() -> None:
    fed = InputBinding("made", ref("made"), FLOAT, Shape(), (Use("state", 0),))
    assert reached(GRAPH, [ref("y")], (), [fed]) == {"y", "state", "made", "x"}
    assert reached(GRAPH, [ref("state")], (), [fed]) == {"state"}
