"""What recurrent networks and decoders give: chosen ids, outputs of all steps, final states."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import OutputRole, Rnn
from tf1compat.discovery.outputs.forms import as_named
from tf1compat.discovery.outputs.head import Head, Search
from tf1compat.discovery.rnn.looping.loops import find_loops
from tf1compat.discovery.rnn.looping.surroundings import stack_of
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import JOINING, TRANSPOSE
from tf1compat.ops.registry import data_operands


def find_decoded(search: Search) -> Iterator[Head]:
    """The ids that decoders chose, step after step, under the name that the author gave them."""
    flow = search.flow
    for rnn in search.rnns:
        if (
            rnn.kind == "decoder"
            and rnn.outputs is not None
            and dtype_of(flow.graph, rnn.outputs).is_floating
        ):
            reason = f"the ids that the decoder {rnn.title} chose step by step"
            for ref in _chosen(flow.graph, rnn):
                yield Head(as_named(flow, flow.graph.producer(ref)), "class_ids", reason, predicts=False)


def _chosen(graph: Graph, rnn: Rnn) -> list[TensorRef]:
    """The first array of integers that the decoder's loop wrote, stacked and turned like its outputs."""
    loops = [each for each in find_loops(graph, frozenset()) if each.scope == rnn.scope]
    for array in (each for loop in loops for each in loop.arrays):
        stacked = stack_of(graph, array)
        if stacked is not None and dtype_of(graph, stacked).is_integer:
            turned = (use.node for use in graph.uses.get(stacked, ()) if not rnn.time_major)
            return [TensorRef(next((each for each in turned if graph[each].op in TRANSPOSE), stacked.node))]
    return []


def find_recurrent(search: Search) -> Iterator[Head]:
    """Outputs and final states, as far as they come out of the author's loops and branches."""
    flow = search.flow
    for rnn in search.rnns:
        if rnn.outputs is not None and _comes_out(flow, rnn.outputs):
            role: OutputRole = "sequence" if dtype_of(flow.graph, rnn.outputs).is_floating else "class_ids"
            yield Head(rnn.outputs, role, f"the outputs of {rnn.title} at every step", predicts=False)
        for layer in rnn.layers:
            finals = (each for each in layer.final_state.values() if each is not None)
            for final in finals:
                if _comes_out(flow, final):
                    yield Head(final, "state", f"a final state of {rnn.title}", predicts=False)


def _comes_out(flow: ForwardGraph, ref: TensorRef) -> bool:
    return ref.node not in flow.inside_loops and ref.node not in flow.inside_branches


def is_state(graph: Graph, ref: TensorRef, rnns: Collection[Rnn]) -> bool:
    """Whether a tensor is nothing but final states put together."""
    finals = {final for rnn in rnns for layer in rnn.layers for final in layer.final_state.values()}
    return _holds_only(graph, ref, frozenset(each for each in finals if each is not None))


def _holds_only(graph: Graph, ref: TensorRef, finals: frozenset[TensorRef]) -> bool:
    found = source(graph, ref)
    node = graph.producer(found)
    if node.op in JOINING:
        return all(_holds_only(graph, each, finals) for each in data_operands(node))
    return found in finals
