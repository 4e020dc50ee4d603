"""Constants of a frozen graph: which are weights, and what they become."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from tf1compat.graph.lint import lint
from tf1compat.graph.protos import MetaGraph, of_graph_def, write_graph_def
from tf1compat.graph.text import from_text
from tf1compat.source.thawed import thawed

NETWORK = """
    x = Placeholder() dtype=float32; shape=shape(None, 2)
    kernel = Const() dtype=float32; value=tensor(float32, [[1.0, 2.0], [3.0, 4.0]])
    kernel/read = Identity(kernel) T=float32
    product = MatMul(x, kernel/read) T=float32; transpose_a=False; transpose_b=False
    bias = Const() dtype=float32; value=tensor(float32, [1.0, 2.0])
    y = BiasAdd(product, bias) T=float32
"""


def frozen(text: str) -> MetaGraph:
    return of_graph_def(write_graph_def(from_text(text)))


def test_weights_become_variables_that_begin_with_their_constants() -> None:
    found = thawed(frozen(NETWORK))
    graph = found.meta_graph.graph
    assert found.names == {"kernel", "bias"}
    assert not lint(graph)
    assert [graph[each].op for each in ("kernel", "bias")] == ["VariableV2", "VariableV2"]
    assert str(graph["kernel/Assign"].inputs[1]) == "kernel/initial_value:0"
    assert str(graph["kernel/read"].inputs[0]) == "kernel:0"
    assert [str(each) for each in graph["y"].inputs] == ["product:0", "bias/read:0"]
    assert {each.variable for each in found.meta_graph.variables["trainable_variables"]} == {
        "kernel:0",
        "bias:0",
    }


def test_what_is_thawed_stays_as_it_is() -> None:
    once = thawed(frozen(NETWORK)).meta_graph
    again = thawed(once)
    assert again.meta_graph is once
    assert again.names == frozenset()


@pytest.mark.parametrize(
    "line",
    [
        "y = Mul(x, c) T=float32",  # data that are scaled
        "y = Sub(x, c) T=float32",
        "y = Reshape(x, c) T=float32; Tshape=float32",
        "y = GatherV2(c, x, c) Tparams=float32; Tindices=int32; Taxis=int32",  # of numbers, no embedding
    ],
)
def test_constants_of_the_author_s_arithmetic_stay_constants(line: str) -> None:
    text = f"""
        x = Placeholder() dtype=float32; shape=shape(None, 2)
        c = Const() dtype=float32; value=tensor(float32, [1.0, 2.0])
        {line}
    """
    assert thawed(frozen(text)).names == frozenset()


def test_a_bias_and_a_factor_behind_a_layer_are_weights() -> None:
    text = (
        NETWORK.replace("y = BiasAdd(product, bias)", "shifted = AddV2(product, bias)")
        + """
        factor = Const() dtype=float32; value=tensor(float32, [1.0, 2.0])
        y = Mul(factor, shifted) T=float32
    """
    )
    assert thawed(frozen(text)).names == {"kernel", "bias", "factor"}


def test_averages_of_batch_normalisation_are_not_trained() -> None:
    text = (
        NETWORK.replace("y = BiasAdd", "z = BiasAdd")
        + """
        variance = Const() dtype=float32; value=tensor(float32, [1.0, 2.0])
        variance/read = Identity(variance) T=float32
        epsilon = Const() dtype=float32; value=tensor(float32, 0.001)
        widened = AddV2(variance/read, epsilon) T=float32
        root = Rsqrt(widened) T=float32
        mean = Const() dtype=float32; value=tensor(float32, [1.0, 2.0])
        mean/read = Identity(mean) T=float32
        offset = Const() dtype=float32; value=tensor(float32, [1.0, 2.0])
        offset/read = Identity(offset) T=float32
        scaled = Mul(z, root) T=float32
        moved = Mul(mean/read, root) T=float32
        shift = Sub(offset/read, moved) T=float32
        y = AddV2(scaled, shift) T=float32
    """
    )
    found = thawed(frozen(text))
    trained = {each.variable for each in found.meta_graph.variables["trainable_variables"]}
    assert found.names == {"kernel", "bias", "variance", "mean", "offset"}
    assert trained == {"kernel:0", "bias:0", "offset:0"}


def test_the_fused_form_says_which_are_averages_by_their_places() -> None:
    text = (
        NETWORK.replace("y = BiasAdd", "z = BiasAdd")
        + "".join(
            f"\n {each} = Const() dtype=float32; value=tensor(float32, [1.0, 2.0])"
            for each in ("scale", "offset", "mean", "variance")
        )
        + "\n y = FusedBatchNorm(z, scale, offset, mean, variance) T=float32; is_training=False"
    )
    trained = thawed(frozen(text)).meta_graph.variables["trainable_variables"]
    assert {each.variable for each in trained} == {"kernel:0", "bias:0", "scale:0", "offset:0"}


def test_a_graph_with_variables_is_none_that_was_frozen() -> None:
    text = NETWORK + "\n other = VariableV2() dtype=float32; shape=shape(2)"
    assert thawed(frozen(text)).names == frozenset()


def test_an_import_sees_the_variables_too() -> None:
    found = thawed(frozen(NETWORK)).meta_graph
    assert isinstance(found.variables, MappingProxyType)
    assert b"VariableV2" in found.serialized
