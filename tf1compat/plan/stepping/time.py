"""How the steps of the data reach the networks of a model, and how they lie in its outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, product

from tf1compat.analysis.constants import scalar, swaps_batch_and_time
from tf1compat.analysis.pattern import source
from tf1compat.analysis.shapes.copies.folding import folded
from tf1compat.analysis.shapes.dimensions import BATCH, TIME
from tf1compat.analysis.shapes.free import Question, walked
from tf1compat.analysis.shapes.walk import Changes, Walk
from tf1compat.analysis.time.in_turn import collected_along, sequence_read, turn_of
from tf1compat.analysis.time.networks import Network, time_axis, unmet
from tf1compat.analysis.time.time_axis import COUNTED, LAST_STEP, NO_TIME, STILL, TimeAxis, Trace
from tf1compat.analysis.value_sources import value_sources
from tf1compat.discovery.findings import Rnn
from tf1compat.graph.frames import SWITCH, Frame
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors, descendants
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import array_role, array_state, stored, works_on_array
from tf1compat.ops.families import CONSTANT, ORDERINGS, RANGE, SHAPES, TRANSPARENT
from tf1compat.ops.registry import operand
from tf1compat.plan.model import AxesPlan, InputBinding, OutputBinding

#: How many readings of the data are looked at, and in how many of them the graph is walked.
_MOST_READINGS, _MOST_WALKED = 20_000, 200
_BY_STEP = TimeAxis("along", 0)


def networks_of(graph: Graph, rnns: Iterable[Rnn], frames: Sequence[Frame]) -> tuple[Network, ...]:
    """The networks, each with what has to hold of its inputs for its steps to be taken one at a time."""
    return tuple(network for rnn in rnns for network in _networks(graph, rnn, frames))


def _networks(graph: Graph, rnn: Rnn, frames: Sequence[Frame]) -> Iterator[Network]:
    finals = frozenset(_finals(rnn))
    if rnn.kind == "static":
        yield from _unrolled(rnn, finals)
        return
    axis = 0 if rnn.time_major else 1
    outputs = dict(_given(graph, rnn, frames, axis))
    # A decoder's inputs may lie otherwise than its outputs: there the array says how they are read.
    known = rnn.inputs is not None and rnn.kind != "decoder"
    expected = [(rnn.inputs, TimeAxis("along", axis))] if known and rnn.inputs is not None else []
    if rnn.sequence_length is not None:
        expected.append((rnn.sequence_length, NO_TIME))
    yield Network((*expected, *_captured(graph, rnn, frames)), outputs, finals)


def _given(
    graph: Graph, rnn: Rnn, frames: Sequence[Frame], axis: int
) -> Iterator[tuple[TensorRef, TimeAxis]]:
    """What a loop gives of all steps: its outputs, where a loop by hand puts time first however it reads, and what it
    collects."""
    frame = frame_of(graph, rnn, frames)
    stack = None if rnn.outputs is None else _stack(graph, rnn.outputs)
    alone = frame is not None and stack is not None and _holds_the_last_alone(graph, frame, stack)
    if stack is not None:
        yield TensorRef(stack.name), TimeAxis("last") if alone else TimeAxis("along", 0)
    if rnn.outputs is not None and not alone and (stack is None or rnn.outputs.node != stack.name):
        yield rnn.outputs, TimeAxis("along", axis)
    for each in () if frame is None else frame.variables:
        if frame is not None and each.exit is not None and each.exit in graph:
            along = collected_along(graph, frame, each)
            yield from () if along is None else [(TensorRef(each.exit), TimeAxis("along", along))]


def _stack(graph: Graph, outputs: TensorRef) -> Node | None:
    """The node that stacks what a loop wrote, before it was turned to the author's order."""
    node = graph.producer(outputs)
    if swaps_batch_and_time(graph, node):
        node = graph.producer(node.inputs[0])
    return node if array_role(node) == "stack" else None


def _holds_the_last_alone(graph: Graph, frame: Frame, stack: Node) -> bool:
    """Whether each turn writes over what the one before wrote, as Keras does where it is asked for the last output."""
    state = array_state(stack)
    for each in frame.variables if state is not None else ():
        if state is not None and each.exit == source(graph, state).node:
            written = graph.producer(source(graph, frame.next(graph, each)))
            index = operand(written, "index") if array_role(written) == "write" else None
            return index is not None and scalar(graph, index) is not None
    return False


