"""Outputs that wait for nodes that give nothing, or act aside: nothing of that is unexpected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import check_equal, golden_cases, read_truth
from tests.packed import names_of, unpack
from tf1compat.report.migration import MigrationResult

FAMILY = "waited_for"
NAMES = names_of(FAMILY, "tf1.4.1", "tf1.15.5")
#: What would touch the machine is asked about.
ASKED = {"written-root": "WriteFile", "written-branch": "WriteFile", "aborted-branch": "Abort"}
RUN = [
    f"tf{release}/{name}"
    for release, names in {
        "1.4.1": ("enqueue-loop", "enqueue-branch", "barrier-root", "map_staged-root", "group-loop"),
        "1.15.5": (
            "enqueue-root",
            "accumulated-root",
            "called_python-root",
            "deleted-root",
            "triggered-root",
        ),
    }.items()
    for name in names
]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    place = tmp_path_factory.mktemp("waited")
    return lambda name: unpack(FAMILY, name, place)


def test_many_acts_are_there_in_both_releases():
    """So that no test passes for want of models."""
    assert len(NAMES) >= 80
    assert set(RUN) < set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_author_s_tensors_are_served(name: str, unpacked: Callable[[str], Path]):
    truth, plan = read_truth(unpacked(name)), tf1compat.plan(unpacked(name))
    default, asked = plan.signatures[0], ASKED.get(name.split("/")[1])
    assert {str(each.tensor) for each in default.inputs} - {"flag:0"} == set(truth["inputs"])
    assert truth["outputs"][0] == str(default.outputs[0].tensor)
    assert [each.code for each in plan.blockers] == (["machine-op"] if asked else [])


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", RUN)
def test_the_result_computes_the_golden_values(
    name: str,
    unpacked: Callable[[str], Path],
    tmp_path: Path,
    migrate_sharing: Callable[..., MigrationResult],
):
    folder = unpacked(name)
    result = migrate_sharing(folder, tmp_path / "migrated", verify=True)
    assert result.comparison is not None
    assert result.comparison.passed
    default = result.plan.signatures[0]
    ((output, *_), (case,)) = default.outputs, golden_cases(folder)
    feeds = {each.alias: case.fed.get(str(each.tensor), np.array(False)) for each in default.inputs}
    (value,) = tf1compat.load(result.output).run([output.alias], feeds)
    check_equal(np.asarray(value), case.fetched[str(output.tensor)], name)
