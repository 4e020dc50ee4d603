"""Training graphs that no placeholder feeds: migrated as they are, they compute what their authors' evaluation graphs
did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import check_equal, forbidden_in, read_truth
from tf1compat.graph.attributes import Array
from tf1compat.report.migration import MigrationResult

pytestmark = pytest.mark.tensorflow

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "training_graphs"
#: Those that are also verified in a process of their own: both cuts, sparse features, a queue, and a branch not taken.
VERIFIED = frozenset({
    "parsed_placeholder", "sequence_examples", "decoded_image", "bucketed", "queue_or_placeholder",
})  # fmt: skip
#: Those whose inputs the author fed himself.
FED = frozenset({"parsed_placeholder", "placeholder_in_front", "queue_or_placeholder"})


@dataclass(frozen=True)
class Trained:
    """A committed training graph with what is known of it."""

    folder: Path

    @cached_property
    def truth(self) -> dict[str, Any]:
        return read_truth(self.folder)

    @cached_property
    def golden(self) -> Mapping[str, Array]:
        with np.load(self.folder / "golden.npz") as stored:
            return dict(stored)

    def values(self, signature: str, side: str) -> dict[str, Any]:
        """What is fed, or expected, by alias; strings as bytes."""
        start = f"{signature}/{side}/"
        found = {
            name.removeprefix(start): each for name, each in self.golden.items() if name.startswith(start)
        }
        return {alias: _strings(each) if each.dtype.kind == "S" else each for alias, each in found.items()}


def _strings(hexadecimal: Array) -> Array:
    strings = [bytes.fromhex(each.decode()) for each in hexadecimal.ravel().tolist()]
    return np.array([*strings, b""], object)[:-1].reshape(hexadecimal.shape)


def family_of(folder: Path) -> str:
    return str(read_truth(folder)["family"])


EVERY = [
    Trained(path.parent)
    for path in sorted(ROOT.glob("*/*/truth.json"))
    if family_of(path.parent) == "training_inputs"
]
Migrate = Callable[[Trained], MigrationResult]
of_each = pytest.mark.parametrize("trained", EVERY, ids=[each.folder.name for each in EVERY])


@pytest.fixture(scope="module")
def migrate(tmp_path_factory: pytest.TempPathFactory, tensorflow: ModuleType) -> Migrate:
    """Migrate a model without any option, once."""
    made: dict[Path, MigrationResult] = {}

    def result(trained: Trained) -> MigrationResult:
        if trained.folder not in made:
            made[trained.folder] = tf1compat.migrate(
                trained.folder,
                tmp_path_factory.mktemp("training") / "migrated",
                verify=trained.folder.name in VERIFIED,
            )
        return made[trained.folder]

    return result


def test_models_of_both_releases_are_there():
    assert {each.folder.parent.name for each in EVERY} == {"tf1.4.1", "tf1.15.5"}
    assert {each.folder.name for each in EVERY} >= VERIFIED


@of_each
def test_the_inputs_are_those_of_the_author_under_names_that_speak(trained: Trained):
    plan = tf1compat.plan(trained.folder)
    found = {each.name: {entry.alias: str(entry.tensor) for entry in each.inputs} for each in plan.signatures}
    expected = {name: each["inputs"] for name, each in trained.truth["signatures"].items()}
    assert {name: found.get(name) for name in expected} == expected
    assert ("serving_serialized" in found) == ("serving_serialized" in expected)


@of_each
def test_what_the_pipeline_did_before_is_said(trained: Trained):
    told = [each.reason for each in tf1compat.plan(trained.folder).hazards if each.code == "input-pipeline"]
    assert len(told) == (0 if trained.folder.name in FED else 1)
    assert all(op in "".join(told) for op in trained.truth["beyond"])


@of_each
def test_the_result_computes_what_the_evaluation_graph_computed(trained: Trained, migrate: Migrate):
    result = migrate(trained)
    assert result.output is not None
    model = tf1compat.load(result.output)
    for signature in trained.truth["signatures"]:
        expected = trained.values(signature, "out")
        found = model.predict(signature, trained.values(signature, "in"))
        assert expected
        for alias, value in expected.items():
            check_equal(found[alias], value, f"{signature}: {alias}")
    assert forbidden_in(result.output) == set()


@pytest.mark.parametrize("name", sorted(VERIFIED))
def test_made_up_inputs_verify_each_signature(name: str, migrate: Migrate):
    (trained,) = (each for each in EVERY if each.folder.name == name)
    comparison = migrate(trained).comparison
    assert comparison is not None
    assert comparison.passed
    compared = {case.signature for case in comparison.cases if not case.refused}
    assert compared >= set(trained.truth["signatures"])
