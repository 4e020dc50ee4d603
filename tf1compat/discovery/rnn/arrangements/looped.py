"""Networks that run in a while loop: `dynamic_rnn` and its family, `raw_rnn`, `dynamic_decode`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import Rnn, RnnKind
from tf1compat.discovery.rnn.looping.layers import as_finding, find_layers
from tf1compat.discovery.rnn.looping.loops import Carried, Loop, find_loops, reads_steps
from tf1compat.discovery.rnn.looping.outside import nodes_in_branches, outside_of
from tf1compat.discovery.rnn.looping.surroundings import arrange
from tf1compat.graph.frames import Frame
from tf1compat.graph.model import Graph
from tf1compat.ops.families import SELECTIONS


def find_looped(graph: Graph, training_nodes: frozenset[str]) -> tuple[Rnn, ...]:
    """Every recurrent network that is a while loop, in the order of the file."""
    loops = find_loops(graph, training_nodes)
    branches = nodes_in_branches(graph) if loops else frozenset()
    found: list[Rnn] = []
    enclosing = _enclosing(loops)
    for loop in loops:
        rnn = _rnn(graph, loop)
        if rnn is not None:
            outside = outside_of(loop, tuple(enclosing[loop.frame.loop_cond]), graph, branches)
            found.append(outside.view(rnn))
    return tuple(found)


def _rnn(graph: Graph, loop: Loop) -> Rnn | None:
    kind = _kind(graph, loop)
    layers = find_layers(graph, loop, closed=kind == "dynamic")
    if not layers or not (reads_steps(graph, loop) or any(each.input for each in layers)):
        return None  # a state that turns in itself, like the vector of a power iteration
    around = arrange(graph, loop, layers[0].reads[0])
    return Rnn(
        loop.scope, kind, around.direction, around.time_major, around.inputs, around.outputs,
        around.sequence_length, tuple(as_finding(graph, each) for each in layers),
    )  # fmt: skip


def _enclosing(loops: Collection[Loop]) -> Mapping[str, list[Frame]]:
    """The frames that each loop, named by its LoopCond, runs in."""
    found: dict[str, list[Frame]] = {each.frame.loop_cond: [] for each in loops}
    for each in loops:
        for name in each.frame.nodes:
            if name in found and name != each.frame.loop_cond:
                found[name].append(each.frame)
    return found


def _kind(graph: Graph, loop: Loop) -> RnnKind:
    """How the loop was written.

    Where each step finds out which sequences have finished it is `raw`, and a `decoder` if it also notes when.
    """
    if any(state.dtype == "bool" for state in loop.states):
        return "decoder" if any(_notes_lengths(graph, each) for each in loop.states) else "raw"
    return "dynamic" if reads_steps(graph, loop) else "raw"


def _notes_lengths(graph: Graph, carried: Carried) -> bool:
    """Whether a state is the length of each sequence, set when the sequence ends and kept from then on."""
    node = graph.producer(source(graph, carried.next))
    kept = [source(graph, each) for each in node.inputs[1:]]
    return node.op in SELECTIONS and carried.dtype == "int32" and carried.value in kept
