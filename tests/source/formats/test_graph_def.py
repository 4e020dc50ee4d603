"""GraphDefs: frozen, with a checkpoint beside them, and with nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import tf1compat
from tf1compat.errors import SourceError
from tf1compat.graph.protos import read_meta_graph, write_graph_def
from tf1compat.graph.text import from_text
from tf1compat.source import open_model

FROZEN = """
    x = Placeholder() dtype=float32; shape=shape(None, 2)
    y = Relu(x) T=float32
"""


@pytest.fixture
def without_meta(char_rnn: Path) -> Path:
    """A checkpoint whose graph is a GraphDef."""
    graph = read_meta_graph((char_rnn / "model.meta").read_bytes()).graph
    (char_rnn / "graph.pb").write_bytes(write_graph_def(graph))
    (char_rnn / "model.meta").unlink()
    return char_rnn


@pytest.mark.parametrize("name", ["frozen.pb", "model.graphdef", "model"])
def test_a_frozen_graph_under_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(write_graph_def(from_text(FROZEN)))
    found = open_model(tmp_path / name)
    assert (found.kind, found.has_values, found.checkpoint.format) == ("frozen_graph", False, None)
    assert [node.name for node in found.meta_graph.graph.nodes] == ["x", "y"]


def test_a_frozen_graph_as_text(tmp_path: Path) -> None:
    text = 'node { name: "x" op: "Placeholder" attr { key: "dtype" value { type: DT_FLOAT } } }'
    (tmp_path / "frozen.pbtxt").write_text(text)
    assert open_model(tmp_path / "frozen.pbtxt").kind == "frozen_graph"
    assert open_model(tmp_path).path == str(tmp_path / "frozen.pbtxt")


def test_what_is_called_a_graph_and_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "frozen.pb").write_bytes(b"\x00\x01\x02")
    with pytest.raises(
        SourceError, match=r"frozen.pb' is not a GraphDef, neither binary nor as text \(3 bytes"
    ):
        open_model(tmp_path / "frozen.pb")


def test_the_pointer_of_a_graph_is_told(tmp_path: Path) -> None:
    (tmp_path / "frozen.pb").write_bytes(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
    )
    with pytest.raises(SourceError, match="Git LFS pointer"):
        open_model(tmp_path / "frozen.pb")


@pytest.mark.parametrize("given", ["", "model", "graph.pb"])
def test_a_checkpoint_takes_the_graph_beside_it(without_meta: Path, given: str) -> None:
    found = open_model(without_meta / given)
    assert (found.kind, found.graph_path.name, found.checkpoint.format) == ("graph_def", "graph.pb", "V2")
    plan = tf1compat.plan(without_meta / given)
    assert [each.code for each in plan.hazards if each.code == "graph-def-by-name"] == ["graph-def-by-name"]
    assert plan.blockers == ()


def test_a_graph_of_another_model_is_refused_with_the_reason(without_meta: Path) -> None:
    graph = "x = Placeholder() dtype=float32; shape=shape(None, 2)\n v = VariableV2() dtype=float32; shape=shape(2)"
    (without_meta / "graph.pb").write_bytes(write_graph_def(from_text(graph)))
    with pytest.raises(
        SourceError, match=r"'graph.pb' is the graph of another model: its variable 'v' is not in"
    ):
        open_model(without_meta)


def test_without_weights_a_graph_can_be_looked_at_but_not_migrated(without_meta: Path) -> None:
    for each in without_meta.glob("model.*"):
        each.unlink()
    (without_meta / "checkpoint").unlink()
    found = open_model(without_meta)
    assert (found.kind, found.has_values) == ("graph_def", False)
    (blocker,) = tf1compat.plan(without_meta).blockers
    assert blocker.code == "no-values"
    assert "graph.pb" in blocker.reason


def test_a_lone_meta_can_be_looked_at_but_not_migrated(char_rnn: Path) -> None:
    for each in (*char_rnn.glob("model.index"), *char_rnn.glob("model.data*")):
        each.unlink()
    assert open_model(char_rnn / "model.meta").kind == "meta_graph"
    assert [each.code for each in tf1compat.plan(char_rnn).blockers] == ["no-values"]
