"""What a CudnnRNN becomes gives what cuDNN's formulas give, computed one number after another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.discovery.cudnn_text import CELLS, Cudnn
from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import Shape
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.rewrite.cleanup.prune import prune
from tf1compat.rewrite.expressed.cudnn.canonical import read_canonical_weights
from tf1compat.rewrite.expressed.cudnn.portable import portable_cudnn
from tf1compat.rewrite.state.variables import variables_to_values

FORMS = [
    *(Cudnn(mode, layers, both) for mode in CELLS for layers, both in ((1, False), (2, True))),
    Cudnn("lstm", 2, op="CudnnRNNV2"),
    *(Cudnn(mode, 2, True, op="CudnnRNNV3") for mode in ("lstm", "gru")),
    Cudnn("lstm", 2, op="CudnnRNNV3", batch_major=True),
    Cudnn("gru", inputs=2, input_mode="skip_input"),
    Cudnn("lstm", 2, inputs=2, input_mode="auto_select"),
    Cudnn("lstm", input_mode="auto_select"),
]
OUTPUTS = ["net/CudnnRNN:0", "net/CudnnRNN:1", "net/CudnnRNN:2"]


def rewritten(form: Cudnn, canonical: bool = True) -> Graph:
    graph = from_text(form.text())
    if canonical:
        graph = read_canonical_weights(graph, {key: Shape(dims) for key, dims in form.shapes().items()})
    graph = variables_to_values(portable_cudnn(graph).graph).graph
    return prune(graph, ["net/CudnnRNN"]).graph


def run(graph: Graph, feeds: dict[str, Any]) -> list[Any]:
    import tensorflow as tf

    from tf1compat.savedmodel.graph_def import graph_def_of

    with tf.Graph().as_default() as imported:
        tf.graph_util.import_graph_def(graph_def_of(graph), name="")
    fed = {f"{name}:0": value for name, value in feeds.items() if name in graph}
    with tf.compat.v1.Session(graph=imported) as session:
        return list(session.run(OUTPUTS, fed))


def feeds_of(form: Cudnn, steps: int = 5, batch: int = 3) -> dict[str, Any]:
    random = np.random.default_rng(7)
    state = [batch if size is None else size for size in form.state()]
    values = (batch, steps, form.inputs) if form.batch_major else (steps, batch, form.inputs)
    shapes = {"x": values, "h": state, "c": state, **form.shapes()}
    feeds: dict[str, Any] = {
        name: random.normal(size=shape).astype("float32") for name, shape in shapes.items()
    }
    feeds["lengths"] = np.int32([steps, 1, max(steps - 2, 0)][:batch])
    return feeds


def expected(form: Cudnn, feeds: dict[str, Any]) -> tuple[Any, ...]:
    from tf1compat.restore.reference_kernels.cudnn import cudnn_rnn
    from tf1compat.restore.reference_kernels.cudnn_gates import by_layer, canonical_gates

    skips = form.input_mode == "skip_input" or (
        form.input_mode == "auto_select" and form.inputs == form.units
    )
    size = len(form.keys()) // form.rows
    rows = tuple(
        canonical_gates(
            form.mode,
            {key.split("_cell/")[-1]: feeds[key] for key in form.keys()[row * size : (row + 1) * size]},
            skips_input=skips and row < form.directions,
        )
        for row in range(form.rows)
    )
    states = (feeds["h"], feeds["c"]) if form.mode == "lstm" else (feeds["h"],)
    return cudnn_rnn(
        form.mode, by_layer(rows, form.directions), feeds["x"], states,
        feeds["lengths"] if form.op == "CudnnRNNV3" else None, time_major=not form.batch_major,
    )  # fmt: skip


@pytest.mark.tensorflow
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_it_gives_what_the_formulas_of_cudnn_give(form: Cudnn) -> None:
    feeds = feeds_of(form)
    for found, wanted in zip(run(rewritten(form), feeds), expected(form, feeds), strict=False):
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.tensorflow
@pytest.mark.parametrize(("steps", "batch"), [(1, 1), (0, 2), (4, 0)])
def test_one_step_no_step_and_no_example(steps: int, batch: int) -> None:
    form = Cudnn("gru", 2, True)
    feeds = feeds_of(form, steps, batch)
    outputs, final, _ = run(rewritten(form), feeds)
    assert outputs.shape == (steps, batch, 4)
    assert final.shape == (4, batch, 2)
    if not steps:
        np.testing.assert_array_equal(final, feeds["h"])


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "form",
    [Cudnn(mode, 2, True) for mode in CELLS] + [Cudnn("gru", inputs=2, input_mode="skip_input")],
    ids=str,
)
def test_a_buffer_in_the_layout_of_keras_gives_the_same(form: Cudnn) -> None:
    from tf1compat.restore.reference_kernels.cudnn import cudnn_rnn
    from tf1compat.restore.reference_kernels.cudnn_gates import buffer_gates, by_layer

    feeds = feeds_of(form)
    skips = form.input_mode == "skip_input"
    gates = {"lstm": 4, "gru": 3}.get(form.mode, 1)
    widths = [
        form.units * 2 if row >= form.directions else (0 if skips else form.inputs)
        for row in range(form.rows)
    ]
    size = sum(gates * form.units * (width + form.units + 2) for width in widths)
    buffer = np.random.default_rng(3).normal(size=size).astype("float32")
    rows = buffer_gates(
        form.mode, buffer, rows=form.rows, directions=form.directions, units=form.units, inputs=form.inputs,
        skips_input=skips,
    )  # fmt: skip
    states = (feeds["h"], feeds["c"]) if form.mode == "lstm" else (feeds["h"],)
    wanted = cudnn_rnn(form.mode, by_layer(rows, form.directions), feeds["x"], states)
    found = run(rewritten(form, canonical=False), {**feeds, "net/opaque_kernel": buffer})
    for one, other in zip(found, wanted, strict=False):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_no_cudnn_is_left_and_the_node_keeps_its_name_and_outputs() -> None:
    graph = rewritten(Cudnn(layers=2, both=True))
    assert lint(graph) == ()
    assert not any("Cudnn" in node.op for node in graph.nodes)
    assert (graph["net/CudnnRNN"].op, len(graph["net/CudnnRNN"].inputs)) == ("IdentityN", 3)
    assert sum(node.op == "While" for node in graph.nodes) == 4


def test_each_loop_has_functions_of_its_own_for_tf2s_gradient_rewrites_them() -> None:
    graph = rewritten(Cudnn(layers=2))
    called = [node.attrs[key] for node in graph.nodes if node.op == "While" for key in ("cond", "body")]
    assert len({getattr(each, "name", "") for each in called}) == len(called) == 4


def test_other_graphs_stay_as_they_are_and_a_second_time_changes_nothing() -> None:
    plain = from_text("x = Placeholder() dtype=float32\ny = Neg(x) T=float32")
    assert portable_cudnn(plain).graph is plain
    once = portable_cudnn(from_text(Cudnn().text())).graph
    assert portable_cudnn(once).graph is once
    assert portable_cudnn(once).count == 0


def test_a_projection_and_sizes_that_are_not_known_are_refused() -> None:
    text = Cudnn(op="CudnnRNNV3").text().replace("time_major=True", "time_major=True; num_proj=1")
    with pytest.raises(RewriteError, match=r"'net/CudnnRNN' \(CudnnRNNV3\) has a projection"):
        portable_cudnn(from_text(text))
    text = Cudnn().text().replace("shape(None, None, 3)", "shape(...)")
    with pytest.raises(RewriteError, match="unknown size"):
        portable_cudnn(from_text(text))


def test_what_serves_the_gradient_alone_cannot_be_read() -> None:
    text = Cudnn().text() + "\nkept = Identity(net/CudnnRNN:3) T=float32"
    with pytest.raises(RewriteError, match="'kept' reads 'net/CudnnRNN:3'"):
        portable_cudnn(from_text(text))


@pytest.mark.tensorflow
@pytest.mark.parametrize("form", [Cudnn("lstm", 2, True, op="CudnnRNNV3"), Cudnn("gru", 2)], ids=str)
def test_saved_and_loaded_it_derives_and_compiles(form: Cudnn, tmp_path: Path) -> None:
    import tensorflow as tf

    module = _module(form)
    tf.saved_model.save(module, str(tmp_path))
    loaded = tf.saved_model.load(str(tmp_path))
    given = [
        tf.constant(value) for name, value in feeds_of(form).items() if name in ("x", "h", "c", "lengths")
    ]
    with tf.GradientTape() as tape:
        found = loaded.call(*given)
        total = tf.add_n([tf.reduce_sum(tf.square(each)) for each in found])
    gradients = tape.gradient(total, loaded.weights)
    assert len(gradients) == len(form.keys())
    assert all(each is not None and float(tf.reduce_max(tf.abs(each))) > 0 for each in gradients)
    compiled = tf.function(loaded.call, autograph=False, jit_compile=True)(*given)
    for one, other in zip(found, compiled, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def _module(form: Cudnn) -> Any:
    """A module that gives outputs and the final h, its weights variables."""
    import tensorflow as tf

    from tf1compat.savedmodel.graph_def import graph_def_of

    graph, values = rewritten(form), feeds_of(form)
    inputs, keys = ("x", "h", "c", "lengths"), form.keys()
    bare = graph.replacing(node for node in graph.nodes if node.name not in (*inputs, *keys))
    module = tf.Module()
    module.weights = [tf.Variable(values[key]) for key in keys]

    def call(*tensors: Any) -> Any:
        fed = dict(zip(inputs, tensors, strict=True)) | dict(zip(keys, module.weights, strict=True))
        used = {f"{name}:0": tf.convert_to_tensor(each) for name, each in fed.items() if name in graph}
        return tf.graph_util.import_graph_def(graph_def_of(bare), used, OUTPUTS[:2], name="")

    specs = [tf.TensorSpec([None] * values[name].ndim, values[name].dtype) for name in inputs]
    module.call = tf.function(call, specs, autograph=False)
    return module
