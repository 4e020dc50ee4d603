"""Every recurrent network of the matrix: found as TensorFlow 1 had it, migrated, stepped."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import tf1compat
from benchmarks.matrix import Model, models
from tests.end_to_end.golden import check_values, forbidden_in, golden_cases
from tests.end_to_end.stepping import check_steps

PAGE = Path(__file__).parents[2] / "docs" / "recurrent.md"
MODELS = list(models())
RECURRENT = [each for each in MODELS if each.truth["rnns"]]
RELEASES = {"tf0.12.1", "tf1.0.1", "tf1.4.1", "tf1.8.0", "tf1.15.5"}


def of_each(chosen: list[Model]) -> Any:
    return pytest.mark.parametrize("model", chosen, ids=str)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("matrix")


def test_every_release_has_its_models():
    """So that no test passes for want of models."""
    assert {each.release for each in MODELS} == RELEASES
    assert {each.truth["arrangement"] for each in MODELS} >= {
        "dynamic", "wrapped", "layers", "bidirectional", "stack_bidirectional", "static", "static_bidirectional",
        "raw", "fused", "cudnn", "keras", "control_flow", "shared", "states", "decoder", "attention", "beam", "none",
    }  # fmt: skip


def test_the_page_shows_that_inspection_agrees_with_tensorflow_1_on_every_model():
    """The command is run where the page is: it fails, and says how, unless every network is found."""
    networks = sum(len(each.truth["rnns"]) for each in MODELS)
    shown = PAGE.read_text(encoding="utf-8").partition("\n$ python -m benchmarks.recognition\n")[2]
    (row,) = re.findall(r"^\| all +\|(.*)\|$", shown.partition("```")[0], re.MULTILINE)
    assert [int(each) for each in row.split("|")] == [len(MODELS), networks, networks, 0, 0, 0]


@pytest.mark.tensorflow
@of_each(RECURRENT)
def test_the_result_computes_the_golden_values_in_one_run_and_step_by_step(
    model: Model, place: Path, tmp_path: Path, tensorflow: ModuleType
):
    folder = model.unpacked(place)
    result = tf1compat.migrate(folder, tmp_path / "migrated", verify=False)
    cases = golden_cases(folder)
    offered = {str(piece.tensor) for each in result.plan.signatures[0].outputs for piece in each.pieces}
    assert offered >= wanted(model, cases[0].fetched)
    loaded = tf1compat.load(tmp_path / "migrated")
    check_values(cases, result.plan, loaded, model.truth["tolerance"])
    assert forbidden_in(tmp_path / "migrated") == set()
    assert "step" in result.plan.signature_names or not model.truth["steppable"]
    if "step" in result.plan.signature_names:
        check_steps(result.plan, loaded, model.truth, cases)


def wanted(model: Model, fetched: dict[str, Any]) -> set[str]:
    """The final states that TensorFlow 1 could fetch, and the probabilities where there are any."""
    layers = [layer for rnn in model.truth["rnns"] for layer in rnn["layers"]]
    states = {state for layer in layers for state in layer["final_state"].values()}
    return (states | {"probabilities:0"}) & set(fetched)
