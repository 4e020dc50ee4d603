"""What a variable begins with, where no checkpoint has its value: only a constant can be told without running."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops.families import ASSIGN, REQUIRED_PLACEHOLDERS
from tf1compat.ops.values import constant
from tf1compat.source.checkpoints.saver import restored_from


def initializer_of(graph: Graph, variable: str) -> Node | None:
    """The op that gives a variable its first value: the first of the graph that assigns to it without restoring."""
    return next(_assignments(graph, variable), None)


def initial_tensor(graph: Graph, variable: str) -> TensorRef | None:
    """The constant that a variable begins with; None where it is none, or where the program fed another value.

    What is written from the variable's own value, as a state is from run to run, is no value to begin with. Where such
    a variable is drawn by its initializer, the program sets it to the constant that another op assigns.
    """
    assigns = list(_assignments(graph, variable))
    firsts = [each for each in assigns if not _goes_on(graph, each, variable)]
    lives_on = len(firsts) < len(assigns)
    if not firsts or (not lives_on and any(_is_fed(graph, each) for each in firsts[1:])):
        return None
    values = [each.inputs[1] for each in (firsts if lives_on else firsts[:1])]
    return next((value for value in values if constant(graph, value) is not None), None)


def _assignments(graph: Graph, variable: str) -> Iterator[Node]:
    """The ops that assign to a variable, its own initializer first by its name, less those of Savers."""
    own = f"{variable}/Assign"
    uses = [graph[use.node] for use in graph.uses_of_node.get(variable, ()) if use.position == 0]
    assigns = [node for node in uses if node.op in ASSIGN and len(node.inputs) == 2]
    in_order = graph.in_order({each.name for each in assigns})
    found = [node for node in in_order if restored_from(graph, node.inputs[1]) is None]
    yield from sorted(found, key=lambda node: node.name != own)


def _goes_on(graph: Graph, assign: Node, variable: str) -> bool:
    """Whether what is assigned is made of the variable's own value."""
    return variable in ancestors(graph, [assign.inputs[1].node], control=False)


def _is_fed(graph: Graph, assign: Node) -> bool:
    return any(graph[each].op in REQUIRED_PLACEHOLDERS for each in ancestors(graph, [assign.inputs[1].node]))
