"""What becomes of a step's result before the author gets it: held back past the end of sequences, joined, dropped out.

`static_rnn` with lengths computes a step inside of a `cond` and chooses between the new and the old by a Select and
two Merges; without lengths nothing stands between.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from tf1compat.discovery.rnn.states.carrying import outside_branch
from tf1compat.graph.frames import ENTER, MERGE, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import CONCATENATIONS, CONSTANT, FILL, SELECTIONS, TRANSPARENT, ZEROS_LIKE
from tf1compat.ops.registry import data_operands

_HANDS_ON = TRANSPARENT - ENTER
_ZEROS = CONSTANT | FILL | ZEROS_LIKE


def held_back(graph: Graph, new: TensorRef, old: TensorRef) -> TensorRef:
    """The new state, or the old one where a sequence has ended: as the next step, or the author, gets it."""
    return _chosen(graph, new, lambda other: other == old)


def returned(
    graph: Graph, output: TensorRef, olds: Collection[TensorRef], last: TensorRef | None
) -> TensorRef:
    """The output of a step, or zeros (in Keras: the output of the `last` step) where a sequence has ended."""

    def is_filling(other: TensorRef) -> bool:
        return other not in olds and (other == last or graph.producer(other).op in _ZEROS)

    return _chosen(graph, output, is_filling)


def _chosen(graph: Graph, new: TensorRef, is_alternative: Callable[[TensorRef], bool]) -> TensorRef:
    """The outermost choice between a tensor and alternatives to it; itself when there is no choice."""
    same, todo, outermost = {new}, [new], new
    for ref in todo:
        for node in readers(graph, ref):
            made = _forms(node) if node.op in SWITCH or node.op in _HANDS_ON else ()
            if _chooses(graph, node, same, is_alternative):
                made = (TensorRef(node.name),)
                outermost = made[0] if made[0] not in same else outermost
            fresh = [each for each in made if each not in same]
            same.update(fresh)
            todo.extend(fresh)
    return outermost


def _forms(node: Node) -> tuple[TensorRef, ...]:
    return tuple(TensorRef(node.name, index) for index in range(2 if node.op in SWITCH else 1))


def _chooses(
    graph: Graph, node: Node, same: Collection[TensorRef], is_alternative: Callable[[TensorRef], bool]
) -> bool:
    if node.op not in SELECTIONS and node.op not in MERGE:
        return False
    values = node.inputs[1:] if node.op in SELECTIONS else node.inputs
    others = [outside_branch(graph, each) for each in values if each not in same]
    return len(others) < len(values) and all(is_alternative(each) for each in others)


def readers(graph: Graph, ref: TensorRef) -> Iterator[Node]:
    """The nodes that read a tensor, each once."""
    yield from (graph[name] for name in dict.fromkeys(use.node for use in graph.uses.get(ref, ())))


def length_test(graph: Graph, new: TensorRef, olds: Collection[TensorRef]) -> TensorRef | None:
    """What decides between a new state and an old one, example by example; None where nothing does."""
    same, todo = {new}, [new]
    for ref in todo:
        for node in readers(graph, ref):
            if node.op in SELECTIONS:
                values = [outside_branch(graph, each) for each in node.inputs[1:]]
                if any(each in olds for each in values):
                    return outside_branch(graph, node.inputs[0])
            if node.op in SWITCH or node.op in _HANDS_ON or node.op in CONCATENATIONS:
                fresh = [each for each in _forms(node) if each not in same]
                same.update(fresh)
                todo.extend(fresh)
    return None


def joined_states(graph: Graph, parts: Iterable[TensorRef]) -> dict[TensorRef, TensorRef]:
    """For each part of the states of one step the tensor into which it is joined with others, where it is."""
    whole: dict[TensorRef, TensorRef] = {}
    known = list(parts)
    for ref in known:
        for node in readers(graph, ref):
            operands = data_operands(node) if node.op in CONCATENATIONS else ()
            if operands and all(each in known for each in operands) and TensorRef(node.name) not in known:
                known.append(TensorRef(node.name))
                whole.update(dict.fromkeys(operands, TensorRef(node.name)))
    return whole
