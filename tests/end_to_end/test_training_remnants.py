"""Training graphs with what only their programs could run: cut as their blockers say, or migrated as they are, they
compute what their authors' evaluation graphs did."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import check_equal, forbidden_in, golden_cases, nodes_of, read_truth, saved_again
from tf1compat.errors import PlanError
from tf1compat.plan.document import from_json, to_json
from tf1compat.report.migration import MigrationResult

pytestmark = pytest.mark.tensorflow

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "training_graphs"
#: What is typed besides the model's name, by model; a blocker's remedy comes from the blocker.
OPTIONS: dict[str, dict[str, Any]] = {"fixed_batch": {"batch": "free"}}


@dataclass(frozen=True)
class Trained:
    """A committed training graph with what is known of it."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def truth(self) -> dict[str, Any]:
        return read_truth(self.folder)

    @property
    def options(self) -> dict[str, Any]:
        """What to type: the remedy of the first blocker, as it is printed, if there is one."""
        if not self.truth["code"]:
            return OPTIONS.get(self.name, {})
        remedy = tf1compat.plan(self.folder).blockers[0].remedy
        typed = re.search(r"--signature '([^']+)'", remedy)
        assert typed is not None, remedy
        return {"signatures": [typed[1]]}


Migrate = Callable[[Trained], MigrationResult]
FOLDERS = [path.parent for path in sorted(ROOT.glob("*/*/truth.json"))]
EVERY = [Trained(each) for each in FOLDERS if read_truth(each)["family"] == "training_remnants"]
BY_NAME = {each.name: each for each in EVERY}


def of_each(models: list[Trained]) -> Any:
    return pytest.mark.parametrize("trained", models, ids=[each.name for each in models])


@pytest.fixture(scope="module")
def migrate(tmp_path_factory: pytest.TempPathFactory, tensorflow: ModuleType) -> Migrate:
    """Migrate a model, once."""
    made: dict[str, MigrationResult] = {}

    def result(trained: Trained) -> MigrationResult:
        if trained.name not in made:
            output = tmp_path_factory.mktemp("remnants") / "migrated"
            made[trained.name] = tf1compat.migrate(trained.folder, output, **trained.options)
        return made[trained.name]

    return result


def test_the_models_are_there() -> None:
    assert set(BY_NAME) == {
        "python_function", "python_in_function", "contrib_ops", "cross_replica", "checkpointed", "fixed_batch"
    }  # fmt: skip


@of_each([each for each in EVERY if each.truth["code"]])
def test_what_is_not_in_the_files_blocks(trained: Trained, tmp_path: Path) -> None:
    plan = tf1compat.plan(trained.folder)
    assert trained.truth["code"] in {each.code for each in plan.blockers}
    with pytest.raises(PlanError, match=trained.truth["code"]):
        tf1compat.migrate(trained.folder, tmp_path / "migrated")


@of_each(EVERY)
def test_the_result_computes_what_the_evaluation_graph_did(
    trained: Trained, migrate: Migrate, tmp_path: Path
) -> None:
    result = migrate(trained)
    assert result.comparison is not None
    assert result.comparison.passed
    check_golden(trained, result.output)
    check_golden(trained, saved_again(result.output, tmp_path / "again"))
    assert forbidden_in(result.output) == set()


def check_golden(trained: Trained, saved_model: Path | None) -> None:
    assert saved_model is not None
    model = tf1compat.load(saved_model)
    cases = golden_cases(trained.folder)
    assert cases
    for case in cases:
        found = model.predict("serving_default", case.fed)
        for alias, expected in case.fetched.items():
            check_equal(found[alias], expected, f"{case.case}: {alias}")


def test_no_parameter_server_and_no_worker_is_left(migrate: Migrate) -> None:
    output = migrate(BY_NAME["fixed_batch"]).output
    assert output is not None
    devices = {node.device for _, node in nodes_of(output)}
    assert {each for each in devices if "/job:" in each or "gpu" in each.lower()} == set()


# ----------------------------------------------------------------------------------------------- any batch


def test_without_the_option_the_batch_is_kept_and_a_hazard_says_so() -> None:
    plan = tf1compat.plan(BY_NAME["fixed_batch"].folder)
    assert "fixed-batch" in {each.code for each in plan.hazards}
    assert plan.signatures[0].inputs[0].shape.to_json() == [4, 5]


def test_a_free_batch_is_compared_at_several_sizes(migrate: Migrate) -> None:
    result = migrate(BY_NAME["fixed_batch"])
    assert result.plan.signatures[0].inputs[0].shape.to_json() == [None, 5]
    assert result.comparison is not None
    sizes = {
        shape[0]
        for case in result.comparison.compared
        for each in case.outputs
        if (shape := each.found_shape)
    }
    assert {1, 4, 6} <= sizes
    assert "4 examples at a time" in result.comparison.reference


def test_a_plan_with_a_free_batch_survives_json() -> None:
    plan = tf1compat.plan(BY_NAME["fixed_batch"].folder, batch="free")
    assert plan.batch is not None
    assert plan.batch.size == 4
    assert from_json(to_json(plan)) == plan


def test_the_given_batch_is_verified_in_pieces(migrate: Migrate) -> None:
    trained = BY_NAME["fixed_batch"]
    output = migrate(trained).output
    assert output is not None
    feeds = {"ids": np.arange(35, dtype=np.int32).reshape(7, 5) % 7}
    assert tf1compat.verify(trained.folder, output, feeds).passed
