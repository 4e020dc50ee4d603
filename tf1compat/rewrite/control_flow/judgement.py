"""Whether a frame that was found is a loop that has a functional form; `loops` then makes it.

A `While` runs its condition and its body as functions of the loop's variables, so that nothing may come in but by an
Enter, nothing go out but by an Exit, and each variable comes round once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tf1compat.analysis.pattern import Mismatch
from tf1compat.graph.draft import Draft
from tf1compat.graph.frames import Frame

_START_AND_NEXT = 2  # what a loop's Merge joins


def objection(graph: Draft, frame: Frame, nodes: Collection[str]) -> Mismatch | None:
    """Why a frame, of which these `nodes` are left, has no functional form; None where it has one."""
    found = (
        _without_variables(frame),
        *_odd_merges(graph, frame),
        *_strays(graph, frame, nodes),
    )
    return next((each for each in found if each is not None), None)


def _without_variables(frame: Frame) -> Mismatch | None:
    if frame.variables:
        return None
    return Mismatch("carries nothing from turn to turn, so that it never runs or never ends", frame.loop_cond)


def _odd_merges(graph: Draft, frame: Frame) -> Iterator[Mismatch]:
    for each in frame.variables:
        count = len(graph[each.merge].inputs)
        if count != _START_AND_NEXT:
            reason = f"joins {count} values where a loop's variable has a first value and a next one"
            yield Mismatch(reason, each.merge)


def _strays(graph: Draft, frame: Frame, nodes: Collection[str]) -> Iterator[Mismatch]:
    """Nodes outside that read what is inside, the variables' Exits apart."""
    inside = frozenset(nodes)
    ways_out = {each.exit for each in frame.variables}
    for name in inside:
        if name not in ways_out:
            for reader in graph.readers(name):
                if reader not in inside:
                    reason = f"reads '{name}' out of a while loop without passing an Exit; TF2 has no form for that"
                    yield Mismatch(reason, reader)
