"""Loops whose results were pruned have them again: freezing a graph leaves out each Exit that no output needs.

The final state of `dynamic_rnn` is such a result. Its Switch is still there, since the loop goes round with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from tf1compat.graph.frames import EXIT, MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef

_MADE_BY = "loop_exits"
_SWITCH_NAME = re.compile(r"Switch(?=(_\d+)?\Z)")


def with_exits(graph: Graph) -> Graph:
    """The graph with an Exit for each loop variable, called as TensorFlow calls it: `rnn/while/Exit_3`."""
    added = tuple(_missing(graph))
    return replace(graph, nodes=(*graph.nodes, *added)) if added else graph


def _missing(graph: Graph) -> Iterator[Node]:
    for node in graph.nodes:
        if node.op in SWITCH and _goes_round(graph, node) and not _has_exit(graph, node):
            name = _SWITCH_NAME.sub("Exit", node.name)
            if name not in graph:
                yield make_node(name, "Exit", [TensorRef(node.name)], made_by=_MADE_BY, T=node.attrs["T"])


def _goes_round(graph: Graph, switch: Node) -> bool:
    """Whether a Switch is that of a loop variable: what it decides on comes round again."""
    merge = graph.producer(switch.inputs[0])
    return merge.op in MERGE and any(graph.producer(each).op in NEXT_ITERATION for each in merge.inputs)


def _has_exit(graph: Graph, switch: Node) -> bool:
    return any(graph[use.node].op in EXIT for use in graph.uses.get(TensorRef(switch.name), ()))
