"""An LSTM's step as one op: `LSTMBlockCell` and `CudnnCompatibleLSTMCell`.

Source: `contrib/rnn/python/ops/lstm_ops.py` of TensorFlow 0.12 to 1.15, and `core/ops/rnn_ops.cc`.
"""

from __future__ import annotations

from types import MappingProxyType

from tf1compat.analysis.pattern import Mismatch, source
from tf1compat.discovery.rnn.cells.cell import CellKind, CellMatch, StateStep
from tf1compat.discovery.rnn.cells.weights import columns
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import LSTM_CELL

_C, _H = 1, 6  # among the outputs i, cs, f, o, ci, co, h


def judge(graph: Graph, output: TensorRef) -> CellMatch | Mismatch:
    """The LSTM of one op whose new `h` is this tensor."""
    node = graph.producer(output)
    if node.op not in LSTM_CELL:
        return Mismatch(f"{node.op} where LSTMBlockCell is wanted", node.name)
    if len(node.inputs) != 8:
        return Mismatch(f"{len(node.inputs)} inputs where 8 are wanted", node.name, 1)
    if output.index != _H:
        return Mismatch(f"output {output.index} of LSTMBlockCell, whose new h is output {_H}", node.name, 1)
    x, c, h, kernel = (source(graph, each) for each in node.inputs[:4])
    states = {"c": StateStep(c, TensorRef(node.name, _C)), "h": StateStep(h, output)}
    size = columns(graph, kernel)
    units = size // 4 if size is not None else None
    return CellMatch("LSTM", units, x, output, MappingProxyType(states), _features(node))


def _features(node: Node) -> tuple[str, ...]:
    clip = node.attrs.get("cell_clip", 3.0)
    present = {
        "block": True,
        "peepholes": bool(node.attrs.get("use_peephole")),
        "clipped": isinstance(clip, float) and clip > 0,
    }
    return tuple(name for name, there in present.items() if there)


BLOCK_LSTM_CELL = CellKind("LSTM", LSTM_CELL, judge)
