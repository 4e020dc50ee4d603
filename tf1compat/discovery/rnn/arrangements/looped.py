"""Networks that run in a while loop: `dynamic_rnn` and its family, `raw_rnn`, `dynamic_decode`."""

from __future__ import annotations

from tf1compat.discovery.findings import Rnn
from tf1compat.discovery.rnn.layers import known_layer, unknown_layer, unknown_states
from tf1compat.discovery.rnn.loops import Loop, find_loops, reads_array
from tf1compat.discovery.rnn.recurrence import find_cells
from tf1compat.discovery.rnn.surroundings import arrange
from tf1compat.graph.model import Graph


def find_looped(graph: Graph, training_nodes: frozenset[str]) -> tuple[Rnn, ...]:
    """Every recurrent network that is a while loop, in the order of the file."""
    found = (_rnn(graph, loop) for loop in find_loops(graph, training_nodes))
    return tuple(each for each in found if each is not None)


def _rnn(graph: Graph, loop: Loop) -> Rnn | None:
    cells = find_cells(graph, loop)
    rest = unknown_states(graph, loop, cells)
    layers = [known_layer(graph, loop, each) for each in cells]
    if rest:
        layers.append(unknown_layer(graph, loop, rest))
    if not layers or (not cells and not reads_array(graph, loop)):
        return None
    first = cells[0].match.input if cells else rest[0].next
    around = arrange(graph, loop, first)
    return Rnn(
        loop.scope, _kind(graph, loop), around.direction, around.time_major, around.inputs, around.outputs,
        around.sequence_length, tuple(layers),
    )  # fmt: skip


def _kind(graph: Graph, loop: Loop) -> str:
    """How the loop was written.

    Where each step finds out who has finished, it is a `decoder`, which also counts or chooses, or `raw`.
    """
    if any(state.dtype == "bool" for state in loop.states):
        counts = any(state.dtype is not None and state.dtype.is_integer for state in loop.states)
        return "decoder" if counts or len(loop.arrays) > 1 else "raw"
    return "dynamic" if reads_array(graph, loop) else "raw"
