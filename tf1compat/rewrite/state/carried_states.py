"""States that a program kept in variables go in and out of the signatures; what is assigned is only handed on."""

from __future__ import annotations

from collections.abc import Iterable

from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors, resolve
from tf1compat.names import TensorRef
from tf1compat.ops.families import ASSIGN, READ_VARIABLE
from tf1compat.plan.model import CarriedPlan
from tf1compat.rewrite.base import Outcome, passing, substitute

_MADE_BY = "carried_states"


def release_carried_states(graph: Graph, carried: Iterable[CarriedPlan]) -> Outcome:
    """No carried variable is assigned to any more; whoever waited for the assignment gets what was assigned."""
    changed: dict[str, Node] = {}
    for each in carried:
        for name in each.assigns:
            node = graph.get(name)
            if node is not None and node.op in ASSIGN:
                changed[name] = _handed_on(node, node.inputs[1])
                changed |= _later_reads(graph, each.variable, node)
    summary = "assignments of final states to variables were left out: the states go in and out instead"
    return Outcome(substitute(graph, changed) if changed else graph, len(changed), summary)


def _handed_on(node: Node, value: TensorRef) -> Node:
    dtype = (node.dtype() or node.dtype("dtype") or DType("float32")).base
    return passing(node.with_attrs(T=dtype).without_attrs("_output_shapes"), value, _MADE_BY)


def _later_reads(graph: Graph, variable: str, assign: Node) -> dict[str, Node]:
    """The reads of a variable that wait for its assignment."""
    found = {}
    for node in graph.nodes:
        reads = (
            node.op in READ_VARIABLE and bool(node.inputs) and resolve(graph, node.inputs[0]).node == variable
        )
        if reads and assign.name in ancestors(graph, node.control_inputs):
            found[node.name] = _handed_on(node, assign.inputs[1])
    return found
