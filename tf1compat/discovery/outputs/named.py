"""What the author named at the model's end: he did so to fetch it, whatever else reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.discovery.outputs.forms import REARRANGING
from tf1compat.discovery.outputs.head import Head, Search, is_final, readers
from tf1compat.discovery.outputs.result import may_result, results_of, role_of
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef, is_default_name, leaf
from tf1compat.ops.families import (
    CAST,
    CONSTANT,
    GATHER,
    IDENTITY,
    SHAPES,
    SLICES,
    SUPPRESSIONS,
    UNIQUE,
    WHERE,
)

#: Names of what training looks at.
_OF_LOSSES = re.compile(
    r"loss(es)?|cost|penalty|regul|entropy|xent|nll|likelihood|elbo|objective|kl|divergence|error|err|mse|mae|rmse|"
    r"acc|accuracy|precision|recall|gradients?|grads?",
    re.IGNORECASE,
)
#: Names of what says how unusual an example is, which is a loss for each example and a result.
_OF_SCORES = re.compile(r"score|anomal|outlier|novelty|unusual|distance|similarity|energy", re.IGNORECASE)
#: What is left of some entries, so that how many there are depends on what is fed.
_SELECTING = SUPPRESSIONS | WHERE | UNIQUE
_COUNTING = IDENTITY | CAST


def find_named(search: Search) -> Iterator[Head]:
    """Tensors with a name of the author's after the last variable; losses for each example are told, not offered.

    What is a step towards another result is none of its own, nor is a step that a loss takes from scores.
    """
    flow = search.flow
    steps, unlabelled = _steps(search), _unlabelled(flow)
    for node in flow.graph.nodes:
        if (
            not is_default_name(node.name, node.op)
            and node.op not in CONSTANT
            and node.name not in search.known
        ):
            if _ends(flow, node) and node.name not in steps and not _speaks_of(_OF_LOSSES, node):
                for ref in results_of(flow.graph, node):
                    yield Head(ref, role_of(flow, ref), "the author named it", predicts=False)
            elif node.name in unlabelled and _is_per_example_loss(flow, node):
                yield _loss_head(flow, node)


def _steps(search: Search) -> frozenset[str]:
    """The nodes before known results, and those that only a loss reads: of scores, or without a label."""
    flow = search.flow
    results = [ref for ref, each in search.found.items() if each.role != "loss"]
    scores = [ref.node for ref, each in search.found.items() if each.role in ("probabilities", "logits")]
    in_losses = flow.behind(map(TensorRef, flow.losses)) if flow.losses else frozenset[str]()
    judged = flow.leading_to(flow.judged)
    return flow.behind(results) | (flow.ahead(scores) & (in_losses | judged)) | (in_losses - judged)


def _ends(flow: ForwardGraph, node: Node) -> bool:
    """Whether a node gives something for each example at the model's end."""
    figure = flow.graph.static_shape(TensorRef(node.name)).rank == 0
    return is_final(flow, node) and may_result(flow, node) and not figure


def _speaks_of(words: re.Pattern[str], node: Node) -> bool:
    parts = re.split(r"[_\W\d]+", leaf(node.name))
    return any(words.fullmatch(each) for each in parts) or any(
        words.match(each) for each in parts if len(each) > 5
    )


def _is_per_example_loss(flow: ForwardGraph, node: Node) -> bool:
    """Whether a node says, for each example and without a label, how far off its result is."""
    if node.name not in flow.judged or node.name not in flow.computed or node.name in flow.inside_loops:
        return False
    return flow.graph.static_shape(TensorRef(node.name)).rank == 1


def _unlabelled(flow: ForwardGraph) -> frozenset[str]:
    examples = [each for each in flow.sources if each not in flow.labels]
    return (
        flow.reached(examples) - flow.reached(flow.labels) - flow.ahead(flow.loss_ops) - flow.inside_branches
    )


def _loss_head(flow: ForwardGraph, node: Node) -> Head:
    ref = TensorRef(node.name)
    if _speaks_of(_OF_SCORES, node):
        return Head(
            ref, "value", "the author named it, of how far off an example's result is", predicts=False
        )
    return Head(ref, "other", "a loss for each example, which needs no label", predicts=False)


def find_proposed(search: Search) -> Iterator[Head]:
    """The boxes that non-maximum suppression left, under a name of the author's, though further layers read them."""
    flow = search.flow
    for node in flow.graph.nodes:
        named = node.op in GATHER and not is_default_name(node.name, node.op)
        outside = node.name in flow.predicted and node.name not in flow.inside_branches
        if named and outside and is_selected(flow.graph, node):
            yield Head(TensorRef(node.name), "value", "what non-maximum suppression left", predicts=False)


def is_selected(graph: Graph, node: Node) -> bool:
    """Whether a node picks the entries whose numbers a selection gave."""
    if node.op not in GATHER:
        return False
    chosen = graph.producer(source(graph, node.inputs[1]))
    while chosen.op in REARRANGING and chosen.inputs:
        chosen = graph.producer(source(graph, chosen.inputs[0]))
    return chosen.op in _SELECTING


# ----------------------------------------------------------------------------------------------------- counts


def find_counts(search: Search) -> Iterator[Head]:
    """How many entries are left of a selection, under a name of the author's: a size that depends on what is fed."""
    flow = search.flow
    for node in flow.graph.nodes:
        if not readers(flow, node) and not is_default_name(node.name, node.op) and is_count(flow, node):
            yield Head(
                TensorRef(node.name), "value", "how many there are; the author named it", predicts=False
            )


def is_count(flow: ForwardGraph, node: Node) -> bool:
    """Whether a node is the size of what was selected of what was computed."""
    beside = (flow.training, flow.inside_loops, flow.inside_branches)
    if any(node.name in each for each in beside) or node.op in CONSTANT:
        return False
    if flow.graph.static_shape(TensorRef(node.name)).rank not in (0, 1, None):
        return False
    sizes = _sizes_behind(flow.graph, node)
    selected = frozenset().union(*(ancestors(flow.graph, [ref.node], control=False) for ref in sizes))
    return any(flow.graph[name].op in _SELECTING and _is_computed(flow, name) for name in selected)


def _is_computed(flow: ForwardGraph, name: str) -> bool:
    return any(ref.node in flow.computed for ref in flow.graph[name].inputs) or name in flow.computed


def _sizes_behind(graph: Graph, node: Node) -> list[TensorRef]:
    """The tensors of whose size alone a node is made."""
    found, todo = list[TensorRef](), [node]
    while todo:
        each = todo.pop()
        if each.op in SHAPES:
            found.extend(each.inputs)
        elif each.op in _COUNTING or _takes_entry(graph, each):
            todo.append(graph.producer(each.inputs[0]))
    return found


def _takes_entry(graph: Graph, node: Node) -> bool:
    """Whether a node takes an entry out of a shape."""
    return bool(node.inputs) and node.op in SLICES and graph.producer(node.inputs[0]).op in SHAPES
