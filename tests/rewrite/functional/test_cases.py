"""A Case becomes conditionals, each the other branch of the one before."""

from __future__ import annotations

from tests.rewrite.functional.library_text import function, with_library
from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.library import library_of
from tf1compat.rewrite.functional.cases import cases_to_conditionals

BRANCHES = [
    function(f"b{number}", "v = _Arg() T=float32\n n = Neg(v) T=float32", "n float32") for number in range(4)
]
GIVEN = "i = Placeholder() dtype=int32\n x = Placeholder() dtype=float32\n"


def case_of(count: int) -> Graph:
    refs = ", ".join(f"function('b{number}')" for number in range(count))
    case = f"y = Case(i, x) branches=[{refs}]; Tin=[float32]; Tout=[float32]\n"
    return with_library(GIVEN + case, *BRANCHES)


def name_of(node: Node, key: str) -> str:
    ref = node.attrs[key]
    assert isinstance(ref, FunctionRef)
    return ref.name


def test_two_branches_are_one_conditional_on_the_index() -> None:
    before = case_of(2)
    graph, _ = cases_to_conditionals(before, library_of(before))
    assert lint(graph) == ()
    assert (graph["y"].op, graph["y"].inputs[1:]) == ("If", (TensorRef("x"),))
    assert graph.input(graph["y"], 0).op == "Equal"
    assert (name_of(graph["y"], "then_branch"), name_of(graph["y"], "else_branch")) == ("b0", "b1")


def test_further_branches_are_chosen_among_where_the_first_is_not_taken() -> None:
    before = case_of(4)
    graph, library = cases_to_conditionals(before, library_of(before))
    assert lint(graph) == ()
    found, node, inside = [], graph["y"], graph
    while node.op == "If":
        number = inside.input(inside.input(node, 0), 1).attrs["value"]
        then = name_of(node, "then_branch")
        runs = then if then.startswith("b") and len(then) == 2 else library[then].graph["call"].op
        found.append((int(number.array), runs))  # type: ignore[union-attr]
        last = name_of(node, "else_branch")
        inside = library[last].graph
        assert lint(inside) == ()
        node = inside.producer(library[last].outputs[0])
    assert found == [(0, "b0"), (1, "b1"), (2, "b2")]
    assert last == "b3"
