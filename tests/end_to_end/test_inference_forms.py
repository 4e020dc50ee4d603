"""Training graphs of which their authors run a part alone, each migrated with no option, against what they ran."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import tf1compat
from tests.end_to_end.golden import Committed, check_equal, forbidden_in
from tf1compat.plan.model import MigrationPlan, SignaturePlan
from tf1compat.report.migration import MigrationResult

ARCHIVES = Path(__file__).parent.parent.parent / "fixtures" / "inference_forms"
RELEASES = ("tf1.4.1", "tf1.15.5")
#: Verified as well, in a process of their own: one of each kind.
VERIFIED = frozenset({"ranges", "quantised_never_yet", "resourceful", "codebook"})


@cache
def names() -> tuple[str, ...]:
    """Every model of the archives, as `tf1.15.5/name`."""
    found = []
    for release in RELEASES:
        with tarfile.open(ARCHIVES / f"{release}.tar.xz") as archive:
            paths = (Path(each) for each in archive.getnames() if each.endswith("truth.json"))
            found += sorted(f"{release}/{path.parent.name}" for path in paths)
    return tuple(found)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Committed]:
    """A model by its name; both archives are unpacked once."""
    folder = tmp_path_factory.mktemp("inference_forms")
    for release in RELEASES:
        with tarfile.open(ARCHIVES / f"{release}.tar.xz") as archive:
            archive.extractall(folder / release)
    return lambda name: Committed(folder / name)


def tensors(signature: SignaturePlan) -> tuple[set[str], set[str]]:
    outputs = {str(piece.tensor) for each in signature.outputs for piece in each.pieces}
    return {str(each.tensor) for each in signature.inputs}, outputs


def served_by(plan: MigrationPlan, truth: dict[str, Any]) -> Iterator[SignaturePlan]:
    """For each run of the author, the signature that takes what he fed and gives what he fetched."""
    for number, wanted in enumerate(truth["signatures"]):
        usable = plan.signatures[:1] if truth["first"] and not number else plan.signatures
        found = [each for each in usable if _fits(each, set(wanted["inputs"]), set(wanted["outputs"]))]
        assert found, (wanted, [(each.name, tensors(each)) for each in usable])
        yield found[0]


def _fits(signature: SignaturePlan, fed: set[str], fetched: set[str]) -> bool:
    inputs, outputs = tensors(signature)
    return inputs == fed and outputs >= fetched


def test_every_kind_is_there():
    """So that no test passes for want of models."""
    assert {release: sum(each.startswith(release) for each in names()) for release in RELEASES} == {
        "tf1.4.1": 77, "tf1.15.5": 81,
    }  # fmt: skip
    assert {f"tf1.15.5/{name}" for name in VERIFIED} <= set(names())


@pytest.mark.parametrize("name", names())
def test_what_the_author_ran_has_a_signature_with_no_option(name: str, models: Callable[[str], Committed]):
    model = models(name)
    plan = tf1compat.plan(model.folder)
    assert plan.blockers == ()
    assert len(list(served_by(plan, model.truth))) == len(model.truth["signatures"])
    assert tensors(plan.signatures[0])[1].isdisjoint(model.truth["never"])
    assert {each.code for each in plan.hazards} >= set(model.truth["codes"])


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", names())
def test_it_gives_what_the_author_s_run_gave(
    name: str,
    models: Callable[[str], Committed],
    migrate_sharing: Callable[..., MigrationResult],
    tmp_path: Path,
):
    model = models(name)
    result = migrate_sharing(
        model.folder,
        tmp_path / "out",
        verify=name.startswith("tf1.15") and name.partition("/")[2] in VERIFIED,
    )
    assert result.comparison is None or result.comparison.passed
    loaded = tf1compat.load(tmp_path / "out")
    for case, signature in zip(model.cases, served_by(result.plan, model.truth), strict=True):
        found = loaded.predict(
            signature.name, {each.alias: case.fed[str(each.tensor)] for each in signature.inputs}
        )
        for output in signature.outputs:
            if str(output.tensor) in model.truth.get("drawn", ()):
                assert found[output.alias].shape == case.fetched[str(output.tensor)].shape
            elif str(output.tensor) in case.fetched:
                check_equal(found[output.alias], case.fetched[str(output.tensor)], f"{output.tensor}")
    assert not forbidden_in(tmp_path / "out")
