"""One op before a recurrent network or behind it: the step is the author's own, and what it computes is TensorFlow 1's.

`python -m benchmarks.step_grid` goes through all of the grid; here is every so-manieth of it, at distances that are
prime, so that every op, arrangement and position has its turn.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import tf1compat
from benchmarks.step_grid import GridModel, check, grid_models, planned, wanted

MODELS = list(grid_models())
STEPPABLE = [each for each in MODELS if wanted(each)]


def of_each(chosen: list[GridModel]) -> Any:
    return pytest.mark.parametrize("model", chosen, ids=str)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("grid")


def test_the_grid_is_there_in_every_arrangement_and_position():
    """So that no test passes for want of models."""
    assert len(MODELS) > 1000
    assert {each.release for each in MODELS} == {"tf1.4.1", "tf1.15.5"}
    assert {each.truth["arrangement"] for each in MODELS} == {
        "3d",
        "flat",
        "unrolled",
        "fixed_batch",
        "fixed_both",
    }
    assert {each.truth["position"] for each in MODELS} == {"before", "after"}


@of_each([each for at, each in enumerate(STEPPABLE) if at % 7 == 0 or each.truth["op"] == "each_row_by_hand"])
def test_the_step_gives_what_the_author_sampled_from_and_takes_what_he_fed(model: GridModel, place: Path):
    assert planned(model, model.unpacked(place)) == ""


@pytest.mark.tensorflow
@of_each(MODELS[::31])
def test_whole_runs_and_steps_are_those_of_tensorflow_1(
    model: GridModel, place: Path, tensorflow: ModuleType
):
    assert check(model, place) == ""


@pytest.mark.tensorflow
def test_one_application_is_proven_where_the_batch_is_free_too(place: Path, tensorflow: ModuleType):
    """The original, which is run whole at its own size alone, has its own states to begin with there."""
    model = GridModel("tf1.15.5", "each_row_by_hand-unrolled-after")
    result = tf1compat.migrate(model.unpacked(place), place / "free", batch="free")
    assert result.output is not None
    assert result.plan.step is not None
    assert result.plan.batch is not None
    assert set(result.plan.batch.axes) >= {"serving_default", "step"}
