"""What an author's input pipeline did to examples before they came into the part of the graph that is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tf1compat.analysis.entries import Entries, Entry
from tf1compat.discovery.input_pipeline.datasets import functions_behind
from tf1compat.discovery.input_pipeline.queues import enqueuing
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.pipelines.datasets import DATASETS, HOLDING, TAKING_IN

#: Ops that do nothing to the values of examples.
_PLUMBING = (
    families.TRANSPARENT | families.PLACEHOLDERS | families.FEEDERS | MERGE | SWITCH | families.LOOP_CONDITION
    | families.CONSTANT | families.NO_OP | families.SHAPE | families.SIZE | families.RANK | families.RANGE
    | families.FILL | families.JOINING | families.UNPACK | families.RESHAPES | families.SLICES | families.GATHER
    | families.SELECT_V1 | families.ORDERINGS | families.EQUALITIES | families.LOGICAL_AND | families.ALL
    | families.ASSERT | families.PRINT | families.ARGUMENT | families.RESULT | families.SHUFFLE
    | families.ITERATOR_HANDLE | families.MATCHING_FILES
)  # fmt: skip


def work_before(graph: Graph, entry: Entry) -> tuple[str, ...]:
    """The types of the ops that worked on the examples before the entry's root, in the order of the file."""
    nodes = {node.op: None for node in _nodes_before(graph, graph.producer(entry.root)) if _works(node)}
    return tuple(nodes)


def _works(node: Node) -> bool:
    return node.op not in _PLUMBING and not node.op.endswith(HOLDING) and not node.op.startswith(TAKING_IN)


def _nodes_before(graph: Graph, feeder: Node) -> Iterator[Node]:
    if not feeder.inputs:
        return
    if feeder.op in families.ITERATOR_TAKES:
        for function in functions_behind(graph, feeder.inputs[0]):
            yield from function.graph.nodes
        return
    yield from graph.in_order(_into_queues(graph, feeder))


def _into_queues(graph: Graph, feeder: Node) -> set[str]:
    """The nodes behind what goes into a queue, and into the queues that this is taken from."""
    found: set[str] = set()
    todo = [feeder]
    while todo:
        given = [ref.node for node in enqueuing(graph, todo.pop()) for ref in node.inputs[1:]]
        before = _behind(graph, given) - found
        found |= before
        todo += [graph[name] for name in before if graph[name].op in families.QUEUE_TAKES]
    return found


def _behind(graph: Graph, names: Iterable[str]) -> set[str]:
    """What values are made of; what chooses between two of them is not."""
    found, todo = set[str](), list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            inputs = graph[name].inputs[:1] if graph[name].op in SWITCH else graph[name].inputs
            todo += [ref.node for ref in inputs]
    return found


def fills_pipeline(graph: Graph, placeholder: TensorRef) -> bool:
    """Whether a placeholder goes into a queue, a dataset, or the choice of what is taken out of them."""
    return placeholder.node in _taken_in(graph)


@cached_on_graph
def _taken_in(graph: Graph) -> frozenset[str]:
    """All that goes there."""
    return ancestors(graph, [node.name for node in graph.nodes if _takes_in(node)], control=False)


def _takes_in(node: Node) -> bool:
    return node.op in families.FEEDERS or node.op.startswith(TAKING_IN) or node.op.endswith(DATASETS)


def pipeline_entries(entries: Entries, fed: Iterable[TensorRef]) -> tuple[Entry, ...]:
    """The entries among the fed tensors that a pipeline gave, one for each of the ops that took them out of it."""
    wanted = set(fed)
    found = [
        each for each in entries.entries if each.kind not in ("placeholder", "held") and each.tensor in wanted
    ]
    return tuple({each.root.node: each for each in reversed(found)}.values())[::-1]
