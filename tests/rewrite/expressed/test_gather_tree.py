from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.cleanup.prune import prune
from tf1compat.rewrite.expressed.gather_tree import gather_tree_to_loop

_ENTRIES = ("step_ids", "parent_ids", "lengths", "end_token")
_DATA = Path(__file__).parent / "data"
_TREE = """
    step_ids = Placeholder() dtype=int32; shape=shape(None, None, None)
    parent_ids = Placeholder() dtype=int32; shape=shape(None, None, None)
    lengths = Placeholder() dtype=int32; shape=shape(...)
    end_token = Placeholder() dtype=int32; shape=shape()
    beams = GatherTree(step_ids, parent_ids, lengths, end_token) T=int32
"""
_OLD_TREE = _TREE.replace(", end_token)", ")")


def _rewritten(text: str = _TREE) -> Graph:
    return prune(gather_tree_to_loop(from_text(text)).graph, ["beams"]).graph


def _known_trees() -> list[Any]:
    found = []
    for path in sorted(_DATA.glob("gather_tree_*.npz")):
        with np.load(path) as archive:
            numbers = sorted({name.partition("/")[0] for name in archive.files})
            for number in numbers:
                inputs = {
                    name.partition("/")[2]: archive[name] for name in archive.files if name.startswith(number)
                }
                found.append(pytest.param(inputs, id=f"{path.stem.removeprefix('gather_tree_')}-{number}"))
    return found


@cache
def _session(text: str) -> Any:
    """A session of the rewritten graph, and what it is fed with."""
    import tensorflow as tf

    from tf1compat.savedmodel.graph_def import graph_def_of

    rewritten = _rewritten(text)
    with tf.Graph().as_default() as graph:
        tf.graph_util.import_graph_def(graph_def_of(rewritten), name="")
    return tf.compat.v1.Session(graph=graph), [name for name in _ENTRIES if name in rewritten]


def _run(text: str, inputs: dict[str, Any]) -> Any:
    session, entries = _session(text)
    return session.run("beams:0", {f"{name}:0": inputs[name] for name in entries})


def _compiled(text: str, folder: Path, inputs: dict[str, Any]) -> Any:
    """What the rewritten graph gives through XLA, saved and loaded before."""
    import tensorflow as tf

    from tf1compat.savedmodel.graph_def import graph_def_of

    rewritten = _rewritten(text)
    entries = [name for name in _ENTRIES if name in rewritten]
    bare = rewritten.replacing(node for node in rewritten.nodes if node.name not in entries)
    graph_def = graph_def_of(bare)

    def call(*tensors: Any) -> Any:
        fed = dict(zip((f"{name}:0" for name in entries), tensors, strict=True))
        return tf.graph_util.import_graph_def(graph_def, fed, ["beams:0"], name="")[0]

    module = tf.Module()
    specs = [tf.TensorSpec(rewritten[name].shape().to_json(), "int32") for name in entries]
    module.call = tf.function(call, specs, autograph=False, jit_compile=True)
    tf.saved_model.save(module, str(folder))
    return tf.saved_model.load(str(folder)).call(*(tf.constant(inputs[name]) for name in entries)).numpy()


def test_becomes_a_loop_under_its_own_name() -> None:
    graph = _rewritten()
    assert lint(graph) == ()
    ops = [node.op for node in graph.nodes]
    assert "GatherTree" not in ops
    assert ops.count("While") == 1
    assert graph["beams"].op == "Identity"
    assert len(graph.functions) == 2


def test_counts_what_it_changed() -> None:
    outcome = gather_tree_to_loop(from_text(_TREE))
    assert outcome.count == 1
    assert "GatherTree" in outcome.summary


def test_leaves_other_graphs_alone() -> None:
    graph = from_text("x = Placeholder() dtype=int32\ny = Identity(x) T=int32")
    assert gather_tree_to_loop(graph).graph is graph


def test_does_nothing_a_second_time() -> None:
    graph = _rewritten()
    outcome = gather_tree_to_loop(graph)
    assert outcome.graph is graph
    assert outcome.count == 0


