"""Training graphs with batch normalisation in training mode, against the author's evaluation graph."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

import tf1compat
from tests.end_to_end.golden import Committed
from tests.end_to_end.training_pairs import check_evaluated, check_tensors, pairs_of
from tf1compat.cli import main
from tf1compat.errors import PlanError
from tf1compat.plan.document import from_json, to_json

EVERY = pairs_of("training_batch_norm")
BLOCKED = [each for each in EVERY if each.truth["needs"]]
AVERAGED = [each for each in EVERY if not each.truth["needs"]]
VERIFIED = frozenset({"tf1.15.5/contrib_in_place", "tf1.4.1/renormalized"})
UNTOUCHED = next(each for each in EVERY if each.name == "tf1.15.5/untouched")
KERAS = next(each for each in EVERY if each.name == "tf1.15.5/keras")


def of_each(pairs: list[Committed]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("pair", pairs, ids=[each.name for each in pairs])


def test_models_of_three_ages_are_there():
    """So that no test passes for want of models."""
    assert {each.folder.parent.name for each in EVERY} == {"tf0.12.1", "tf1.4.1", "tf1.15.5"}
    assert len(AVERAGED) >= 7
    assert {each.truth["needs"] for each in BLOCKED} == {
        "batch-norm-without-averages",
        "batch-norm-untouched-averages",
    }


@pytest.mark.tensorflow
@of_each(AVERAGED)
def test_the_training_graph_becomes_the_evaluation_graph(
    pair: Committed, tmp_path: Path, tensorflow: ModuleType
):
    result = tf1compat.migrate(pair.folder, tmp_path / "migrated", verify=pair.name in VERIFIED)
    check_tensors(pair, result.plan)
    assert [each.code for each in result.plan.hazards] == pair.truth["codes"]
    assert result.comparison is None or result.comparison.passed
    check_evaluated(pair, tmp_path / "migrated", result.plan)


@pytest.mark.tensorflow
@of_each(BLOCKED)
def test_without_averages_nothing_is_written_until_the_user_keeps_the_statistics(
    pair: Committed, tmp_path: Path, tensorflow: ModuleType
):
    out = tmp_path / "migrated"
    with pytest.raises(PlanError, match="--batch-statistics keep") as refusal:
        tf1compat.migrate(pair.folder, out)
    assert pair.truth["needs"] in str(refusal.value)
    assert not out.exists()
    assert main(["migrate", str(pair.folder), str(out), "--batch-statistics", "keep", "--no-verify"]) == 0
    plan = tf1compat.plan(pair.folder, batch_statistics="keep")
    assert [each.code for each in plan.hazards] == pair.truth["codes"]
    check_evaluated(pair, out, plan)


def test_averages_that_were_never_updated_are_taken_where_the_user_asks_for_them():
    plan = tf1compat.plan(UNTOUCHED.folder, batch_statistics="averages")
    assert plan.blockers == ()
    assert [each.code for each in plan.hazards] == ["batch-norm-averaged"]
    assert {each.variable for each in plan.averages} == {
        "batch_normalization/moving_mean",
        "batch_normalization/moving_variance",
    }


def test_a_user_may_keep_the_statistics_where_there_are_averages():
    plan = tf1compat.plan(KERAS.folder, batch_statistics="keep")
    assert plan.averages == ()
    assert [each.code for each in plan.hazards] == ["batch-statistics-kept"]
    assert not any("moving" in each.name for each in plan.variables)


def test_the_averages_of_a_plan_survive_json():
    plan = tf1compat.plan(KERAS.folder)
    assert len(plan.averages) == 4
    assert from_json(to_json(plan)) == plan
