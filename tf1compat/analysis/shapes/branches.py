"""The graph without the branches that a constant keeps from being taken."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tf1compat.analysis.dead import dead_nodes
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.frames import MERGE
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.control import is_branch_switch
from tf1compat.ops.families import SELECTIONS
from tf1compat.ops.values import constant, known_scalar


@cached_on_graph
def taken_branches(graph: Graph) -> Graph:
    """The graph in which what joins branches, or selects one of two tensors, reads the one that is taken, where that is
    known."""
    sides = {
        TensorRef(node.name, 0 if taken else 1)
        for node in graph.nodes
        if is_branch_switch(graph, node) and (taken := known_scalar(graph, node.inputs[1])) is not None
    }
    selected = {node.name: _selected(graph, node) for node in graph.nodes if node.op in SELECTIONS}
    if not sides and all(each is None for each in selected.values()):
        return graph
    dead = dead_nodes(graph, sides)
    return graph.replacing(
        _joined(graph, node, sides, dead) if node.op in MERGE else selected.get(node.name) or node
        for node in graph.nodes
    )


def _selected(graph: Graph, node: Node) -> Node | None:
    """A selection that a constant decides, as the one tensor that it gives; None where the other gives it its shape."""
    decisions = constant(graph, node.inputs[0])
    one, other = (graph.static_shape(ref) for ref in node.inputs[1:])
    alike = decisions is not None and len({bool(each) for each in decisions.ravel()}) == 1
    if decisions is None or not alike or one.rank is None or one.rank != other.rank:
        return None
    return replace(node, op="Identity", inputs=(node.inputs[1 if decisions.ravel()[0] else 2],))


def _joined(graph: Graph, node: Node, sides: Collection[TensorRef], dead: Collection[str]) -> Node:
    live = [ref for ref in node.inputs if ref not in sides and ref.node not in dead]
    if len(live) != 1 or TensorRef(node.name, 1) in graph.uses:
        return node
    return replace(node, op="Identity", inputs=tuple(live)).without_attrs("N")
