"""Training graphs with dropout at work and switches set to training, against the author's evaluation graph."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

import tf1compat
from tests.end_to_end.golden import Committed
from tests.end_to_end.training_pairs import check_evaluated, check_tensors, pairs_of

EVERY = pairs_of("training_switches")
#: Verified as well, in a process of their own: what is fed, and what stands in the graph, in a loop too.
VERIFIED = frozenset({"tf1.4.1/in_a_loop", "tf1.15.5/in_resource_variables"})
BUILT_IN = next(each for each in EVERY if each.name == "tf1.15.5/built_in")
VARIABLES = next(each for each in EVERY if each.name == "tf1.15.5/in_resource_variables")


def test_models_of_both_ages_are_there():
    """So that no test passes for want of models."""
    assert len(EVERY) >= 8
    assert {each.folder.parent.name for each in EVERY} == {"tf1.4.1", "tf1.15.5"}


@pytest.mark.tensorflow
@pytest.mark.parametrize("pair", EVERY, ids=[each.name for each in EVERY])
def test_the_training_graph_becomes_the_evaluation_graph(
    pair: Committed, tmp_path: Path, tensorflow: ModuleType
):
    result = tf1compat.migrate(pair.folder, tmp_path / "migrated", verify=pair.name in VERIFIED)
    check_tensors(pair, result.plan)
    assert [each.code for each in result.plan.hazards] == pair.truth["codes"]
    assert result.comparison is None or (result.comparison.passed and not result.comparison.drawn)
    check_evaluated(pair, tmp_path / "migrated", result.plan)


def test_no_variable_is_kept_that_only_held_a_switch():
    assert not {each.name for each in tf1compat.plan(VARIABLES.folder).variables} & {
        "state/keep_prob",
        "state/mode",
    }


@pytest.mark.parametrize(
    ("pair", "constants", "drawing"),
    [
        (BUILT_IN, {"dropout/rate": 0.5}, "dropout/random_uniform/RandomUniform"),
        (VARIABLES, {"state/keep_prob": 0.5}, "dropout/random_uniform/RandomUniform"),
        (VARIABLES, {"state/mode": True}, "cond/dropout/random_uniform/RandomUniform"),
    ],
)
def test_the_user_overrules_a_switch_and_is_told_what_is_random_then(
    pair: Committed, constants: dict[str, object], drawing: str
):
    hazards = [(each.code, each.node) for each in tf1compat.plan(pair.folder, constants=constants).hazards]
    assert ("random-at-inference", drawing) in hazards
    assert not {node for _, node in hazards} & constants.keys()


def test_dropout_that_the_user_keeps_stands_beside_dropout_that_is_gone():
    plan = tf1compat.plan(BUILT_IN.folder, constants={"dropout/rate": 0.5})
    values = {str(each.tensor): each.value for each in plan.constants}
    assert values == {"dropout/rate:0": 0.5, "Const:0": 1.0, "dropout_2/rate:0": 0.0}
    assert ("dropout-built-in", "Const") in [(each.code, each.node) for each in plan.hazards]
