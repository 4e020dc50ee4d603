"""Which of some nodes touch the machine on which they run: by themselves, or in a function that they call."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from types import MappingProxyType
from typing import NamedTuple

from tf1compat.discovery.callees import Untaken, called_functions
from tf1compat.graph.model import Graph, Node
from tf1compat.ops.machine import WORDS, Touch, touch_of


class Touching(NamedTuple):
    """A node that touches the machine, and how; in a function of the file where `function` names one."""

    node: str
    op: str
    touch: Touch
    function: str = ""
    inner: str = ""  # the node in the function
    inner_op: str = ""

    @property
    def acting_op(self) -> str:
        """The op that does it."""
        return self.inner_op or self.op

    def __str__(self) -> str:
        """What the node does, in words."""
        if not self.function:
            return f"'{self.node}' ({self.op}) {WORDS[self.touch]}"
        inner = f"'{self.inner}' ({self.inner_op})"
        return f"'{self.node}' ({self.op}) runs '{self.function}', in which {inner} {WORDS[self.touch]}"


def find_touching(
    graph: Graph, nodes: Collection[str], untaken: Untaken = MappingProxyType({})
) -> tuple[Touching, ...]:
    """What touches the machine among the nodes, in the order of the file; branches that are `untaken` do not."""
    own = (_by_itself(node) for node in graph.nodes if node.name in nodes)
    return (*(each for each in own if each is not None), *_in_functions(graph, nodes, untaken))


def _by_itself(node: Node) -> Touching | None:
    touch = touch_of(node)
    return None if touch is None else Touching(node.name, node.op, touch)


def _in_functions(graph: Graph, nodes: Collection[str], untaken: Untaken) -> Iterator[Touching]:
    """The first node of each function that touches the machine."""
    for node, functions in called_functions(graph, untaken):
        for function in functions if node.name in nodes else ():
            found = (each for inner in function.graph.nodes if (each := _by_itself(inner)) is not None)
            first = next(found, None)
            if first is not None:
                yield Touching(node.name, node.op, first.touch, function.name, first.node, first.op)
