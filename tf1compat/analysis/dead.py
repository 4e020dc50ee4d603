"""Which parts of a graph get no value once some scalars are fixed: the branches that are then not taken."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tf1compat.graph.frames import MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import topological
from tf1compat.names import TensorRef
from tf1compat.ops.control import is_branch_switch
from tf1compat.ops.families import SELECTIONS, TRANSPARENT
from tf1compat.ops.values import Evaluation


@dataclass(frozen=True)
class Dead:
    """What is not computed, or computed and not taken: nodes, sides of Switches, and operands of Selects."""

    nodes: frozenset[str] = frozenset()
    sides: frozenset[TensorRef] = frozenset()
    unread: frozenset[tuple[str, int]] = frozenset()  # inputs that a node has and makes no use of

    def holds(self, ref: TensorRef) -> bool:
        return ref in self.sides or ref.node in self.nodes


def find_dead(graph: Graph, given: Mapping[TensorRef, Any]) -> Dead:
    """What gets no value where these tensors have these values."""
    if not given:
        return Dead()
    assumption = Evaluation(graph, given)
    sides, unread = set[TensorRef](), set[tuple[str, int]]()
    for node in graph.nodes:
        if is_branch_switch(graph, node):
            decision = assumption.scalar(node.inputs[1])
            if decision is not None:
                sides.add(TensorRef(node.name, 0 if decision else 1))
        elif node.op in SELECTIONS:
            decision = assumption.scalar(node.inputs[0])
            if decision is not None:
                unread.add((node.name, 2 if decision else 1))
    return Dead(dead_nodes(graph, sides), frozenset(sides), frozenset(unread))


def dead_nodes(graph: Graph, sides: Collection[TensorRef]) -> frozenset[str]:
    """The nodes that never run where these sides of Switches are not taken."""
    nodes: set[str] = set()
    for node in topological(graph) if sides else ():
        # A loop gets no value that does not come in first: what comes round does not count.
        entering = [ref for ref in node.inputs if graph.producer(ref).op not in NEXT_ITERATION]
        reads_dead = [ref in sides or ref.node in nodes for ref in entering]
        waits_dead = any(name in nodes for name in node.control_inputs)
        joins = node.op in MERGE
        if (joins and reads_dead and all(reads_dead)) or (not joins and (waits_dead or any(reads_dead))):
            nodes.add(node.name)
    return frozenset(nodes)


def live_behind(
    graph: Graph, refs: Iterable[TensorRef], dead: Dead, given: Iterable[TensorRef] = ()
) -> frozenset[str]:
    """What tensors are computed from, in the sense of `ForwardGraph.behind`, short of what is dead or given."""
    ends = frozenset(given)
    found: set[str] = set()
    todo = list(refs)
    while todo:
        ref = todo.pop()
        if ref.node in found or dead.holds(ref):
            continue
        if ref not in ends:
            found.add(ref.node)
            todo.extend(_read(graph, graph.producer(ref), dead))
    return frozenset(found)


def _read(graph: Graph, node: Node, dead: Dead) -> list[TensorRef]:
    taken = [ref for at, ref in enumerate(node.inputs) if (node.name, at) not in dead.unread]
    return taken + [TensorRef(name) for name in node.control_inputs if _is_pivot(graph[name])]


def _is_pivot(node: Node) -> bool:
    return node.op in TRANSPARENT or node.op in SWITCH
