"""What touches the machine where the original is run: refused before anything runs, unless the user allows it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tf1compat.discovery.machine import Touching
from tf1compat.plan.judge.choice import Case
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.judge.tables import needed_tables
from tf1compat.plan.signatures.running import acting_aside, touching_in_fill, touching_in_run


def machine_hazards(case: Case) -> tuple[Note, ...]:
    """The ops that touch the machine where the signatures are run or their tables filled, and that the user allows."""
    aside = _aside(case)
    return tuple(_hazard(each, aside) for each in _touching(case, aside) if _is_allowed(case, each))


def machine_blockers(case: Case) -> tuple[Note, ...]:
    """The same of those that nobody allowed; the remedy that can be typed feeds all of them that give something."""
    aside = _aside(case)
    found = [each for each in _touching(case, aside) if not _is_allowed(case, each)]
    filling = {each.node for each in _in_fills(case)}
    read = {each.node for each in found if case.graph.uses_of_node.get(each.node)}
    valued = read - aside - filling
    signature = case.cut(valued) if valued else ""
    return tuple(_blocker(each, signature if each.node in valued else "") for each in found)


def _touching(case: Case, aside: Collection[str]) -> Iterator[Touching]:
    """What touches the machine; Python that an output depends on has a blocker of its own."""
    choice = case.choice
    runs = (touching_in_run(case.graph, each, choice.constants) for each in choice.signatures)
    found = {each.node: each for run in runs for each in run} | {each.node: each for each in _in_fills(case)}
    return (each for each in found.values() if each.touch != "python" or each.node in aside)


def _in_fills(case: Case) -> Iterator[Touching]:
    return (each for table in needed_tables(case) for each in touching_in_fill(case.graph, table))


def _aside(case: Case) -> frozenset[str]:
    signatures, constants = case.choice.signatures, case.choice.constants
    return frozenset[str]().union(*(acting_aside(case.graph, each, constants) for each in signatures))


def _is_allowed(case: Case, found: Touching) -> bool:
    return found.acting_op in case.choice.allow


def _blocker(found: Touching, signature: str) -> Note:
    accepted = f"accept it with --allow {found.acting_op}"
    typed = f"cut the graph there: --signature '{signature}'; or {accepted}" if signature else accepted
    reason = f"{found}, and would do so whenever an output is computed"
    return Note("machine-op", found.node, reason, typed)


def _hazard(found: Touching, aside: Collection[str]) -> Note:
    fate = (
        "no output depends on it, so it is left out"
        if found.node in aside
        else "it is part of the model, as allowed"
    )
    return Note(
        "machine-op-allowed",
        found.node,
        f"{found}; {fate}",
        "make sure that you know what it does there, or cut the graph before it with --signature",
    )
