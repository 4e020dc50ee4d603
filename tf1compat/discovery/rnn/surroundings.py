"""How an RNN is arranged around its loop: the tensors that go in and come out as the author holds them.

`dynamic_rnn` works on [time, batch, ...]: for batch-major input it transposes before and after, and
`bidirectional_dynamic_rnn` reverses the time axis around the backward half, outside of those transposes.
"""

from __future__ import annotations

from dataclasses import dataclass

from tf1compat.discovery.constants import constant, swaps_batch_and_time
from tf1compat.discovery.pattern import SELECTIONS, TRANSPARENT, source
from tf1compat.discovery.rnn.loops import ARRAY_READS, Carried, Loop, step_ancestors, written_value
from tf1compat.discovery.tensors import dtype_of
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef

#: Ops that fill an array from one tensor, and the input that this tensor is.
_FILLERS = {
    "TensorArrayScatter": 2, "TensorArrayScatterV2": 2, "TensorArrayScatterV3": 2,
    "TensorArrayUnpack": 1,
}  # fmt: skip
#: Ops that give an array as one tensor, and the input that carries its flow.
_STACKERS = {
    "TensorArrayGather": 2, "TensorArrayGatherV2": 2, "TensorArrayGatherV3": 2,
    "TensorArrayPack": 1,
}  # fmt: skip
_REVERSALS = frozenset({"Reverse", "ReverseV2", "ReverseSequence"})


@dataclass(frozen=True)
class Arrangement:
    """What surrounds a loop; None for what cannot be known."""

    direction: str
    time_major: bool | None
    inputs: TensorRef | None
    outputs: TensorRef | None
    sequence_length: TensorRef | None


def arrange(graph: Graph, loop: Loop, cell_input: TensorRef | None) -> Arrangement:
    """The arrangement of a loop whose first layer reads `cell_input` in each step."""
    fed = _filled_from(graph, loop, cell_input)
    stacked = _stacked(graph, loop)
    length = _sequence_length(graph, loop)
    if stacked is None:
        return Arrangement("forward", None, None, None, length)
    turned = _own_transpose(graph, loop, stacked)
    outputs = turned or stacked
    inputs = _before_transpose(graph, fed) if turned else fed
    time_major = None if fed is None else turned is None
    reversed_outputs = _reversed(graph, outputs, 1 if turned else 0)
    unreversed = _before_reversal(graph, inputs, 1 if turned else 0)
    if reversed_outputs is not None and unreversed is not None:
        return Arrangement("backward", time_major, unreversed, reversed_outputs, length)
    return Arrangement("forward", time_major, inputs, outputs, length)


def _filled_from(graph: Graph, loop: Loop, cell_input: TensorRef | None) -> TensorRef | None:
    """The tensor whose slices the loop reads, one each step; None unless it is exactly one."""
    if cell_input is None:
        return None
    reads = (graph[name] for name in step_ancestors(graph, loop, cell_input) if graph[name].op in ARRAY_READS)
    fillers = [graph.producer(source(graph, read.inputs[2])) for read in reads]
    found = {node.inputs[_FILLERS[node.op]] for node in fillers if node.op in _FILLERS}
    return found.pop() if len(found) == 1 else None


def _stacked(graph: Graph, loop: Loop) -> TensorRef | None:
    """The floating array that the loop writes, as one [time, ...] tensor."""
    for array in loop.arrays:
        found = _stack_of(graph, array)
        value = written_value(graph, array)
        if found is not None and value is not None and dtype_of(graph, found).is_floating:
            return found
    return None


def _stack_of(graph: Graph, array: Carried) -> TensorRef | None:
    if array.final is None:
        return None
    for use in graph.uses.get(array.final, ()):
        node = graph[use.node]
        if _STACKERS.get(node.op) == use.position:
            return TensorRef(node.name)
    return None


def _own_transpose(graph: Graph, loop: Loop, stacked: TensorRef) -> TensorRef | None:
    """The transpose back to batch-major that was made with the loop, if there is one.

    An author may transpose time-major outputs too; that lies outside the loop's scope.
    """
    prefix = f"{loop.scope}/" if loop.scope else ""
    for use in graph.uses.get(stacked, ()):
        node = graph[use.node]
        if swaps_batch_and_time(graph, node) and node.name.startswith(prefix):
            return TensorRef(node.name)
    return None


def _before_transpose(graph: Graph, ref: TensorRef | None) -> TensorRef | None:
    if ref is None:
        return None
    node = graph.producer(source(graph, ref))
    return node.inputs[0] if swaps_batch_and_time(graph, node) else None


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
    if node.op == "ReverseSequence":
        return node.integer("seq_dim") == axis
    if node.op not in _REVERSALS:
        return False
    chosen = constant(graph, node.inputs[1])
    if chosen is None:
        return False
    if node.op == "Reverse":  # one boolean an axis
        return [index for index, flag in enumerate(chosen.ravel()) if flag] == [axis]
    return [int(each) for each in chosen.ravel()] == [axis]


def _sequence_length(graph: Graph, loop: Loop) -> TensorRef | None:
    """What the step number is compared with where a state is copied through past its sequence's end."""
    for state in loop.states:
        node = graph.producer(source(graph, state.next))
        if node.op in SELECTIONS:
            length = _compared_with_step(graph, loop, source(graph, node.inputs[0]))
            if length is not None:
                return _as_given(graph, length)
    return None


def _compared_with_step(graph: Graph, loop: Loop, test: TensorRef) -> TensorRef | None:
    """The lengths in `step >= lengths`, made in this step or carried over from the one before (`raw_rnn`)."""
    steps = {each.value for each in loop.counters} | {source(graph, each.next) for each in loop.counters}
    carried = [each.next for each in loop.states if each.value == test]
    for ref in (test, *carried):
        for node in _alternatives(graph, ref):
            if node.op == "GreaterEqual" and source(graph, node.inputs[0]) in steps:
                return node.inputs[1]
    return None


def _alternatives(graph: Graph, ref: TensorRef) -> list[Node]:
    """The node behind a tensor, or those that it is the logical or of."""
    node = graph.producer(source(graph, ref))
    if node.op != "LogicalOr":
        return [node]
    return [graph.producer(source(graph, each)) for each in node.inputs]


def _as_given(graph: Graph, ref: TensorRef) -> TensorRef:
    """Lengths as the author gave them: before the check and the cast to int32."""
    while True:
        node = graph.producer(ref)
        widened = node.op == "Cast" and dtype_of(graph, node.inputs[0]).is_integer
        if not (node.op in TRANSPARENT or widened):
            return ref
        ref = node.inputs[0]
