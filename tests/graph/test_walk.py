"""Walks: ancestors, descendants, what stands behind pass-through nodes, and an order of all nodes."""

from __future__ import annotations

from tf1compat.graph.text import from_text
from tf1compat.graph.walk import ancestors, descendants, executed, resolve, topological
from tf1compat.names import TensorRef

GRAPH = from_text("""
    c = Add(b, a)
    a = Placeholder()
    b = Identity(a, ^guard)
    guard = Assert(a)
    other = NoOp()
""")


def test_ancestors_follow_data_and_control() -> None:
    assert ancestors(GRAPH, ["c"]) == {"a", "b", "c", "guard"}
    assert ancestors(GRAPH, ["c"], control=False) == {"a", "b", "c"}


def test_a_walk_includes_where_it_stops() -> None:
    assert ancestors(GRAPH, ["c"], stop=lambda node: node.name == "b") == {"c", "b", "a"}
    assert descendants(GRAPH, ["a"], stop=lambda node: node.op == "Identity") == {"a", "b", "c", "guard"}


def test_a_walk_ends_at_names_of_which_some_may_not_be_there() -> None:
    assert ancestors(GRAPH, ["c"], until=["b", "gone"]) == {"c", "b", "a"}
    assert ancestors(GRAPH, ["b"], until=["b"]) == {"b"}


def test_descendants_follow_control_only_when_asked() -> None:
    assert descendants(GRAPH, ["guard"]) == {"guard"}
    assert descendants(GRAPH, ["guard"], control=True) == {"guard", "b", "c"}


def test_resolve_passes_identities_and_survives_a_ring() -> None:
    assert resolve(GRAPH, TensorRef("b")) == TensorRef("a")
    ring = from_text("p = Identity(q)\nq = Identity(p)")
    assert resolve(ring, TensorRef("p")).node in {"p", "q"}


def test_topological_order_puts_inputs_first_whatever_the_file_says() -> None:
    order = [node.name for node in topological(GRAPH)]
    assert sorted(order) == sorted(node.name for node in GRAPH.nodes)
    assert order.index("a") < order.index("b") < order.index("c")
    assert order.index("guard") < order.index("b")


def test_a_session_executes_what_fetches_need_and_feeds_do_not_give() -> None:
    graph = from_text(
        "x = Placeholder()\nw = Write(x)\na = Two(x, ^w)\nb = Neg(a)\nc = Add(b, a:1)\nd = Neg(c)"
    )
    assert executed(graph, [TensorRef("c")]) == {"c", "b", "a", "x", "w"}
    assert executed(graph, [TensorRef("b")], {TensorRef("a")}) == {"b"}
    assert executed(graph, [TensorRef("c")], {TensorRef("a")}) == {"c", "b", "a", "x", "w"}
    assert executed(graph, [TensorRef("a")], {TensorRef("a")}) == set()
