"""Every committed model goes through every pass: sound after each, and nothing left to do a second time."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

import tf1compat
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.rewrite import PASSES, rewrite
from tf1compat.rewrite.base import ForOutputs, Outcome, Pass

pytestmark = pytest.mark.slow

FIXTURES = Path(__file__).parent.parent.parent / "fixtures"
FOLDERS = sorted(path.parent for path in FIXTURES.rglob("truth.json"))


def checked(each: Pass | ForOutputs) -> Pass | ForOutputs:
    if isinstance(each, ForOutputs):
        return ForOutputs(checked_run(each.run))
    return checked_run(each)


def checked_run(each: Callable[..., Outcome]) -> Callable[..., Outcome]:
    @wraps(each)
    def run(graph: Graph, *outputs: Any) -> Outcome:
        outcome = each(graph, *outputs)
        assert lint(outcome.graph) == ()
        again = each(outcome.graph, *outputs)
        assert (again.graph, again.count) == (outcome.graph, 0)
        return outcome

    return run


def test_models_of_every_family_are_there() -> None:
    assert {path.relative_to(FIXTURES).parts[0] for path in FOLDERS} == {
        "birnn_classifier", "char_rnn", "char_rnn_styles", "functional_graphs", "odd_graphs", "proof_graphs",
        "said_graphs", "served_graphs", "small_graphs", "training_graphs",
    }  # fmt: skip


@pytest.mark.parametrize("folder", FOLDERS, ids=[str(path.relative_to(FIXTURES)) for path in FOLDERS])
def test_every_pass_leaves_a_sound_graph_and_is_done(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tf1compat.rewrite.PASSES", tuple(checked(each) for each in PASSES))
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    signatures = [truth["signature"]] if "signature" in truth else None
    plan = tf1compat.plan(folder, signatures, constants=truth.get("constants"))
    if truth.get("needs") or truth.get("code"):
        pytest.skip("a model that is refused")
    rewritten = rewrite(tf1compat.inspect(folder).model.meta_graph.graph, plan)
    assert [each.name for each in rewritten.signatures] == list(plan.signature_names)
    for each in rewritten.signatures:
        assert lint(each.graph) == ()
        assert {slot.name for slot in each.variables} <= {variable.name for variable in plan.variables}
