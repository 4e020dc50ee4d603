"""`AttentionWrapper` of `contrib.seq2seq`: attention over a memory, Bahdanau's, Luong's or another.

    h = cell([x, attention])
    alignments = softmax(score(h, keys))             any score and any normalizer
    context = alignments . values
    attention = context, or a dense layer of [h, context]

Source: `contrib/seq2seq/python/ops/attention_wrapper.py` of TensorFlow 1.2 to 1.15.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from types import MappingProxyType

from tf1compat.analysis.pattern import (
    Captures,
    Mismatch,
    capture,
    either,
    joined,
    linear,
    match,
    op,
    source,
)
from tf1compat.discovery.rnn.wrappers.wrapper import Wrapped, WrapperKind, WrapperState
from tf1compat.graph.frames import ENTER, MERGE, SWITCH
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops.families import BATCH_MATRIX_PRODUCTS

_EXPANDED = op(frozenset({"ExpandDims"}))
_CONTEXT = op("Squeeze", op(BATCH_MATRIX_PRODUCTS, capture("expanded", _EXPANDED), capture("values")))
PATTERN = either(linear(joined(capture("h"), _CONTEXT), "attention_layer"), _CONTEXT)
_INPUT = joined(capture("x"), capture("attention"))


def judge(graph: Graph, inner: Wrapped, carried: Collection[TensorRef]) -> Wrapped | Mismatch:
    """The cell with attention over a memory, which one of the carried tensors is."""
    for ref in carried:
        found = match(PATTERN, graph, ref)
        if not isinstance(found, Mismatch) and _asks(graph, inner, found):
            return _wrapped(graph, inner, ref, found)
    return Mismatch("no attention over a memory is carried on", inner.output.node)


def _asks(graph: Graph, inner: Wrapped, found: Captures) -> bool:
    """Whether it is this cell's output that the attention is asked with."""
    stops = ENTER | MERGE | SWITCH
    behind = ancestors(graph, [found["expanded"].node], control=False, stop=lambda node: node.op in stops)
    return inner.output.node in behind and found.get("h", inner.output) == source(graph, inner.output)


def _wrapped(graph: Graph, inner: Wrapped, attention: TensorRef, found: Captures) -> Wrapped:
    entrance = match(_INPUT, graph, inner.input)
    joins = not isinstance(entrance, Mismatch)
    alignments = source(graph, graph.producer(found["expanded"]).inputs[0])
    states = {
        **inner.states,
        "attention": WrapperState(None, attention),
        "alignments": WrapperState(None, alignments),
    }
    return replace(
        inner,
        input=entrance["x"] if joins and not isinstance(entrance, Mismatch) else inner.input,
        wrappers=(*inner.wrappers, "attention"),
        states=MappingProxyType(states),
    )


ATTENTION_WRAPPER = WrapperKind("attention", judge)
