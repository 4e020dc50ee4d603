"""Graphs of other steps: which are asked, in what order, and when they fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.discovery.model_text import model_of
from tf1compat.graph.text import from_text
from tf1compat.source.checkpoints.other_steps import graphs_of_other_steps, misfit

SAVED = """
w = VariableV2() dtype=float32; shape=shape(3)
name = Const() dtype=string; value=tensor(string, 'model')
keys = Const() dtype=string; value=tensor(string, ['w'])
slices = Const() dtype=string; value=tensor(string, [''])
restored = RestoreV2(name, keys, slices) dtypes=[float32]
assign = Assign(w, restored) T=float32
"""


def test_only_graphs_of_the_same_saver_are_asked_the_nearest_step_first(tmp_path: Path):
    for name in ("model-1", "model-90", "model-210", "other-190", "model"):
        (tmp_path / f"{name}.meta").touch()
    found = [each.name for each in graphs_of_other_steps(tmp_path / "model-200")]
    assert found == ["model-210.meta", "model-90.meta", "model-1.meta", "model.meta"]
    assert [each.name for each in graphs_of_other_steps(tmp_path / "best")] == []


@pytest.mark.parametrize(
    ("keys", "text", "reason"),
    [
        (("w",), SAVED, ""),
        (("v",), SAVED, "it has variables that are not in the checkpoint"),
        (("w", "v"), SAVED, "the checkpoint has 'v', which it does not restore"),
        (("w",), SAVED.replace("shape(3)", "shape(2)"), "its variable 'w' has another shape or type"),
    ],
)
def test_a_graph_fits_where_all_keys_and_shapes_are_its_own(keys: tuple[str, ...], text: str, reason: str):
    checkpoint = model_of(from_text(SAVED), keys=("w",)).checkpoint
    entry = checkpoint.entries["w"]
    entries = dict.fromkeys(keys, entry)
    changed = type(checkpoint)(checkpoint.prefix, checkpoint.format, entries, checkpoint.shards)
    assert misfit(model_of(from_text(text), keys=keys).meta_graph, changed).startswith(reason)
    assert bool(misfit(model_of(from_text(text), keys=keys).meta_graph, changed)) == bool(reason)
