"""Rows that are parted, each part computed by itself, and stitched together again in their old order.

`tf.nn.embedding_lookup` in a table of several parts does so. Each part may have any of the rows, so that it is followed
as though it had all of them: what the rows come to, each by itself, is then what the stitched rows are.
"""

from __future__ import annotations

from tf1compat.analysis.constants import scalar
from tf1compat.analysis.shapes.dimensions import Dims, has_symbol
from tf1compat.analysis.shapes.sizes import vector_at
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import DYNAMIC_PARTITION, DYNAMIC_STITCH, IDENTITIES, RANGE, SHAPES


@cached_on_graph
def put_back(graph: Graph) -> frozenset[str]:
    """The partitions of which every row comes back where it was, and the stitches that put them there."""
    stitches = {node.name: by for node in graph.nodes if (by := _parted_by(graph, node)) is not None}
    parted = (node for node in graph.nodes if stitches and node.op in DYNAMIC_PARTITION)
    found = {node.name for node in parted if _all_come_back(graph, node, stitches)}
    whole = {name for name in stitches if _parts(graph, graph[name]) <= found}
    return frozenset(found | whole)


def _parted_by(graph: Graph, node: Node) -> TensorRef | None:
    """By what a stitch's indices, which count all rows, were parted; None for another node."""
    if node.op not in DYNAMIC_STITCH:
        return None
    indices = node.inputs[: len(node.inputs) // 2]
    parts = [graph.producer(ref) for ref in indices]
    first, numbers = parts[0], [ref.index for ref in indices]
    same = all(each.name == first.name for each in parts) and numbers == list(range(len(numbers)))
    if not same or first.op not in DYNAMIC_PARTITION or first.integer("num_partitions", 1) != len(indices):
        return None
    return first.inputs[1] if _counts(graph, first.inputs[0]) else None


def _counts(graph: Graph, ref: TensorRef) -> bool:
    node = graph.producer(ref)
    return node.op in RANGE and scalar(graph, node.inputs[0]) == 0 and scalar(graph, node.inputs[2]) == 1


def _parts(graph: Graph, stitch: Node) -> set[str]:
    return {graph.producer(ref).name for ref in stitch.inputs[: len(stitch.inputs) // 2]}


def _all_come_back(graph: Graph, node: Node, stitches: dict[str, TensorRef]) -> bool:
    """Whether all that is made of the parts ends in a stitch by what they were parted by."""
    todo, seen = [node.name], set[str]()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        uses = graph.uses_of_node.get(name, ())
        if not uses and graph[name].op not in IDENTITIES | SHAPES:
            return False
        for use in uses:
            if use.node in stitches:
                if stitches[use.node] != node.inputs[1]:
                    return False
            elif graph[use.node].op not in SHAPES:
                todo.append(use.node)
    return True


def is_put_back(walk: Walk, node: Node) -> bool:
    """Whether a node parts rows that come back, or puts them back."""
    return node.op in DYNAMIC_PARTITION | DYNAMIC_STITCH and node.name in put_back(walk.graph)


def dims_of_parts(walk: Walk, node: Node) -> tuple[Dims, ...]:
    """Of each part as though it were all rows; of the stitched rows, those of any part."""
    if node.op in DYNAMIC_PARTITION:
        return (walk.of(node.inputs[0]),) * node.integer("num_partitions", 1)
    count = len(node.inputs) // 2
    whole = next((dims for ref in node.inputs[count:] if (dims := walk.of(ref)) is not None), None)
    numbers = walk.graph.producer(walk.graph.producer(node.inputs[0]).inputs[0])
    if whole and has_symbol(whole[0]) and vector_at(walk, numbers, 1) != (whole[0],):
        walk.made[numbers.name, 1] = whole[:1]
    return (whole,)


def rows_of_parts(node: Node) -> tuple[TensorRef, ...]:
    """What the values of such a node come from: the rows and what parts them, or all parts."""
    return node.inputs if node.op in DYNAMIC_PARTITION else node.inputs[len(node.inputs) // 2 :]
