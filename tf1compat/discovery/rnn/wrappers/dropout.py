"""`DropoutWrapper`: dropout of what goes into a cell, of what comes out, or of its state; and what authors did so."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tf1compat.analysis.idioms.noise.dropped import dropped_forms, undropped
from tf1compat.analysis.pattern import Mismatch
from tf1compat.discovery.rnn.wrappers.wrapper import Wrapped, WrapperKind
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef


def judge(graph: Graph, inner: Wrapped, carried: Collection[TensorRef]) -> Wrapped | Mismatch:
    """The cell with dropout at one end of it or another."""
    before, output = undropped(graph, inner.input), _after(graph, inner.output)
    states = (_after(graph, each.after) for each in inner.match.states.values())
    if before is None and output is None and not any(states):
        return Mismatch("nothing is dropped", inner.output.node)
    names = (*inner.wrappers, "dropout")
    return replace(inner, input=before or inner.input, output=output or inner.output, wrappers=names)


def _after(graph: Graph, ref: TensorRef) -> TensorRef | None:
    """What dropout makes of a tensor, if it is applied to it."""
    return next(iter(dropped_forms(graph, ref)), None)


DROPOUT = WrapperKind("dropout", judge)
