"""How an RNN is arranged around its loop: the tensors that go in and come out as the author holds them.

`dynamic_rnn` works on [time, batch, ...]: for batch-major input it transposes before and after, and
`bidirectional_dynamic_rnn` reverses the time axis around the backward half, outside of those transposes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tf1compat.analysis.constants import constant, swaps_batch_and_time
from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.pattern import source
from tf1compat.analysis.time.in_turn import taken_in_turn
from tf1compat.discovery.findings import Direction
from tf1compat.discovery.rnn.looping.loops import Carried, Loop, step_ancestors
from tf1compat.discovery.rnn.states.carrying import outside_branch
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef, lies_in, scope_of
from tf1compat.ops import families
from tf1compat.ops.arrays import array_role, array_state, stored

#: The GraphDef version that TensorFlow 1.4 writes.
_PRODUCER_OF_1_4 = 24


@dataclass(frozen=True)
class Arrangement:
    """What surrounds a loop; None for what cannot be known."""

    direction: Direction
    time_major: bool | None
    inputs: TensorRef | None
    outputs: TensorRef | None
    sequence_length: TensorRef | None


def arrange(graph: Graph, loop: Loop, cell_input: TensorRef | None) -> Arrangement:
    """The arrangement of a loop whose first layer reads `cell_input` in each step."""
    stacked = _traced(graph, loop) or _stacked(graph, loop)
    length = _sequence_length(graph, loop)
    sliced = _sliced(graph, loop, cell_input)
    if sliced is not None:
        turned = None if stacked is None else _own_transpose(graph, loop, stacked)
        return Arrangement("forward", sliced[1] == 0, sliced[0], turned or stacked, length)
    fed = _filled_from(graph, loop, cell_input)
    if stacked is None:
        return _by_inputs(graph, loop, fed, length)
    turned = _own_transpose(graph, loop, stacked)
    outputs = turned or stacked
    time_major = turned is None
    given = _given(graph, loop, fed, time_major=time_major)
    unreversed = _before_reversal(graph, given.tensor, 0 if time_major else 1)
    again = _reversed(graph, outputs, 0 if time_major else 1)
    if given.reversed:
        return Arrangement("backward", time_major, given.tensor, again or outputs, length)
    if unreversed is not None and again is not None:
        return Arrangement("backward", time_major, unreversed, again, length)
    return Arrangement("forward", time_major, given.tensor, outputs, length)


def _by_inputs(graph: Graph, loop: Loop, fed: TensorRef | None, length: TensorRef | None) -> Arrangement:
    """The arrangement of a loop whose outputs nobody reads: what was done in its scope tells."""
    if fed is None:
        return Arrangement("forward", None, None, None, length)
    time_major = not _is_turned(graph, loop, fed)
    given = _given(graph, loop, fed, time_major=time_major)
    unreversed = _before_reversal(graph, given.tensor, 0 if time_major else 1)
    if unreversed is not None and _is_made_beside(loop, given.tensor):
        return Arrangement("backward", time_major, unreversed, None, length)
    direction: Direction = "backward" if given.reversed else "forward"
    return Arrangement(direction, time_major, given.tensor, None, length)


@dataclass(frozen=True)
class _Given:
    """What the author gave to the loop."""

    tensor: TensorRef | None
    reversed: bool = False  # along time in the loop's own scope, as Keras does


def _given(graph: Graph, loop: Loop, fed: TensorRef | None, *, time_major: bool) -> _Given:
    """The sequence before it was reversed in the loop's scope and, for batch-major ones, transposed."""
    inner = _before_own_reversal(graph, loop, fed)
    tensor = inner or fed
    return _Given(tensor if time_major else _before_transpose(graph, tensor), inner is not None)


def _before_own_reversal(graph: Graph, loop: Loop, ref: TensorRef | None) -> TensorRef | None:
    if ref is None:
        return None
    node = graph.producer(source(graph, ref))
    return node.inputs[0] if _is_own(loop, node) and reverses(graph, node, 0) else None


