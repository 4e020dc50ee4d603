"""Graphs that hold their examples, states or sizes themselves: without an option the author's tensors are served."""

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

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "served_graphs"
#: Those that are also verified in a process of their own.
VERIFIED = frozenset({
    "reset_by_a_group", "one_packed_state", "preloaded_by_offset", "memory_beside_lstm",
    "average_beside_gru", "waveform", "picture", "greedy_until_end", "loop_until_end", "unnamed_bag",
    "traces_of_pictures", "lstm_of_any_batch",
})  # fmt: skip


@dataclass(frozen=True)
class Served:
    """A committed graph with what is known of it."""

    folder: Path

    @property
    def name(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    @cached_property
    def truth(self) -> dict[str, Any]:
        return read_truth(self.folder)

    @cached_property
    def golden(self) -> Mapping[str, Array]:
        with np.load(self.folder / "golden.npz") as stored:
            return {name: _strings(each) if each.dtype.kind == "S" else each for name, each in stored.items()}

    def cases(self, signature: str) -> list[str]:
        """The keys of a signature's cases."""
        found = {"/".join(key.split("/")[:2]) for key in self.golden if key.startswith(f"{signature}/")}
        return sorted(found)

    def values(self, case: str, side: str) -> dict[str, Array]:
        """What is fed, or expected, by alias."""
        start = f"{case}/{side}/"
        return {key.removeprefix(start): each for key, each in self.golden.items() if key.startswith(start)}


def _strings(hexadecimal: Array) -> Array:
    strings = [bytes.fromhex(each.decode()) for each in hexadecimal.ravel().tolist()]
    return np.array([*strings, b""], object)[:-1].reshape(hexadecimal.shape)


_FOUND = [Served(path.parent) for path in sorted(ROOT.glob("*/*/truth.json"))]
EVERY = [each for each in _FOUND if not each.truth.get("needs")]
REFUSED = [each for each in _FOUND if each.truth.get("needs")]
Migrate = Callable[[Served], MigrationResult]
of_each = pytest.mark.parametrize("served", EVERY, ids=[each.name for each in EVERY])


@pytest.fixture(scope="module")
def migrate(tmp_path_factory: pytest.TempPathFactory, tensorflow: ModuleType) -> Migrate:
    """Migrate a model without any option, once."""
    made: dict[Path, MigrationResult] = {}

    def result(served: Served) -> MigrationResult:
        if served.folder not in made:
            output = tmp_path_factory.mktemp("served") / "migrated"
            verified = served.folder.name in VERIFIED
            made[served.folder] = tf1compat.migrate(served.folder, output, verify=verified)
        return made[served.folder]

    return result


def test_models_of_both_releases_are_there() -> None:
    assert {each.folder.parent.name for each in EVERY} == {"tf1.4.1", "tf1.15.5"}
    assert {each.folder.name for each in EVERY} >= VERIFIED


@of_each
def test_each_signature_takes_and_gives_the_author_s_tensors(served: Served) -> None:
    plan = tf1compat.plan(served.folder)
    inputs = {
        each.name: {entry.alias: str(entry.tensor) for entry in each.inputs} for each in plan.signatures
    }
    outputs = {
        each.name: {entry.alias: str(entry.pieces[0].tensor) for entry in each.outputs}
        for each in plan.signatures
    }
    for name, expected in served.truth["signatures"].items():
        assert inputs.get(name) == expected["inputs"]
        assert outputs[name].items() >= expected["outputs"].items()
    assert inputs.keys().isdisjoint(served.truth["absent"])
    assert {each.code for each in plan.hazards} >= set(served.truth["codes"])
    assert plan.blockers == ()


@of_each
def test_the_result_computes_what_tensorflow_1_computed(served: Served, migrate: Migrate) -> None:
    result = migrate(served)
    assert result.output is not None
    model = tf1compat.load(result.output)
    for signature in served.truth["signatures"]:
        assert served.cases(signature)
        for case in served.cases(signature):
            found = model.predict(signature, served.values(case, "in"))
            for alias, value in served.values(case, "out").items():
                check_equal(found[alias], value, f"{case}: {alias}")
    assert forbidden_in(result.output) == set()


@pytest.mark.parametrize("name", sorted(VERIFIED))
def test_made_up_inputs_verify_each_signature(name: str, migrate: Migrate) -> None:
    (served,) = (each for each in EVERY if each.folder.name == name)
    comparison = migrate(served).comparison
    assert comparison is not None
    assert comparison.passed
    compared = {case.signature for case in comparison.cases if not case.refused}
    assert compared >= set(served.truth["signatures"])


@pytest.mark.parametrize(("name", "is_bounded"), [("greedy_until_end", True), ("loop_until_end", False)])
def test_what_made_up_inputs_do_not_end_is_compared_on_bounded_runs(
    name: str, is_bounded: bool, migrate: Migrate
) -> None:
    (served,) = (each for each in EVERY if each.folder.name == name)
    comparison = migrate(served).comparison
    assert comparison is not None
    assert ("loops that may never end stop after" in comparison.reference) == is_bounded


@pytest.mark.parametrize("name", ["memory_beside_lstm", "average_beside_gru"])
def test_a_step_that_differs_does_not_take_the_whole_run_with_it(name: str, migrate: Migrate) -> None:
    (served,) = (each for each in EVERY if each.folder.name == name)
    result = migrate(served)
    assert result.output is not None
    left = [each.reason for each in result.plan.hazards if each.code == "signature-left-out"]
    assert ["'step'" in each for each in left] == [True] * ("step" not in result.plan.signature_names)


@pytest.mark.parametrize("served", REFUSED, ids=[each.name for each in REFUSED])
def test_the_remedy_of_a_blocker_gives_the_model_as_typed(
    served: Served, tmp_path: Path, tensorflow: ModuleType
) -> None:
    plan = tf1compat.plan(served.folder)
    (blocker,) = plan.blockers
    assert blocker.code == served.truth["needs"]
    typed = blocker.remedy.partition("--signature '")[2].partition("'")[0]
    result = tf1compat.migrate(served.folder, tmp_path / "migrated", signatures=[typed])
    assert result.output is not None
    expected = served.truth["signatures"]["serving_default"]
    tensors = {str(each.tensor): each.alias for each in result.plan.signatures[0].inputs}
    assert tensors.keys() == set(expected["inputs"].values())
    model = tf1compat.load(result.output)
    for case in served.cases("serving_default"):
        values = served.values(case, "in")
        fed = {tensors[name]: values[alias] for alias, name in expected["inputs"].items()}
        found = model.predict("serving_default", fed)
        check_equal(found["probabilities"], served.values(case, "out")["probabilities"], case)
