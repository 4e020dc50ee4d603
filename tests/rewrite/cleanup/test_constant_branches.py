"""Known predicates: the branch that is taken is all that is left."""

from __future__ import annotations

import pytest

from tf1compat.graph.attributes import Shape
from tf1compat.graph.lint import lint
from tf1compat.graph.text import from_text
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.rewrite.cleanup.constant_branches import take_known_branches

COND = """
    x = Placeholder() dtype=float32
    training = {0}
    pred = Identity(training) T=bool
    Switch = Switch(training, training) T=bool
    on = Identity(Switch:1) T=bool
    off = Identity(Switch) T=bool
    noise/Switch = Switch(x, pred) T=float32
    noise = Tanh(noise/Switch:1) T=float32
    mask = Const(^on) dtype=float32; value=tensor(float32, 2.0)
    product = Mul(noise, mask) T=float32
    plain/Switch = Switch(x, pred) T=float32
    plain = Identity(plain/Switch) T=float32
    Merge = Merge(plain, product) T=float32; N=2
    y = Identity(Merge) T=float32
"""
#: A loop in the branch for True.
LOOP = """
    enter = Enter(noise) T=float32; frame_name="f"
    merge = Merge(enter, next) T=float32; N=2
    going = Placeholder() dtype=bool
    go = Enter(going) T=bool; frame_name="f"; is_constant=True
    cond = LoopCond(go)
    switch = Switch(merge, cond) T=float32
    next = NextIteration(switch:1) T=float32
    exit = Exit(switch) T=float32
"""
FALSE = COND.format("Const() dtype=bool; value=tensor(bool, False)")
TRUE = COND.format("Const() dtype=bool; value=tensor(bool, True)")
OPEN = COND.format("Placeholder() dtype=bool; shape=shape()")


def test_the_branch_that_is_not_taken_is_gone() -> None:
    graph = take_known_branches(from_text(FALSE)).graph
    assert lint(graph) == ()
    assert not {"noise", "mask", "product", "on"} & set(graph.by_name)
    assert graph["Merge"].op == "Identity"
    assert graph["Merge"].inputs == (TensorRef("plain"),)


def test_the_other_branch_is_left_when_the_predicate_holds() -> None:
    graph = take_known_branches(from_text(TRUE)).graph
    assert lint(graph) == ()
    assert "plain" not in graph
    assert graph["Merge"].inputs == (TensorRef("product"),)
    assert graph["noise"].inputs == (TensorRef("noise/Switch"),)
    assert graph["noise/Switch"].op == "Identity"


def test_an_open_predicate_is_left_alone() -> None:
    graph = from_text(OPEN)
    assert take_known_branches(graph).graph is graph


def test_a_second_run_finds_nothing() -> None:
    once = take_known_branches(from_text(FALSE)).graph
    again = take_known_branches(once)
    assert (again.graph, again.count) == (once, 0)


def test_a_predicate_may_be_computed_from_constants() -> None:
    computed = OPEN.replace(
        "training = Placeholder() dtype=bool; shape=shape()",
        "given = Const() dtype=bool; value=tensor(bool, True)\n    training = LogicalNot(given)",
    )
    graph = take_known_branches(from_text(computed)).graph
    assert graph["Merge"].inputs == (TensorRef("plain"),)


def test_a_conditional_inside_a_dead_branch_dies_with_it() -> None:
    inner = """
        inner = Placeholder() dtype=bool; shape=shape()
        deep/Switch = Switch(noise, inner) T=float32
        deep = Tanh(deep/Switch:1) T=float32
        deep/Merge = Merge(deep/Switch, deep) T=float32; N=2
    """
    text = FALSE.replace("product = Mul(noise, mask)", "product = Mul(deep/Merge, mask)") + inner
    graph = take_known_branches(from_text(text)).graph
    assert lint(graph) == ()
    assert not {"deep", "deep/Merge", "deep/Switch"} & set(graph.by_name)


def test_a_loop_inside_a_dead_branch_dies_with_it() -> None:
    text = FALSE.replace("product = Mul(noise, mask)", "product = Mul(exit, mask)") + LOOP
    graph = take_known_branches(from_text(text)).graph
    assert lint(graph) == ()
    assert not {"enter", "merge", "switch", "next", "exit"} & set(graph.by_name)
    assert graph["Merge"].inputs == (TensorRef("plain"),)


def test_a_loop_inside_the_branch_that_is_taken_stays_whole() -> None:
    text = TRUE.replace("product = Mul(noise, mask)", "product = Mul(exit, mask)") + LOOP
    graph = take_known_branches(from_text(text)).graph
    assert lint(graph) == ()
    assert graph["merge"] == from_text(text)["merge"]


def test_which_input_a_merge_took_is_a_constant() -> None:
    for text, number in ((FALSE, 0), (TRUE, 1)):
        graph = take_known_branches(from_text(text + "    which = Identity(Merge:1) T=int32\n")).graph
        assert lint(graph) == ()
        value = graph.input(graph["which"], 0).attrs["value"]
        assert int(value.array) == number  # type: ignore[union-attr]


def test_the_shape_that_was_recorded_for_a_merge_stays() -> None:
    text = FALSE.replace("Merge(plain, product) T=float32; N=2", "Merge(plain, product) T=float32; N=2; "
                         "_output_shapes=[shape(None, 3), shape()]")  # fmt: skip
    graph = take_known_branches(from_text(text)).graph
    assert graph.static_shape(TensorRef("Merge")) == Shape.of(None, 3)


