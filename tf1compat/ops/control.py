"""Which Switches and Merges of v1 control flow belong to loops, and which to branches."""

from __future__ import annotations

from tf1compat.graph.frames import MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Node, NodeTable


def is_loop_switch(graph: NodeTable, node: Node) -> bool:
    """Whether a node lets a loop variable into the next turn or out of the loop."""
    return node.op in SWITCH and graph.input(node, 1).op == "LoopCond"


def is_branch_switch(graph: NodeTable, node: Node) -> bool:
    """Whether a node hands a value to one branch or the other."""
    return node.op in SWITCH and graph.input(node, 1).op != "LoopCond"


def is_loop_merge(graph: NodeTable, node: Node) -> bool:
    """Whether a node is where a loop variable comes round again."""
    return node.op in MERGE and any(graph.producer(ref).op in NEXT_ITERATION for ref in node.inputs)


def is_branch_merge(graph: NodeTable, node: Node) -> bool:
    """Whether a node takes what one branch or the other gives."""
    return node.op in MERGE and all(graph.producer(ref).op not in NEXT_ITERATION for ref in node.inputs)
