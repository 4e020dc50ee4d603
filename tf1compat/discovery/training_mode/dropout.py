"""Dropout masks, found by their arithmetic: random numbers held against one scalar, and a product with the outcome.

    0.12 to 1.12            x / keep * floor(keep + uniform)
    1.13 to 1.15            x * (1 / (1 - rate)) * cast(uniform >= rate)
    alpha_dropout           x * cast(uniform >= 1 - keep) + alpha * (1 - cast(...))
    later, and by hand      where(uniform >= rate, x * scale, 0), x * cast(uniform < keep)

Sources: `dropout` in tensorflow/python/ops/nn_ops.py, tensorflow/contrib/nn/python/ops/alpha_dropout.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tf1compat.analysis.constants import constant, scalar
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import ADDITIONS, SELECTIONS, TRANSPARENT, source
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import PLACEHOLDERS, RANDOM, VARIABLES
from tf1compat.ops.values import Assumed, Evaluation

_SCALING = ADDITIONS | frozenset({"Mul", "Sub"})
_COMPARISONS = {"GreaterEqual": 0.0, "Less": 1.0}  # with the threshold that keeps everything
_SHAPING = frozenset({"Cast", "Reshape", "Squeeze", "ExpandDims"})
_DIVISIONS = frozenset({"RealDiv", "Div"})
_OPTIMIZES = re.compile(r"(Resource)?(Sparse)?Apply")
#: How many ops lie between a rate and what a mask makes of the value, and between that and the mask itself.
_STEPS, _MASK_STEPS = 10, 6


@dataclass(frozen=True)
class Mask:
    """A dropout mask: what is drawn, what it is held against, and the value of that which drops nothing."""

    drawn: TensorRef
    threshold: TensorRef
    neutral: float
    node: str = ""  # gives the mask


@dataclass(frozen=True)
class Origin:
    """The scalar that decides a mask: whatever an author would set, and its value at which nothing is dropped.

    `scales` are constants worked out from it when the graph was built, which are 1 where nothing is dropped.
    """

    tensor: TensorRef
    neutral: float
    scales: tuple[TensorRef, ...] = ()


def find_masks(flow: ForwardGraph) -> tuple[Mask, ...]:
    """Every dropout mask of the forward part."""
    forward = (node for node in flow.graph.nodes if node.name not in flow.training)
    return tuple(mask for node in forward for mask in _masks(flow.graph, node))


def _masks(graph: Graph, node: Node) -> Iterator[Mask]:
    """Until 1.12 the mask is `floor(keep_prob + random)`, from 1.13 on it is `random >= rate`."""
    if node.op == "Floor":
        inside = graph.producer(source(graph, node.inputs[0]))
        if inside.op in ADDITIONS:
            first, second = inside.inputs
            if is_random(graph, second):
                yield Mask(second, first, 1.0, node.name)
            elif is_random(graph, first):
                yield Mask(first, second, 1.0, node.name)
    elif node.op in _COMPARISONS and is_random(graph, node.inputs[0]) and _multiplies(graph, node):
        yield Mask(node.inputs[0], node.inputs[1], _COMPARISONS[node.op], node.name)


def _multiplies(graph: Graph, test: Node) -> bool:
    """Whether what a comparison gives is a factor, or lets either a value or nothing through."""
    for use in graph.uses.get(TensorRef(test.name), ()):
        node = graph[use.node]
        if (
            node.op in SELECTIONS
            and use.position == 0
            and any(_is_nothing(graph, each) for each in node.inputs[1:])
        ):
            return True
        if node.op == "Cast" and any(
            graph[each.node].op == "Mul" for each in graph.uses_of_node.get(node.name, ())
        ):
            return True
    return False


def _is_nothing(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor is nothing but zeros."""
    node = graph.producer(source(graph, ref))
    if node.op == "ZerosLike":
        return True
    if node.op == "Fill":
        return scalar(graph, node.inputs[1]) == 0
    value = constant(graph, ref)
    return value is not None and value.dtype.kind in "fiu" and not bool(value.any())


def is_neutral(graph: Graph, mask: Mask, given: Assumed) -> bool:
    """Whether a mask drops nothing once these tensors have these values."""
    return bool(Evaluation(graph, given).scalar(mask.threshold) == mask.neutral)


def draws(graph: Graph, ref: TensorRef, depth: int = 4) -> frozenset[str]:
    """The nodes that draw the random numbers that a tensor is, up to scaling and shifting."""
    node = graph.producer(source(graph, ref))
    if node.op in RANDOM:
        return frozenset({node.name})
    if depth == 0 or node.op not in _SCALING:
        return frozenset()
    return frozenset(name for each in node.inputs for name in draws(graph, each, depth - 1))


