"""Training graphs of `tf.compat.v1`, written by TensorFlow 2.0 to 2.15, from their files to a SavedModel."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import tf1compat
from tests.end_to_end.golden import check_values, forbidden_in, golden_cases, read_truth
from tests.packed import files_of, names_of, unpack
from tf1compat.plan.model import MigrationPlan
from tf1compat.report.migration import MigrationResult

RELEASES = ("tf2.0.4", "tf2.5.3", "tf2.11.1", "tf2.15.1")
#: Migrated and compared with golden values, one of each kind and way of writing it, releases in turn.
RUN = (
    "tf2.0.4/dynamic_lstm_v2", "tf2.5.3/dynamic_lstm_mixed", "tf2.11.1/dynamic_gru_lengths_v2",
    "tf2.15.1/stacked_dropout_v2", "tf2.0.4/bidirectional_v2", "tf2.5.3/char_rnn_v2", "tf2.11.1/raw_rnn_v2",
    "tf2.15.1/static_lstm_v2", "tf2.0.4/scanned_v2", "tf2.5.3/mapped_v2", "tf2.11.1/looped_v2",
    "tf2.15.1/refined_v2", "tf2.15.1/nested_v2", "tf2.5.3/batch_norm_v2", "tf2.11.1/batch_norm_pictures_v2",
    "tf2.0.4/batch_norm_by_hand_v2", "tf2.15.1/recurrent_switch_v2", "tf2.0.4/keras_lstm_v2",
    "tf2.15.1/keras_lstm_v2", "tf2.11.1/keras_phase_v2", "tf2.15.1/dynamic_lstm_v1", "tf2.5.3/batch_norm_v1",
)  # fmt: skip
#: Those that are also compared with their originals in another process.
VERIFIED = ("tf2.15.1/stacked_dropout_v2", "tf2.5.3/batch_norm_v2")


NAMES = names_of("compat_graphs", *RELEASES)
#: All of them, those that are not run by their plans alone where there is time for it.
PLANNED = [name if name in RUN else pytest.param(name, marks=pytest.mark.slow) for name in NAMES]
FUNCTIONAL = [
    name if name in RUN else pytest.param(name, marks=pytest.mark.slow) for name in NAMES if "_v2" in name
]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    place = tmp_path_factory.mktemp("compat")

    return lambda name: unpack("compat_graphs", name, place)


def test_every_program_is_there_in_both_ways_of_every_release():
    """So that no test passes for want of models. Keras of 2.15 cannot train its layers in frames."""
    programs = {name.split("/")[1].rpartition("_")[0] for name in NAMES}
    assert len(programs) == 18
    missing = {
        f"{release}/{program}_{kind}"
        for release in RELEASES
        for program in programs
        for kind in ("v1", "v2")
        if f"{release}/{program}_{kind}" not in NAMES
    }
    assert missing <= {"tf2.11.1/keras_lstm_v1", "tf2.15.1/keras_lstm_v1"}
    for name in NAMES:
        release, model = name.split("/")
        truth = json.loads(files_of("compat_graphs", release)[model]["truth.json"])
        assert f"tf{truth['tensorflow_version']}" == release


@pytest.mark.parametrize("name", PLANNED)
def test_the_author_s_inputs_and_outputs_are_offered_and_his_networks_found(
    name: str, unpacked: Callable[[str], Path]
):
    folder = unpacked(name)
    truth, plan = read_truth(folder), _plan(folder)
    default = plan.signatures[0]
    assert not plan.blockers
    assert {str(each.tensor) for each in default.inputs} == set(truth["inputs"])
    assert str(default.outputs[0].tensor) == truth["outputs"][0]
    assert _networks(folder) == sorted(map(tuple, _layers(truth)))
    assert {str(each.tensor) for each in plan.constants} == set(truth["switches"])
    kinds = {each.dtype for signature in plan.signatures for each in signature.outputs}
    assert kinds <= {"float32"}


@cache
def _plan(folder: Path) -> MigrationPlan:
    return tf1compat.plan(folder)


def _layers(truth: dict[str, Any]) -> list[list[Any]]:
    return truth["rnns"] * 2 if truth["name"].startswith("stacked") else list(truth["rnns"])


def _networks(folder: Path) -> list[tuple[Any, ...]]:
    found = tf1compat.inspect(folder).findings.rnns
    return sorted((layer.cell, layer.units) for rnn in found for layer in rnn.layers)


@pytest.mark.parametrize("name", FUNCTIONAL)
def test_a_network_is_stepped_alike_however_its_loop_is_written(name: str, unpacked: Callable[[str], Path]):
    twin = name.replace("_v2", "_v1")
    if twin not in NAMES:
        return
    steps = [_plan(unpacked(each)).step for each in (name, twin)]
    assert (steps[0] is None) == (steps[1] is None)
    assert len({len(each.outputs) for each in steps if each is not None}) <= 1


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", RUN)
def test_the_result_computes_the_golden_values(
    name: str,
    unpacked: Callable[[str], Path],
    tmp_path: Path,
    migrate_sharing: Callable[..., MigrationResult],
):
    folder = unpacked(name)
    result = migrate_sharing(folder, tmp_path / "migrated", verify=name in VERIFIED)
    check_values(golden_cases(folder), result.plan, tf1compat.load(result.output))
    assert forbidden_in(result.output) == set()
    assert result.comparison is None or result.comparison.passed
