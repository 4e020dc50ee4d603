"""Which tensors a constant stands for: a variable, once it is fixed, is fixed wherever it is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from tf1compat.analysis.effects import holders
from tf1compat.discovery.findings import Freeze
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import READ_RESOURCE, VARIABLE_HANDLE
from tf1compat.ops.registry import value_type
from tf1compat.plan.model import ConstantPlan


def found_constants(
    graph: Graph, freezes: Iterable[Freeze], chosen: Collection[TensorRef]
) -> tuple[ConstantPlan, ...]:
    """What discovery freezes and the user did not; nothing that was worked out from what the user chose."""
    return tuple(
        ConstantPlan(each.tensor, each.value, value_type(graph, each.tensor), each.role)
        for each in freezes
        if each.tensor not in chosen and each.follows not in chosen
    )


def at_reads(graph: Graph, constants: Iterable[ConstantPlan]) -> tuple[ConstantPlan, ...]:
    """The same constants, each of a resource variable in the place of every read of it."""
    return tuple(each for constant in constants for each in _at_reads(graph, constant))


def _at_reads(graph: Graph, constant: ConstantPlan) -> Iterable[ConstantPlan]:
    name = constant.tensor.node
    if graph[name].op not in VARIABLE_HANDLE:
        return (constant,)
    handles = holders(graph, name)
    reads = [
        TensorRef(node.name)
        for node in graph.nodes
        if node.op in READ_RESOURCE and node.inputs[0].node in handles
    ]
    return tuple(replace(constant, tensor=ref) for ref in reads)
