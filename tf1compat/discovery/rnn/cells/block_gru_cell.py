"""A GRU's step as one op: `GRUBlockCell` and `GRUBlockCellV2`.

Source: `contrib/rnn/python/ops/gru_ops.py` of TensorFlow 0.12 to 1.15, and `core/ops/rnn_ops.cc`.
"""

from __future__ import annotations

from types import MappingProxyType

from tf1compat.analysis.pattern import Mismatch, source
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch, StateStep
from tf1compat.discovery.rnn.cells.weights import columns
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import GRU_CELL

_H = 3  # among the outputs r, u, c, h


def judge(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The GRU of one op whose new state is this tensor."""
    node = graph.producer(output)
    if node.op not in GRU_CELL:
        return Mismatch(f"{node.op} where GRUBlockCell is wanted", node.name)
    if len(node.inputs) != 6:
        return Mismatch(f"{len(node.inputs)} inputs where 6 are wanted", node.name, 1)
    if output.index != _H:
        return Mismatch(f"output {output.index} of GRUBlockCell, whose new h is output {_H}", node.name, 1)
    x, h, _, candidate_kernel = (source(graph, each) for each in node.inputs[:4])
    states = MappingProxyType({"h": StateStep(h, output)})
    return CellMatch("GRU", columns(graph, candidate_kernel), x, output, states, ("block",))


BLOCK_GRU_CELL = CellKind("GRU", GRU_CELL, judge)
