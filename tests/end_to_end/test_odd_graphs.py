"""Every odd graph, from its files to a SavedModel that computes what TensorFlow 1 computed, or to a clear refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import (
    Committed,
    check_equal,
    forbidden_in,
    saved_again,
)
from tf1compat.cli import main
from tf1compat.errors import FeedError, PlanError, RewriteError
from tf1compat.report.migration import MigrationResult

pytestmark = pytest.mark.tensorflow

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "odd_graphs"
#: Those that are also verified in another process, one of each kind.
VERIFIED = frozenset({
    "tf0.12.1/counter", "tf1.4.1/counted", "tf1.15.5/assigned", "tf1.15.5/scattered", "tf1.4.1/resource_counter",
    "tf1.15.5/local_counter", "tf1.15.5/noisy", "tf1.15.5/clock", "tf1.15.5/looked_up", "tf1.15.5/sparse",
    "tf1.15.5/ragged", "tf1.4.1/strings", "tf1.15.5/brain_float", "tf1.15.5/quantized", "tf1.15.5/zero_size",
    "tf1.15.5/no_inputs", "tf1.15.5/unknown_rank",
})  # fmt: skip


Migrate = Callable[[Committed], MigrationResult]

EVERY = [Committed(path.parent) for path in sorted(ROOT.glob("*/*/truth.json"))]
REFUSED = [each for each in EVERY if each.truth["needs"]]
MIGRATED = [each for each in EVERY if not each.truth["needs"]]
BY_NAME = {each.name: each for each in EVERY}


def of_each(models: list[Committed]) -> Any:
    return pytest.mark.parametrize("odd", models, ids=[each.name for each in models])


@pytest.fixture(scope="module")
def migrate(
    tmp_path_factory: pytest.TempPathFactory, migrate_sharing: Callable[..., MigrationResult]
) -> Migrate:
    """Migrate a model by the text of its signature, once."""
    made: dict[str, MigrationResult] = {}

    def result(odd: Committed) -> MigrationResult:
        if odd.name not in made:
            made[odd.name] = migrate_sharing(
                odd.folder,
                tmp_path_factory.mktemp("odd") / "migrated",
                signatures=[odd.truth["signature"]],
                batch_statistics="keep",  # as the golden runs had them
                verify=odd.name in VERIFIED,
            )
        return made[odd.name]

    return result


def test_models_of_every_release_are_there():
    """So that no test passes for want of models."""
    assert {each.folder.parent.name for each in EVERY} == {"tf0.12.1", "tf1.4.1", "tf1.15.5"}
    assert len(MIGRATED) > 80
    assert BY_NAME.keys() >= VERIFIED


def check_golden(odd: Committed, result: MigrationResult, saved_model: Path) -> None:
    """Holds what the model gives against every case; of what is drawn at random, only type and shape."""
    (signature,) = result.plan.signatures
    model = tf1compat.load(saved_model)
    assert odd.cases
    for case in odd.cases:
        feeds = {each.alias: case.fed[str(each.tensor)] for each in signature.inputs}
        found = model.run([each.alias for each in signature.outputs], feeds)
        for output, value in zip(signature.outputs, found, strict=True):
            expected, what = case.fetched[str(output.tensor)], f"{case.case}: {output.alias}"
            if output.alias in odd.truth["random"]:
                assert (value.dtype, value.shape) == (expected.dtype, expected.shape), what
            elif expected.dtype.kind in "SO":
                np.testing.assert_array_equal(value.astype(np.bytes_), expected, what)
            else:
                check_equal(value, expected, what)


@of_each(MIGRATED)
def test_the_result_computes_the_golden_values_and_so_it_does_saved_again(
    odd: Committed, migrate: Migrate, tmp_path: Path
):
    result = migrate(odd)
    assert result.comparison is None or result.comparison.passed
    check_golden(odd, result, result.output)
    check_golden(odd, result, saved_again(result.output, tmp_path / "again"))
    assert forbidden_in(result.output) == set()


@of_each(REFUSED)
def test_what_cannot_be_migrated_is_refused_by_name(odd: Committed, tmp_path: Path, tensorflow: ModuleType):
    with pytest.raises((PlanError, RewriteError), match=odd.truth["needs"]) as refusal:
        tf1compat.migrate(odd.folder, tmp_path / "migrated", signatures=[odd.truth["signature"]])
    assert "--signature" in str(refusal.value)
    assert not (tmp_path / "migrated").exists()


@of_each([each for each in MIGRATED if each.truth["refused"]])
def test_what_refused_a_run_goes_on_refusing_it(odd: Committed, migrate: Migrate):
    model = tf1compat.load(migrate(odd).output)
    for feeds in odd.truth["refused"]:
        with pytest.raises(FeedError):
            model.predict("serving_default", {alias: np.float32(value) for alias, value in feeds.items()})


# ------------------------------------------------------------------------------------------ verification


@pytest.mark.parametrize(
    ("name", "drawn"), [("tf1.15.5/noisy", ("noised", "scaled")), ("tf1.15.5/clock", ("time",))]
)
def test_what_is_drawn_is_said_not_to_be_compared(name: str, drawn: tuple[str, ...], migrate: Migrate):
    result = migrate(BY_NAME[name])
    assert result.comparison is not None
    assert result.comparison.drawn == drawn
    assert "not compared: random" in str(result)
    assert "random-at-inference" in {each.code for each in result.plan.hazards} or drawn == ("time",)


def test_no_two_runs_draw_the_same(migrate: Migrate):
    model = tf1compat.load(migrate(BY_NAME["tf1.15.5/noisy"]).output)
    first, second = (model.run("noised", {"x": np.ones([2, 3])}) for _ in range(2))
    assert not np.array_equal(first, second)


def test_a_count_begins_anew_in_every_run_and_a_hazard_says_so(migrate: Migrate):
    result = migrate(BY_NAME["tf1.4.1/counted"])
    model = tf1compat.load(result.output)
    totals = [int(model.run("total", {"x": np.ones([2, 3])})) for _ in range(2)]
    assert totals == [42, 42]
    assert "changed-variable" in {each.code for each in result.plan.hazards}


def test_a_count_that_nothing_depends_on_is_in_no_variable_of_the_result(migrate: Migrate):
    result = migrate(BY_NAME["tf0.12.1/counter"])
    assert [each.name for each in result.plan.variables] == ["w"]
    assert [each.count for each in result.changes if each.rewrite == "drop_idle_effects"] == [1]


# -------------------------------------------------------------------------------------------- signatures


def test_the_reserved_name_is_refused_and_discovery_avoids_it():
    folder = BY_NAME["tf1.15.5/odd_names"].folder
    with pytest.raises(PlanError, match="'self' cannot be an alias"):
        tf1compat.plan(folder, ["serving_default(self=self) -> name=name_out"])
    (signature,) = tf1compat.plan(folder).signatures
    assert next(each.alias for each in signature.inputs) == "self_"


def test_the_same_tensor_as_two_inputs_is_refused(tmp_path: Path, tensorflow: ModuleType):
    signature = "serving_default(one=x, two=x) -> y"
    with pytest.raises(RewriteError, match="'one' and 'two' are both 'x:0'"):
        tf1compat.migrate(BY_NAME["tf1.15.5/two_aliases"].folder, tmp_path / "out", signatures=[signature])


@pytest.mark.parametrize("name", ["tf1.15.5/sparse", "tf1.4.1/strings", "tf1.15.5/types"])
def test_the_command_line_predicts(
    name: str, migrate: Migrate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    odd = BY_NAME[name]
    result = migrate(odd)
    (signature,) = result.plan.signatures
    feeds: Mapping[str, Any] = {each.alias: odd.cases[0].fed[str(each.tensor)] for each in signature.inputs}
    np.savez(tmp_path / "feeds.npz", **feeds)
    arguments = ["predict", str(result.output), "--inputs", str(tmp_path / "feeds.npz")]
    assert main([*arguments, "-o", str(tmp_path / "out.npz")]) == 0
    capsys.readouterr()
    with np.load(tmp_path / "out.npz") as given:
        assert set(given.files) == {each.alias for each in signature.outputs}
