"""Steps of one against the original's own run of all of them, on a model that adds up what it is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.verify.test_stepwise import EXACT, FLOAT, Adder, unmoved
from tf1compat.analysis.shapes.dimensions import BATCH, TIME
from tf1compat.analysis.time.application import Application
from tf1compat.graph.attributes import Shape
from tf1compat.names import TensorRef
from tf1compat.plan.model import (
    AxesPlan,
    FreeSizePlan,
    InputBinding,
    MigrationPlan,
    OutputBinding,
    Piece,
    SignaturePlan,
    StatePlan,
    StepPlan,
)
from tf1compat.verify.comparison import CaseResult
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.reloaded.fresh import Answer

if TYPE_CHECKING:
    from tf1compat.verify.whole_run import WholeRuns

pytestmark = [pytest.mark.tensorflow, pytest.mark.usefixtures("tensorflow")]

BEGIN = "initial_states"
START = TensorRef("start")
DATA = (InputBinding("x", TensorRef("x"), FLOAT, Shape.of(None, None)),
        InputBinding("lengths", TensorRef("lengths"), FLOAT, Shape.of(None)))  # fmt: skip
STATE = InputBinding("state", TensorRef("loop"), FLOAT, Shape.of(None))
SUMS = OutputBinding("sums", (Piece((), TensorRef("sums")),), FLOAT, Shape.of(None, None), "sequence")
END = OutputBinding("end", (Piece((), TensorRef("end")),), FLOAT, Shape.of(None))
STEP = StepPlan(
    (StatePlan("state", "tensor", START),),
    (AxesPlan("x", 0, 1), AxesPlan("lengths", 0, None, counts=True)),
    (AxesPlan("sums", 0, 1), AxesPlan("end", 0, None)),
)
DEFAULT = SignaturePlan("serving_default", DATA, (SUMS, END))
STEPPED = SignaturePlan("step", (*DATA, STATE), (SUMS, END), STEP)
PLAN = MigrationPlan("model", "sha256:0", (DEFAULT, STEPPED))
ANY_BATCH = FreeSizePlan(2, {"step": {"x": 0, "lengths": 0, "state": 0}})
ANY_TIME = FreeSizePlan(5, {"serving_default": {"x": 1}})
LAYOUT = {"sums": ((BATCH,), (TIME,)), "end": ((BATCH,),)}


def _subject() -> Any:
    return import_module("tf1compat.verify.whole_run")  # it imports TensorFlow


def case(batch: int = 2, time: int = 5, name: str = "case") -> Case:
    x = np.arange(batch * time, dtype=np.float32).reshape(batch, time) + 1
    return Case("serving_default", name, {"x": x, "lengths": np.full(batch, time, np.int32)})


class Model(Adder):
    """What is migrated; its state begins with 10 for the first example, 11 for the second, and so on."""

    def outputs(self, feeds: Any) -> dict[str, Any]:
        begun = np.arange(len(feeds["x"]), dtype=np.float32) + 10
        return super().outputs({"state": begun, **feeds})


def begin(case: Case) -> Answer:
    """The original's initial states."""
    assert case.signature == BEGIN
    return Answer({"state": np.arange(len(case.feeds["x"]), dtype=np.float32) + 10})


def runs(plan: MigrationPlan = PLAN, model: Model | None = None, **changed: Any) -> WholeRuns:
    made = _subject().WholeRuns(plan, LAYOUT, begin, model or Model(), EXACT, frozenset(), unmoved)
    return replace(made, **changed)


def tried(*cases: Case) -> list[tuple[Case, Answer]]:
    return [(each, Answer(Model().outputs(each.feeds))) for each in cases]


def failing(results: Sequence[CaseResult]) -> set[str]:
    return {each.alias for result in results for each in result.outputs if not each.passed}


def test_what_a_step_begins_with_is_a_signature_of_the_original() -> None:
    found = _subject().begin_signature(PLAN)
    assert found is not None
    assert (found.name, found.inputs) == (BEGIN, DATA)
    assert [(each.alias, each.tensor, each.shape) for each in found.outputs] == [
        ("state", START, Shape.of(None))
    ]
    zeros = replace(STEP, states=(StatePlan("state", "zeros", None),))
    assert (
        _subject().begin_signature(replace(PLAN, signatures=(DEFAULT, replace(STEPPED, step=zeros)))) is None
    )
    assert _subject().begin_signature(replace(PLAN, signatures=(DEFAULT,))) is None