def _is_turned(graph: Graph, loop: Loop, fed: TensorRef) -> bool:
    """Whether a sequence was transposed to time-major with the loop: in its scope, or, until 1.4, in that around."""
    node = graph.producer(source(graph, _before_own_reversal(graph, loop, fed) or fed))
    beside = scope_of(node.name) == scope_of(loop.scope) and graph.versions.producer <= _PRODUCER_OF_1_4
    return swaps_batch_and_time(graph, node) and (_is_own(loop, node) or beside)


def _before_transpose(graph: Graph, ref: TensorRef | None) -> TensorRef | None:
    if ref is None:
        return None
    node = graph.producer(source(graph, ref))
    return node.inputs[0] if swaps_batch_and_time(graph, node) else None


def _is_own(loop: Loop, node: Node) -> bool:
    """Whether a node was made with the loop, in its scope."""
    return lies_in(node.name, loop.scope)


def _is_made_beside(loop: Loop, ref: TensorRef | None) -> bool:
    """Whether a tensor was made in the scope around the loop's, as `bidirectional_dynamic_rnn` does."""
    around = scope_of(loop.scope)
    return ref is not None and around != "" and scope_of(ref.node) == around


def _filled_from(graph: Graph, loop: Loop, cell_input: TensorRef | None) -> TensorRef | None:
    """The tensor whose slices the loop reads, one each step; None unless it is exactly one.

    A decoder and `raw_rnn` read in one step what the cell gets in the next.
    """
    if cell_input is None:
        return None
    behind = step_ancestors(graph, loop, cell_input)
    carried_over = [each.next for each in loop.states if each.value.node in behind]
    reads = _reads(graph, behind) or [
        read for each in carried_over for read in _reads(graph, step_ancestors(graph, loop, each))
    ]
    states = [state for read in reads if (state := array_state(read)) is not None]
    filling = [graph.producer(_entering(graph, each)) for each in states]
    found = {
        tensor for node in filling if array_role(node) == "fill" and (tensor := stored(node)) is not None
    }
    return found.pop() if len(found) == 1 else None


def _sliced(graph: Graph, loop: Loop, cell_input: TensorRef | None) -> tuple[TensorRef, int] | None:
    """The tensor of which the loop takes a step in each turn itself, and the axis of its steps."""
    behind = () if cell_input is None else step_ancestors(graph, loop, cell_input)
    taken = [each for name in behind if (each := taken_in_turn(graph, graph[name])) is not None]
    found = {(_entering(graph, ref), axis) for ref, axis in taken}
    outside = [each for each in found if each[0].node not in loop.frame.nodes and each[1] < 2]
    return outside[0] if len(outside) == 1 == len(found) else None


def _reads(graph: Graph, names: Collection[str]) -> list[Node]:
    return [graph[name] for name in names if array_role(graph[name]) == "read"]


def _entering(graph: Graph, ref: TensorRef) -> TensorRef:
    """The tensor outside of loop and branch that comes in here."""
    outside = outside_branch(graph, ref)
    return ref if outside == ref else _entering(graph, outside)


def _traced(graph: Graph, loop: Loop) -> TensorRef | None:
    """The sequences that a beam search traces back through the arrays of its steps."""
    for array in loop.arrays:
        steps = stack_of(graph, array)
        for use in graph.uses.get(steps, ()) if steps is not None else ():
            if graph[use.node].op in families.GATHER_TREE:
                return TensorRef(use.node)
    return None


def _stacked(graph: Graph, loop: Loop) -> TensorRef | None:
    """The floating array that the loop writes, as one [time, ...] tensor."""
    for array in loop.arrays:
        found = stack_of(graph, array)
        if found is not None and dtype_of(graph, found).is_floating:
            return found
    return None


def stack_of(graph: Graph, array: Carried) -> TensorRef | None:
    """All that a loop wrote into an array, as one tensor, if it is ever asked for."""
    if array.final is None:
        return None
    for use in graph.uses.get(array.final, ()):
        node = graph[use.node]
        if array_role(node) == "stack" and array_state(node) == array.final:
            return TensorRef(node.name)
    return None


