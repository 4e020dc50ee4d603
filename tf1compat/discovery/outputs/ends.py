"""Results that no op names: where gradients start, what is put together, what nothing reads any more."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.outputs.forms import REARRANGING
from tf1compat.discovery.outputs.head import Head, Search, is_final, readers, tensor_readers
from tf1compat.discovery.outputs.named import is_selected
from tf1compat.discovery.outputs.result import kind_of, may_result, results_of, role_of
from tf1compat.discovery.outputs.sequences import is_state
from tf1compat.discovery.rnn.looping.leftovers import is_left_over
from tf1compat.discovery.rnn.looping.loops import find_loops
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.arrays import array_operation, is_array
from tf1compat.ops.registry import data_operands


def find_losses(search: Search) -> Iterator[Head]:
    """Where gradients start, scalars only."""
    flow = search.flow
    for node in flow.graph.nodes:
        if node.name in flow.losses and flow.graph.static_shape(TensorRef(node.name)).rank in (0, None):
            yield Head(TensorRef(node.name), "loss", "where gradients start", predicts=False)


def find_joined(search: Search) -> Iterator[Head]:
    """Results that are put together at the end: boxes beside scores, the anchors of every scale."""
    flow = search.flow
    for node in flow.graph.nodes:
        if (
            node.op in families.CONCATENATIONS
            and is_final(flow, node)
            and node.name not in flow.inside_branches
        ):
            parts = {ref.node for ref in data_operands(node)}
            apart = parts.isdisjoint(flow.before_parameters)  # no features for a stage that never followed
            if len(parts) > 1 and parts <= flow.predicted and parts & search.predicting and apart:
                yield Head(TensorRef(node.name), "value", "puts results together at the end")


def find_ends(search: Search) -> Iterator[Head]:
    """What nothing of the forward part reads; a tensor made for its shape is no end."""
    flow, graph = search.flow, search.flow.graph
    after, detected = flow.ahead(search.predicting), flow.ahead(_suppressing(graph))
    results = _loop_results(flow)
    for node in (each for each in graph.nodes if each.op not in families.CTC_DECODERS):
        if may_result(flow, node) or node.name in results:
            for ref in _unread(flow, node):
                if not is_left_over(graph, search.rnns, node) and not _is_known(search, ref, after):
                    yield _end(search, ref, detected)


def _unread(flow: ForwardGraph, node: Node) -> tuple[TensorRef, ...]:
    """A node's results if nothing reads any; of a list of results, those that nothing reads beside the others."""
    results = results_of(flow.graph, node)
    beside = {name for name in readers(flow, node) if flow.graph[name].op not in families.SHAPES}
    if not readers(flow, node) or (not beside and is_selected(flow.graph, node)):
        return results
    listed = node.op in families.LISTS and node.name not in flow.before_parameters
    return tuple(each for each in results if listed and not tensor_readers(flow, each))


def _is_known(search: Search, ref: TensorRef, after: frozenset[str]) -> bool:
    """Whether a tensor is another form of a result, or no result of its own."""
    origin = _unarranged(search, ref)
    node = search.flow.graph.producer(origin)
    whole = data_operands(node)[0] if node.op in families.SPLITS else origin
    if whole in search.found and search.flow.graph.producer(whole).op in families.CONCATENATIONS:
        return True
    if node.op in families.CONCATENATIONS and _is_for_next_stage(search, node):
        return True
    return origin in search.found or _is_of_one_step(node, after) or _is_idle_lookup(search, node)


def _is_for_next_stage(search: Search, node: Node) -> bool:
    """Whether results are joined with the features that they were made of, for a stage that never followed."""
    parts = {ref.node for ref in data_operands(node)}
    return bool(parts & search.predicting) and bool(parts & search.flow.before_parameters)


def _end(search: Search, ref: TensorRef, detected: frozenset[str]) -> Head:
    graph = search.flow.graph
    if is_state(graph, ref, search.rnns):
        return Head(ref, "state", "final states put together")
    found = ", what non-maximum suppression left" if ref.node in detected else ""
    reason = f"nothing reads it any more{found}{kind_of(graph.producer(ref))}"
    return Head(ref, role_of(search.flow, ref), reason)


def _suppressing(graph: Graph) -> list[str]:
    return [node.name for node in graph.nodes if node.op in families.SUPPRESSIONS]


def _loop_results(flow: ForwardGraph) -> frozenset[str]:
    """What outermost loops of the author's own carry out: those that write no array, as RNNs and maps do."""
    loops = (each for each in find_loops(flow.graph, flow.training) if each.frame.parent is None)
    finals = {state.final for loop in loops if not loop.arrays for state in loop.states}
    return frozenset(ref.node for ref in finals if ref is not None) & flow.predicted


def _is_of_one_step(node: Node, after: frozenset[str]) -> bool:
    """Whether a node gives all steps of a loop over predictions, of which a loss took only the last."""
    return (is_array(node) or array_operation(node) is not None) and any(
        ref.node in after for ref in node.inputs
    )


def _is_idle_lookup(search: Search, node: Node) -> bool:
    """Whether a node looks up what is given, or was chosen, for a step that never followed."""
    if node.op not in families.LOOKUPS or not search.predicting:
        return False
    return node.inputs[1].node in search.known or node.inputs[1].node not in search.flow.computed


def _unarranged(search: Search, ref: TensorRef) -> TensorRef:
    """The tensor whose values these are: the first offered one, or the one that was computed."""
    graph = search.flow.graph
    while ref not in search.found and graph.producer(ref).op in REARRANGING and graph.producer(ref).inputs:
        ref = graph.producer(ref).inputs[0]
    return ref
