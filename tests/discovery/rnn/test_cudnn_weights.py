"""Which keys make up a CudnnRNN is read from its Saver, else from the names that TF1's layers give."""

from __future__ import annotations

import pytest

from tests.discovery.cudnn_text import CELLS, Cudnn
from tf1compat.discovery.rnn.cudnn_weights import canonical_keys, cudnn_weights, opaque_variable
from tf1compat.graph.text import from_text

FORMS = [
    Cudnn(mode, layers, both)
    for mode in CELLS
    for layers, both in ((1, False), (2, False), (1, True), (2, True))
]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_the_saver_tells_the_keys_whatever_they_are_called(form: Cudnn) -> None:
    keys = [f"renamed/{number}" for number, _ in enumerate(form.keys())]
    found = cudnn_weights(from_text(form.text() + form.saver(keys)))["net/CudnnRNN"]
    assert list(found.keys) == keys
    assert [(each.layer, each.direction) for each in found.layers] == [
        (layer, direction)
        for layer in range(form.layers)
        for direction in ("forward", "backward")[: form.directions]
    ]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_without_a_saver_the_names_are_those_of_the_layers(form: Cudnn) -> None:
    found = cudnn_weights(from_text(form.text()), set(form.keys()))["net/CudnnRNN"]
    assert list(found.keys) == form.keys()
    assert found.opaque == "net/opaque_kernel"


def test_the_layer_may_stand_in_a_scope_around_the_variable() -> None:
    form = Cudnn()
    found = cudnn_weights(from_text(form.text()), form.keys(scope=""))
    assert list(found["net/CudnnRNN"].keys) == form.keys(scope="")


def test_keys_that_the_checkpoint_does_not_have_do_not_count() -> None:
    form = Cudnn(layers=2)
    assert cudnn_weights(from_text(form.text()), form.keys()[:-1]) == {}
    assert cudnn_weights(from_text(form.text()), ["net/opaque_kernel"]) == {}


def test_with_the_state_of_unknown_shape_the_checkpoint_tells_how_many_layers_there_are() -> None:
    form = Cudnn(layers=3)
    text = form.text().replace(f"shape{form.state()}", "shape(...)")
    assert len(cudnn_weights(from_text(text), form.keys())["net/CudnnRNN"].layers) == 3
    assert cudnn_weights(from_text(text)) == {}


def test_an_initializer_is_no_saver() -> None:
    form = Cudnn()
    text = form.saver(form.keys()).replace(
        "RestoreV2(save/Const, save/names, save/slices)", "RandomUniform()"
    )
    found = cudnn_weights(from_text(form.text() + text), ["renamed"])
    assert found == {}


def test_the_buffer_is_followed_through_loops_and_branches() -> None:
    text = Cudnn().text().replace("c, net/opaque_kernel/read", "c, entered")
    text += """
            inner = Switch(net/opaque_kernel/read, choice) T=float32
            choice = Placeholder() dtype=bool; shape=shape()
            entered = Enter(inner:1) T=float32; frame_name="w"; is_constant=True
    """
    graph = from_text(text)
    assert opaque_variable(graph, graph["net/CudnnRNN"]) == "net/opaque_kernel"


def test_a_buffer_that_is_computed_is_no_variable() -> None:
    text = Cudnn().text().replace("Identity(net/opaque_kernel)", "Neg(net/opaque_kernel)")
    graph = from_text(text)
    assert opaque_variable(graph, graph["net/CudnnRNN"]) is None
    assert cudnn_weights(graph, Cudnn().keys()) == {}


def test_two_nodes_may_share_one_buffer() -> None:
    form = Cudnn()
    lines = form.text().strip().splitlines()
    again = lines[-1].replace("net/CudnnRNN =", "net/CudnnRNN_1 =")
    graph = from_text("\n".join([*lines, again]))
    assert set(cudnn_weights(graph, form.keys())) == {"net/CudnnRNN", "net/CudnnRNN_1"}
    assert canonical_keys(graph, form.keys()) == {"net/opaque_kernel": tuple(form.keys())}


def test_a_projection_has_no_canonical_weights() -> None:
    text = Cudnn(op="CudnnRNNV3").text().replace("time_major=True", "time_major=True; num_proj=1")
    assert cudnn_weights(from_text(text), Cudnn().keys()) == {}