def is_random(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor is drawn at random, up to scaling and shifting."""
    return bool(draws(graph, ref))


def find_origin(flow: ForwardGraph, mask: Mask, near: frozenset[str]) -> Origin | None:
    """What decides a mask; None where that is no one scalar, or where another value of it would change more.

    `near` are the nodes of `near_masks`.
    """
    graph = flow.graph
    found, neutral = _origin(graph, mask.threshold, mask.neutral)
    node = graph.producer(found)
    if not _is_scalar(graph, found):
        return None
    if node.op in PLACEHOLDERS | VARIABLES:
        return None if _is_learned(graph, node) else Origin(found, neutral)
    if not _only_drops(flow, found, near):
        return None
    if node.op != "Const" or _is_used_beside(flow, found):
        return Origin(found, neutral)
    scales = _scales(graph, mask, scalar(graph, found), neutral)
    return Origin(found, neutral, scales) if scales else None


def _origin(graph: Graph, ref: TensorRef, neutral: float) -> tuple[TensorRef, float]:
    """The tensor behind a probability, through `1 - p` and into loops and branches, as far as it is one scalar."""
    found = source(graph, ref)
    node = graph.producer(found)
    if node.op == "Sub" and scalar(graph, node.inputs[0]) == 1.0:
        return _origin(graph, node.inputs[1], 1.0 - neutral)
    if node.op in SWITCH or node.op in _SHAPING:
        return _origin(graph, node.inputs[0], neutral)
    return found, neutral


def _is_scalar(graph: Graph, ref: TensorRef) -> bool:
    node = graph.producer(ref)
    shape = node.shape() if node.op in VARIABLES else graph.static_shape(ref)
    if shape.dims is None:
        return node.op not in RANDOM
    return all(size == 1 for size in shape.dims)


def _is_learned(graph: Graph, node: Node) -> bool:
    """Whether an optimizer changes a variable."""
    return any(_OPTIMIZES.match(graph[use.node].op) for use in graph.uses_of_node.get(node.name, ()))


def _is_used_beside(flow: ForwardGraph, ref: TensorRef) -> bool:
    """Whether a scalar is also what the kept are scaled by: dropout by a tensor uses it twice."""
    return len(_readers(flow, ref)) > 1


def _readers(flow: ForwardGraph, ref: TensorRef) -> set[str]:
    """The forward nodes that read a scalar, or one less it."""
    graph = flow.graph
    uses = [use for each in _same(graph, ref) for use in graph.uses.get(each, ())]
    passing = TRANSPARENT | SWITCH | _SHAPING
    return {
        use.node
        for use in uses
        if not (graph[use.node].op in passing or _is_complement(graph, graph[use.node], use.position))
        and use.node not in flow.training
    }


def _only_drops(flow: ForwardGraph, ref: TensorRef, near: frozenset[str]) -> bool:
    """Whether nothing is made of a scalar but dropout: all that is, soon meets a mask."""
    readers = _readers(flow, ref)
    for _ in range(_STEPS):
        readers -= near
        following = {use.node for name in readers for use in flow.graph.uses_of_node.get(name, ())}
        if any(name not in flow.graph.uses_of_node for name in readers):
            return False
        readers = following - flow.training
    return not readers


def near_masks(flow: ForwardGraph, masks: Iterable[Mask]) -> frozenset[str]:
    """The masks, and what is made of them in a few steps."""
    found = {mask.node for mask in masks}
    last = set(found)
    for _ in range(_MASK_STEPS):
        last = {use.node for name in last for use in flow.graph.uses_of_node.get(name, ())} - found
        found |= last
    return frozenset(found)


def _same(graph: Graph, ref: TensorRef) -> list[TensorRef]:
    """The tensor, what only hands it on, and what is one less it."""
    found = [ref]
    for each in found:
        for use in graph.uses.get(each, ()):
            node = graph[use.node]
            passes = node.op in TRANSPARENT | SWITCH | _SHAPING or _is_complement(graph, node, use.position)
            results = [TensorRef(use.node, index) for index in range(2 if node.op in SWITCH else 1)]
            found.extend(each for each in results if passes and each not in found)
    return found


def _is_complement(graph: Graph, node: Node, position: int) -> bool:
    return node.op == "Sub" and position == 1 and scalar(graph, node.inputs[0]) == 1.0


def _scales(graph: Graph, mask: Mask, value: float | None, neutral: float) -> tuple[TensorRef, ...]:
    """The constant `1 / keep` by which the kept are scaled, where the graph has it ready made."""
    if value is None:
        return ()
    keep = value if neutral == 1.0 else 1.0 - value
    return tuple(dict.fromkeys(
        ref
        for factor in _factors(graph, mask.node)
        for ref, exponent in _constant_factors(graph, factor)
        if keep > 0 and _is_near(scalar(graph, ref), keep**exponent)
    ))  # fmt: skip


def _factors(graph: Graph, mask: str) -> Iterator[TensorRef]:
    """What a mask is multiplied with, or chooses."""
    for use in graph.uses.get(TensorRef(mask), ()):
        node = graph[use.node]
        if node.op == "Mul":
            yield node.inputs[1 - use.position]
        elif node.op in SELECTIONS:
            yield node.inputs[1]
        elif node.op == "Cast":
            yield from _factors(graph, node.name)


def _constant_factors(graph: Graph, ref: TensorRef) -> Iterator[tuple[TensorRef, int]]:
    """The constant that a tensor is multiplied with or divided by, and the power of `keep` that it should be."""
    node = graph.producer(source(graph, ref))
    if node.op == "Mul":
        for each in node.inputs:
            if scalar(graph, each) is not None:
                yield source(graph, each), -1
    elif node.op in _DIVISIONS and scalar(graph, node.inputs[1]) is not None:
        yield source(graph, node.inputs[1]), 1


def _is_near(value: float | None, wanted: float) -> bool:
    return value is not None and abs(value - wanted) <= 1e-5 * wanted
