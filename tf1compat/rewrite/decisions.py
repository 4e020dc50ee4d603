"""Conditionals whose predicate is known: only the branch that is taken is left."""

from __future__ import annotations

from dataclasses import dataclass

from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.walk import topological
from tf1compat.names import TensorRef
from tf1compat.rewrite.base import Outcome, redirected
from tf1compat.rewrite.known import known_predicate


def take_known_branches(graph: Graph) -> Outcome:
    """Every Switch with a known predicate passes its value on, and its Merges read the live side alone."""
    taken = {}
    for node in graph.nodes:
        if node.op in SWITCH:
            decision = known_predicate(graph, node.inputs[1])
            if decision is not None:
                taken[node.name] = decision
    if not taken:
        return Outcome(graph)
    dead = _dead_parts(graph, taken)
    changed = {name: _passing(graph[name], graph[name].inputs[0]) for name in taken}
    for node in graph.nodes:
        if node.op in MERGE:
            live = [ref for ref in node.inputs if not dead.holds(ref)]
            if len(live) == 1:
                changed[node.name] = _passing(node, live[0])
    second = {TensorRef(name, 1): TensorRef(name) for name in taken}
    alive = [changed.get(node.name, node) for node in graph.nodes if node.name not in dead.nodes]
    nodes = tuple(redirected(node, second) for node in alive)
    summary = f"{len(taken)} switches with a known predicate: only the branch that is taken is left"
    return Outcome(graph.replacing(nodes), len(graph.nodes) - len(nodes) + len(taken), summary)


def _passing(node: Node, ref: TensorRef) -> Node:
    dtype = node.dtype()
    attrs = {} if dtype is None else {"T": dtype.base}
    return make_node(node.name, "Identity", (ref,), made_by="take_known_branches", **attrs)


@dataclass(frozen=True)
class _Dead:
    """What never gets a value: whole nodes, and the side of each Switch that is not taken."""

    nodes: frozenset[str]
    sides: frozenset[TensorRef]

    def holds(self, ref: TensorRef) -> bool:
        return ref in self.sides or ref.node in self.nodes


def _dead_parts(graph: Graph, taken: dict[str, bool]) -> _Dead:
    sides = frozenset(TensorRef(name, 0 if decision else 1) for name, decision in taken.items())
    nodes: set[str] = set()
    for node in topological(graph):
        reads_dead = [ref in sides or ref.node in nodes for ref in node.inputs]
        waits_dead = any(name in nodes for name in node.control_inputs)
        if node.op in MERGE:
            is_dead = bool(reads_dead) and all(reads_dead)
        else:
            is_dead = waits_dead or any(reads_dead)
        if is_dead:
            nodes.add(node.name)
    return _Dead(frozenset(nodes), sides)
