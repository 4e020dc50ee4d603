"""Single calls of a recurrent cell, outside of any sequence: the new state is the result, and its gates are none.

A picture's features make the first state of a caption by one call; an agent or a decoder takes one step at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import Layer, Rnn
from tf1compat.discovery.outputs.head import Head, Search
from tf1compat.discovery.rnn.cells import CellMatch
from tf1compat.discovery.rnn.unrolling.applications import find_applications
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import ancestors

#: A cell without gates is an activation of a linear form, as most layers are.
_WITHOUT_GATES = frozenset({"RNN"})


def single_cells(flow: ForwardGraph, rnns: Iterable[Rnn]) -> tuple[CellMatch, ...]:
    """The calls that give their states to no other call, and are given theirs by none."""
    others = frozenset(flow.graph.by_name) - flow.predicted
    calls = [call[0].match for call in find_applications(flow.graph, others)]
    made = frozenset(step.after for each in calls for step in each.states.values())
    taken = frozenset(step.before for each in calls for step in each.states.values())
    layers = [layer for rnn in rnns for layer in rnn.layers]
    known = frozenset(ref for layer in layers for ref in layer.final_state.values())
    return tuple(
        each
        for each in calls
        if each.cell not in _WITHOUT_GATES
        and not _stands_in_branch(flow.graph, each)
        and not any(_is_trial(flow.graph, each, layer) for layer in layers)
        and not any(step.after in taken | known or step.before in made for step in each.states.values())
    )


def _stands_in_branch(graph: Graph, call: CellMatch) -> bool:
    """Whether a call is made in one branch of a conditional: a step of an unrolled network behind an example's end."""
    taken = [call.input, *(step.before for step in call.states.values())]
    return any(graph.producer(ref).op in SWITCH for ref in taken)


def _is_trial(graph: Graph, call: CellMatch, layer: Layer) -> bool:
    """Whether a call is a network's first step, tried to see what a step is like, as Keras does."""
    begun = {part: source(graph, ref) for part, ref in layer.initial_state.items() if ref is not None}
    return layer.cell == call.cell and all(
        begun.get(part) == source(graph, step.before) for part, step in call.states.items()
    )


def find_single_cells(search: Search) -> Iterator[Head]:
    """The new states of single calls."""
    for each in search.cells:
        for step in each.states.values():
            yield Head(
                step.after, "state", f"the new state of one call of a cell ({each.cell})", predicts=False
            )


def inside_cells(flow: ForwardGraph, cells: Iterable[CellMatch]) -> frozenset[str]:
    """The nodes that single calls compute their new states by: gates, candidates, products."""
    inner: set[str] = set()
    for each in cells:
        ends = [step.after.node for step in each.states.values()]
        starts = [each.input.node, *(step.before.node for step in each.states.values())]
        found = ancestors(flow.graph, ends, control=False, until=starts)
        inner |= found - {*ends, *starts, each.output.node}
    return frozenset(inner)