def test_steps_come_to_what_the_original_gave_at_once() -> None:
    model = Model()
    (result,) = runs(model=model).results(tried(case()))
    assert result.passed
    assert result.signature == "step"
    assert result.case == "5 steps of one against the original's run of 5, 2 examples"
    assert [each.feeds["lengths"].tolist() for each in model.asked] == [[1, 1]] * 5
    assert [each.feeds["state"].tolist() for each in model.asked[:2]] == [[10, 11], [11, 17]]


def test_a_state_that_is_lost_on_the_way_is_seen() -> None:
    results = runs(model=Model(forgets=True)).results(tried(case()))
    assert failing(results) == {"sums", "end"}


def test_another_beginning_is_seen() -> None:
    results = runs(begin=lambda each: Answer({"state": np.zeros(2, np.float32)})).results(tried(case()))
    assert failing(results) == {"sums", "end"}


def test_the_longest_run_that_the_original_took_is_held_against() -> None:
    (refused, _), *others = tried(case(2, 9, "refused"), case(2, 4), case(3, 5), case(2, 5))
    (result,) = runs().results([(refused, Answer({}, "no kernel")), *others])
    assert result.case == "5 steps of one against the original's run of 5, 3 examples"


def test_where_any_number_of_examples_is_taken_the_first_runs_alone_too() -> None:
    model = Model()
    results = runs(replace(PLAN, batch=ANY_BATCH), model).results(tried(case()))
    assert [each.case.partition(" of 5, ")[2] for each in results] == ["2 examples", "one example alone"]
    assert all(each.passed and each.outputs for each in results)
    assert [each.feeds["x"].shape for each in model.asked] == [(2, 1)] * 5 + [(1, 1)] * 5
    assert model.asked[5].feeds["state"].tolist() == [10]


def test_steps_may_differ_by_as_much_as_the_original_moves() -> None:
    def moves(case: Case, expected: Answer, weights: bool) -> dict[str, Any]:
        return {alias: np.full(value.shape, 100.0 * weights) for alias, value in expected.outputs.items()}

    (result,) = runs(model=Model(forgets=True), moves=moves).results(tried(case()))
    assert result.passed


def test_a_step_that_does_not_run_is_a_failure() -> None:
    (result,) = runs(ask=lambda cases: [Answer({}, "no kernel") for _ in cases]).results(tried(case()))
    assert (result.passed, result.failure) == (False, "no kernel")


def test_without_a_known_beginning_nothing_is_compared() -> None:
    unknown = runs(begin=lambda each: Answer({}, "out of range"))
    assert unknown.results(tried(case())) == ()
    assert runs().results(tried(case(2, 1))) == ()


def test_one_application_of_many_that_could_not_be_compared_is_not_proven() -> None:
    applied = replace(STEPPED, step=replace(STEP, application=Application(5)))
    (result,) = runs(replace(PLAN, signatures=(DEFAULT, applied))).results(tried(case(2, 1)))
    assert result.refused == "there is no run of the original from a known state to hold it against"
    assert result.outputs == ()


def test_half_of_the_steps_alone_are_what_they_were_among_all() -> None:
    model = Model()
    (result,) = runs(replace(PLAN, time=ANY_TIME), model).shorter(tried(case()))
    assert result.case == "the first 2 of 5 steps alone"
    assert result.passed
    assert [each.alias for each in result.outputs] == ["sums"]
    (asked,) = model.asked
    assert (asked.feeds["x"].shape, asked.feeds["lengths"].tolist()) == ((2, 2), [2, 2])


def test_steps_that_change_with_those_after_them_are_seen() -> None:
    class Backward(Model):
        def outputs(self, feeds: Any) -> dict[str, Any]:
            return {"sums": np.cumsum(feeds["x"][:, ::-1], axis=1)[:, ::-1]}

    ran = [(case(), Answer(Backward().outputs(case().feeds)))]
    assert failing(runs(replace(PLAN, time=ANY_TIME), Backward()).shorter(ran)) == {"sums"}


def test_a_fixed_number_of_steps_is_not_halved() -> None:
    assert runs().shorter(tried(case())) == ()
    assert runs(replace(PLAN, time=replace(ANY_TIME, axes={"step": {"x": 1}}))).shorter(tried(case())) == ()