def _own_transpose(graph: Graph, loop: Loop, stacked: TensorRef) -> TensorRef | None:
    """The transpose back to batch-major that was made with the loop, if there is one.

    An author may transpose time-major outputs too; that lies outside the scopes of the loop and of the stack.
    """
    stack_scope = scope_of(scope_of(stacked.node))
    for use in graph.uses.get(stacked, ()):
        node = graph[use.node]
        beside = stack_scope != "" and scope_of(node.name) == stack_scope
        if swaps_batch_and_time(graph, node) and (_is_own(loop, node) or beside):
            return TensorRef(node.name)
    return None


def _before_reversal(graph: Graph, ref: TensorRef | None, axis: int) -> TensorRef | None:
    if ref is None:
        return None
    node = graph.producer(source(graph, ref))
    return node.inputs[0] if reverses(graph, node, axis) else None


def _reversed(graph: Graph, ref: TensorRef, axis: int) -> TensorRef | None:
    for use in graph.uses.get(ref, ()):
        if use.position == 0 and reverses(graph, graph[use.node], axis):
            return TensorRef(use.node)
    return None


def reverses(graph: Graph, node: Node, axis: int) -> bool:
    """Whether a node turns this axis around, and no other."""
    if node.op in families.REVERSE_SEQUENCE:
        return node.integer("seq_dim") == axis
    if node.op not in families.REVERSE:
        return False
    chosen = constant(graph, node.inputs[1])
    if chosen is None:
        return False
    if node.op in families.REVERSE_V1:  # one boolean an axis
        return [index for index, flag in enumerate(chosen.ravel()) if flag] == [axis]
    return [int(each) for each in chosen.ravel()] == [axis]


def _sequence_length(graph: Graph, loop: Loop) -> TensorRef | None:
    """What the step number is compared with to find out which sequences have ended."""
    tests = [graph.producer(source(graph, each.next)) for each in loop.states]
    ended = [source(graph, node.inputs[0]) for node in tests if node.op in families.SELECTIONS]
    ended += [each.next for each in loop.states if each.dtype == "bool"]
    for test in ended:
        length = _compared_with_step(graph, loop, test)
        if length is not None:
            return as_given(graph, length)
    return None


def _compared_with_step(graph: Graph, loop: Loop, test: TensorRef) -> TensorRef | None:
    """The lengths in `step >= lengths`, which come from outside, one for each sequence."""
    for node in _alternatives(graph, test):
        if node.op in families.GREATER_EQUAL and _is_step(graph, loop, node.inputs[0]):
            length = source(graph, node.inputs[1])
            if length.node not in loop.frame.nodes and graph.static_shape(length).rank != 0:
                return node.inputs[1]
    return None


def _is_step(graph: Graph, loop: Loop, ref: TensorRef) -> bool:
    """Whether this is the number of the step, or of the one to come."""
    steps = {each.value for each in loop.counters}
    node = graph.producer(source(graph, ref))
    operands = [source(graph, each) for each in node.inputs] if node.op in families.ADDITIONS else []
    return source(graph, ref) in steps or bool(steps.intersection(operands))


def _alternatives(graph: Graph, ref: TensorRef) -> list[Node]:
    """The node behind a tensor, or those that it is the logical or of."""
    node = graph.producer(source(graph, ref))
    if node.op not in families.LOGICAL_OR:
        return [node]
    return [inner for each in node.inputs for inner in _alternatives(graph, each)]


def as_given(graph: Graph, ref: TensorRef) -> TensorRef:
    """Lengths as the author gave them: before the check and the cast to int32."""
    while True:
        node = graph.producer(ref)
        widened = node.op in families.CAST and dtype_of(graph, node.inputs[0]).is_integer
        if not (node.op in families.TRANSPARENT or widened):
            return ref
        ref = node.inputs[0]
