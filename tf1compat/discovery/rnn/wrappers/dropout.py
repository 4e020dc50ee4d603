"""`DropoutWrapper`: dropout of what goes into a cell, of what comes out, or of its state.

(x / keep_prob) * floor(keep_prob + uniform())                 until 1.12
(x / (1 - rate)) * cast(uniform() >= rate)                     from 1.13 on
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tf1compat.analysis.pattern import Mismatch, match, source
from tf1compat.discovery.rnn.states.carrying import DROPPED
from tf1compat.discovery.rnn.wrappers.wrapper import Wrapped, WrapperKind, readers
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import SCALING


def judge(graph: Graph, inner: Wrapped, carried: Collection[TensorRef]) -> Wrapped | Mismatch:
    """The cell with dropout at one end of it or another."""
    before, output = _before(graph, inner.input), _after(graph, inner.output)
    states = (_after(graph, each.after) for each in inner.match.states.values())
    if before is None and output is None and not any(states):
        return Mismatch("nothing is dropped", inner.output.node)
    names = (*inner.wrappers, "dropout")
    return replace(inner, input=before or inner.input, output=output or inner.output, wrappers=names)


def _before(graph: Graph, ref: TensorRef) -> TensorRef | None:
    found = match(DROPPED, graph, ref)
    return None if isinstance(found, Mismatch) else found["kept"]


def _after(graph: Graph, ref: TensorRef) -> TensorRef | None:
    """What dropout makes of a tensor, if it is applied to it."""
    for scaled in readers(graph, ref, SCALING):
        for node in readers(graph, TensorRef(scaled.name), frozenset({"Mul"})):
            found = match(DROPPED, graph, TensorRef(node.name))
            if not isinstance(found, Mismatch) and found["kept"] == source(graph, ref):
                return TensorRef(node.name)
    return None


DROPOUT = WrapperKind("dropout", judge)
