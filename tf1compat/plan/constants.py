"""Which tensors a constant stands for: a variable, once it is fixed, is fixed wherever it is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from tf1compat.analysis.batch_norm.averages import variable_of
from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.effects import holders
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import Findings, Freeze, Note
from tf1compat.discovery.hazards import frozen_hazards, random_hazards
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.plan.model import ConstantPlan, SignaturePlan


def found_constants(
    graph: Graph, freezes: Iterable[Freeze], chosen: Collection[TensorRef]
) -> tuple[ConstantPlan, ...]:
    """What discovery freezes and the user did not; nothing that was worked out from what the user chose."""
    return tuple(
        ConstantPlan(each.tensor, each.value, dtype_of(graph, each.tensor), each.role)
        for each in freezes
        if each.tensor not in chosen and each.follows not in chosen
    )


def overruled(
    graph: Graph, findings: Findings, signatures: Iterable[SignaturePlan], constants: Collection[ConstantPlan]
) -> tuple[Note, ...]:
    """What is drawn because the user turned on what discovery would have turned off, and what is off all the same."""
    chosen = {_chosen(graph, each.tensor) for each in constants if each.reason == "user"}
    left = [each for each in findings.freezes if not {each.tensor, each.follows} & chosen]
    if len(left) == len(findings.freezes):
        return ()
    flow = ForwardGraph(graph, findings.training_nodes)
    given = {each.tensor: each.value for each in constants if isinstance(each.value, (bool, int, float))}
    outputs = [piece.tensor for each in signatures for output in each.outputs for piece in output.pieces]
    frozen = frozen_hazards(flow, flow.behind(outputs), left)
    known = {(each.code, each.node) for each in findings.hazards}
    found = (*frozen, *random_hazards(flow, outputs, given, in_branches=True))
    return tuple(each for each in found if (each.code, each.node) not in known)


def _chosen(graph: Graph, ref: TensorRef) -> TensorRef:
    """What discovery calls a tensor that was chosen: the variable itself where it is one read of it."""
    variable = variable_of(graph, ref)
    return ref if variable is None else TensorRef(variable)


def at_reads(graph: Graph, constants: Iterable[ConstantPlan]) -> tuple[ConstantPlan, ...]:
    """The same constants, each of a resource variable in the place of every read of it."""
    return tuple(each for constant in constants for each in _at_reads(graph, constant))


def _at_reads(graph: Graph, constant: ConstantPlan) -> Iterable[ConstantPlan]:
    name = constant.tensor.node
    if graph[name].op != "VarHandleOp":
        return (constant,)
    handles = holders(graph, name)
    reads = [
        TensorRef(node.name)
        for node in graph.nodes
        if node.op == "ReadVariableOp" and node.inputs[0].node in handles
    ]
    return tuple(replace(constant, tensor=ref) for ref in reads)
