"""Which placeholder carries an RNN's state in, and where in it each part of the state lies.

A state comes from a placeholder whole, or from a piece of one at constant leading indices: `state[0]`,
`state[1, 0]`, `tf.unstack(state)[2]`, `tf.split(state, 2)[1]` without its first axis, or several in a row. Or the
states lie side by side along its last axis: `state[:, 4:8]`, `tf.split(state, 2, 1)[1]`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tf1compat.analysis.constants import constant, scalar
from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import Rnn, StatePairing, StatePiece, StateSlice
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import EVEN_SPLIT, GATHER, PLACEHOLDERS, SQUEEZE, STRIDED_SLICE, UNPACK, by_op
from tf1compat.ops.registry import data_operands


@dataclass(frozen=True)
class _Place:
    """A tensor as a piece of a placeholder. `open_axis`: a first axis of size one is still to be dropped."""

    placeholder: TensorRef
    index: tuple[int, ...]
    open_axis: bool = False
    beside: StateSlice | None = None


def find_pairings(graph: Graph, rnns: Iterable[Rnn]) -> tuple[StatePairing, ...]:
    """For each RNN, the placeholders that its initial states lie in, in the order of the states."""
    return tuple(pairing for rnn in rnns for pairing in _pairings_of(graph, rnn))


def _pairings_of(graph: Graph, rnn: Rnn) -> list[StatePairing]:
    pieces: dict[TensorRef, list[StatePiece]] = {}
    for layer in rnn.layers:
        for part, initial in layer.initial_state.items():
            final = layer.final_state.get(part)
            place = _place(graph, initial) if initial is not None else None
            if place is None or place.open_axis or initial is None or final is None:
                continue
            piece = StatePiece(place.index, initial, final, part, place.beside)
            pieces.setdefault(place.placeholder, []).append(piece)
    return [StatePairing(placeholder, rnn.scope, tuple(each)) for placeholder, each in pieces.items()]


def _place(graph: Graph, ref: TensorRef) -> _Place | None:
    found = source(graph, ref)
    node = graph.producer(found)
    if node.op in PLACEHOLDERS:
        return _Place(found, ())
    step = _STEPS.get(node.op)
    if step is None:
        return None
    inside = _place(graph, data_operands(node)[0])
    if inside is None or inside.beside is not None:
        return None
    return step(graph, node, found.index, inside)


def _sliced(graph: Graph, node: Node, output: int, inside: _Place) -> _Place | None:
    """`x[i]` or `x[i, j]`, everything after the indices taken whole and in order."""
    begin, strides = constant(graph, node.inputs[1]), constant(graph, node.inputs[3])
    if begin is None or strides is None or any(strides != 1) or inside.open_axis:
        return None
    if node.integer("ellipsis_mask") or node.integer("new_axis_mask"):
        return None
    shrunk = node.integer("shrink_axis_mask")
    if not shrunk:
        return _range(graph, node, inside, [int(each) for each in begin])
    count = shrunk.bit_length()
    whole = range(count, len(begin))
    masks = node.integer("begin_mask") & node.integer("end_mask")
    if shrunk != (1 << count) - 1 or not all(masks >> axis & 1 for axis in whole):
        return None
    return _inside(graph, inside, [int(each) for each in begin[:count]])


def _range(graph: Graph, node: Node, inside: _Place, begin: list[int]) -> _Place | None:
    """`x[:, i:j]`: a range along the last axis, the others taken whole."""
    end, dims = constant(graph, node.inputs[2]), graph.static_shape(inside.placeholder).dims
    last = len(begin) - 1
    if (
        end is None
        or inside.index
        or not last
        or dims is None
        or len(dims) != len(begin)
        or dims[last] is None
    ):
        return None
    begins, ends = node.integer("begin_mask"), node.integer("end_mask")
    if any(not begins & ends >> axis & 1 for axis in range(last)):
        return None
    start = 0 if begins >> last & 1 else begin[last]
    stop = dims[last] if ends >> last & 1 else int(end[last])
    size = (stop or 0) - start
    return _Place(inside.placeholder, (), beside=StateSlice(last, start, size)) if start >= 0 < size else None


def _unpacked(graph: Graph, node: Node, output: int, inside: _Place) -> _Place | None:
    if node.integer("axis") or inside.open_axis:
        return None
    return _Place(inside.placeholder, (*inside.index, output))


def _split(graph: Graph, node: Node, output: int, inside: _Place) -> _Place | None:
    """One of as many parts as the first axis is long: the axis remains, with size one."""
    axis = scalar(graph, node.inputs[0])
    if axis:
        return _side(graph, node, output, inside, int(axis))
    if axis != 0 or inside.open_axis or _size(graph, inside) != node.integer("num_split"):
        return None
    return _Place(inside.placeholder, (*inside.index, output), open_axis=True)


def _side(graph: Graph, node: Node, output: int, inside: _Place, axis: int) -> _Place | None:
    """One of several equal parts along the last axis."""
    dims = graph.static_shape(inside.placeholder).dims
    whole = dims[-1] if dims and not inside.index and not inside.open_axis else None
    if dims is None or whole is None or axis not in (-1, len(dims) - 1):
        return None
    size = whole // max(1, node.integer("num_split"))
    return _Place(inside.placeholder, (), beside=StateSlice(len(dims) - 1, output * size, size))


def _squeezed(graph: Graph, node: Node, output: int, inside: _Place) -> _Place | None:
    axes = node.attrs.get("squeeze_dims", ())
    return _Place(inside.placeholder, inside.index) if inside.open_axis and axes in ((), (0,)) else None


def _gathered(graph: Graph, node: Node, output: int, inside: _Place) -> _Place | None:
    index = constant(graph, node.inputs[1])
    first_axis = len(node.inputs) < 3 or scalar(graph, node.inputs[2]) == 0
    if index is None or index.shape != () or not first_axis or inside.open_axis:
        return None
    return _inside(graph, inside, [int(index)])


_STEPS = by_op(
    {STRIDED_SLICE: _sliced, UNPACK: _unpacked, EVEN_SPLIT: _split, SQUEEZE: _squeezed, GATHER: _gathered}
)


def _inside(graph: Graph, place: _Place, indices: list[int]) -> _Place | None:
    """A place further in; indices from the end count from the axis's size, which must then be known."""
    for index in indices:
        size = _size(graph, place)
        if index < 0 and size is None:
            return None
        place = _Place(place.placeholder, (*place.index, index if index >= 0 else index + (size or 0)))
    return place


def _size(graph: Graph, place: _Place) -> int | None:
    """The size of the axis that the next index goes along."""
    dims = graph.static_shape(place.placeholder).dims
    return dims[len(place.index)] if dims is not None and len(dims) > len(place.index) else None
