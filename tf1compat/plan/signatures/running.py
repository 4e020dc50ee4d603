"""What a session executes of the original for a signature, and what of that touches the machine.

What only acts aside, and that nobody misses (files of events, queues that are filled, Python that is called), is left
out of it, as it is left out of the result: it is never run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from tf1compat.analysis.effects import find_effects
from tf1compat.discovery.callees import Untaken
from tf1compat.discovery.findings import TableFinding
from tf1compat.discovery.machine import Touching, find_touching
from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors, descendants, executed
from tf1compat.names import TensorRef
from tf1compat.ops.families import IF
from tf1compat.ops.machine import LEFT_BEHIND
from tf1compat.ops.values import Evaluation
from tf1compat.plan.model import ConstantPlan, SignaturePlan
from tf1compat.plan.signatures.entering import dead_under
from tf1compat.plan.signatures.reach import without_readings

#: Changes of a table stay: whether a lookup sees them is not told by who waits for whom.
_OF_TABLES = re.compile(r"LookupTable(Insert|Import|Remove)(V2)?")


def acting_aside(graph: Graph, signature: SignaturePlan, constants: Sequence[ConstantPlan]) -> frozenset[str]:
    """The nodes that outputs wait for, that change no variable, and that no output's value depends on."""
    cut = {each.tensor.node for each in signature.inputs} | {each.tensor.node for each in constants}
    effects = find_effects(graph, _tensors(signature), cut)
    changes = {each.node for each in effects.writes}
    return frozenset(
        name for name in effects.idle if name not in changes and _OF_TABLES.fullmatch(graph[name].op) is None
    )


def without_waiting(graph: Graph, aside: Collection[str]) -> Graph:
    """The graph in which nobody waits for these nodes, nor for what is computed from them alone.

    What stands in a loop or a branch only because it waits goes on to wait for what they were computed from.
    """
    if not aside:
        return graph
    gone = descendants(graph, aside)
    return graph.replacing(
        replace(node, control_inputs=_left_to_wait_for(graph, node, gone))
        if not gone.isdisjoint(node.control_inputs)
        else node
        for node in graph.nodes
    )


def _left_to_wait_for(graph: Graph, node: Node, gone: Collection[str]) -> tuple[str, ...]:
    left = tuple(each for each in node.control_inputs if each not in gone)
    if left or node.inputs:
        return left
    behind = ancestors(graph, node.control_inputs, stop=lambda each: each.name not in gone)
    computed = (each for each in graph.in_order(behind) if each.name not in gone and each.inputs)
    return tuple(each.name for each in computed)


def executed_for(graph: Graph, signature: SignaturePlan, constants: Sequence[ConstantPlan]) -> frozenset[str]:
    """The nodes that are executed for a signature, in a graph in which nobody waits for what acts aside.

    What stands in a branch that the constants leave out is not; what such a branch is handed is.
    """
    fed = {each.tensor for each in signature.inputs if not each.readers}
    fed |= {each.tensor for each in constants}
    parted = without_readings(graph, signature.inputs)
    return executed(parted, _tensors(signature), fed) - dead_under(graph, constants).nodes


def untaken_branches(graph: Graph, constants: Iterable[ConstantPlan]) -> Untaken:
    """By conditional, the functions that are not called where these tensors are frozen."""
    scalars = {each.tensor: each.value for each in constants if isinstance(each.value, (bool, int, float))}
    conditionals = [node for node in graph.nodes if node.op in IF]
    if not scalars or not conditionals:
        return {}
    evaluation = Evaluation(graph, scalars)
    decided = ((node, evaluation.scalar(node.inputs[0])) for node in conditionals)
    return {
        node.name: frozenset({other.name})
        for node, decision in decided
        if decision is not None
        and isinstance(other := node.attrs.get("else_branch" if decision else "then_branch"), FunctionRef)
    }


def left_out(
    graph: Graph, signatures: Sequence[SignaturePlan], constants: Sequence[ConstantPlan]
) -> frozenset[str]:
    """What acts aside of some signature, and is part of none."""
    aside = {each.name: acting_aside(graph, each, constants) for each in signatures}
    parts = (executed_for(without_waiting(graph, aside[each.name]), each, constants) for each in signatures)
    return frozenset().union(*aside.values()) - frozenset().union(*parts)


def touching_in_run(
    graph: Graph, signature: SignaturePlan, constants: Sequence[ConstantPlan]
) -> tuple[Touching, ...]:
    """What touches the machine where a signature is run, and what does so aside of it and may be missed."""
    aside = acting_aside(graph, signature, constants)
    run = executed_for(without_waiting(graph, aside), signature, constants)
    found = find_touching(graph, run | aside, untaken_branches(graph, constants))
    return tuple(each for each in found if each.node in run or each.touch not in LEFT_BEHIND)


def touching_in_fill(graph: Graph, table: TableFinding) -> Iterator[Touching]:
    """What touches the machine where a table is filled, besides reading the table's own file."""
    filled = table.content in ("file", "tensors") and table.fill in graph
    # What the Saver saved is put into the table by an op of our own.
    filling = table.fill if filled else table.name
    fed = {graph[filling].inputs[1]} if table.content == "file" and filled else set[TensorRef]()
    for each in find_touching(graph, executed(graph, [TensorRef(filling)], fed)):
        if each.node != filling:
            yield each


def _tensors(signature: SignaturePlan) -> list[TensorRef]:
    return [piece.tensor for each in signature.outputs for piece in each.pieces]
