"""Prefixes of every form, as TensorFlow 1 saved under them: with a slash at the end, dots, blanks, brackets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import tf1compat
from tests.end_to_end.golden import check_equal, golden_cases, read_truth
from tests.packed import names_of, unpack
from tf1compat.report.migration import MigrationResult

FAMILY = "prefixes"
NAMES = names_of(FAMILY, "tf1.4.1", "tf1.15.5")
RUN = ("tf1.4.1/slash", "tf1.15.5/slash_and_step", "tf1.15.5/blanks_and_brackets", "tf1.4.1/marks")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    place = tmp_path_factory.mktemp("prefixes")
    return lambda name: unpack(FAMILY, name, place)


def test_every_model_is_there_in_both_releases():
    """So that no test passes for want of models."""
    assert len(NAMES) == 14
    assert set(RUN) < set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("by_name", [True, False])
def test_the_model_is_found_by_its_folder_and_by_its_name(
    name: str, by_name: bool, unpacked: Callable[[str], Path]
):
    folder = unpacked(name)
    truth = read_truth(folder)
    plan = tf1compat.plan(f"{folder}/{truth['given']}" if by_name else folder)
    (signature,) = plan.signatures
    assert [str(each.tensor) for each in signature.inputs] == truth["inputs"]
    assert str(signature.outputs[0].tensor) == truth["outputs"][0]
    assert plan.blockers == ()


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", RUN)
def test_the_weights_are_those_of_the_prefix(
    name: str,
    unpacked: Callable[[str], Path],
    tmp_path: Path,
    migrate_sharing: Callable[..., MigrationResult],
):
    folder = unpacked(name)
    given = f"{folder}/{read_truth(folder)['given']}"
    result = migrate_sharing(given, tmp_path / "migrated", verify=name == RUN[0])
    assert result.output is not None
    (case,) = golden_cases(folder)
    found = tf1compat.load(result.output).predict("serving_default", {"x": case.fed["x:0"]})
    check_equal(found["y"], case.fetched["y:0"], name)
