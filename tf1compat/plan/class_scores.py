"""Whether the scores along an output's last axis exclude each other, so that the largest one names the class."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.constants import constant
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.ops import families

#: What hands scores on with their last axis as it is, for all that is asked here.
_KEEPS = families.TRANSPARENT | families.RESHAPES | families.TRANSPOSE | families.CAST
_CHOOSES = (
    families.SOFTMAX | families.LOG_SOFTMAX | families.ENTROPIES | families.ARG_MAX | families.MULTINOMIAL
)
#: The way from logits to the logarithm in a sigmoid cross-entropy.
_LOGISTIC = families.NEGATION | families.SELECTIONS | families.EXPONENTIAL


def are_exclusive(graph: Graph, scores: TensorRef) -> bool:
    """Whether one class is chosen by scores: not so of sigmoids by themselves, of which any number may be near one."""
    made = resolve(graph, scores, _KEEPS)
    producer = graph.producer(made)
    if producer.op in families.SOFTMAX | families.LOG_SOFTMAX:
        return True
    if producer.op in families.SIGMOID:
        behind = resolve(graph, producer.inputs[0], _KEEPS)
        return _is_read_by(graph, made, _CHOOSES) or _is_read_by(graph, behind, _CHOOSES)
    if _is_read_by(graph, made, _CHOOSES):
        return True
    return not (
        _is_read_by(graph, made, families.SIGMOID) or _is_read_by(graph, made, families.LOG1P, _LOGISTIC)
    )


def is_argmax_of(
    graph: Graph, tensor: TensorRef, scores: TensorRef, through: frozenset[str] = frozenset()
) -> bool:
    """Whether a tensor says which of the scores along their last axis is the largest, or which of their logits.

    It may have gone through casts since, and through the ops of `through`.
    """
    best = graph.producer(resolve(graph, tensor, families.TRANSPARENT | families.CAST | through))
    if best.op not in families.ARG_MAX or not _is_along_the_last(graph, best):
        return False
    return resolve(graph, best.inputs[0]) in set(_same_order(graph, scores))


def _same_order(graph: Graph, scores: TensorRef) -> Iterator[TensorRef]:
    """The scores, what a softmax or a sigmoid made them of, and what it makes of them: the largest is the same."""
    own = resolve(graph, scores)
    yield own
    rising = families.SOFTMAX | families.LOG_SOFTMAX | families.SIGMOID
    if graph.producer(own).op in rising:
        own = resolve(graph, graph.producer(own).inputs[0])
        yield own
    yield from (
        TensorRef(node.name) for node in _readers(graph, own, families.TRANSPARENT) if node.op in rising
    )


def _is_along_the_last(graph: Graph, best: Node) -> bool:
    rank = graph.static_shape(best.inputs[0]).rank
    axis = constant(graph, best.inputs[1])
    return axis is not None and axis.size == 1 and int(axis) in (-1, None if rank is None else rank - 1)


def _is_read_by(
    graph: Graph, tensor: TensorRef, ops: frozenset[str], through: frozenset[str] = frozenset()
) -> bool:
    return any(node.op in ops for node in _readers(graph, tensor, _KEEPS | through))


def _readers(graph: Graph, tensor: TensorRef, through: frozenset[str]) -> Iterator[Node]:
    """What reads a tensor, also after ops of `through`."""
    pending, seen = [tensor], {tensor}
    while pending:
        for use in graph.uses.get(pending.pop(), ()):
            node = graph[use.node]
            yield node
            following = TensorRef(node.name)
            if node.op in through and following not in seen:
                seen.add(following)
                pending.append(following)
