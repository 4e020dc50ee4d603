"""What is put into queues, found through the branches and loops that their handles are handed into."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import QUEUE_PUTS, TRANSPARENT


def enqueuing(graph: Graph, dequeue: Node) -> Iterator[Node]:
    """The nodes that put something into the queue that a node takes from."""
    todo, seen = [dequeue.inputs[0]] if dequeue.inputs else [], set[TensorRef]()
    while todo:
        handle = todo.pop()
        seen.add(handle)
        for use in graph.uses.get(handle, ()):
            node = graph[use.node]
            if node.op in QUEUE_PUTS:
                yield node
            elif (node.op in SWITCH or node.op in TRANSPARENT) and use.position == 0:
                todo += {TensorRef(node.name), TensorRef(node.name, 1)} - seen


def enqueued(graph: Graph, dequeue: Node, index: int) -> Iterator[TensorRef]:
    """The tensors that are put in as one component of what a node takes from a queue."""
    for node in enqueuing(graph, dequeue):
        if index + 1 < len(node.inputs):
            yield node.inputs[index + 1]
