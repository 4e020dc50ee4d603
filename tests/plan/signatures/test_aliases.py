"""Aliases speak where the author did not, and are the author's where he did."""

from __future__ import annotations

from tests.plan.conftest import FINDINGS, FLOAT, GRAPH, ref
from tf1compat.discovery.findings import InputFinding, Layer, Rnn
from tf1compat.graph.attributes import Shape
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.signatures.aliases import Aliases, input_aliases, output_aliases, state_aliases


def rnn(scope: str, direction: str, *layers: dict[str, str]) -> Rnn:
    made = tuple(
        Layer("LSTM", 4, (), {}, {key: ref(value) for key, value in each.items()}) for each in layers
    )
    return Rnn(scope, "dynamic", direction, True, None, None, None, made)


def test_inputs_keep_the_authors_names_and_get_their_role_otherwise() -> None:
    assert input_aliases(from_text(GRAPH), FINDINGS.inputs) == {
        ref("x"): "x", ref("Placeholder"): "sequence_length", ref("keep_prob"): "keep_prob",
    }  # fmt: skip


def test_parts_of_a_sparse_or_ragged_tensor_are_named_after_it() -> None:
    text = """
        a/x/shape = Placeholder() dtype=int64
        a/x/values = Placeholder() dtype=float32
        a/x/indices = Placeholder() dtype=int64
        r/flat_values = Placeholder() dtype=float32
        r/row_splits_0 = Placeholder() dtype=int64
        other/values = Placeholder() dtype=float32
    """
    graph = from_text(text)
    inputs = [InputFinding(ref(node.name), FLOAT, Shape(), "data", True) for node in graph.nodes]
    assert list(input_aliases(graph, inputs).values()) == [
        "x_shape", "x_values", "x_indices", "r_values", "r_row_splits_0", "values",
    ]  # fmt: skip


def test_outputs_get_their_role() -> None:
    assert list(output_aliases(from_text(GRAPH), FINDINGS, FINDINGS.outputs).values()) == [
        "probabilities", "logits", "class_ids",
    ]  # fmt: skip


def test_the_state_of_a_single_rnn() -> None:
    found = state_aliases([rnn("RNN", "forward", {"c": "e2", "h": "e3"})])
    assert found == {TensorRef("e2"): "rnn_state_c", TensorRef("e3"): "rnn_state_h"}


def test_forward_and_backward_are_told_apart() -> None:
    found = state_aliases([rnn("b/fw", "forward", {"h": "f"}), rnn("b/bw", "backward", {"h": "b"})])
    assert list(found.values()) == ["rnn_forward_state_h", "rnn_backward_state_h"]


def test_layers_are_numbered_from_the_input() -> None:
    found = state_aliases([rnn("rnn", "forward", {"h": "a"}, {"h": "b"})])
    assert list(found.values()) == ["rnn_layer_0_state_h", "rnn_layer_1_state_h"]


def test_what_holds_several_parts_or_layers_is_named_after_none_of_them() -> None:
    found = state_aliases([rnn("rnn", "forward", {"c": "a", "h": "a"}, {"c": "b", "h": "b"})])
    assert list(found.values()) == ["rnn_layer_0_state", "rnn_layer_1_state"]
    found = state_aliases([rnn("rnn", "forward", {"c": "a", "h": "b"}, {"c": "a", "h": "b"})])
    assert list(found.values()) == ["rnn_state_c", "rnn_state_h"]
    found = state_aliases([rnn("f", "forward", {"h": "a"}), rnn("b", "backward", {"h": "a"})])
    assert list(found.values()) == ["rnn_state_h"]


def test_several_rnns_of_one_direction_are_told_apart_by_scope() -> None:
    found = state_aliases([rnn("enc/rnn", "forward", {"h": "a"}), rnn("dec/rnn", "forward", {"h": "b"})])
    assert list(found.values()) == ["enc_rnn_state_h", "dec_rnn_state_h"]


def test_no_alias_is_given_twice() -> None:
    aliases = Aliases()
    assert [aliases.take("x"), aliases.take("x"), aliases.take("x_1")] == ["x", "x_1", "x_1_1"]


def test_what_a_pipeline_gives_is_called_as_its_features_are_and_never_after_its_op() -> None:
    graph = from_text(
        "shuffle_batch = QueueDequeueManyV2(queue) component_types=[float32, int32]\nqueue = FIFOQueueV2()\n"
    )
    named = InputFinding(ref("shuffle_batch"), FLOAT, Shape(), "data", True, "queue", "image/width")
    unnamed = InputFinding(TensorRef("shuffle_batch", 1), FLOAT, Shape(), "data", True, "queue")
    assert list(input_aliases(graph, [named, unnamed]).values()) == ["image_width", "inputs"]