def _unrolled(rnn: Rnn, finals: frozenset[TensorRef]) -> Iterator[Network]:
    """A network that stands in the graph once for each step: each application by itself, with its own step's data."""
    count = len(rnn.step_inputs)
    for at, given in enumerate(rnn.step_inputs):
        axis = _numbered(at, count)
        made = dict.fromkeys(rnn.step_outputs[at : at + 1], axis)
        yield Network(((given, axis),) if count > 1 else (), made, finals if at == count - 1 else frozenset())


def _numbered(at: int, count: int) -> TimeAxis:
    return TimeAxis("last") if at == count - 1 else TimeAxis("single", at)


def _captured(graph: Graph, rnn: Rnn, frames: Sequence[Frame]) -> list[tuple[TensorRef, TimeAxis]]:
    """What a loop reads besides its states: arrays of the steps, and what must be the same for all of them."""
    found: list[tuple[TensorRef, TimeAxis]] = []
    for ref, axis in _loop_inputs(graph, rnn, frames):
        node = graph.producer(source(graph, ref))
        filled = stored(node) if array_role(node) == "fill" else None
        if axis is not None:
            found.append((ref, TimeAxis("along", axis)))
        elif filled is not None:
            found.append((filled, _BY_STEP))
        elif not works_on_array(node):
            found.append((ref, NO_TIME))
    return found


def _loop_inputs(graph: Graph, rnn: Rnn, frames: Sequence[Frame]) -> Iterator[tuple[TensorRef, int | None]]:
    """The tensors whose values a network's loop reads, its states left out; of a sequence, the axis of its steps."""
    frame = frame_of(graph, rnn, frames)
    for name in () if frame is None else frame.invariants:
        if name in graph and not _only_sizes(graph, name):
            yield graph[name].inputs[0], sequence_read(graph, name)


def _finals(rnn: Rnn) -> list[TensorRef]:
    return [ref for layer in rnn.layers for ref in layer.final_state.values() if ref is not None]


def _only_sizes(graph: Graph, name: str) -> bool:
    """Whether all that is read of a tensor is its shape."""
    readers = [graph[use.node] for use in graph.uses_of_node.get(name, ())]
    return all(
        node.op in SHAPES or (node.op in TRANSPARENT | SWITCH and _only_sizes(graph, node.name))
        for node in readers
    )


def frame_of(graph: Graph, rnn: Rnn, frames: Sequence[Frame]) -> Frame | None:
    """The loop that a network's states leave."""
    return next((each for each in frames if _is_frame_of(graph, each, rnn)), None)


def _is_frame_of(graph: Graph, frame: Frame, rnn: Rnn) -> bool:
    finals = {source(graph, ref).node for ref in _finals(rnn) if ref.node in graph}
    return any(each.exit in finals for each in frame.variables)


@dataclass(frozen=True)
class Reading:
    """How the steps lie in the tensors of a model, by a reading of the data in which networks take them one by one.

    `walk` comes by loops where the author wrote a copy for each example; `written` does not. `missed`: where the data
    is mixed before networks take it; nothing in a good reading.
    """

    walk: Walk
    written: Walk
    axes: Mapping[TensorRef, Mapping[int, str]]
    missed: tuple[TensorRef, ...] = ()

    def of(self, ref: TensorRef) -> TimeAxis:
        """Where the steps lie in a tensor."""
        return time_axis(self.walk, ref)

    def mixed_at(self, ref: TensorRef) -> Trace:
        """What a tensor holds of the steps; of a mixed one, where they came together."""
        return self.walk.trace(ref)


@dataclass(frozen=True)
class Data:
    """What is fed besides states: which inputs are data, and the numbers of examples and steps that are baked in."""

    graph: Graph
    inputs: Sequence[InputBinding]
    networks: Sequence[Network]
    lengths: frozenset[str]
    numbers: Mapping[str, int]
    outputs: tuple[TensorRef, ...]
    states: frozenset[TensorRef] = frozenset()


