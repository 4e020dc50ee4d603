"""A CudnnRNN reads its canonical weights the way it read its buffer."""

from __future__ import annotations

from tests.discovery.cudnn_text import Cudnn
from tf1compat.graph.attributes import Shape
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.expressed.cudnn.canonical import read_canonical_weights

FORM = Cudnn()
KERNEL, BIAS = FORM.keys()


def canonical(text: str, form: Cudnn = FORM) -> Graph:
    return read_canonical_weights(from_text(text), {key: Shape(dims) for key, dims in form.shapes().items()})


def test_each_weight_is_a_variable_under_its_own_name_and_of_its_own_shape() -> None:
    graph = canonical(FORM.text())
    assert lint(graph) == ()
    assert (graph[KERNEL].op, graph[KERNEL].shape()) == ("VariableV2", Shape((5, 8)))
    assert graph["net/CudnnRNN"].inputs[3:] == (TensorRef(f"{KERNEL}/read"), TensorRef(f"{BIAS}/read"))
    assert graph.static_shape(TensorRef(f"{BIAS}/read")) == Shape((8,))


def test_the_lengths_stay_behind_the_weights() -> None:
    graph = canonical(Cudnn(op="CudnnRNNV3").text())
    assert [ref.node for ref in graph["net/CudnnRNN"].inputs[3:]] == [
        f"{KERNEL}/read",
        f"{BIAS}/read",
        "lengths",
    ]


def test_loops_and_branches_are_entered_for_each_weight() -> None:
    text = FORM.text().replace("c, net/opaque_kernel/read", "c, inside:1")
    text += """
        choice = Placeholder() dtype=bool; shape=shape()
        entered = Enter(net/opaque_kernel/read) T=float32; frame_name="w"; is_constant=True
        inside = Switch(entered, choice) T=float32; _class=["loc:@net/opaque_kernel"]
    """
    graph = canonical(text)
    assert lint(graph) == ()
    first = graph["net/CudnnRNN"].inputs[3]
    assert first == TensorRef(f"{KERNEL}/inside", 1)
    assert graph[first.node].inputs == (TensorRef(f"{KERNEL}/entered"), TensorRef("choice"))
    assert "_class" not in graph[first.node].attrs
    assert graph[f"{KERNEL}/entered"].text("frame_name") == "w"


def test_a_resource_variable_stays_one() -> None:
    text = FORM.text().replace("VariableV2()", "VarHandleOp()").replace("Identity(net", "ReadVariableOp(net")
    graph = canonical(text)
    assert graph[KERNEL].op == "VarHandleOp"
    assert graph[f"{KERNEL}/read"].op == "ReadVariableOp"


def test_two_nodes_share_the_copies() -> None:
    lines = FORM.text().strip().splitlines()
    graph = canonical("\n".join([*lines, lines[-1].replace("net/CudnnRNN =", "again =")]))
    assert graph["again"].inputs == graph["net/CudnnRNN"].inputs


def test_weights_that_are_not_all_given_leave_the_buffer_in_place() -> None:
    graph = from_text(FORM.text())
    assert read_canonical_weights(graph, {KERNEL: Shape((5, 8))}) is graph
    assert read_canonical_weights(graph, {}) is graph
