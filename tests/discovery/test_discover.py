"""Discovery on genuine TensorFlow 1 checkpoints, held against what TensorFlow printed when they were built."""

import json
from functools import cache
from pathlib import Path

import pytest

from tf1compat.discovery import discover
from tf1compat.discovery.findings import Findings, Rnn
from tf1compat.plan.judge.judge import Judgement
from tf1compat.plan.make import judge_default
from tf1compat.source import open_model

FIXTURES = Path(__file__).parents[2] / "fixtures"
CHAR_RNN = sorted(path.parent for path in FIXTURES.glob("char_rnn/*/truth.json"))
CLASSIFIERS = sorted(path.parent for path in FIXTURES.glob("birnn_classifier/*/truth.json"))
SMALL = sorted(path.parent for path in FIXTURES.glob("small_graphs/*/*/truth.json"))
EVERY = [*CHAR_RNN, *CLASSIFIERS]


def name_of(folder: Path) -> str:
    return "-".join(folder.relative_to(FIXTURES).parts)


@pytest.fixture(params=EVERY, ids=name_of)
def folder(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture
def truth(folder: Path) -> dict:
    return json.loads((folder / "truth.json").read_text())


@cache
def discovered(folder: Path) -> Findings:
    return discover(open_model(str(folder)))


@cache
def judged(folder: Path) -> Judgement:
    return judge_default(open_model(str(folder)), discovered(folder))


@pytest.fixture
def findings(folder: Path) -> Findings:
    return discovered(folder)


def in_words(rnn: Rnn) -> dict:
    def tensor(ref):
        return None if ref is None else str(ref)

    return {
        "direction": rnn.direction,
        "time_major": rnn.time_major,
        "inputs": tensor(rnn.inputs),
        "outputs": tensor(rnn.outputs),
        "sequence_length": tensor(rnn.sequence_length),
        "layers": [
            {
                "cell": layer.cell,
                "units": layer.units,
                "variables": list(layer.variables),
                "initial_state": {part: tensor(ref) for part, ref in layer.initial_state.items()},
                "final_state": {part: tensor(ref) for part, ref in layer.final_state.items()},
            }
            for layer in rnn.layers
        ],
    }


def without_scope(rnn: dict) -> dict:
    """The truth's scope is that of the variables, which need not be that of the ops."""
    return {key: value for key, value in rnn.items() if key != "scope"}


def roles(findings: Findings) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in findings.outputs:
        found.setdefault(each.role, []).append(str(each.tensor))
    return found


def test_all_versions_are_here():
    assert {path.name for path in CHAR_RNN} == {"tf0.12.1", "tf1.0.1", "tf1.4.1", "tf1.8.0", "tf1.15.5"}
    assert {path.name for path in CLASSIFIERS} == {"tf1.4.1", "tf1.15.5"}


@pytest.mark.parametrize("folder", [*EVERY, *SMALL], ids=name_of, indirect=True)
def test_the_rnns_are_those_that_tensorflow_built(findings: Findings, truth: dict):
    found = [in_words(rnn) for rnn in findings.rnns]
    expected = [without_scope(rnn) for rnn in truth.get("rnns", [])]
    for layer, described in zip(layers_of(found), layers_of(expected), strict=True):
        if described["initial_state"] is None:  # the zero state that TensorFlow made was not printed
            described["initial_state"] = layer["initial_state"]
    assert found == expected


def layers_of(rnns: list[dict]) -> list[dict]:
    return [layer for rnn in rnns for layer in rnn["layers"]]


def test_the_needed_variables_are_those_that_inference_reads(findings: Findings, truth: dict):
    assert sorted(each.name for each in findings.variables if each.needed) == truth["inference_variables"]
    assert [each.name for each in findings.variables if each.trainable] == truth["trainable_variables"]
    assert {each.name for each in findings.variables if each.in_checkpoint} == set(truth["variables"])


def test_everything_that_the_truth_calls_an_output_is_offered(findings: Findings, truth: dict):
    offered = {str(each.tensor) for each in findings.outputs}
    assert set(truth["outputs"].values()) <= offered


def test_the_first_output_is_the_probabilities(findings: Findings, truth: dict):
    first = findings.outputs[0]
    assert (str(first.tensor), first.role) == (truth["outputs"]["probabilities"], "probabilities")


def test_no_training_part_is_offered_and_little_else(findings: Findings, truth: dict):
    assert not {each.tensor.node for each in findings.outputs} & findings.training_nodes
    beyond = {str(each.tensor) for each in findings.outputs} - set(truth["outputs"].values())
    assert len(beyond) <= 2  # logits where the truth does not list them, and the loss


def test_nothing_blocks_and_only_dropout_is_a_hazard(folder: Path):
    assert judged(folder).blockers == ()
    assert {each.code for each in judged(folder).hazards} <= {"dropout-frozen"}


@pytest.mark.parametrize("folder", CHAR_RNN, ids=name_of, indirect=True)
class TestCharRnn:
    def test_inputs_have_their_roles(self, findings: Findings):
        assert [(str(each.tensor), each.role, each.live) for each in findings.inputs] == [
            ("x:0", "data", True),
            ("y:0", "label", False),
            ("init_state:0", "state", True),
        ]

    def test_the_state_placeholder_is_paired_with_the_final_states(self, findings: Findings, truth: dict):
        (pairing,) = findings.pairings
        final = truth["rnns"][0]["layers"][0]["final_state"]
        assert str(pairing.placeholder) == "init_state:0"
        assert [(each.index, each.part, str(each.final)) for each in pairing.pieces] == [
            ((0,), "c", final["c"]),
            ((1,), "h", final["h"]),
        ]

    def test_logits_and_loss_are_found_too(self, findings: Findings):
        assert [len(roles(findings)[role]) for role in ("logits", "sequence", "state", "loss")] == [
            1,
            1,
            2,
            1,
        ]


@pytest.mark.parametrize("folder", CLASSIFIERS, ids=name_of, indirect=True)
class TestClassifier:
    def test_inputs_have_their_roles(self, findings: Findings):
        assert [(str(each.tensor), each.role, each.live) for each in findings.inputs] == [
            ("inputs:0", "data", True),
            ("Placeholder:0", "sequence_length", True),
            ("labels:0", "label", False),
            ("keep_prob:0", "keep_prob", True),
        ]

    def test_dropout_is_frozen(self, folder: Path, findings: Findings):
        assert [(str(each.tensor), each.value) for each in findings.freezes] == [("keep_prob:0", 1.0)]
        assert [(each.code, each.node) for each in judged(folder).hazards] == [
            ("dropout-frozen", "keep_prob")
        ]

    def test_outputs_have_their_roles(self, findings: Findings, truth: dict):
        found = roles(findings)
        outputs = truth["outputs"]
        assert found["logits"] == [outputs["logits"]]
        assert found["class_ids"] == [outputs["prediction"]]
        assert found["sequence"] == [outputs["fw_outputs"], outputs["bw_outputs"]]


def test_discovery_of_the_same_model_gives_the_same(folder: Path, findings: Findings):
    assert discover(open_model(str(folder))) == findings