def test_two_trees_share_their_functions_but_no_node() -> None:
    graph = from_text(_TREE + "beams_2 = GatherTree(step_ids, parent_ids, lengths, end_token) T=int32")
    after = gather_tree_to_loop(graph).graph
    assert lint(after) == ()
    assert sum(node.op == "While" for node in after.nodes) == 2


@pytest.mark.tensorflow
@pytest.mark.parametrize("inputs", _known_trees())
def test_gives_what_the_genuine_op_gave(inputs: dict[str, Any]) -> None:
    text = _TREE if "end_token" in inputs else _OLD_TREE
    np.testing.assert_array_equal(_run(text, inputs), inputs["beams"])


@pytest.mark.tensorflow
@pytest.mark.parametrize("text", [_TREE, _OLD_TREE])
def test_gives_the_same_compiled(text: str, tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    inputs = {
        "step_ids": random.integers(0, 5, (6, 2, 3), np.int32),
        "parent_ids": random.integers(0, 3, (6, 2, 3), np.int32),
        "lengths": np.int32([6, 4] if text == _TREE else [[6, 0, 2], [1, 5, 4]]),
        "end_token": np.int32(3),
    }
    np.testing.assert_array_equal(_compiled(text, tmp_path, inputs), _run(text, inputs))


@pytest.mark.tensorflow
def test_a_parent_that_is_no_beam_gives_minus_one_as_the_gpu_does() -> None:
    inputs = {
        "step_ids": np.int32([[[1, 2]], [[3, 4]], [[5, 6]]]),
        "parent_ids": np.int32([[[0, 0]], [[0, 1]], [[2, 1]]]),
        "lengths": np.int32([3]),
        "end_token": np.int32(4),
    }
    assert _run(_TREE, inputs)[:, 0].T.tolist() == [[-1, -1, 5], [2, 4, 4]]


def test_inside_a_loop_it_stays_inside() -> None:
    from tf1compat.rewrite.control_flow.loops import functionalise_loops

    graph = from_text("""
        start = Placeholder() dtype=int32; shape=shape(2, 1, 2)
        parents = Placeholder() dtype=int32; shape=shape(2, 1, 2)
        lengths = Const() dtype=int32; value=tensor(int32, [2])
        end = Const() dtype=int32; value=tensor(int32, 3)
        most = Const() dtype=int32; value=tensor(int32, 9)
        w/Enter = Enter(start) T=int32; frame_name="w"; is_constant=False
        w/parents = Enter(parents) T=int32; frame_name="w"; is_constant=True
        w/lengths = Enter(lengths) T=int32; frame_name="w"; is_constant=True
        w/end = Enter(end) T=int32; frame_name="w"; is_constant=True
        w/most = Enter(most) T=int32; frame_name="w"; is_constant=True
        w/Merge = Merge(w/Enter, w/NextIteration) T=int32; N=2
        w/axes = Const(^w/Merge) dtype=int32; value=tensor(int32, [0, 1, 2])
        w/Sum = Sum(w/Merge, w/axes) T=int32; Tidx=int32
        w/Less = Less(w/Sum, w/most) T=int32
        w/LoopCond = LoopCond(w/Less)
        w/Switch = Switch(w/Merge, w/LoopCond) T=int32
        w/beams = GatherTree(w/Switch:1, w/parents, w/lengths, w/end) T=int32
        w/NextIteration = NextIteration(w/beams) T=int32
        w/Exit = Exit(w/Switch) T=int32
    """)
    after = functionalise_loops(gather_tree_to_loop(graph).graph).graph
    after = prune(after, ["w/Exit"]).graph
    assert lint(after) == ()
    assert [node.op for node in after.nodes].count("While") == 1
    inner = [f for f in after.functions.values() if any(node.op == "While" for node in f.graph.nodes)]
    assert len(inner) == 1
    assert all(lint(f.graph) == () for f in after.functions.values())


def test_a_length_for_each_beam_needs_no_end_token() -> None:
    graph = _rewritten(_OLD_TREE)
    assert "end_token" not in graph
    assert not any(node.op == "Cumsum" for node in graph.nodes)
    assert graph["beams"].inputs == (TensorRef("beams/TensorListStack"),)
