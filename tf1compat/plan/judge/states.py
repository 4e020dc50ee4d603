"""State that lived on from run to run, or from step to step: what of it the migrated model has otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tf1compat.discovery.findings import DEFAULT_SIGNATURE, KeptState
from tf1compat.graph.model import Graph
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.model import ConstantPlan, SignaturePlan
from tf1compat.plan.signatures.reach import changed_by
from tf1compat.plan.stepping.step import STEP, Stepping

_SAVED = "the checkpoint's value"
_FIRST = "the constant that the program begins it with"


def kept_state_hazards(kept: Iterable[KeptState], begun: Collection[str]) -> tuple[Note, ...]:
    """That a program went on from run to run where the migrated model begins anew; `begun` were never saved."""
    return tuple(
        Note(
            "state-in-variable",
            each.variable,
            f"the program kept a state in '{each.variable}' from one run to the next; the migrated model starts "
            f"from {_FIRST if each.variable in begun else _SAVED} in every run, and gives the final state as an output",
            "carry the state from call to call with the signature 'step', where the model has one",
        )
        for each in kept
    )


def changed_variable_hazards(
    graph: Graph, signatures: Iterable[SignaturePlan], constants: Iterable[ConstantPlan]
) -> tuple[Note, ...]:
    """That the original went on from run to run with what it wrote, where the migrated model begins anew."""
    return tuple(
        Note(
            "changed-variable",
            variable,
            f"'{node}' changes the variable '{variable}', and an output depends on it; every run of the migrated "
            "model begins with the checkpoint's value again",
            "where the value has to live on, give it out as an output and in as an input with --signature",
        )
        for variable, node in changed_by(graph, signatures, constants).items()
    )


def step_hazards(stepping: Stepping) -> tuple[Note, ...]:
    """That a step does not give what the default signature gives of a whole sequence."""
    if stepping.signature is None:
        return ()
    return tuple(
        Note(
            "output-not-in-step",
            node,
            f"the output '{alias}' of '{DEFAULT_SIGNATURE}' is not in '{STEP}': {reason}",
            f"take it from '{DEFAULT_SIGNATURE}', a whole sequence at a time",
        )
        for alias, reason, node in stepping.left_out
    )
