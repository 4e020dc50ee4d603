"""Models of genuine TensorFlow 1 of which something has to be said: what cannot run, or cannot be compared."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import Committed
from tf1compat.report.migration import MigrationResult

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "said_graphs"
MODELS = [Committed(path.parent) for path in sorted(ROOT.glob("*/*/truth.json"))]
#: Those that end in a blocker, with its code.
BLOCKED = {
    "half_pooling": "no-kernel", "half_rounding": "no-kernel", "boosted_trees": "unregistered-op",
    "half_saved": "missing-variable",
}  # fmt: skip
UNPROVEN = ("password",)
RIGHT = [each for each in MODELS if each.folder.name not in (*BLOCKED, *UNPROVEN)]
#: How far two ways of computing in a type may come apart.
NEAR = {"half_layers": 1e-3, "half_inside": 1e-3, "bfloat16_inside": 1e-2}


def blocked(name: str) -> list[Committed]:
    return [each for each in MODELS if each.folder.name == name]


def test_models_are_there():
    assert len(MODELS) >= 26


def cases(model: Committed) -> list[Any]:
    return list(model.cases)


@pytest.mark.tensorflow
@pytest.mark.parametrize("model", RIGHT, ids=lambda each: each.name)
def test_a_model_that_runs_is_proven_and_computes_its_golden_values(
    model: Committed, tmp_path: Path, migrate_sharing: Callable[..., MigrationResult]
):
    result = migrate_sharing(model.folder, tmp_path / "out", signatures=[model.truth["signature"]])
    assert result.output is not None, str(result)
    (signature,) = result.plan.signatures
    loaded, near = tf1compat.load(result.output), NEAR.get(model.folder.name, 1e-5)
    for case in cases(model):
        found = loaded.predict(
            "serving_default", {each.alias: case.fed[str(each.tensor)] for each in signature.inputs}
        )
        for each in signature.outputs:
            expected = case.fetched[str(each.tensor)]
            if each.alias in found:
                np.testing.assert_allclose(found[each.alias], expected, near, near, err_msg=each.alias)


@pytest.mark.parametrize(("name", "code"), BLOCKED.items())
def test_a_model_that_does_not_run_is_told_without_tensorflow(name: str, code: str):
    for model in blocked(name):
        plan = tf1compat.plan(model.folder)
        assert {each.code for each in plan.blockers} == {code}


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", BLOCKED)
def test_the_remedy_of_a_blocker_works_as_typed(
    name: str, tmp_path: Path, migrate_sharing: Callable[..., MigrationResult]
):
    model = blocked(name)[0]
    note = tf1compat.plan(model.folder).blockers[0]
    (typed,) = re.findall(r"--signature '([^']*)'", note.remedy)
    result = migrate_sharing(model.folder, tmp_path / "out", signatures=[typed])
    assert result.output is not None, str(result)


@pytest.mark.tensorflow
def test_what_is_computed_in_fewer_digits_is_named(
    tmp_path: Path, migrate_sharing: Callable[..., MigrationResult], tensorflow: ModuleType
):
    model = next(each for each in MODELS if each.folder.name == "half_inside")
    result = migrate_sharing(model.folder, tmp_path / "out", signatures=[model.truth["signature"]])
    assert result.comparison is not None
    assert result.comparison.coarse["serving_default"] == {"y": "half"}
