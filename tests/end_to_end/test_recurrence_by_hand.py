"""Recurrent networks that their authors unrolled by hand at the root of the graph."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import check_equal, forbidden_in, golden_cases, read_truth
from tests.packed import names_of, unpack
from tf1compat.report.migration import MigrationResult

FAMILY = "recurrence_by_hand"
NAMES = names_of(FAMILY, "tf1.4.1", "tf1.15.5")
#: What no catalogue of cells has, with the number of its states.
CUSTOM = {"leaky": 1, "two_states": 2, "output_fed_back": 1, "columns": 1}
#: Known cells, a layer each, and what training and sampling apply apart.
KNOWN = {
    "truncated_backprop": ["RNN"], "twelve_weights": ["LSTM", "LSTM"], "one_hot_characters": ["RNN"],
    "plain": ["RNN"], "rectified": ["RNN"], "gated": ["GRU"], "two_layers": ["RNN", "RNN"], "fused_gates": ["LSTM"],
}  # fmt: skip
#: The only output of this one is its state, which is the output fed back.
WITHOUT_STEP = {"output_fed_back"}
RUN = [each for each in NAMES if each.startswith("tf1.15.5") or each.split("/")[1] in CUSTOM]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    place = tmp_path_factory.mktemp("by_hand")
    return lambda name: unpack(FAMILY, name, place)


def test_every_program_is_there_in_both_releases():
    """So that no test passes for want of models."""
    for release in ("tf1.4.1", "tf1.15.5"):
        assert {name.split("/")[1] for name in NAMES if name.startswith(f"{release}/")} == {*CUSTOM, *KNOWN}


@pytest.mark.parametrize("name", NAMES)
def test_the_recurrence_is_found_with_its_states(name: str, unpacked: Callable[[str], Path]):
    rnns = tf1compat.inspect(unpacked(name)).findings.rnns
    layers = [layer for rnn in rnns for layer in rnn.layers]
    model = name.split("/")[1]
    assert [each.cell for each in layers] == KNOWN.get(model, ["custom"])
    if model in CUSTOM:
        (layer,) = layers
        assert list(layer.final_state) == [f"state_{at}" for at in range(CUSTOM[model])]
        assert layer.variables
        assert None not in layer.initial_state.values()


@pytest.mark.parametrize("name", NAMES)
def test_the_author_s_tensors_are_served_and_the_network_is_stepped(
    name: str, unpacked: Callable[[str], Path]
):
    truth, plan = read_truth(unpacked(name)), tf1compat.plan(unpacked(name))
    default = plan.signatures[0]
    fed = {before for before, _ in truth["states"]}
    given = {str(each.tensor) for each in default.inputs}
    assert set(truth["inputs"]) <= given <= {*truth["inputs"], *fed}
    assert set(truth["outputs"]) <= {str(piece.tensor) for each in default.outputs for piece in each.pieces}
    assert (plan.step is None) == (name.split("/")[1] in WITHOUT_STEP)


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "name", [each for each in NAMES if each.startswith("tf1.15.5") or each.split("/")[1] in CUSTOM]
)
def test_the_result_computes_the_golden_values(
    name: str,
    unpacked: Callable[[str], Path],
    tmp_path: Path,
    migrate_sharing: Callable[..., MigrationResult],
):
    folder = unpacked(name)
    result = migrate_sharing(folder, tmp_path / "migrated", verify=True)
    model = tf1compat.load(result.output)
    default = result.plan.signatures[0]
    aliases = {str(each.tensor): each.alias for each in default.outputs}
    (case,) = golden_cases(folder)
    fed = {each.alias: case.fed[str(each.tensor)] for each in default.inputs}
    wanted = [ref for ref in case.fetched if ref in aliases]
    assert set(read_truth(folder)["outputs"]) <= set(wanted)
    for ref, value in zip(wanted, model.run([aliases[ref] for ref in wanted], fed), strict=True):
        check_equal(np.asarray(value), case.fetched[ref], ref)
    assert forbidden_in(result.output) == set()
    assert result.comparison is not None
    assert result.comparison.passed
