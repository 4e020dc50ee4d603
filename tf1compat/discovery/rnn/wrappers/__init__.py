"""The catalogue of wrappers, one file a wrapper: what may stand around a cell, and how that is recognised."""

from __future__ import annotations

from collections.abc import Collection

from tf1compat.analysis.pattern import Mismatch
from tf1compat.discovery.rnn.cells.cell import CellMatch
from tf1compat.discovery.rnn.wrappers.attention_cell import ATTENTION_CELL
from tf1compat.discovery.rnn.wrappers.attention_wrapper import ATTENTION_WRAPPER
from tf1compat.discovery.rnn.wrappers.dropout import DROPOUT
from tf1compat.discovery.rnn.wrappers.highway import HIGHWAY
from tf1compat.discovery.rnn.wrappers.residual import RESIDUAL
from tf1compat.discovery.rnn.wrappers.wrapper import Wrapped, WrapperKind, WrapperState
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef

WRAPPERS: tuple[WrapperKind, ...] = (DROPOUT, RESIDUAL, HIGHWAY, ATTENTION_CELL, ATTENTION_WRAPPER)


def unwrap(graph: Graph, cell: CellMatch, entrance: TensorRef, carried: Collection[TensorRef]) -> Wrapped:
    """A cell with every wrapper that stands around it, or around several cells of which it is the last.

    `entrance` is what the first of several cells reads; `carried` is what goes on to the next step and is no
    cell's.
    """
    whole = Wrapped(cell, cell.input, cell.output, entrance)
    while len(whole.wrappers) <= len(WRAPPERS):
        further = _once_more(graph, whole, carried)
        if further is None:
            break
        whole = further
    return whole


def _once_more(graph: Graph, whole: Wrapped, carried: Collection[TensorRef]) -> Wrapped | None:
    for kind in WRAPPERS:
        if kind.name not in whole.wrappers:
            found = kind.judge(graph, whole, carried)
            if not isinstance(found, Mismatch):
                return found
    return None


__all__ = ["WRAPPERS", "Wrapped", "WrapperKind", "WrapperState", "unwrap"]
