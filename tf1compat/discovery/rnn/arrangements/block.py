"""LSTMs whose steps are all one op: `LSTMBlockFusedCell`, alone or under `TimeReversedFusedRNN`.

The op gives the states after every step. The last is cut out of them at the end; with lengths it is gathered, for each
sequence at its own end, from the states with the initial one in front, and the outputs past the end are set to zero.
Source: `contrib/rnn/python/ops/lstm_ops.py` and `fused_rnn_cell.py` of TensorFlow 0.12 to 1.15.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from tf1compat.analysis.constants import constant
from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import Direction, Layer, Rnn
from tf1compat.discovery.rnn.cells.weights import columns
from tf1compat.discovery.rnn.looping.loops import weights_behind
from tf1compat.discovery.rnn.looping.surroundings import as_given
from tf1compat.discovery.rnn.unrolling.copying import readers
from tf1compat.discovery.rnn.unrolling.sequences import BACKWARD, FORWARD, turned_around
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef, scope_of
from tf1compat.ops import families
from tf1compat.ops.registry import attribute, data_operands

_MAX_LENGTH, _X, _C, _H, _KERNEL = range(5)  # inputs; behind the kernel three peepholes and the bias
_ALL_C, _ALL_H = 1, 6  # among the outputs i, cs, f, o, ci, co, h


@dataclass(frozen=True)
class _Sequences:
    """What goes in and comes out as the author has it."""

    direction: Direction
    inputs: TensorRef
    outputs: TensorRef


def find_block(graph: Graph, training_nodes: frozenset[str]) -> tuple[Rnn, ...]:
    """Every LSTM that is one op for all steps, in the order of the file."""
    return tuple(
        _rnn(graph, node)
        for node in graph.nodes
        if node.op in families.BLOCK_LSTM and node.name not in training_nodes
    )


def _rnn(graph: Graph, node: Node) -> Rnn:
    length = _lengths(graph, node)
    all_c, all_h = TensorRef(node.name, _ALL_C), TensorRef(node.name, _ALL_H)
    outputs = _masked(graph, all_h) if length is not None else all_h
    final = {"c": _last(graph, all_c), "h": _last(graph, outputs)}
    size = columns(graph, source(graph, node.inputs[_KERNEL]))
    layer = Layer(
        "LSTM",
        size // 4 if size is not None else None,
        _variables(graph, node),
        MappingProxyType({"c": node.inputs[_C], "h": node.inputs[_H]}),
        MappingProxyType(final),
        features=_features(node),
    )
    around = _around(graph, node.inputs[_X], outputs)
    return Rnn(
        scope_of(node.name), "block", around.direction, True, around.inputs, around.outputs, length, (layer,)
    )


def _features(node: Node) -> tuple[str, ...]:
    clip = attribute(node, "cell_clip")
    present = {
        "block": True,
        "peepholes": bool(node.attrs.get("use_peephole")),
        "clipped": isinstance(clip, float) and clip > 0,
    }
    return tuple(name for name, there in present.items() if there)


def _variables(graph: Graph, node: Node) -> tuple[str, ...]:
    found = {name for ref in node.inputs[_KERNEL:] for name in weights_behind(graph, ref)}
    return tuple(each.name for each in graph.nodes if each.name in found)


def _lengths(graph: Graph, node: Node) -> TensorRef | None:
    """What the op's number of steps is the greatest of."""
    made = graph.producer(as_given(graph, node.inputs[_MAX_LENGTH]))
    return as_given(graph, made.inputs[0]) if made.op in families.GREATEST else None


def _masked(graph: Graph, outputs: TensorRef) -> TensorRef:
    """The outputs times the mask of the lengths."""
    masks = (node for node in readers(graph, outputs) if node.op in families.MULTIPLICATION)
    for node in masks:
        if any(graph.producer(each).op in families.TILE for each in node.inputs):
            return TensorRef(node.name)
    return outputs


def _around(graph: Graph, inputs: TensorRef, outputs: TensorRef) -> _Sequences:
    turned = turned_around(graph, inputs, outputs, 0)
    return _Sequences(BACKWARD, *turned) if turned else _Sequences(FORWARD, inputs, outputs)


# -------------------------------------------------------------------------------------------- last state


def _last(graph: Graph, states: TensorRef) -> TensorRef | None:
    """The state after the last step, or after each sequence's own; None where nobody takes it."""
    found = (*_gathered(graph, states), *_cut_off(graph, states))
    return found[0] if found else None


def _cut_off(graph: Graph, states: TensorRef) -> Iterator[TensorRef]:
    """The states at the last step, as `states[-1]` gives them."""
    last = _steps(graph, states)
    for node in readers(graph, states):
        begin = constant(graph, node.inputs[1]) if node.op in families.STRIDED_SLICE else None
        alone = begin is not None and begin.size == 1 and node.integer("shrink_axis_mask") == 1
        if alone and begin is not None and int(begin[0]) in {-1, last - 1 if last is not None else -1}:
            yield TensorRef(node.name)


def _steps(graph: Graph, states: TensorRef) -> int | None:
    dims = graph.static_shape(states).dims
    return dims[0] if dims else None


def _gathered(graph: Graph, states: TensorRef) -> Iterator[TensorRef]:
    for joined in readers(graph, states):
        if joined.op in families.CONCATENATIONS and data_operands(joined)[-1] == states:
            yield from _taken(graph, TensorRef(joined.name))


def _taken(graph: Graph, joined: TensorRef) -> Iterator[TensorRef]:
    """What is gathered from a tensor, directly or with time and batch made one axis."""
    for node in readers(graph, joined):
        if node.op in families.RESHAPE:
            yield from _taken(graph, TensorRef(node.name))
        elif node.op in families.GATHER | families.GATHER_ND and node.inputs[0] == joined:
            yield TensorRef(node.name)
