"""Scores of classes: probabilities, the logits that they are made of or that only a loss reads, and the best class."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import ANYTHING, Mismatch, capture, match, op
from tf1compat.discovery.outputs.forms import (
    as_named,
    before_selection,
    before_turning,
    held_forms,
    stacks_alike,
    unflattened,
    unshifted,
)
from tf1compat.discovery.outputs.head import Head, Search, is_final, readers, tensor_readers
from tf1compat.discovery.outputs.judged.mixed import unjoined
from tf1compat.discovery.outputs.judged.ranked import find_rankings
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef, is_default_name
from tf1compat.ops import families

_PROBABILITIES = families.by_op({families.SOFTMAX: "a softmax", families.SIGMOID: "a sigmoid"})
_CLIPPED = families.CLIP | families.EXTREMES
#: The part of `sigmoid_cross_entropy_with_logits` that knows nothing of the labels: log(1 + exp(-|x|)).
_LOGISTIC = op(
    "Log1p", op("Exp", op(families.SELECTIONS, ANYTHING, op("Neg", capture("logits")), capture("logits")))
)


def find_scores(search: Search) -> Iterator[Head]:
    """Probabilities with the logits that they are made of, logits that only a loss reads, and class ids."""
    flow = search.flow
    finals = {node.name for node in flow.graph.nodes if node.op in _PROBABILITIES and is_final(flow, node)}
    ranked = frozenset[str]().union(*(each.steps for each in find_rankings(flow)))
    finals -= flow.inside_branches | ranked
    after = flow.ahead(finals)
    for node in flow.graph.nodes:
        if node.name in finals:
            yield from _probabilities(flow, node)
        elif node.op in families.ARG_MAX and is_final(flow, node) and node.name not in flow.inside_branches:
            yield from _best(flow, node)
        elif (
            node.op in families.LOG_SOFTMAX and is_final(flow, node) and node.name not in flow.inside_branches
        ):
            yield Head(as_named(flow, node), "value", "the logarithms of probabilities")
            yield from _held(flow, node)
        elif node.op in families.ARG_MAX and _is_fed_back(flow, node):
            yield from _fed_back(flow, node)
        elif node.op in families.ARG_MIN and _is_fed_back(flow, node):
            yield Head(TensorRef(node.name), "class_ids", "the nearest, looked up for the layers that follow")
        elif node.op in families.MULTINOMIAL and is_final(flow, node):
            yield from _drawn(flow, node, after)
        elif node.op in families.ENTROPIES and node.name in flow.loss_ops:
            yield from _judged_logits(flow, node, after)
        elif node.op in families.LOG1P and node.name not in ranked:
            yield from _logistic(flow, node)


def _best(flow: ForwardGraph, node: Node) -> Iterator[Head]:
    """The best class as the author held it; where only a metric reads it in another type, as it was before, too."""
    reason = f"the best class by '{node.inputs[0]}'"
    held = as_named(flow, node)
    yield Head(held, "class_ids", reason)
    for each in (form for form in held_forms(flow, node) if form != held):
        yield Head(each, "class_ids", f"{reason}, as it was read", predicts=False)
    widened = [name for name in readers(flow, node) if flow.graph[name].op in families.EXPAND_DIMS]
    for name in (each for each in widened if each in flow.predicted and each != held.node):
        yield Head(TensorRef(name), "class_ids", f"{reason}, with an axis of one", predicts=False)
    cast = flow.graph[held.node]
    unnamed = cast.op in families.CAST and is_default_name(cast.name, cast.op)
    if unnamed and readers(flow, cast) and readers(flow, cast) <= flow.judged:
        yield Head(TensorRef(node.name), "class_ids", reason)


def _is_fed_back(flow: ForwardGraph, node: Node) -> bool:
    """Whether a choice is only there to be looked up: a step of a decoder that was unrolled, as captions are made."""
    following = [flow.graph[name] for name in readers(flow, node)]
    inside = node.name in flow.inside_branches or node.name not in flow.predicted
    return bool(following) and not inside and all(each.op in families.LOOKUPS for each in following)


def _fed_back(flow: ForwardGraph, node: Node) -> Iterator[Head]:
    yield Head(TensorRef(node.name), "class_ids", "the best class, looked up for the step that follows")
    logits = unflattened(flow, node.inputs[0])
    if logits.node in flow.predicted:
        yield Head(logits, "logits", f"the scores that '{node.name}' chooses by")


def _probabilities(flow: ForwardGraph, node: Node) -> Iterator[Head]:
    if len(unjoined(flow, unflattened(flow, node.inputs[0]))) > 1:
        return
    made = as_named(flow, node)
    kind = _PROBABILITIES[node.op]
    yield Head(made, "probabilities", f"{kind} after which no variable is applied")
    if _is_of_one_step(flow, node, made):
        return
    yield from _clipped(flow, made)
    yield from _held(flow, node)
    turned = flow.graph[made.node].op in families.TRANSPOSE and before_turning(flow.graph, node.inputs[0])
    logits = turned or unflattened(flow, node.inputs[0])
    yield Head(logits, "logits", f"what the probabilities '{made}' are made of")


def _held(flow: ForwardGraph, node: Node) -> Iterator[Head]:
    """Scores in another form of them that the author went on with."""
    for each in held_forms(flow, node):
        yield Head(
            each,
            "probabilities" if node.op in _PROBABILITIES else "value",
            f"'{node.name}' as it was read",
            predicts=False,
        )


def _clipped(flow: ForwardGraph, made: TensorRef) -> Iterator[Head]:
    """The probabilities clipped, where nothing reads them as they were: the author went on with these."""
    at, following = made, readers(flow, flow.graph[made.node])
    while len(following) == 1 and flow.graph[next(iter(following))].op in _CLIPPED:
        at = TensorRef(following.pop())
        following = readers(flow, flow.graph[at.node])
    if at != made and at.node in flow.predicted:
        yield Head(at, "probabilities", f"'{made}', clipped", predicts=False)


def _is_of_one_step(flow: ForwardGraph, node: Node, made: TensorRef) -> bool:
    """Whether a softmax is one of many that are stacked: the logits of each by itself are no result."""
    return node.name != made.node and any(
        stacks_alike(flow.graph, node, flow.graph[name]) for name in readers(flow, node)
    )


def _drawn(flow: ForwardGraph, node: Node, after: frozenset[str]) -> Iterator[Head]:
    """A class or an action drawn by its scores; drawn anew in every run, so the scores are offered too."""
    yield Head(as_named(flow, node), "class_ids", f"a class or action drawn by the scores '{node.inputs[0]}'")
    scores = node.inputs[0].node
    named = not is_default_name(scores, flow.graph[scores].op)
    if scores in flow.predicted and (scores not in after or named):
        logits = unshifted(flow.graph, unflattened(flow, node.inputs[0]))
        yield Head(logits, "logits", f"the scores that '{node.name}' draws by")


def _judged_logits(flow: ForwardGraph, node: Node, after: frozenset[str]) -> Iterator[Head]:
    whole = before_selection(flow, unflattened(flow, before_selection(flow, node.inputs[0])))
    for logits in unjoined(flow, whole):
        if logits.node in flow.predicted and logits.node not in after and not _is_scored(flow, logits):
            yield Head(
                logits, "logits", f"what the loss '{node.name}' ({node.op}) takes for logits{_missing(node)}"
            )


def _is_scored(flow: ForwardGraph, logits: TensorRef) -> bool:
    """Whether a softmax or sigmoid of scores is there beside the loss, in rows of their own."""
    rows = [name for name in tensor_readers(flow, logits) if flow.graph[name].op in families.RESHAPE]
    read = {name for each in rows for name in readers(flow, flow.graph[each])}
    return any(flow.graph[name].op in _PROBABILITIES for name in read)


def _missing(node: Node) -> str:
    return "" if node.op in families.CTC_LOSS else "; the graph has no softmax of them, --softmax adds it"


def _logistic(flow: ForwardGraph, node: Node) -> Iterator[Head]:
    if node.name not in flow.judged and node.name not in flow.predicted:
        return
    found = match(_LOGISTIC, flow.graph, TensorRef(node.name))
    if not isinstance(found, Mismatch) and found["logits"].node in flow.predicted:
        yield Head(found["logits"], "logits", "what a sigmoid cross-entropy takes for logits")
