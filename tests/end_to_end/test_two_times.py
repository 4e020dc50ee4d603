"""Two networks, each over a sequence with a time axis of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import check_equal, golden_cases, read_truth
from tests.packed import names_of, unpack
from tf1compat.report.migration import MigrationResult

FAMILY = "two_times"
NAMES = names_of(FAMILY, "tf1.4.1", "tf1.15.5")
#: Numbers of steps that are baked in, and differ: one step of both is no step of the model.
WITHOUT_STEP = {"both_static", "static_and_dynamic"}
RUN = (
    "tf1.4.1/both_dynamic", "tf1.15.5/both_with_lengths", "tf1.15.5/attended", "tf1.4.1/three",
    "tf1.15.5/both_static", "tf1.4.1/encoder_and_decoder", "tf1.15.5/one_of_fixed_sizes",
)  # fmt: skip


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    place = tmp_path_factory.mktemp("times")
    return lambda name: unpack(FAMILY, name, place)


def test_every_model_is_there_in_both_releases():
    """So that no test passes for want of models."""
    assert len(NAMES) == 18
    assert set(RUN) < set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_author_s_tensors_are_served(name: str, unpacked: Callable[[str], Path]):
    truth, plan = read_truth(unpacked(name)), tf1compat.plan(unpacked(name))
    default = plan.signatures[0]
    assert not plan.blockers
    assert {str(each.tensor) for each in default.inputs} == set(truth["inputs"])
    assert str(default.outputs[0].tensor) == truth["outputs"][0]
    assert (plan.step is None) == (name.split("/")[1] in WITHOUT_STEP)


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", RUN)
def test_the_result_computes_the_golden_values(
    name: str,
    unpacked: Callable[[str], Path],
    tmp_path: Path,
    migrate_sharing: Callable[..., MigrationResult],
):
    """Verified as well: steps of one each are held against runs in which the sequences are of one length."""
    folder = unpacked(name)
    result = migrate_sharing(folder, tmp_path / "migrated", verify=True)
    assert result.comparison is not None
    assert result.comparison.passed
    default = result.plan.signatures[0]
    ((output, *_), (case,)) = default.outputs, golden_cases(folder)
    feeds = {each.alias: case.fed[str(each.tensor)] for each in default.inputs}
    (value,) = tf1compat.load(result.output).run([output.alias], feeds)
    check_equal(np.asarray(value), case.fetched[str(output.tensor)], name)
