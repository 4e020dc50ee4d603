"""The last application of an unrolled network: what it takes, and where it begins, if all are computed alike."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.plan.conftest import ref
from tf1compat.analysis.pattern import Mismatch
from tf1compat.analysis.shapes.dimensions import BATCH, TIME
from tf1compat.analysis.shapes.free import Question, walked
from tf1compat.analysis.shapes.walk import Changes, Walk
from tf1compat.analysis.time.application import Application
from tf1compat.discovery.findings import Layer, Rnn, StateOrigin
from tf1compat.graph.text import from_text
from tf1compat.plan.stepping.states import State
from tf1compat.plan.stepping.time import networks_of
from tf1compat.plan.stepping.unrolled import last_application, state_before_the_last, steps_of

GIVEN = """
    x = Placeholder() dtype=float32; shape=shape(None, 3, 2)
    zeros = Placeholder() dtype=float32; shape=shape(None, 2)
    w = Const() dtype=float32; value=tensor(float32, [1.0, 2.0])
    unstack = Unpack(x) T=float32; num=3; axis=1
"""
STEP = """
    {at}/scaled = Mul({x}, w) T=float32
    {at}/added = Add({at}/scaled, {h}) T=float32
    {at}/h = Tanh({at}/added) T=float32
"""
STACK = "stack = Pack(0/h, 1/h, 2/h) N=3; T=float32; axis=1"
STEPS = [("0", "unstack", "zeros"), ("1", "unstack:1", "0/h"), ("2", "unstack:2", "1/h")]
NET = GIVEN + "".join(STEP.format(at=at, x=x, h=h) for at, x, h in STEPS) + STACK
LAYER = Layer("RNN", 2, ("w",), {"h": ref("zeros")}, {"h": ref("2/h")}, step_state={"h": ref("0/h")})
RNN = Rnn("net", "static", "forward", None, None, None, None, (LAYER,),
          tuple(ref(x) for _, x, _ in STEPS), tuple(ref(f"{at}/h") for at, _, _ in STEPS))  # fmt: skip

#: The last step, and the others beside it: of one step all are the same.
TAKEN = (ref("unstack:2"), ref("unstack:0"), ref("unstack:1"))


def walk(text: str, *outputs: str, rnn: Rnn = RNN) -> Walk:
    graph = from_text(text)
    axes = {ref("x"): {0: BATCH, 1: TIME}, ref("zeros"): {0: BATCH}}
    question = Question(
        graph,
        {TIME: 3},
        axes,
        frozenset(axes),
        tuple(map(ref, outputs)),
        networks=networks_of(graph, [rnn], ()),
    )
    changes, grown = Changes(inputs={each: dict(at) for each, at in axes.items()}), True
    while grown:
        found, grown = walked(question, changes)
    return found


def last(text: str, *outputs: str, rnn: Rnn = RNN) -> Application | Mismatch:
    return last_application(walk(text, *outputs, rnn=rnn), [rnn], list(map(ref, outputs)), 3)


def test_there_are_as_many_steps_as_applications() -> None:
    assert steps_of([RNN, RNN]) == 3
    assert steps_of([RNN, replace(RNN, step_inputs=RNN.step_inputs[:2])]) == 0
    assert steps_of([replace(RNN, step_inputs=RNN.step_inputs[:1])]) == 0
    assert steps_of([replace(RNN, kind="dynamic")]) == 0


def test_the_last_takes_the_last_step_and_begins_where_the_one_before_ended() -> None:
    found = last(NET, "stack")
    assert found == Application(3, TAKEN, ("stack",), {ref("1/h"): ref("zeros")})


def test_without_an_output_of_all_steps_the_states_tell() -> None:
    found = last(NET, "2/h")
    assert found == Application(3, TAKEN, (), {ref("1/h"): ref("zeros")})


def test_a_number_that_counts_the_steps_is_the_first_one_s() -> None:
    text = NET
    for at in "012":
        text += f"\n{at}/number = Const() dtype=float32; value=tensor(float32, 1.0)"
        text += f"\n{at}/count = Const() dtype=int32; value=tensor(int32, {at})"
        text = text.replace(f"{at}/h = Tanh({at}/added)", f"{at}/h = Of({at}/added, {at}/number, {at}/count)")
    found = last(text, "2/h")
    assert isinstance(found, Application)
    assert found.exchanged == {ref("1/h"): ref("zeros"), ref("2/count"): ref("0/count")}


@pytest.mark.parametrize(
    ("old", "new", "reason", "at"),
    [
        ("2/h = Tanh(", "2/h = Sigmoid(", "the steps of the unrolled network are not all computed alike", "2/h"),
        ("2/scaled = Mul(unstack:2, w) T=float32", "2/scaled = Mul(unstack:2, w) T=float32; k=1",
         "the steps of the unrolled network are not all computed alike", "2/scaled"),
        ("2/scaled = Mul(unstack:2, w)", "v = Const() dtype=float32; value=tensor(float32, [1.0, 3.0])\n"
         "2/scaled = Mul(unstack:2, v)", "the steps of the unrolled network read different constants", "v"),
    ],
)  # fmt: skip
def test_steps_that_are_computed_otherwise_have_no_last_one(old: str, new: str, reason: str, at: str) -> None:
    assert old in NET
    assert last(NET.replace(old, new), "stack") == Mismatch(reason, at)


def test_what_belongs_to_another_step_is_not_shared() -> None:
    text = NET.replace("Mul(unstack, w)", "Mul(unstack, 1/h)").replace(
        "Mul(unstack:2, w)", "Mul(unstack:2, 1/h)"
    )
    found = last(text.replace("Add(1/scaled, 0/h)", "Add(1/scaled, zeros)"), "2/h")
    assert isinstance(found, Mismatch)
    assert (found.reason, found.at) == ("a step of the unrolled network reads what belongs to another", "1/h")


def state(part: str, initial: str, final: str, layer: Layer) -> State:
    return State(ref(initial), ref(final), StateOrigin("zeros", ref(initial)), layer, part, "static")


def test_the_only_state_that_begins_somewhere_is_what_is_read_of_the_step_before() -> None:
    own = state("h", "zeros", "2/h", LAYER)
    application = Application(3, exchanged={ref("1/h"): ref("zeros")})
    assert state_before_the_last(walk(NET, "2/h"), application, own, [own]) == ref("1/h")
    assert state_before_the_last(walk(NET, "2/h"), replace(application, exchanged={}), own, [own]) is None


def test_of_states_that_begin_alike_each_is_told_by_how_it_is_computed() -> None:
    text = NET.replace(
        "w = Const", "u = Const() dtype=float32; value=tensor(float32, [3.0, 4.0])\n    w = Const"
    )
    for at, _, before in STEPS:
        kept = "zeros" if before == "zeros" else before.replace("h", "c")
        text += f"\n{at}/c = Maximum({kept}, {at}/scaled) T=float32"
        text = text.replace(f"Add({at}/scaled, {before})", f"Sub({kept}, {before})")
    layer = replace(LAYER, step_state={"c": ref("0/c"), "h": ref("0/h")})
    both = [state("c", "zeros", "2/c", layer), state("h", "zeros", "2/h", layer)]
    application = Application(3, exchanged={ref("1/h"): ref("zeros"), ref("1/c"): ref("zeros")})
    found = walk(text, "2/h", "2/c")
    assert [state_before_the_last(found, application, each, both) for each in both] == [
        ref("1/c"),
        ref("1/h"),
    ]
    unknown = [replace(each, layer=replace(layer, step_state={})) for each in both]
    assert state_before_the_last(found, application, unknown[0], unknown) is None
