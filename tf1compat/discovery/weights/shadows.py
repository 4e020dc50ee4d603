"""The moving averages of weights: shadow variables, told by the ops that update them with a weight's own value.

    AssignSub(shadow, (shadow - weight) * (1 - decay))                     ExponentialMovingAverage.apply
    AssignSub(shadow, shadow - biased / (1 - decay^n)), and biased as above    with zero_debias
    AssignAdd(shadow, (weight - shadow) * rate)                            by hand
    Assign(shadow, shadow * decay + weight * (1 - decay))                  by hand

Averages of batch statistics, of losses and of other tensors are none: what goes into them is no variable.
Source: tensorflow/python/training/moving_averages.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tf1compat.analysis.batch_norm.averages import UPDATES, variable_of
from tf1compat.analysis.pattern import source
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families

_THROUGH = SWITCH | MERGE | families.CAST  # of an update inside a branch, or of another precision


@dataclass(frozen=True)
class Shadow:
    """A variable that averages a weight over training."""

    weight: str
    average: str
    update: str  # the op that writes the average


@cached_on_graph
def find_shadows(graph: Graph) -> tuple[Shadow, ...]:
    """Every moving average of a variable, in the order of the file."""
    followed = {}
    for node in graph.nodes:
        if UPDATES.fullmatch(node.op) and len(node.inputs) > 1:
            written = variable_of(graph, node.inputs[0])
            weight = _followed(graph, node, written) if written is not None else None
            if written is not None and weight is not None:
                followed[written] = Shadow(weight, written, node.name)
    weights = {each.weight for each in followed.values()}
    unbiased = {name: _through(followed, each) for name, each in followed.items() if name not in weights}
    return tuple(unbiased.values())


def _through(followed: dict[str, Shadow], shadow: Shadow) -> Shadow:
    """The shadow, of the weight itself where it follows the biased average of it."""
    behind = followed.get(shadow.weight)
    if behind is None or behind.weight == shadow.average:
        return shadow
    return Shadow(behind.weight, shadow.average, shadow.update)


def _followed(graph: Graph, update: Node, written: str) -> str | None:
    """The variable that an update moves the written one towards."""
    form = _FORMS.get(update.op, _of_mixture)
    names = {name for name in form(graph, update.inputs[1], written) if name != written}
    return names.pop() if len(names) == 1 else None


def _of_difference(graph: Graph, delta: TensorRef, written: str) -> Iterator[str]:
    """From `(written - other) * rate`, in either order of the product, or from `written - other / correction`."""
    node = _producer(graph, delta)
    if node.op in families.MULTIPLICATION:
        for factor in node.inputs:
            yield from _subtracted(graph, _producer(graph, factor), written)
    yield from _subtracted(graph, node, written)


def _of_approach(graph: Graph, delta: TensorRef, written: str) -> Iterator[str]:
    """From `(other - written) * rate`, in either order of the product."""
    node = _producer(graph, delta)
    factors = [_producer(graph, each) for each in node.inputs] if node.op in families.MULTIPLICATION else []
    for each in factors:
        if each.op in families.SUBTRACTION and _variable(graph, each.inputs[1]) == written:
            other = _variable(graph, each.inputs[0])
            if other is not None:
                yield other


def _subtracted(graph: Graph, node: Node, written: str) -> Iterator[str]:
    if node.op not in families.SUBTRACTION or _variable(graph, node.inputs[0]) != written:
        return
    taken = _producer(graph, node.inputs[1])
    other = _variable(graph, taken.inputs[0] if taken.op in families.DIVISION else node.inputs[1])
    if other is not None:
        yield other


def _of_mixture(graph: Graph, value: TensorRef, written: str) -> Iterator[str]:
    """From `written * decay + other * rate`."""
    total = _producer(graph, value)
    if total.op not in families.ADDITIONS:
        return
    terms = [_producer(graph, each) for each in total.inputs]
    if any(each.op not in families.MULTIPLICATION for each in terms):
        return
    mixed = [{_variable(graph, each) for each in term.inputs} - {None} for term in terms]
    if any(written in each for each in mixed):
        yield from (name for each in mixed if written not in each for name in each if name is not None)


#: How the op that writes an average says what the written value is: the difference, or else the new value.
_FORMS = families.by_op({families.ASSIGN_SUB: _of_difference, families.ASSIGN_ADD: _of_approach})


def _variable(graph: Graph, ref: TensorRef) -> str | None:
    return variable_of(graph, TensorRef(_producer(graph, ref).name))


def _producer(graph: Graph, ref: TensorRef) -> Node:
    node = graph.producer(source(graph, ref))
    while node.op in _THROUGH and node.inputs:
        node = graph.producer(source(graph, node.inputs[0]))
    return node
