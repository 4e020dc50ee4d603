"""`ResidualWrapper`: a cell's input is added to its output."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tf1compat.analysis.pattern import Mismatch, source
from tf1compat.discovery.rnn.wrappers.wrapper import Wrapped, WrapperKind, readers
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import ADDITIONS


def judge(graph: Graph, inner: Wrapped, carried: Collection[TensorRef]) -> Wrapped | Mismatch:
    """The cell with the sum of its input and its output."""
    ends = {source(graph, inner.input), source(graph, inner.output)}
    for node in readers(graph, inner.output, ADDITIONS):
        if {source(graph, each) for each in node.inputs} == ends:
            return replace(inner, output=TensorRef(node.name), wrappers=(*inner.wrappers, "residual"))
    return Mismatch("the output is not added to the input", inner.output.node)


RESIDUAL = WrapperKind("residual", judge)
