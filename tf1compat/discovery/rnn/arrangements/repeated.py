"""Networks of a cell of the author's own, unrolled by hand: the same arithmetic once for each step of a sequence.

Only what no catalogue of cells explains is looked for here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from tf1compat.discovery.findings import Layer, Rnn
from tf1compat.discovery.rnn.arrangements.unrolled import as_held, as_read, innermost_scope
from tf1compat.discovery.rnn.looping.layers import UNKNOWN_CELL
from tf1compat.discovery.rnn.unrolling.applications import variables_between
from tf1compat.discovery.rnn.unrolling.repeating import Repeated, repeated, sequences
from tf1compat.discovery.rnn.unrolling.sequences import step_inputs, step_outputs
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef


def find_repeated(graph: Graph, training_nodes: frozenset[str], known: Iterable[Rnn]) -> tuple[Rnn, ...]:
    """Every unrolled network beside the known ones, whose steps do not read what these give or take."""
    claimed = {ref.node for rnn in known for ref in (*rnn.step_inputs, *rnn.step_outputs)}
    return tuple(_found(graph, training_nodes, claimed))


def _found(graph: Graph, training_nodes: frozenset[str], claimed: AbstractSet[str]) -> Iterator[Rnn]:
    for steps in sequences(graph, training_nodes):
        if not claimed.isdisjoint(descendants(graph, {ref.node for ref in steps})):
            continue
        for turned in (steps, steps[::-1]):
            found = repeated(graph, turned, training_nodes)
            if found is not None:
                yield _rnn(graph, found)
                break


def _rnn(graph: Graph, found: Repeated) -> Rnn:
    inputs = step_inputs(graph, found.inputs)
    outputs = step_outputs(graph, [states[-1] for states in found.states], inputs)
    scope = innermost_scope(ref.node for states in found.states for ref in states)
    whole = as_held(graph, scope, inputs, outputs)
    return Rnn(
        scope, "static", whole.direction, whole.time_major, whole.inputs, whole.outputs, None,
        (_layer(graph, found),), inputs.steps, outputs.steps,
    )  # fmt: skip


def _layer(graph: Graph, found: Repeated) -> Layer:
    first, second, last = found.states[0], found.states[1], found.states[-1]
    variables = variables_between(graph, second, (*first, found.inputs[1]))
    dims = graph.static_shape(last[-1]).dims
    return Layer(
        UNKNOWN_CELL, dims[-1] if dims else None, tuple(node.name for node in graph.in_order(variables)),
        _parts([as_read(graph, ref) for ref in found.initial]), _parts(last), step_state=_parts(first),
    )  # fmt: skip


def _parts(states: Iterable[TensorRef]) -> Mapping[str, TensorRef]:
    return MappingProxyType({f"state_{number}": ref for number, ref in enumerate(states)})
