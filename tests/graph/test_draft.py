"""A draft takes edits and gives the graph that the same edits would have made one by one."""

from __future__ import annotations

from tf1compat.graph.draft import Draft
from tf1compat.graph.model import Function, Graph, make_node
from tf1compat.graph.text import from_text, to_text
from tf1compat.names import TensorRef

GRAPH = from_text("""
    x = Placeholder() dtype=float32
    parts = Unpack(x) T=float32; num=2
    first = Identity(parts) T=float32
    second = Tanh(parts:1, ^first) T=float32
""")


def test_an_untouched_draft_is_the_graph() -> None:
    assert Draft(GRAPH).graph() == GRAPH


def test_a_node_takes_the_place_of_its_namesake_and_a_new_one_the_end() -> None:
    draft = Draft(GRAPH)
    draft.put(make_node("new", "NoOp"), make_node("first", "Const"))
    assert [node.name for node in draft.graph().nodes] == ["x", "parts", "first", "second", "new"]
    assert draft["first"].op == "Const"
    assert set(draft.readers("parts")) == {"second"}


def test_readers_and_those_who_wait_are_known() -> None:
    draft = Draft(GRAPH)
    assert set(draft.readers("parts")) == {"first", "second"}
    assert set(draft.readers("first")) == {"second"}
    assert draft.reads(TensorRef("parts", 1))
    assert not draft.reads(TensorRef("first"))


def test_readers_of_one_tensor_are_redirected_and_no_others() -> None:
    draft = Draft(GRAPH)
    draft.redirect({TensorRef("parts", 1): TensorRef("x")})
    assert draft["second"].inputs == (TensorRef("x"),)
    assert draft["first"].inputs == (TensorRef("parts"),)
    assert "second" in draft.readers("x")
    assert not draft.reads(TensorRef("parts", 1))


def test_removed_nodes_are_gone_and_read_nothing() -> None:
    draft = Draft(GRAPH)
    draft.remove(["second", "first"])
    assert to_text(draft.graph()) == to_text(GRAPH.replacing(GRAPH.nodes[:2]))
    assert list(draft.readers("parts")) == []
    assert "first" not in draft


def test_functions_come_into_the_graph() -> None:
    draft, function = Draft(GRAPH), Function("f", Graph(), (), ())
    draft.know(function)
    assert dict(draft.graph().functions) == {"f": function}
