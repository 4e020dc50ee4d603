"""A sum that was collected in a temporary variable becomes AddN.

    before                                                 after
    held  = TemporaryVariable()                            total = AddN(a, b)
    first = ZerosLike(Merge(a, b))
    begun = Assign(held, first)
    one   = AssignAdd(begun, a)
    two   = AssignAdd(begun, b)
    total = DestroyTemporaryVariable(begun, ^one, ^two)

Source: `accumulate_n` of TensorFlow 1.0 to 1.4 (tensorflow/python/ops/math_ops.py); later ones made an AccumulateNV2.
"""

from __future__ import annotations

from tf1compat.analysis.pattern import Mismatch
from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.families import ASSIGN, ASSIGN_ADD, END_OF_TEMPORARY, TEMPORARY_VARIABLE, ZEROS_LIKE
from tf1compat.rewrite.base import Outcome, substitute

_MADE_BY = "temporary_sums"


def sum_temporaries(graph: Graph) -> Outcome:
    """No temporary variable is left that begins with zeros and to which values are added, in whatever order."""
    ended = [node for node in graph.nodes if node.op in END_OF_TEMPORARY]
    found = {node.name: terms for node in ended if not isinstance(terms := _terms(graph, node), Mismatch)}
    changed = {name: _sum(graph[name], terms) for name, terms in found.items()}
    return Outcome(
        substitute(graph, changed) if changed else graph,
        len(found),
        "sums in temporary variables became AddN",
    )


def _terms(graph: Graph, end: Node) -> tuple[TensorRef, ...] | Mismatch:
    """What is added up in a temporary variable before it ends."""
    begun = graph.producer(end.inputs[0])
    if begun.op not in ASSIGN or graph.producer(begun.inputs[0]).op not in TEMPORARY_VARIABLE:
        return Mismatch("no temporary variable to which a first value is assigned", begun.name)
    if graph.producer(begun.inputs[1]).op not in ZEROS_LIKE:
        return Mismatch("a first value that is not zero", begun.name)
    writes = {use.node for use in graph.uses_of_node.get(begun.name, ())} - {end.name}
    added = [graph[name] for name in end.control_inputs]
    if not added or {node.name for node in added} != writes:
        return Mismatch("other uses of the variable than the additions that it waits for", end.name)
    if any(node.op not in ASSIGN_ADD or node.inputs[0].node != begun.name for node in added):
        return Mismatch("a change that adds nothing", end.name)
    return tuple(node.inputs[1] for node in added)


def _sum(node: Node, terms: tuple[TensorRef, ...]) -> Node:
    dtype = (node.dtype("T") or DType("float32")).base
    return make_node(node.name, "AddN", terms, made_by=_MADE_BY, N=len(terms), T=dtype)
