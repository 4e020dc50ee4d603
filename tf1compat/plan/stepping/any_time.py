"""Sequences of any length in the place of the author's, in the signatures that take them whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tf1compat.analysis.pattern import Mismatch
from tf1compat.analysis.shapes.dimensions import BATCH, TIME
from tf1compat.analysis.shapes.free import FreeSizes, find_free_sizes
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.options import TimeChoice
from tf1compat.plan.free_sizes import Freed, opened, question_of, symbol_axes
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.model import FreeSizePlan, SignaturePlan
from tf1compat.plan.stepping.step import Stepping


def time_of(
    graph: Graph, freed: Freed, stepping: Stepping, cut: Sequence[TensorRef], time: TimeChoice
) -> Freed:
    """The signatures with as many steps as is asked for; a blocker with the reason where they can be no others.

    `freed`: the signatures as their batch was chosen. How many steps the author had is known from the step.
    """
    if time == "keep" or not freed.signatures:
        return Freed(freed.signatures)
    steps = stepping.freed.get(TIME)
    if steps is None:
        return Freed(freed.signatures, blockers=_without_step(freed.signatures[0], stepping))
    signatures, axes, notes = [], {}, []
    for signature in freed.signatures:
        if signature.step is not None:
            signatures.append(signature)
            continue
        found = _found(graph, freed, stepping, signature, cut)
        if isinstance(found, Mismatch):
            notes.append(_blocker(signature, steps[0], found))
            continue
        signatures.append(opened(signature, found))
        axes[signature.name] = symbol_axes(signature, found, TIME)
    if notes:
        return Freed(freed.signatures, blockers=tuple(notes))
    return Freed(tuple(signatures), time=FreeSizePlan(steps[0], axes))


def _found(
    graph: Graph, freed: Freed, stepping: Stepping, signature: SignaturePlan, cut: Sequence[TensorRef]
) -> FreeSizes | Mismatch:
    """What has to change in a signature, told by where time lies in the inputs that it has of the step."""
    batch = freed.batch if freed.batch is not None and signature.name in freed.batch.axes else None
    numbers = {TIME: stepping.freed[TIME][0]} | ({} if batch is None else {BATCH: batch.size})
    rows = {} if batch is None else batch.axes[signature.name]
    times = _times(stepping)
    axes: dict[TensorRef, dict[int, str]] = {}
    for each in signature.inputs:
        own = {rows[each.alias]: BATCH} if each.alias in rows else {}
        axes[each.tensor] = {**own, **({times[each.tensor]: TIME} if each.tensor in times else {})}
    return find_free_sizes(question_of(graph, signature, numbers, axes, cut, any_time=True))


def _times(stepping: Stepping) -> Mapping[TensorRef, int]:
    step = stepping.signature
    if step is None or step.step is None:
        return {}
    tensors = {each.alias: each.tensor for each in step.inputs}
    return {tensors[each.alias]: each.time for each in step.step.inputs if each.time is not None}


def _without_step(default: SignaturePlan, stepping: Stepping) -> tuple[Note, ...]:
    """Without a step it is not known where time lies; with one that is free already, nothing is fixed."""
    if stepping.signature is not None or not stepping.reason:
        return ()
    return (_blocker(default, 0, Mismatch(f"there is no step of it: {stepping.reason}", stepping.at)),)


def _blocker(signature: SignaturePlan, steps: int, found: Mismatch) -> Note:
    than = f" than {steps}" if steps else " than the author's"
    return Note(
        "time-not-free",
        found.at,
        f"signature '{signature.name}' cannot take any other number of steps{than}: {found.reason}",
        "leave out --time free, and feed as many as the author did; the signature 'step', if there is one, takes one",
    )
