"""Models of genuine TensorFlow 1.15.5 that are hard to prove: what is fed, what is covered, how near is near enough."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import Committed, check_equal
from tf1compat.report.migration import MigrationResult
from tf1compat.verify.comparison import Comparison

pytestmark = pytest.mark.tensorflow

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "proof_graphs"
BY_NAME = {path.parent.name: Committed(path.parent) for path in sorted(ROOT.glob("*/*/truth.json"))}
RANDOM = [name for name, each in BY_NAME.items() if each.truth["random"]]
Migrate = Callable[[str], MigrationResult]


@pytest.fixture(scope="module")
def migrate(
    tmp_path_factory: pytest.TempPathFactory, migrate_sharing: Callable[..., MigrationResult]
) -> Migrate:
    """Migrate and verify a model by the text of its signature, once."""
    made: dict[str, MigrationResult] = {}

    def result(name: str) -> MigrationResult:
        if name not in made:
            place = tmp_path_factory.mktemp("proof") / "migrated"
            signatures = [BY_NAME[name].truth["signature"]]
            made[name] = migrate_sharing(BY_NAME[name].folder, place, signatures=signatures)
        return made[name]

    return result


def comparison(result: MigrationResult) -> Comparison:
    assert result.comparison is not None
    return result.comparison


def test_models_are_there():
    assert len(BY_NAME) >= 16


@pytest.mark.parametrize("name", sorted(set(BY_NAME) - set(RANDOM)))
def test_every_model_is_proven_and_computes_its_golden_values(name: str, migrate: Migrate):
    result = migrate(name)
    assert comparison(result).passed, str(result)
    (signature,) = result.plan.signatures
    model = tf1compat.load(result.output)
    for case in BY_NAME[name].cases:
        feeds = {each.alias: case.fed[str(each.tensor)] for each in signature.inputs}
        found = model.run([each.alias for each in signature.outputs], feeds)
        for output, value in zip(signature.outputs, found, strict=True):
            expected, what = case.fetched[str(output.tensor)], f"{case.case}: {output.alias}"
            if expected.dtype == np.float16:
                np.testing.assert_allclose(value, expected, 2e-3, 1e-3, err_msg=what)
            else:
                check_equal(value, expected, what)


@pytest.mark.parametrize("name", [name for name, each in BY_NAME.items() if each.truth["covered"]])
def test_what_the_cases_reach_is_all_that_there_is(name: str, migrate: Migrate):
    (covered,) = comparison(migrate(name)).coverage
    truth: dict[str, Any] = BY_NAME[name].truth["covered"]
    for table, rows in truth.get("tables", {}).items():
        (found,) = [each for each in covered.tables if each.name == table]
        assert (found.size, found.touched) == (rows, min(rows, *truth["tables"].values()))
    assert [each.both for each in covered.branches] == [True] * truth.get("branches", 0)


def test_random_outputs_alone_are_not_published_unless_they_are_allowed(
    tmp_path: Path, migrate_sharing: Callable[..., MigrationResult], tensorflow: ModuleType
):
    model = BY_NAME["generator"]
    options = {"signatures": [model.truth["signature"]]}
    refused = migrate_sharing(model.folder, tmp_path / "out", **options)
    assert refused.output is None
    assert not (tmp_path / "out").exists()
    assert "accept that with --allow-random samples" in " ".join(str(refused).split())
    allowed = migrate_sharing(model.folder, tmp_path / "out", **options, allow_random=["samples"])
    assert allowed.output is not None
    assert tf1compat.verify(model.folder, tmp_path / "out").passed, "the record says what is allowed"


def test_inputs_of_ones_own_are_compared_in_the_place_of_made_ones(
    tmp_path: Path, migrate_sharing: Callable[..., MigrationResult], tensorflow: ModuleType
):
    model = BY_NAME["masked_mean"]
    feeds = {"x": np.ones([1, 2, 4], np.float32), "m": np.ones([1, 2], np.float32)}
    result = migrate_sharing(
        model.folder, tmp_path / "out", signatures=[model.truth["signature"]], feeds=feeds
    )
    assert [each.case for each in comparison(result).cases] == ["given inputs"]
    assert result.output is not None


def test_what_is_ill_conditioned_is_held_to_the_originals_own_movement(migrate: Migrate):
    found = comparison(migrate("log_of_saturated"))
    left = [each for case in found.compared for each in case.outputs if each.alias == "left"]
    assert max(each.largest_absolute or 0.0 for each in left) == float("inf")
    assert max(each.original_moves or 0.0 for each in left) == float("inf")
    assert not [
        each for case in found.compared for each in case.outputs if each.alias == "p" and each.original_moves
    ]


def test_a_saturated_net_is_fed_so_that_it_tells_inputs_apart(migrate: Migrate):
    scaled = [each for each in comparison(migrate("saturated")).compared if "inputs times" in each.case]
    assert scaled
    assert all(case.outputs and case.passed for case in scaled)


def test_halves_are_held_to_the_tolerance_of_halves(migrate: Migrate):
    assert comparison(migrate("halves")).coarse["serving_default"] == {"y": "half"}


def test_loops_that_never_end_are_proven_on_bounded_runs(migrate: Migrate):
    found = comparison(migrate("endless"))
    assert "loops that may never end stop after 12 turns" in found.reference
    assert any("loops of at most 12 turns" in each.case for each in found.compared)


def test_loops_that_the_data_does_end_are_run_to_their_end(migrate: Migrate):
    assert comparison(migrate("until_it_holds")).reference == "original graph"


def test_a_wrong_weight_in_an_endless_loop_is_found_out(
    migrate: Migrate, tmp_path: Path, tensorflow: ModuleType
):
    tf: Any = tensorflow
    result = migrate("endless")
    loaded = tf.saved_model.load(str(result.output))
    (table,) = (each for each in loaded.variables if each.name == "table:0")
    table.assign(table + 0.01)
    tf.saved_model.save(loaded, str(tmp_path / "again"), signatures=dict(loaded.signatures))
    record = Path(str(result.output)) / "assets.extra" / "tf1compat.json"
    (tmp_path / "again" / "assets.extra").mkdir(exist_ok=True)
    (tmp_path / "again" / "assets.extra" / "tf1compat.json").write_text(record.read_text())
    assert not tf1compat.verify(BY_NAME["endless"].folder, tmp_path / "again").passed
