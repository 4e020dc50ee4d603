"""One step of recurrent networks that their authors wrote by hand: unrolled, in loops of their own, behind a branch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import Golden, check_equal, golden_cases, read_truth
from tests.packed import names_of, unpack
from tf1compat.plan.model import InputBinding, MigrationPlan
from tf1compat.report.migration import MigrationResult
from tf1compat.savedmodel.load import MigratedModel

FAMILY = "stepped"
RELEASES = ("tf1.4.1", "tf1.15.5")
NAMES = names_of(FAMILY, *RELEASES)
#: In functions of the file's library, or as Keras's layers of TensorFlow 2 write them.
CALLED = names_of("called_networks", "tf1.15.5", "tf2.11.1")
#: Steps that there could be, and are not: the first step is computed in another way, or of another thing.
NOT_YET = {"first_from_features", "first_step_apart", "lstm_first_apart", "go_symbol", "teacher_forced"}
#: The last step's rows, by their numbers, of a tensor that holds all of them: that output is not in the step.
NOT_GIVEN = {"square_gather_last"}
#: Migrated and stepped, releases in turn.
RUN = (
    "tf1.15.5/slices_all", "tf1.4.1/gathered", "tf1.15.5/concatenated", "tf1.15.5/told_steps",
    "tf1.4.1/accumulated", "tf1.15.5/gru_loop_lengths", "tf1.15.5/state_from_image", "tf1.4.1/transposed_split",
    "tf1.15.5/gru_state_first", "tf1.15.5/lstm_four", "tf1.4.1/fed_back", "tf1.15.5/square_dynamic",
    "tf2.11.1/function_of_loop", "tf1.15.5/function_of_steps", "tf2.11.1/keras_stacked",
)  # fmt: skip
#: Those whose steps are held against the original's run in a process of its own.
VERIFIED = ("tf1.15.5/state_from_image", "tf1.15.5/told_steps")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    place = tmp_path_factory.mktemp("stepped")
    return lambda name: unpack("called_networks" if name in CALLED else FAMILY, name, place)


def test_every_program_is_there():
    """So that no test passes for want of models."""
    older, newer = ({name.split("/")[1] for name in NAMES if name.startswith(each)} for each in RELEASES)
    assert len(newer) == 76
    assert len(older) == 26
    assert older <= newer
    assert len(CALLED) == 16


@pytest.mark.parametrize("name", [*NAMES, *CALLED])
def test_the_networks_are_found_and_stepped(name: str, unpacked: Callable[[str], Path]):
    folder = unpacked(name)
    truth, plan = read_truth(folder), tf1compat.plan(folder)
    rnns = tf1compat.inspect(folder).findings.rnns
    found = [[layer.cell, layer.units] for rnn in rnns for layer in rnn.layers]
    assert sorted(found, key=str) == sorted(truth["cells"], key=str)
    assert {str(each.tensor) for each in plan.signatures[0].inputs} == set(truth["inputs"])
    wanted = truth["stepped"] and name.split("/")[1] not in NOT_YET
    assert (plan.step is not None) == wanted, plan.no_step
    if plan.step is not None:
        default = {str(each.tensor): each.alias for each in plan.signatures[0].outputs}
        aliases = {each.alias for each in plan.step.outputs}
        assert (default[truth["outputs"][-1]] in aliases) == (name.split("/")[1] not in NOT_GIVEN)
        assert all(_takes_one_step(plan, each) for each in plan.step.inputs)


def _takes_one_step(plan: MigrationPlan, binding: InputBinding) -> bool:
    """Whether an input that holds a sequence holds one step of it, or as many as are fed."""
    assert plan.step is not None
    assert plan.step.step is not None
    time = next((each.time for each in plan.step.step.inputs if each.alias == binding.alias), None)
    return time is None or binding.shape.dims is None or binding.shape.dims[time] in (None, 1)


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", RUN)
def test_the_steps_come_to_what_the_whole_run_came_to(
    name: str,
    unpacked: Callable[[str], Path],
    tmp_path: Path,
    migrate_sharing: Callable[..., MigrationResult],
):
    folder = unpacked(name)
    result = migrate_sharing(folder, tmp_path / "migrated", verify=name in VERIFIED)
    assert result.comparison is None or result.comparison.passed
    truth, (case,) = read_truth(folder), golden_cases(folder)
    given = _by_steps(result.plan, tf1compat.load(result.output), truth, case)
    expected = next(value for tensor, value in case.fetched.items() if tensor == truth["outputs"][0])
    axis = truth["all_steps"]
    found = given[-1] if axis is None else np.concatenate(given, axis)
    check_equal(found, expected, name, 1e-5)


def _by_steps(plan: MigrationPlan, model: MigratedModel, truth: dict[str, Any], case: Golden) -> list[Any]:
    """The author's output, step by step, from the state that the model begins with."""
    signatures = {each.name: each for each in plan.signatures}
    step = signatures["step"]
    assert step.step is not None
    (whole,), axis = truth["sequences"][0]
    length, examples = case.fed[whole].shape[axis], case.fed[whole].shape[0]
    states = {each.alias for each in step.step.states}
    fed = {each.alias: case.fed[str(each.tensor)] for each in step.inputs if str(each.tensor) in case.fed}
    state = {alias: value for alias, value in fed.items() if alias in states}
    if "start" in signatures:
        state |= model.predict(
            "start", {each.alias: case.fed[str(each.tensor)] for each in signatures["start"].inputs}
        )
    if state.keys() != states:
        state = {**model.zero_state(examples), **state}
    alias = next(each.alias for each in plan.signatures[0].outputs if str(each.tensor) == truth["outputs"][0])
    given = []
    for number in range(length):
        found = model.predict("step", {**_of_step(plan, fed, number), **state})
        state = {each: found[each] for each in states}
        given.append(found[alias])
    return given


def _of_step(plan: MigrationPlan, fed: dict[str, Any], number: int) -> dict[str, Any]:
    """The data of one step; lengths are what is left of them, at most one."""
    assert plan.step is not None
    assert plan.step.step is not None
    found = {}
    for each in plan.step.step.inputs:
        value = fed[each.alias]
        if each.counts:
            value = np.clip(value - number, 0, 1).astype(value.dtype)
        found[each.alias] = value if each.time is None else np.take(value, [number], each.time)
    return found


@pytest.mark.parametrize("name", [name for name in CALLED if "keras" in name])
def test_the_step_that_keras_tries_before_its_loop_is_no_output(name: str, unpacked: Callable[[str], Path]):
    plan = tf1compat.plan(unpacked(name))
    states = [str(each.tensor) for each in plan.signatures[0].outputs if each.role == "state"]
    assert states
    assert all("/while/" in each for each in states if not each.endswith("_after:0"))
