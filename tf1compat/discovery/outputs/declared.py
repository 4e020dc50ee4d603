"""Results that the author declared himself: in collections under keys of his own, and by an Identity with a name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.outputs.head import Head, Search, is_final
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef, is_default_name
from tf1compat.ops.families import IDENTITY

#: Keys that TensorFlow itself files tensors under (`tf.GraphKeys`).
_STANDARD_COLLECTIONS = frozenset({
    "summaries", "losses", "regularization_losses", "update_ops", "train_op", "activations", "biases",
    "weights", "queue_runners", "global_step", "savers", "ready_op", "init_op", "local_init_op", "summary_op",
    "while_context", "cond_context", "eval_step", "metric_variables", "table_initializer", "asset_filepaths",
    "resources", "ready_for_local_init_op", "iterators", "global_step_read_op_cache", "concatenated_variables",
    "local_resources", "trainable_resource_variables", "moving_average_variables", "model_variables",
    "streaming_model_ports", "saveable_objects", "mean_vars", "queues", "enqueue_ops", "legacy_init_op",
})  # fmt: skip
#: Collections in which libraries list every layer's result (`slim`), not what the author chose.
_LISTINGS = ("end_points", "_outputs_collection")
#: More than this is a listing, whatever its key.
_MOST = 8


def find_declared(search: Search) -> Iterator[Head]:
    """Tensors that the author filed under a key of his own, final ones and any that variables made; and Identities
    that he named."""
    flow = search.flow
    for key, names in declared_tensors(search.collections):
        for ref in (each for each in names if each.node in flow.graph):
            if _is_result(search, ref, len(names)):
                yield Head(ref, "value", f"the author filed it in the collection '{key}'")
    for node in flow.graph.nodes:
        if node.op in IDENTITY and _is_named_result(flow, node):
            yield Head(TensorRef(node.name), "value", "an Identity by which the author named it")


def _is_named_result(flow: ForwardGraph, node: Node) -> bool:
    """Whether an Identity is there to name a result; what it takes may be read by others under its own name."""
    if is_default_name(node.name, node.op) or node.name in flow.inside_branches or not is_final(flow, node):
        return False
    return flow.graph.static_shape(TensorRef(node.name)).rank != 0


def declared_tensors(
    collections: Mapping[str, tuple[str, ...]],
) -> Iterator[tuple[str, tuple[TensorRef, ...]]]:
    """The collections of the author's own, each with the tensors in it."""
    for key, names in collections.items():
        if key not in _STANDARD_COLLECTIONS and not key.endswith(_LISTINGS):
            yield key, tuple(TensorRef.parse(name) for name in names if ":" in name)


def _is_result(search: Search, ref: TensorRef, beside: int) -> bool:
    flow = search.flow
    if is_final(flow, flow.graph[ref.node]):
        return True
    return beside <= _MOST and ref.node in flow.predicted and ref.node not in flow.inside_branches