def read_time(data: Data) -> Reading:
    """Where the steps lie, by the first reading of the data in which every network takes them one at a time; without
    one, the first of all with what it missed."""
    candidates = [_candidates(data, each) for each in data.inputs]
    readings = (
        dict(zip((each.tensor for each in data.inputs), axes, strict=True)) for axes in product(*candidates)
    )
    first, conflicts = None, list[_Conflict]()
    for reading in islice(_without(conflicts, data, islice(readings, _MOST_READINGS)), _MOST_WALKED):
        found = _read(data, reading)
        if not found.missed:
            return found
        first = first or found
        steps = _steps_told(data, found.axes)
        conflicts += [_Conflict(_leading_to(data, ref, reading), steps) for ref in found.missed]
    return first or _read(data, {})


def _without(
    conflicts: Sequence[_Conflict], data: Data, readings: Iterable[Mapping[TensorRef, TimeAxis]]
) -> Iterator[Mapping[TensorRef, TimeAxis]]:
    """The readings that have none of the conflicts, of which there are more and more."""
    for reading in readings:
        steps = _steps_told(data, _all_symbols(data, reading))
        if not any(each.is_in(reading, steps) for each in conflicts):
            yield reading


@dataclass(frozen=True)
class _Conflict:
    """What of a reading is enough for a network to miss its steps: whatever else is read otherwise, it does so again.

    `reading`: of the inputs that lead to what was missed. `steps`: the number of steps that was told.
    """

    reading: Mapping[TensorRef, TimeAxis]
    steps: Mapping[str, int]

    def is_in(self, reading: Mapping[TensorRef, TimeAxis], steps: Mapping[str, int]) -> bool:
        return self.steps == steps and self.reading.items() <= reading.items()


def _leading_to(
    data: Data, ref: TensorRef, reading: Mapping[TensorRef, TimeAxis]
) -> dict[TensorRef, TimeAxis]:
    behind = ancestors(data.graph, [ref.node], control=False)
    return {each: axis for each, axis in reading.items() if each.node in behind}


def _read(data: Data, reading: Mapping[TensorRef, TimeAxis]) -> Reading:
    axes = _all_symbols(data, reading)
    numbers = {**data.numbers, **_steps_told(data, axes)}
    question = Question(
        data.graph, numbers, axes, frozenset((*reading, *data.states)), data.outputs, networks=tuple(data.networks),
        traces={ref: _trace(data, ref, axis) for ref, axis in reading.items()}, lengths=data.lengths,
    )  # fmt: skip
    changes = Changes(inputs={ref: dict(each) for ref, each in axes.items()})
    walk = written = _settled(question, changes)
    while isinstance(looped := folded(walk, question.graph), Graph):
        question = replace(question, graph=looped)
        walk = _settled(question, changes)
    missed = dict.fromkeys(unmet(walk, each) for each in data.networks)
    return Reading(walk, written, axes, tuple(ref for ref in missed if ref is not None))


def _settled(question: Question, changes: Changes) -> Walk:
    """The walk that finds no more loops over the steps."""
    grown = True
    while grown:
        walk, grown = walked(question, changes)
    return walk


def _all_symbols(data: Data, reading: Mapping[TensorRef, TimeAxis]) -> dict[TensorRef, dict[int, str]]:
    ranks = {each.tensor: each.shape.rank or 0 for each in data.inputs}
    return {ref: _symbols(axis, ranks[ref]) for ref, axis in reading.items()}


def _symbols(axis: TimeAxis, rank: int) -> dict[int, str]:
    """The symbols on the axes of an input: time, and the batch beside it."""
    if axis.kind == "along":
        batch = {1 - axis.axis: BATCH} if axis.axis < 2 <= rank else {}
        return {axis.axis: TIME, **batch}
    return {0: BATCH} if rank else {}


def _steps_told(data: Data, axes: Mapping[TensorRef, Mapping[int, str]]) -> dict[str, int]:
    """The number of steps that the data's shapes tell, if they were fixed."""
    for each in data.inputs:
        for axis, symbol in axes.get(each.tensor, {}).items():
            size = (each.shape.dims or ())[axis] if axis < (each.shape.rank or 0) else None
            if symbol == TIME and size is not None and TIME not in data.numbers:
                return {TIME: size}
    return {}


