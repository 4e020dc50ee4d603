"""How the steps of the data reach the networks of a model, and how they lie in its outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, product

from tf1compat.analysis.pattern import TRANSPARENT, source
from tf1compat.analysis.time.axes import Network, TimeAxes
from tf1compat.analysis.time.steps import LAST, STILL, Steps
from tf1compat.discovery.findings import Rnn
from tf1compat.discovery.rnn.looping.functional import WHILES
from tf1compat.discovery.rnn.looping.surroundings import FILLERS
from tf1compat.graph.frames import SWITCH, Frame
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef
from tf1compat.ops.families import SHAPES
from tf1compat.plan.model import AxesPlan, InputBinding, OutputBinding

_MOST_READINGS = 200
_BY_STEP = Steps("along", 0)


def networks_of(graph: Graph, rnns: Iterable[Rnn], frames: Sequence[Frame]) -> tuple[Network, ...]:
    """The networks, each with what has to hold of its inputs for its steps to be taken one at a time."""
    return tuple(_network(graph, rnn, frames) for rnn in rnns)


def _network(graph: Graph, rnn: Rnn, frames: Sequence[Frame]) -> Network:
    finals = frozenset(_finals(rnn))
    axis = 0 if rnn.time_major else 1
    outputs = {rnn.outputs: Steps("along", axis)} if rnn.outputs is not None else {}
    if rnn.kind == "static":
        return Network((), {**outputs, **dict.fromkeys(rnn.step_outputs, LAST)}, finals)
    # A decoder's inputs may lie otherwise than its outputs: there the array says how they are read.
    known = rnn.inputs is not None and rnn.kind != "decoder"
    expected = [(rnn.inputs, Steps("along", axis))] if known and rnn.inputs is not None else []
    if rnn.sequence_length is not None:
        expected.append((rnn.sequence_length, STILL))
    return Network((*expected, *_captured(graph, rnn, frames)), outputs, finals)


def _captured(graph: Graph, rnn: Rnn, frames: Sequence[Frame]) -> list[tuple[TensorRef, Steps]]:
    """What a loop reads besides its states: arrays of the steps, and what must be the same for all of them."""
    found: list[tuple[TensorRef, Steps]] = []
    for ref in _loop_inputs(graph, rnn, frames):
        node = graph.producer(source(graph, ref))
        if node.op in FILLERS:
            found.append((node.inputs[FILLERS[node.op]], _BY_STEP))
        elif not node.op.startswith(("TensorArray", "TensorList")):
            found.append((ref, STILL))
    return found


def _loop_inputs(graph: Graph, rnn: Rnn, frames: Sequence[Frame]) -> list[TensorRef]:
    """The tensors whose values a network's loop reads, its states left out."""
    frame, loop = frame_of(graph, rnn, frames), functional_loop(graph, rnn)
    if frame is not None:
        read = [name for name in frame.invariants if name in graph and not _only_sizes(graph, name)]
        return [graph[name].inputs[0] for name in read]
    initial = {ref for layer in rnn.layers for ref in layer.initial_state.values()}
    return [] if loop is None else [ref for ref in loop.inputs if ref not in initial]


def functional_loop(graph: Graph, rnn: Rnn) -> Node | None:
    """The node that is a network's whole loop, its body being a function."""
    producers = (graph.producer(source(graph, ref)) for ref in _finals(rnn))
    return next((node for node in producers if node.op in WHILES), None)


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
    finals = {source(graph, ref).node for ref in _finals(rnn)}
    return any(each.exit in finals for each in frame.variables)


def read_time(
    graph: Graph, data: Sequence[InputBinding], networks: Sequence[Network], lengths: frozenset[str]
) -> TimeAxes | None:
    """Where the steps lie, by the first reading of the data in which every network takes them one at a time."""
    candidates = [_candidates(graph, each, networks) for each in data]
    for reading in islice(product(*candidates), _MOST_READINGS):
        given = {each.tensor: steps for each, steps in zip(data, reading, strict=True)}
        axes = TimeAxes(graph, given, networks, lengths)
        if all(axes.is_steady(each) for each in networks):
            return axes
    return None


def _candidates(graph: Graph, binding: InputBinding, networks: Sequence[Network]) -> list[Steps]:
    """The axes of an input that may be time, the likeliest first; none of them last."""
    reached = descendants(graph, [binding.tensor.node])
    rank = binding.shape.rank
    fed = any(ref.node in reached for network in networks for ref, _ in network.expected)
    wanted = [steps.axis for network in networks for _, steps in network.expected if steps.kind == "along"]
    if not fed or rank in (0, None):
        return [STILL]
    axes = sorted(range(rank or 0), key=lambda axis: (axis not in wanted[-1:], axis))
    return [*(Steps("along", axis) for axis in axes[:3]), STILL]


def batch_axis(binding: InputBinding, steps: Steps) -> int | None:
    """The axis of the examples in an input."""
    if steps.kind == "along":
        return 1 - steps.axis if steps.axis < 2 <= (binding.shape.rank or 0) else None
    return 0 if binding.shape.rank else None


def lengths_of(rnns: Iterable[Rnn]) -> Iterator[str]:
    """The nodes that the networks' lengths come from."""
    for rnn in rnns:
        if rnn.sequence_length is not None:
            yield rnn.sequence_length.node


def output_axes(binding: OutputBinding, axes: TimeAxes) -> AxesPlan:
    """Where the steps lie in an output."""
    steps = axes.of(binding.pieces[0].tensor)
    time = steps.axis if steps.kind in ("along", "flat") else None
    return AxesPlan(binding.alias, None, time, flat=steps.kind == "flat")
