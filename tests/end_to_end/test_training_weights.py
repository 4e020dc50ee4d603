"""Training graphs whose weights lie elsewhere than under the variables' names, to what the author's evaluation gave."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

import tf1compat
from tests.end_to_end.golden import check_equal, forbidden_in, golden_cases, read_truth
from tf1compat.report.migration import MigrationResult

pytestmark = pytest.mark.tensorflow

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "training_graphs"
#: By model, the codes of the hazards that say where its weights come from.
TOLD = {
    "tf0.12.1/first_version": set(),
    "tf1.4.1/averaged": {"averaged-weights"},
    "tf1.4.1/bare": {"averaged-weights"},
    "tf1.4.1/first_version_shards": set(),
    "tf1.4.1/subset": {"initialised-variable"},
    "tf1.15.5/exchanged": {"averaged-weights"},
    "tf1.15.5/older_keys": {"renamed-keys"},
    "tf1.15.5/partitioned": {"averaged-weights"},
    "tf1.15.5/target_network": {"raw-weights"},
}
#: Those that are also verified in a process of their own, one of each way in which the original is restored.
VERIFIED = frozenset({
    "tf1.4.1/bare", "tf1.4.1/first_version_shards", "tf1.4.1/subset", "tf1.15.5/older_keys", "tf1.15.5/partitioned",
})  # fmt: skip
Migrated = Callable[[str], MigrationResult]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory, tensorflow: ModuleType) -> Migrated:
    """Migrate a model with no option at all, once."""
    made: dict[str, MigrationResult] = {}

    def migrate(name: str) -> MigrationResult:
        if name not in made:
            place = tmp_path_factory.mktemp("weights") / "out"
            made[name] = tf1compat.migrate(ROOT / name, place, verify=name in VERIFIED)
        return made[name]

    return migrate


def test_every_model_of_this_kind_is_known() -> None:
    families = {path.parent: read_truth(path.parent)["family"] for path in ROOT.glob("*/*/truth.json")}
    found = {
        f"{path.parent.name}/{path.name}" for path, family in families.items() if family == "training_weights"
    }
    assert found == set(TOLD)


@pytest.mark.parametrize("name", TOLD)
def test_with_no_option_the_result_gives_what_the_evaluation_of_its_author_gave(
    name: str, migrated: Migrated
) -> None:
    result = migrated(name)
    assert result.comparison is None or result.comparison.passed
    signature = result.plan.signatures[0]
    model = tf1compat.load(result.output)
    for case in golden_cases(ROOT / name):
        feeds = {each.alias: case.fed[str(each.tensor)] for each in signature.inputs}
        found = model.predict(signature.name, feeds)
        aliases = {str(each.tensor): each.alias for each in signature.outputs}
        for tensor, expected in case.fetched.items():
            check_equal(found[aliases[tensor]], expected, f"{case.case}: {tensor}")
    assert {each.code for each in result.plan.hazards} == TOLD[name]
    assert forbidden_in(result.output) == set()


def test_the_other_weights_are_taken_on_request(migrated: Migrated, tmp_path: Path) -> None:
    name = "tf1.4.1/averaged"
    tf1compat.migrate(ROOT / name, tmp_path / "raw", weights="raw", verify=False)
    case = golden_cases(ROOT / name)[0]
    feeds = {"x": case.fed["x:0"]}
    raw, averaged = (
        tf1compat.load(each).predict("serving_default", feeds)
        for each in (tmp_path / "raw", migrated(name).output)
    )
    assert abs(raw["probabilities"] - averaged["probabilities"]).max() > 1e-3


def test_a_variable_in_parts_is_one_variable_of_the_result(migrated: Migrated) -> None:
    model = tf1compat.load(migrated("tf1.15.5/partitioned").output)
    assert {each.name.removesuffix(":0"): tuple(each.shape) for each in model.variables} == {
        "embedding": (7, 3), "kernel": (3, 2),
    }  # fmt: skip
