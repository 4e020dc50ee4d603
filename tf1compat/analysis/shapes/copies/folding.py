"""Copies for each example of a batch become a loop over the examples, of which there may then be any number."""

from __future__ import annotations

from tf1compat.analysis.constants import scalar
from tf1compat.analysis.pattern import Mismatch
from tf1compat.analysis.shapes.copies.loop import Joined, in_loop
from tf1compat.analysis.shapes.copies.pairing import copies_behind
from tf1compat.analysis.shapes.dimensions import BATCH, open_sizes
from tf1compat.analysis.shapes.lists import parts_of
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.graph.frames import frame_of_nodes
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef
from tf1compat.ops.families import PACK
from tf1compat.ops.registry import operand


def folded(walk: Walk, graph: Graph) -> Graph | Mismatch | None:
    """The graph with a loop in the place of the first copies whose examples a node of the walk takes out of a batch;
    why there is none; or None where nothing that is put together again is made of them."""
    count = walk.numbers.get(BATCH, 1)
    apart = {name for name, _ in walk.refusals}
    missed = None
    for node in graph.in_order(descendants(graph, apart)):
        if count < 2 or len(parts_of(node)) != count or TensorRef(node.name) not in walk.dims:
            continue
        found = _folded(walk, graph, node)
        if isinstance(found, Graph):
            return found
        missed = missed or found
    return missed


def _folded(walk: Walk, graph: Graph, node: Node) -> Graph | Mismatch | None:
    parts = parts_of(node)
    copies = None if node.name in frame_of_nodes(graph) else copies_behind(walk, graph, parts)
    sizes = open_sizes(walk.of(parts[0]))
    if copies is None or isinstance(copies, Mismatch):
        return copies
    joined = None if sizes is None else _joined(graph, node, len(sizes))
    if sizes is None or joined is None:
        return Mismatch(
            f"how '{node.name}' ({node.op}) puts the examples of the batch together is not known", node.name
        )
    return in_loop(graph, copies, parts[0], sizes, joined)


def _joined(graph: Graph, node: Node, rank: int) -> Joined | None:
    if node.op in PACK:
        return Joined(node, node.integer("axis") % (rank + 1), stacked=True)
    told = operand(node, "concat_dim", "axis")
    axis = None if told is None else scalar(graph, told)
    return None if axis is None or not rank else Joined(node, int(axis) % rank, stacked=False)
