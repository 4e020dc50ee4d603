"""What comes nearest to an output in a graph that has none to offer, and why it is none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tf1compat.analysis.dtypes import dtype_as_read
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.graph.frames import ENTER, EXIT, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Node
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef, is_default_name
from tf1compat.ops.families import CONSTANT, LOOP_CONDITION, NO_OP, PLACEHOLDERS, TRANSPARENT, VARIABLES
from tf1compat.ops.registry import output_count

_MOST = 4
_NEVER = (
    CONSTANT | ENTER | EXIT | LOOP_CONDITION | NEXT_ITERATION | NO_OP | PLACEHOLDERS | SWITCH | TRANSPARENT | VARIABLES
)  # fmt: skip
_NO_VALUES = frozenset({"resource", "variant", "type_0"})


class Near(NamedTuple):
    """A tensor that is nearly an output, and what it lacks."""

    tensor: TensorRef
    reason: str


def nearest_outputs(flow: ForwardGraph) -> tuple[Near, ...]:
    """The tensors that come nearest to an output: what depends on most, is read by least, and has the author's name."""
    graph = flow.graph
    from_variables = descendants(graph, [node.name for node in graph.nodes if node.op in VARIABLES])
    from_examples = flow.reached(each.tensor for each in flow.entries.entries if each.kind != "held")
    able = {node.name for node in graph.nodes if _is_able(flow, node)} & (from_variables | from_examples)
    ends = {name for name in able if not any(use.node in able for use in graph.uses_of_node.get(name, ()))}

    def telling(place_and_name: tuple[int, str]) -> tuple[bool, bool, bool, int]:
        place, name = place_and_name
        named = not is_default_name(name, graph[name].op)
        return name in from_examples, name in from_variables, named, place

    placed = [(place, node.name) for place, node in enumerate(graph.nodes) if node.name in ends]
    found = sorted(placed, key=telling, reverse=True)[:_MOST]
    return tuple(
        Near(TensorRef(name), "; ".join(_lacks(flow, name, from_examples, from_variables)))
        for _, name in found
    )


def _is_able(flow: ForwardGraph, node: Node) -> bool:
    """Whether a node gives a value that could be asked for."""
    if (
        node.op in _NEVER
        or output_count(node) == 0
        or dtype_as_read(flow.graph, TensorRef(node.name)) in _NO_VALUES
    ):
        return False
    return node.name in flow.losses or node.name not in flow.training


def _lacks(
    flow: ForwardGraph, name: str, from_examples: frozenset[str], from_variables: frozenset[str]
) -> Iterator[str]:
    if name in flow.losses:
        yield "a loss, at which gradients start"
    elif name in flow.judged:
        yield "made by comparison with labels"
    if name in flow.inside_loops:
        yield "inside a loop"
    elif name in flow.inside_branches:
        yield "inside a branch"
    if name not in from_examples:
        yield "depends on nothing that is fed"
    if name not in from_variables:
        yield "depends on no variable"
    if flow.graph.static_shape(TensorRef(name)).rank == 0:
        yield "one number for all examples"
