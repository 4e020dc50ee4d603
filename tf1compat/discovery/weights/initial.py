"""What a variable begins with, where no checkpoint has its value: only a constant can be told without running."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops.families import ASSIGN, PLACEHOLDERS
from tf1compat.ops.values import constant
from tf1compat.source.checkpoints.saver import restored_from

_FEEDERS = PLACEHOLDERS - {"PlaceholderWithDefault"}


def initializer_of(graph: Graph, variable: str) -> Node | None:
    """The op that gives a variable its first value: the first of the graph that assigns to it without restoring."""
    return next(_assignments(graph, variable), None)


def initial_tensor(graph: Graph, variable: str) -> TensorRef | None:
    """The constant that a variable begins with; None where it is none, or where the program fed another value."""
    assigns = list(_assignments(graph, variable))
    if not assigns or any(_is_fed(graph, each) for each in assigns[1:]):
        return None
    value = assigns[0].inputs[1]
    return value if constant(graph, value) is not None else None


def _assignments(graph: Graph, variable: str) -> Iterator[Node]:
    """The ops that assign to a variable, its own initializer first by its name, less those of Savers."""
    own = f"{variable}/Assign"
    uses = [graph[use.node] for use in graph.uses_of_node.get(variable, ()) if use.position == 0]
    assigns = [node for node in uses if node.op in ASSIGN and len(node.inputs) == 2]
    in_order = graph.in_order({each.name for each in assigns})
    found = [node for node in in_order if restored_from(graph, node.inputs[1]) is None]
    yield from sorted(found, key=lambda node: node.name != own)


def _is_fed(graph: Graph, assign: Node) -> bool:
    return any(graph[each].op in _FEEDERS for each in ancestors(graph, [assign.inputs[1].node]))
