"""Placeholders with one right value at inference: dropout's keep probability and switches for training."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from tf1compat.discovery.constants import scalar
from tf1compat.discovery.findings import Freeze
from tf1compat.discovery.flow import Flow
from tf1compat.discovery.ops import PLACEHOLDERS, RANDOM
from tf1compat.discovery.pattern import ADDITIONS, source
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef, leaf

_SCALING = ADDITIONS | frozenset({"Mul", "Sub"})
_COMPARISONS = {"GreaterEqual": 0.0, "Less": 1.0}  # with the threshold that keeps everything
_LOGIC = frozenset({"LogicalNot", "LogicalAnd", "LogicalOr"})
#: Ops that change a variable.
_UPDATES = re.compile(r"Assign(Add|Sub)?(VariableOp)?|(Resource)?Scatter(Nd)?(Update|Add|Sub)")
#: Ops that take the statistics of a batch unless `is_training` is false.
_BATCH_NORMS = frozenset({"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"})


def find_freezes(flow: Flow) -> tuple[Freeze, ...]:
    """The dropout and training placeholders, each with its value at inference, in the order of the file."""
    kept = _keep_probabilities(flow)
    found = []
    for ref in flow.sources:
        node = flow.graph.producer(ref)
        if node.op not in PLACEHOLDERS or (flow.graph.static_shape(ref).rank or 0) != 0:
            continue
        if ref in kept:
            found.append(Freeze(ref, kept[ref], "keep_prob"))
        elif node.dtype("dtype") == "bool":
            value = _training_switch(flow, ref)
            if value is not None:
                found.append(Freeze(ref, value, "is_training"))
    return tuple(found)


def _keep_probabilities(flow: Flow) -> dict[TensorRef, float]:
    """The placeholders behind dropout masks, with the value at which nothing is dropped."""
    found: dict[TensorRef, float] = {}
    for mask in find_masks(flow):
        origin = _origin(flow.graph, mask.threshold, mask.neutral)
        if origin is not None:
            found.setdefault(*origin)
    return found


@dataclass(frozen=True)
class Mask:
    """A dropout mask: what is drawn, what it is held against, and the value of that which drops nothing."""

    drawn: TensorRef
    threshold: TensorRef
    neutral: float


def find_masks(flow: Flow) -> tuple[Mask, ...]:
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
                yield Mask(second, first, 1.0)
            elif is_random(graph, first):
                yield Mask(first, second, 1.0)
    elif node.op in _COMPARISONS and is_random(graph, node.inputs[0]):
        yield Mask(node.inputs[0], node.inputs[1], _COMPARISONS[node.op])


def is_neutral(graph: Graph, mask: Mask, frozen: Collection[TensorRef]) -> bool:
    """Whether a mask drops nothing once these placeholders are frozen."""
    origin = _origin(graph, mask.threshold, mask.neutral)
    if origin is not None:
        return origin[0] in frozen
    return scalar(graph, mask.threshold) == mask.neutral


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


def _origin(graph: Graph, ref: TensorRef, neutral: float) -> tuple[TensorRef, float] | None:
    """The placeholder behind a probability, through `1 - p` and into loops and branches."""
    found = source(graph, ref)
    node = graph.producer(found)
    if node.op in PLACEHOLDERS:
        return found, neutral
    if node.op == "Sub" and scalar(graph, node.inputs[0]) == 1.0:
        return _origin(graph, node.inputs[1], 1.0 - neutral)
    if node.op in SWITCH or node.op in {"Cast", "Reshape"}:
        return _origin(graph, node.inputs[0], neutral)
    return None


def _training_switch(flow: Flow, ref: TensorRef) -> bool | None:
    """The value at which a placeholder that a `cond` branches on leaves training out; None where it is none.

    A branch is one of training if it draws at random, updates a variable, or takes the batch's own statistics. Where
    no branch shows anything of the kind, only a name that says `train` counts: any other choice is the user's.
    """
    switches = _switches(flow, ref)
    trains = {
        bool(taken) == sign
        for node, sign in switches
        for taken in (0, 1)
        if _trains_behind(flow, node, taken)
    }
    if trains:
        return trains == {False}
    return False if switches and "train" in leaf(ref.node).lower() else None


def _switches(flow: Flow, ref: TensorRef) -> list[tuple[Node, bool]]:
    """The branch points that a placeholder decides, each with whether True stands for its second output."""
    found = []
    todo, seen = [(ref, True)], {ref}
    while todo:
        at, sign = todo.pop()
        for use in flow.graph.uses.get(at, ()):
            node, result = flow.graph[use.node], TensorRef(use.node)
            if node.op in SWITCH and use.position == 1 and node.name not in flow.training:
                found.append((node, sign))
            if (node.op in _LOGIC or node.op == "Identity") and result not in seen:
                seen.add(result)
                todo.append((result, sign != (node.op == "LogicalNot")))
    return found


def _trains_behind(flow: Flow, switch: Node, output: int) -> bool:
    """Whether one branch of a `cond` does what only training does."""
    graph, first = flow.graph, TensorRef(switch.name, output)
    todo, seen = [first], set()
    while todo:
        for name in _following(graph, todo.pop()):
            if name in seen or name not in flow.inside_branches:
                continue
            seen.add(name)
            todo.append(TensorRef(name))
    return _takes_statistics(graph, switch, first) or any(_trains(graph[name]) for name in seen)


def _trains(node: Node) -> bool:
    if node.op in RANDOM or _UPDATES.fullmatch(node.op):
        return True
    return node.op in _BATCH_NORMS and node.attrs.get("is_training", True) is True


def _takes_statistics(graph: Graph, switch: Node, side: TensorRef) -> bool:
    """Whether one side of a branch point only hands the mean of a batch on, as batch normalisation chooses it."""
    statistic = source(graph, switch.inputs[0])
    while graph.producer(statistic).op in {"Squeeze", "Reshape"}:
        statistic = source(graph, graph.producer(statistic).inputs[0])
    reads = graph.uses.get(side, ())
    return graph.producer(statistic).op == "Mean" and bool(reads)


def _following(graph: Graph, ref: TensorRef) -> list[str]:
    readers = [use.node for use in graph.uses.get(ref, ())]
    pivots = graph.producer(ref).op == "Identity"
    return readers + list(graph.waiting_for.get(ref.node, ()) if pivots else ())