def test_a_loop_that_never_runs_gives_what_it_starts_with() -> None:
    text = LOOP.replace(
        "going = Placeholder() dtype=bool", "going = Const() dtype=bool; value=tensor(bool, False)"
    )
    text = "noise = Placeholder() dtype=float32\n" + text + "y = Tanh(exit) T=float32\n"
    graph = take_known_branches(from_text(text)).graph
    assert lint(graph) == ()
    assert "next" not in graph
    assert not {"Enter", "Exit", "Merge", "Switch", "NextIteration"} & {
        node.op for node in graph.nodes if node.name != "go"
    }
    assert resolve(graph, TensorRef("exit")) == TensorRef("noise")


def test_a_loop_that_never_ends_is_no_decision() -> None:
    text = LOOP.replace(
        "going = Placeholder() dtype=bool", "going = Const() dtype=bool; value=tensor(bool, True)"
    )
    graph = from_text("noise = Placeholder() dtype=float32\n" + text)
    assert take_known_branches(graph).graph is graph


def test_one_choice_makes_another_known() -> None:
    """A rate that depends on the phase decides whether anything is dropped."""
    text = """
        x = Placeholder() dtype=float32
        training = Const() dtype=bool; value=tensor(bool, False)
        low = Const() dtype=float32; value=tensor(float32, 0.5)
        full = Const() dtype=float32; value=tensor(float32, 1.0)
        low/in = Switch(low, training) T=float32
        full/in = Switch(full, training) T=float32
        rate = Merge(full/in, low/in:1) T=float32; N=2
        drops = Less(rate, full) T=float32
        x/in = Switch(x, drops) T=float32
        dropped = Tanh(x/in:1) T=float32
        y = Merge(x/in, dropped) T=float32; N=2
    """
    graph = take_known_branches(from_text(text)).graph
    assert "dropped" not in graph
    assert resolve(graph, TensorRef("y")) == TensorRef("x")


def test_a_merge_of_many_loses_what_is_dead() -> None:
    text = """
        x = Placeholder() dtype=float32
        open = Placeholder() dtype=bool
        known = Const() dtype=bool; value=tensor(bool, False)
        outer = Switch(x, known) T=float32
        inner = Switch(outer, open) T=float32
        y = Merge(inner, outer:1, inner:1) T=float32; N=3
    """
    graph = take_known_branches(from_text(text)).graph
    assert lint(graph) == ()
    assert graph["y"].inputs == (TensorRef("inner"), TensorRef("inner", 1))
    assert graph["y"].attrs["N"] == 2


SELECTION = """
    x = Placeholder() dtype=float32; shape=shape(None, 3)
    flag = Const() dtype=bool; value=tensor(bool, {0})
    one = Const() dtype=int32; value=tensor(int32, [1])
    wide = Reshape(flag, one) T=bool; _output_shapes=[shape(1)]
    noise = RandomUniform(one) T=int32; dtype=float32; _output_shapes=[shape(None, 3)]
    y = Select({1}, noise, x) T=float32; _output_shapes=[shape(None, 3)]
"""


@pytest.mark.parametrize("predicate", ["flag", "wide"])
@pytest.mark.parametrize(("value", "taken"), [(False, "x"), (True, "noise")])
def test_a_selection_that_is_known_hands_one_of_its_values_on(
    predicate: str, value: bool, taken: str
) -> None:
    outcome = take_known_branches(from_text(SELECTION.format(value, predicate)))
    assert lint(outcome.graph) == ()
    assert (outcome.graph["y"].op, outcome.graph["y"].inputs) == ("Identity", (TensorRef(taken),))
    assert outcome.count == 1
    assert take_known_branches(outcome.graph).graph is outcome.graph


def test_a_selection_that_would_widen_what_it_takes_is_left_alone() -> None:
    wider = (
        SELECTION.format(False, "flag")
        .replace("Select(", "SelectV2(")
        .replace(
            "x = Placeholder() dtype=float32; shape=shape(None, 3)",
            "x = Placeholder() dtype=float32; shape=shape(1, 3)",
        )
    )
    graph = from_text(wider)
    assert take_known_branches(graph).graph is graph


def test_a_predicate_whose_entries_are_all_one_scalar_is_known() -> None:
    filled = SELECTION.format(False, "filled") + "filled = Fill(one, flag) T=bool; index_type=int32\n"
    graph = take_known_branches(from_text(filled)).graph
    assert (graph["y"].op, graph["y"].inputs) == ("Identity", (TensorRef("x"),))


DRAWN = """
    x = Placeholder() dtype=float32; shape=shape(None, 3)
    nothing = Const() dtype=int32; value=tensor(int32, [])
    drawn = RandomUniform(nothing) T=int32; dtype=float32
    keep = Const() dtype=float32; value=tensor(float32, {0})
    computed = Less(drawn, keep) T=float32
    given = Switch(x, computed) T=float32
    block = Tanh(given:1) T=float32
    y = Merge(given, block) T=float32; N=2
"""


def test_a_predicate_that_is_drawn_is_known_where_it_is_the_same_whatever_is_drawn() -> None:
    graph = take_known_branches(from_text(DRAWN.format(1.0))).graph
    assert lint(graph) == ()
    assert (graph["y"].op, graph["y"].inputs) == ("Identity", (TensorRef("block"),))
    drawn = from_text(DRAWN.format(0.5))
    assert take_known_branches(drawn).graph is drawn
