"""Char-rnns in the styles of 2016 to 2019: the training graph, of any size, writes as its author's own graph did."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from converters import char_rnn
from tests.end_to_end.golden import Committed, largest_difference
from tf1compat.graph.attributes import Array
from tf1compat.plan.model import InputBinding, MigrationPlan, OutputBinding, SignaturePlan
from tf1compat.report.migration import MigrationResult

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "char_rnn_styles"
EVERY = [Committed(path.parent) for path in sorted(ROOT.glob("*/truth.json"))]
WRITERS = [each for each in EVERY if "greedy" in each.truth]
TOLERANCE = 1e-5
Migrated = Callable[..., MigrationResult]

each_style = pytest.mark.parametrize("style", EVERY, ids=[each.folder.name for each in EVERY])


def test_styles_of_three_releases_are_there():
    """So that no test passes for want of models."""
    assert len(EVERY) >= 12
    assert {each.truth["tensorflow_version"] for each in EVERY} == {"1.0.1", "1.4.1", "1.15.5"}
    assert len(WRITERS) == 2


@each_style
def test_step_takes_what_the_author_fed_and_gives_what_he_sampled_from(style: Committed):
    plan = tf1compat.plan(style.folder)
    assert plan.step is not None, plan.no_step
    data, step = data_of(plan.step), placeholder_of(plan, style.truth["inputs"]["x"])
    assert (data.dtype, len(data.shape.dims or ())) == (step.dtype, len(step.shape.dims or ()))
    assert not {size for size in (data.shape.dims or ())[:2] if size not in (None, 1)}
    assert scores_of(plan.step).shape.dims[-1:] == (style.truth["vocabulary"],)


@pytest.mark.tensorflow
@each_style
def test_thirty_steps_give_what_the_sampling_graph_gave(style: Committed, migrated: Migrated):
    result = migrated(f"char_rnn_styles/{style.folder.name}")
    assert result.comparison is not None
    assert result.comparison.passed
    assert {"serving_default", "step"} <= {case.signature for case in result.comparison.compared}
    assert not result.comparison.drawn
    assert result.output is not None
    found = probabilities_of(style, result.plan, tf1compat.load(result.output))
    golden = np.load(style.folder / "golden.npz")["probabilities"]
    assert largest_difference(found, golden) < TOLERANCE


@pytest.mark.tensorflow
@pytest.mark.parametrize("style", WRITERS, ids=[each.folder.name for each in WRITERS])
def test_the_recipe_writes_what_the_sampling_graph_wrote(
    style: Committed, tmp_path: Path, tensorflow: ModuleType, monkeypatch, capsys
):
    greedy = style.truth["greedy"]
    options = ["--prime", greedy["prime"], "--length", str(greedy["length"]), "--temperature", "greedy"]
    monkeypatch.setattr(sys, "argv", ["char_rnn", str(style.folder), str(tmp_path / "out"), *options])
    assert char_rnn.main() == 0
    shown = capsys.readouterr().out
    assert "The same model" in shown
    assert shown.endswith(f"\n{greedy['prime']}{greedy['text']}\n")


def data_of(step: SignaturePlan) -> InputBinding:
    """The one input that holds characters: `step` does not return it, and it has axes."""
    assert step.step is not None
    carried = {each.alias for each in step.step.states}
    (data,) = (each for each in step.inputs if each.alias not in carried and each.shape.dims != ())
    return data


def scores_of(step: SignaturePlan) -> OutputBinding:
    """The one output of probabilities."""
    (scores,) = (each for each in step.outputs if each.role == "probabilities")
    return scores


def placeholder_of(plan: MigrationPlan, tensor: str) -> InputBinding:
    """The input of the whole run that is the author's placeholder."""
    default = next(each for each in plan.signatures if each.name == "serving_default")
    (found,) = (each for each in default.inputs if str(each.tensor) == tensor)
    return found


def probabilities_of(style: Committed, plan: MigrationPlan, model: tf1compat.MigratedModel) -> Array:
    """What `step` gives after each of the golden characters, from the zero state on."""
    assert plan.step is not None
    data, scores = data_of(plan.step), scores_of(plan.step).alias
    state, outputs = model.zero_state(1), []
    for character in characters_of(style):
        fed = others_of(style, plan.step) | {data.alias: character}
        found = model.predict("step", fed | state)
        state = {alias: found[alias] for alias in state}
        outputs.append(found[scores].reshape(-1))
    return np.stack(outputs)


def characters_of(style: Committed) -> list[Array]:
    """Each golden character as the author fed it: `[1, 1]` ids, or one-hot `[1, 1, vocabulary]`."""
    ids = np.load(style.folder / "golden.npz")["ids"]
    one_hot = np.eye(style.truth["vocabulary"], dtype=np.float32)
    return [one_hot[[[number]]] if style.truth["one_hot"] else np.array([[number]]) for number in ids]


def others_of(style: Committed, step: SignaturePlan) -> dict[str, Any]:
    """What the author fed besides, where `step` still takes it."""
    fed = style.truth["fed_in_sampling"]
    return {each.alias: fed[str(each.tensor)] for each in step.inputs if str(each.tensor) in fed}