def _trace(data: Data, ref: TensorRef, axis: TimeAxis) -> Trace:
    if axis.kind in ("single", "last"):
        return Trace("single", LAST_STEP if axis.kind == "last" else axis.axis)
    if axis.kind == "still":
        return COUNTED if ref.node in data.lengths else STILL
    return Trace("kept")


def _candidates(data: Data, binding: InputBinding) -> list[TimeAxis]:
    """The axes of an input that may be time, the likeliest first; none of them last."""
    reached = descendants(data.graph, [binding.tensor.node])
    rank = binding.shape.rank
    expected = [(ref, axis) for network in data.networks for ref, axis in network.expected]
    fed = [axis for ref, axis in expected if ref.node in reached]
    if not fed or rank in (0, None):
        return [NO_TIME]
    single = _single_step(data, binding)
    if single is not None:
        return [single, NO_TIME]
    wanted = [axis.axis for _, axis in expected if axis.kind == "along"]
    steps = data.numbers.get(TIME)
    dims = binding.shape.dims or ()
    axes = sorted(
        range(rank or 0), key=lambda axis: (axis not in wanted[-1:], _differs(dims[axis], steps), axis)
    )
    return [*(TimeAxis("along", axis) for axis in axes[:3]), NO_TIME]


def _differs(size: int | None, steps: int | None) -> bool:
    return steps is not None and size is not None and size != steps


def _single_step(data: Data, binding: InputBinding) -> TimeAxis | None:
    """The one step of an unrolled network that an input gives alone, as a placeholder for each step does."""
    ends = {ref.node for network in data.networks for ref in network.outputs}
    reached = descendants(data.graph, [binding.tensor.node], stop=lambda node: node.name in ends)
    found = {axis for network in data.networks for ref, axis in network.expected if ref.node in reached}
    numbered = {axis for axis in found if axis.kind in ("single", "last")}
    return numbered.pop() if len(numbered) == 1 == len(found) else None


def batch_axis(binding: InputBinding, steps: TimeAxis) -> int | None:
    """The axis of the examples in an input."""
    if steps.kind == "along":
        return 1 - steps.axis if steps.axis < 2 <= (binding.shape.rank or 0) else None
    return 0 if binding.shape.rank else None


def lengths_of(rnns: Iterable[Rnn]) -> Iterator[str]:
    """The nodes that the networks' lengths come from."""
    for rnn in rnns:
        if rnn.sequence_length is not None:
            yield rnn.sequence_length.node


def counting_inputs(graph: Graph, data: Iterable[InputBinding]) -> frozenset[str]:
    """The inputs of whole numbers that are held against the numbers of the steps: lengths, whatever they are called.

    A single one is where the turns of a loop end.
    """
    whole = {each.tensor.node: each.shape.rank for each in data if each.dtype.is_integer}
    listed = {name for name, rank in whole.items() if rank in (None, 1)}
    single = {name for name, rank in whole.items() if rank == 0}
    pairs = ((node, at) for node in graph.nodes if node.op in ORDERINGS for at in (0, 1))
    held = []
    for node, at in pairs:
        turns = turn_of(graph, node.inputs[1 - at])
        if turns or _is_numbers(graph, node.inputs[1 - at]):
            held.append(value_sources(graph, node.inputs[at]) & (listed | single if turns else listed))
    return frozenset(name for each in held if len(each) == 1 for name in each)


def _is_numbers(graph: Graph, ref: TensorRef) -> bool:
    sources = value_sources(graph, ref)
    ends = {graph[name].op for name in sources if graph[name].op in RANGE or not graph[name].inputs}
    return not ends.isdisjoint(RANGE) and ends <= RANGE | CONSTANT


def output_axes(binding: OutputBinding, reading: Reading) -> AxesPlan:
    """Where the steps lie in an output."""
    steps = reading.of(binding.pieces[0].tensor)
    time = steps.axis if steps.kind in ("along", "flat") else None
    return AxesPlan(binding.alias, None, time, flat=steps.kind == "flat")
