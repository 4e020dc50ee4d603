"""The tensors that the steps of an unrolled network read and give, put in the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tf1compat.analysis.constants import constant, scalar, swaps_batch_and_time
from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import Direction
from tf1compat.discovery.rnn.looping.surroundings import reverses
from tf1compat.discovery.rnn.states.carrying import outside_branch
from tf1compat.discovery.rnn.unrolling.copying import readers
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef, lies_in
from tf1compat.ops.families import EVEN_SPLIT, PACK, RESHAPE, SQUEEZE, STRIDED_SLICE, UNPACK

FORWARD: Final = "forward"
BACKWARD: Final = "backward"


@dataclass(frozen=True)
class Piece:
    """One of the tensors that another is cut into along an axis."""

    whole: TensorRef
    axis: int
    index: int


@dataclass(frozen=True)
class StepInputs:
    """What the steps read, the first in time first; `whole` is the tensor that was cut into them, if there is one."""

    direction: Direction
    steps: tuple[TensorRef, ...]
    whole: TensorRef | None = None
    axis: int | None = None
    repacked: bool = False  # reversed as one tensor, up to each sequence's length


@dataclass(frozen=True)
class StepOutputs:
    """What the steps give, the first in time first; `whole` is the tensor that they were put together to."""

    steps: tuple[TensorRef, ...]
    whole: TensorRef | None = None
    axis: int | None = None
    as_computed: bool = False  # put together as the steps are computed, which is not in the order of time


def step_inputs(graph: Graph, read: Sequence[TensorRef]) -> StepInputs:
    """The inputs of steps, given in the order in which the steps are computed."""
    steps = tuple(read)
    cut = _cut(graph, steps)
    if cut is None:
        return StepInputs(FORWARD, steps)
    if cut.direction == BACKWARD:
        return StepInputs(BACKWARD, steps[::-1], cut.whole, cut.axis)
    return _repacked(graph, cut) or cut


def _cut(graph: Graph, steps: tuple[TensorRef, ...]) -> StepInputs | None:
    """Steps that are the pieces of one tensor."""
    pieces = [piece for piece in (piece_of(graph, each) for each in steps) if piece is not None]
    if len(pieces) < len(steps) or len({(each.whole, each.axis) for each in pieces}) > 1:
        return None
    indices = [each.index for each in pieces]
    if indices != sorted(indices) and indices != sorted(indices, reverse=True):
        return None
    direction: Direction = FORWARD if indices == sorted(indices) else BACKWARD
    return StepInputs(direction, steps, pieces[0].whole, pieces[0].axis)


def _repacked(graph: Graph, cut: StepInputs) -> StepInputs | None:
    """Steps of a list that was stacked, reversed and unstacked again, as `static_bidirectional_rnn` does."""
    node = graph.producer(source(graph, cut.whole)) if cut.whole is not None else None
    if node is None or not reverses(graph, node, cut.axis or 0):
        return None
    packed = graph.producer(source(graph, node.inputs[0]))
    if packed.op not in PACK or packed.integer("axis") != cut.axis:
        return None
    inner = _cut(graph, packed.inputs)
    if inner is None:
        return StepInputs(BACKWARD, packed.inputs, repacked=True)
    return StepInputs(BACKWARD, packed.inputs, inner.whole, inner.axis, repacked=True)


def piece_of(graph: Graph, ref: TensorRef) -> Piece | None:
    """What a tensor is a piece of; None where it is none."""
    ref = outside_branch(graph, ref)
    node = graph.producer(ref)
    if node.op in RESHAPE | SQUEEZE:
        ref = outside_branch(graph, node.inputs[0])
        node = graph.producer(ref)
        return _of_split(graph, node, ref.index) if node.op in EVEN_SPLIT else None
    if node.op in UNPACK:
        return _piece(graph, node.inputs[0], node.integer("axis"), ref.index)
    if node.op in EVEN_SPLIT:
        return _of_split(graph, node, ref.index)
    return _of_slice(graph, node) if node.op in STRIDED_SLICE else None


def _piece(graph: Graph, whole: TensorRef, axis: int, index: int) -> Piece | None:
    if axis < 0:
        dims = graph.static_shape(whole).dims
        axis += len(dims) if dims is not None else 0
    return Piece(whole, axis, index) if axis >= 0 else None


def _of_split(graph: Graph, node: Node, index: int) -> Piece | None:
    axis = scalar(graph, node.inputs[0])
    return None if axis is None else _piece(graph, node.inputs[1], int(axis), index)


def _of_slice(graph: Graph, node: Node) -> Piece | None:
    """`x[:, t]`: one index along one axis, all of the others."""
    begin = constant(graph, node.inputs[1])
    chosen = node.integer("shrink_axis_mask")
    if (
        begin is None
        or chosen.bit_count() != 1
        or node.integer("ellipsis_mask")
        or node.integer("new_axis_mask")
    ):
        return None
    axis = chosen.bit_length() - 1
    others = [at for at in range(len(begin)) if at != axis]
    whole = all(node.integer("begin_mask") >> at & 1 and node.integer("end_mask") >> at & 1 for at in others)
    return Piece(node.inputs[0], axis, int(begin[axis])) if whole and begin[axis] >= 0 else None


def step_outputs(graph: Graph, given: Sequence[TensorRef], inputs: StepInputs) -> StepOutputs:
    """The outputs of steps, given in the order in which the steps are computed, as the author has them.

    Keras puts the steps of a layer that goes backwards together as they are computed, the last in time first.
    """
    computed = tuple(given)
    steps = computed
    if inputs.repacked:
        steps = _unreversed(graph, steps)
    elif inputs.direction == BACKWARD:
        steps = steps[::-1]
    in_time = _packed(graph, steps)
    packed = in_time or (None if inputs.repacked else _packed(graph, computed))
    if packed is None:
        return StepOutputs(steps)
    return StepOutputs(steps, TensorRef(packed.name), packed.integer("axis"), in_time is None)


def reversal_of(graph: Graph, outputs: TensorRef, axis: int) -> TensorRef | None:
    """Outputs turned around along the axis of time, where they are."""
    found = (TensorRef(node.name) for node in readers(graph, outputs) if reverses(graph, node, axis))
    return next(found, None)


def turned_around(
    graph: Graph, inputs: TensorRef, outputs: TensorRef, axis: int
) -> tuple[TensorRef, TensorRef] | None:
    """Inputs before and outputs after both were turned around; None where not both were."""
    before, after = graph.producer(source(graph, inputs)), reversal_of(graph, outputs, axis)
    return (before.inputs[0], after) if after is not None and reverses(graph, before, axis) else None


def _unreversed(graph: Graph, steps: tuple[TensorRef, ...]) -> tuple[TensorRef, ...]:
    """The outputs after they were stacked, reversed and unstacked again; none where the author dropped them."""
    packed = _packed(graph, steps)
    for turned in readers(graph, TensorRef(packed.name)) if packed else ():
        if reverses(graph, turned, 0):
            for node in readers(graph, TensorRef(turned.name)):
                if node.op in UNPACK:
                    return tuple(TensorRef(node.name, index) for index in range(len(steps)))
    return ()


def _packed(graph: Graph, steps: tuple[TensorRef, ...]) -> Node | None:
    """The node that puts these tensors together, in this order and without others."""
    found = (node for node in readers(graph, steps[0]) if node.op in PACK) if steps else ()
    return next((node for node in found if node.inputs == steps), None)


def batch_major(graph: Graph, ref: TensorRef, axis: int, scope: str) -> TensorRef | None:
    """The batch-major tensor that is transposed for, or by, a network of this scope; None where it is as it is."""
    if axis != 0:
        return None
    node = graph.producer(source(graph, ref))
    if lies_in(node.name, scope) and swaps_batch_and_time(graph, node):
        return node.inputs[0]
    return None
