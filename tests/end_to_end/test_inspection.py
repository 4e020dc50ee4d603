"""`inspect --format json` names what TF1 named when the graph was built."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tf1compat
from tests.end_to_end.golden import read_truth

MODELS = (
    *(f"char_rnn/tf{version}" for version in ("0.12.1", "1.0.1", "1.4.1", "1.8.0", "1.15.5")),
    *(f"birnn_classifier/tf{version}" for version in ("1.4.1", "1.15.5")),
)
_SAME = ("direction", "time_major", "inputs", "outputs", "sequence_length", "layers")


@pytest.fixture(scope="module", params=MODELS)
def folder(request: pytest.FixtureRequest, fixture_folder: Callable[[str], Path]) -> Path:
    return fixture_folder(request.param)


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Any]:
    """The inspection's JSON document, as a program would read it."""
    document: dict[str, Any] = json.loads(json.dumps(tf1compat.inspect(folder).to_json()))
    return document


_SAME_OF_LAYER = ("cell", "units", "variables", "initial_state", "final_state")


def _rnns(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {key: each[key] for key in _SAME}
        | {"layers": [{key: layer[key] for key in _SAME_OF_LAYER} for layer in each["layers"]]}
        for each in document["rnns"]
    ]


def test_recurrent_networks_are_those_of_the_truth(folder: Path, found: dict[str, Any]) -> None:
    assert _rnns(found) == _rnns(read_truth(folder))


def test_inputs_have_their_roles_and_training_parts_are_never_offered(
    folder: Path, found: dict[str, Any]
) -> None:
    truth = read_truth(folder)
    roles = {each["tensor"]: each["role"] for each in found["inputs"]}
    expected = {"x": "data", "init_state": "state", "y": "label", "inputs": "data", "labels": "label",
                "sequence_length": "sequence_length", "keep_prob": "keep_prob"}  # fmt: skip
    assert roles == {tensor: expected[name] for name, tensor in truth["inputs"].items()}
    offered = {each["tensor"]: each["role"] for each in found["outputs"]}
    assert offered[truth["outputs"]["probabilities"]] == "probabilities"
    assert not [name for name in offered if name.startswith(("gradients/", "save/", "Adam", "train"))]


def test_needed_variables_are_those_of_inference(folder: Path, found: dict[str, Any]) -> None:
    truth, variables = read_truth(folder), found["variables"]
    assert {each["name"] for each in variables if each["needed"]} == set(truth["inference_variables"])
    assert {each["name"] for each in variables if each["in_checkpoint"]} == set(truth["variables"])
    assert {each["name"] for each in variables if each["trainable"]} == set(truth["trainable_variables"])


@pytest.mark.slow
@pytest.mark.parametrize("name", [MODELS[0], MODELS[-1]])
def test_the_command_prints_the_same_json_without_importing_tensorflow(
    name: str, fixture_folder: Callable[[str], Path]
) -> None:
    folder = fixture_folder(name)
    code = (
        "import sys, tf1compat.cli as cli; status = cli.main(sys.argv[1:]); "
        "sys.stdout.flush(); sys.exit(9 if 'tensorflow' in sys.modules else status)"
    )
    command = [sys.executable, "-c", code, "inspect", str(folder), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads(json.dumps(tf1compat.inspect(folder).to_json()))
