"""A reloaded model still speaks the author's language: its nodes, functions and errors have the names of TF1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tf1compat

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "small_graphs" / "tf1.15.5"


def truth_of(name: str) -> dict[str, Any]:
    truth: dict[str, Any] = json.loads((FIXTURES / name / "truth.json").read_text("utf-8"))
    return truth


def migrated(name: str, place: Path) -> Path:
    truth = truth_of(name)
    tf1compat.migrate(
        FIXTURES / name, place, signatures=[truth["signature"]], constants=truth["constants"], verify=False
    )
    return place


def functions_of(place: Path) -> dict[str, list[str]]:
    """By function of the SavedModel, the names of its nodes."""
    from tensorflow.core.protobuf import saved_model_pb2

    content = saved_model_pb2.SavedModel.FromString((place / "saved_model.pb").read_bytes())
    library = content.meta_graphs[0].graph_def.library
    return {each.signature.name: [node.name for node in each.node_def] for each in library.function}


def surviving_names(name: str) -> set[str]:
    """The names of the author's nodes, variables and placeholders aside, that the rewritten graphs still hold."""
    truth = truth_of(name)
    plan = tf1compat.plan(FIXTURES / name, [truth["signature"]], constants=truth["constants"])
    from tf1compat.rewrite import rewrite

    graph = tf1compat.inspect(FIXTURES / name).model.meta_graph.graph
    rewritten = rewrite(graph, plan).signatures[0].graph
    parts = [rewritten, *(each.graph for each in rewritten.functions.values())]
    nodes = [node for part in parts for node in part.nodes if node.op not in {"Placeholder", "_Arg"}]
    return {node.name for node in nodes if node.name in graph}


@pytest.mark.parametrize("name", ["cond_in_while", "nested_cond", "scan", "gru", "nested_while"])
def test_every_surviving_node_keeps_its_name(name: str, tmp_path: Path) -> None:
    expected = surviving_names(name)
    written = {each for names in functions_of(migrated(name, tmp_path / "m")).values() for each in names}
    assert len(expected) >= 8
    assert expected <= written


def test_loops_branches_and_variables_have_the_authors_names(tmp_path: Path) -> None:
    functions = functions_of(migrated("cond_in_while", tmp_path / "m"))
    titles = {name.rpartition("_")[0] for name in functions}
    assert {"while_cond", "while_body", "while_cond_true", "while_cond_false"} <= titles
    calling = next(
        names for name, names in functions.items() if name.startswith("__inference_serving_default")
    )
    assert {"while", "w/Read/ReadVariableOp"} <= set(calling)


def test_an_error_names_the_authors_node(tmp_path: Path) -> None:
    import tensorflow as tf

    model = tf.saved_model.load(str(migrated("assert_guard", tmp_path / "m")))
    refused = np.asarray(truth_of("assert_guard")["refused"][0]["x"], np.float32)
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"\{node (cond/below|at_least)/AssertGuard/Assert\}"
    ):
        model.signatures["serving_default"](x=tf.constant(refused))
