"""What is judged is what was chosen, and nothing else; where no plan can be made, what of it could be chosen."""

from __future__ import annotations

import pytest

from tests.discovery.model_text import CLASSIFIER, model_of
from tests.discovery.training_mode.test_freezes import OLD_DROPOUT
from tests.plan.judge.judged import judged
from tf1compat.discovery import discover
from tf1compat.errors import PlanError
from tf1compat.graph.text import from_text
from tf1compat.plan import make
from tf1compat.plan.judge.judge import Choice, Judgement, judge
from tf1compat.plan.make import PlanOptions, make_plan
from tf1compat.plan.model import MigrationPlan
from tf1compat.plan.stepping.step import Stepping
from tf1compat.source.model import LegacyModel

#: Dropout in front of the softmax, and something that no output of discovery's depends on.
TEXT = CLASSIFIER.replace("Softmax(logits)", "Softmax(dropped)") + OLD_DROPOUT
ASIDE = "aside = PyFunc(y) Tin=[int32]; Tout=[float32]; _output_shapes=[shape(None)]\n"


def model(text: str = TEXT) -> LegacyModel:
    return model_of(from_text(text), keys=("w", "b"))


def planned(signature: str, text: str = TEXT, **options: object) -> MigrationPlan:
    found = model(text)
    return make_plan(found, discover(found), PlanOptions(signatures=[signature], **options))  # type: ignore[arg-type]


def codes(found: Judgement | MigrationPlan) -> tuple[list[str], list[str]]:
    """The codes of the hazards and of the blockers."""
    return [each.code for each in found.hazards], [each.code for each in found.blockers]


def test_by_default_all_that_discovery_offers_is_judged() -> None:
    assert codes(judged(model())) == (["dropout-frozen"], [])
    assert judged(model()).hazards == make_plan(model(), discover(model()), PlanOptions()).hazards


def test_what_lies_outside_of_the_signatures_is_not_judged() -> None:
    assert codes(planned("f(x) -> logits")) == ([], [])
    assert codes(planned("f(hidden=dropped) -> Softmax")) == ([], [])


def test_an_output_that_only_the_user_names_is_judged_with_a_remedy_for_it() -> None:
    plan = planned("f(y) -> aside", TEXT + ASIDE)
    assert codes(plan) == ([], ["python-function"])
    assert "probabilities" not in plan.blockers[0].remedy
    assert codes(judged(model(TEXT + ASIDE))) == (["dropout-frozen"], [])


def test_a_variable_without_a_value_is_told_and_blocks() -> None:
    lacking = model_of(from_text(CLASSIFIER), keys=("w",))
    assert codes(judged(lacking)) == (["unsaved-variable"], ["missing-variable"])


def test_where_no_plan_can_be_made_what_could_be_chosen_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PlanError(["no batch"])

    monkeypatch.setattr(make, "batch_of", refuse)
    called = TEXT.replace("MatMul(x,", "MatMul(made,") + "made = PyFunc(x) Tin=[float32]; Tout=[float32]\n"
    assert codes(judged(model(called))) == (["dropout-frozen"], ["python-function"])


def test_where_nothing_was_chosen_there_is_nothing_to_offer() -> None:
    found = model()
    assert codes(judge(found, discover(found), Choice())) == ([], ["no-outputs"])


def test_why_there_is_no_step_is_handed_on_with_the_node() -> None:
    found = model()
    told = judge(found, discover(found), Choice(stepping=Stepping(reason="it is mixed", at="Mean")))
    assert (told.no_step, told.no_step_at) == ("it is mixed", "Mean")
