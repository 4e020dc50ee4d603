"""Changes of variables become values that last for one run."""

from __future__ import annotations

import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.state.updates import updates_to_values

HEAD = """
    x = Placeholder() dtype=float32
    ids = Placeholder() dtype=int32
    one = Const() dtype=float32; value=tensor(float32, 1.0)
    v = VariableV2() dtype=float32
"""


def rewritten(text: str, *outputs: str) -> Graph:
    result = updates_to_values(from_text(HEAD + text), [TensorRef(each) for each in outputs]).graph
    assert lint(result) == ()
    return result


def reads(node: Node) -> tuple[str, ...]:
    return (node.op, *(ref.node for ref in node.inputs))


def test_a_count_is_a_sum_and_what_is_read_later_is_the_sum() -> None:
    graph = rewritten("count = AssignAdd(v, one) T=float32\nlater = Identity(v, ^count) T=float32", "later")
    assert reads(graph["count"]) == ("AddV2", "v", "one")
    assert reads(graph["later"]) == ("Identity", "count")


def test_changes_follow_each_other_and_each_read_takes_the_last_before_it() -> None:
    graph = rewritten(
        """
        before = Mul(v, one) T=float32
        first = Assign(v, x, ^before) T=float32
        between = Mul(v, one, ^first) T=float32
        second = AssignSub(v, one, ^between) T=float32
        y = AddN(before, between, second) T=float32
        """,
        "y",
    )
    assert reads(graph["before"]) == ("Mul", "v", "one")
    assert reads(graph["first"]) == ("Identity", "x")
    assert reads(graph["between"]) == ("Mul", "first", "one")
    assert reads(graph["second"]) == ("Sub", "first", "one")


def test_an_identity_of_a_reference_shows_what_was_written_when_it_is_used() -> None:
    graph = rewritten(
        "read = Identity(v) T=float32\nset = Assign(v, x) T=float32\ny = Mul(read, x, ^set) T=float32", "y"
    )
    assert reads(graph["y"]) == ("Mul", "set", "x")


def test_rows_are_scattered_into_a_copy() -> None:
    graph = rewritten(
        "s = ScatterUpdate(v, ids, x) T=float32; Tindices=int32\ny = Identity(s) T=float32", "y"
    )
    assert reads(graph["s"]) == ("TensorScatterUpdate", "v", "s/rows", "x")
    assert reads(graph["s/rows"])[:2] == ("ExpandDims", "ids")


def test_a_handle_is_read_once_and_what_is_read_later_is_the_new_value() -> None:
    graph = rewritten(
        """
        h = VarHandleOp() dtype=float32
        count = AssignAddVariableOp(h, one) dtype=float32
        later = ReadVariableOp(h, ^count) dtype=float32
        """,
        "later",
    )
    assert reads(graph["count"]) == ("AddV2", "h/before", "one")
    assert reads(graph["h/before"]) == ("ReadVariableOp", "h")
    assert reads(graph["later"]) == ("Identity", "count")


def test_a_graph_without_needed_changes_is_left_alone_and_so_is_the_result() -> None:
    idle = from_text(HEAD + "count = AssignAdd(v, one) T=float32\ny = Identity(x, ^count) T=float32")
    assert updates_to_values(idle, [TensorRef("y")]).graph is idle
    done = rewritten("count = AssignAdd(v, one) T=float32", "count")
    assert updates_to_values(done, [TensorRef("count")]).graph is done


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a = Assign(v, x)\nb = AssignAdd(v, one)\ny = AddN(a, b)", "'b' and 'a'|'a' and 'b'"),
        ("a = ApplyGradientDescent(v, one, x)\ny = Identity(a)", "'a' .*no form as a value"),
        ("p = Placeholder() dtype=bool\ns = Switch(x, p)\na = Assign(v, s)\ny = Identity(a)", "'a' .*branch"),
        ("h = VarHandleOp()\na = AssignVariableOp(h, x)\ny = ResourceGather(h, ids, ^a)", "'y' .*handle"),
    ],
)  # fmt: skip
def test_what_has_no_such_form_is_refused_by_name(text: str, reason: str) -> None:
    with pytest.raises(RewriteError, match=reason):
        rewritten(text, "y")
