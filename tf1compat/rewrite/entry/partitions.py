"""The parts of a partitioned variable become slices of the one variable that the migrated model has in their place."""

from __future__ import annotations

from collections.abc import Iterable

from tf1compat.graph.attributes import DType, TensorValue
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.families import PLACEHOLDER
from tf1compat.plan.model import PartPlan, VariablePlan
from tf1compat.rewrite.base import Outcome, fresh_name, substitute
from tf1compat.rewrite.result import VariableSlot

_MADE_BY = "partitions"


def join_parts(graph: Graph, variables: Iterable[VariablePlan]) -> tuple[Outcome, tuple[VariableSlot, ...]]:
    """The graph in which each part's `Placeholder` is a slice of a whole variable's; and where those enter."""
    slots, changed, added = [], {}, list[Node]()
    for variable in variables:
        parts = [each for each in variable.parts if _enters(graph, each.name)]
        if parts:
            whole = make_node(
                fresh_name(graph, variable.name), "Placeholder", made_by=_MADE_BY, dtype=variable.dtype.base,
                shape=variable.shape,
            )  # fmt: skip
            slots.append(VariableSlot(variable.name, whole.name))
            added.append(whole)
            for part in parts:
                added += _bounds(graph, part)
                changed[part.name] = _slice(graph, part, whole)
    summary = "parts of partitioned variables became slices of whole ones"
    result = substitute(graph, changed, added) if changed else graph
    return Outcome(result, len(changed), summary), tuple(slots)


def _enters(graph: Graph, name: str) -> bool:
    return name in graph and graph[name].op in PLACEHOLDER


def _slice(graph: Graph, part: PartPlan, whole: Node) -> Node:
    bounds = (TensorRef(each.name) for each in _bounds(graph, part))
    dtype = whole.dtype("dtype") or DType("float32")
    return make_node(
        part.name, "Slice", (TensorRef(whole.name), *bounds), made_by=_MADE_BY, T=dtype, Index=DType("int32")
    )


def _bounds(graph: Graph, part: PartPlan) -> tuple[Node, Node]:
    """The constants of where a part begins and how large it is."""
    index = DType("int32")
    begin, size = (
        make_node(
            fresh_name(graph, f"{part.name}/{name}"), "Const", made_by=_MADE_BY, dtype=index,
            value=TensorValue.of(list(value), index),
        )
        for name, value in (("begin", part.begin), ("size", part.size))
    )  # fmt: skip
    return begin, size
