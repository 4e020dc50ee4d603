"""Which tensors carry the state of recurrent networks in and out, and where the graph is cut for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tf1compat.discovery.findings import Findings, Layer, Rnn, StateOrigin, StatePairing
from tf1compat.discovery.ops import FEEDERS, PLACEHOLDERS, RANDOM, SHAPES, VARIABLES
from tf1compat.discovery.pattern import source
from tf1compat.discovery.rnn.states.origins import value_sources
from tf1compat.discovery.tensors import dtype_of
from tf1compat.graph.attributes import Shape
from tf1compat.graph.frames import EXIT, Frame
from tf1compat.graph.model import Graph, Use
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding

#: At which input an op takes which part of a state.
_STATE_INPUTS: Mapping[str, Mapping[str, int]] = {
    **{op: {"c": 2, "h": 3} for op in ("BlockLSTM", "BlockLSTMV2")},
    **{op: {"h": 1, "c": 2} for op in ("CudnnRNN", "CudnnRNNV2", "CudnnRNNV3")},
    "LSTMBlockCell": {"c": 1, "h": 2},
}
#: Parts of a state that are one row of the cell's units for each example.
_ROWS = frozenset({"c", "h"})


@dataclass(frozen=True)
class State:
    """One tensor of state: where it starts, where it ends, and what it is a part of."""

    initial: TensorRef
    final: TensorRef
    origin: StateOrigin
    layer: Layer
    part: str
    kind: str  # of its network


def states_of(rnns: Iterable[Rnn]) -> Iterator[State | str]:
    """Each state once, or why there is none to carry."""
    seen: set[tuple[TensorRef, TensorRef]] = set()
    for rnn in rnns:
        for layer in rnn.layers:
            for part, initial in layer.initial_state.items():
                found = _state(rnn, layer, part, initial)
                if isinstance(found, str):
                    yield found
                elif (found.initial, found.final) not in seen:
                    seen.add((found.initial, found.final))
                    yield found


def _state(rnn: Rnn, layer: Layer, part: str, initial: TensorRef | None) -> State | str:
    final = layer.final_state.get(part)
    if initial is None or part not in layer.initial_value:
        return f"where '{rnn.scope}' takes its initial {part} is not known"
    if final is None:
        return f"the graph does not hold the final {part} of '{rnn.scope}': it was pruned, or never made"
    return State(initial, final, layer.initial_value[part], layer, part, rnn.kind)


def fed_pairings(findings: Findings, states: Sequence[State]) -> tuple[StatePairing, ...]:
    """The placeholders that some of these states lie in."""
    initial = {each.initial for each in states}
    return tuple(each for each in findings.pairings if any(piece.initial in initial for piece in each.pieces))


def refusal(graph: Graph, states: Sequence[State], hidden: frozenset[str]) -> str | None:
    """Why these states cannot be carried from outside, or None. `hidden`: nodes inside loops and branches."""
    for state in states:
        if state.origin.kind == "encoder":
            return f"the state begins with another network's, in '{state.origin.tensor}'"
        if state.origin.kind == "computed" and _depends_on_data(graph, state.initial):
            return f"the initial state '{state.initial}' is computed from what is fed or drawn"
        if state.initial.node in hidden or state.final.node in hidden:
            return f"the state '{state.initial}' lies inside a loop or a branch"
    finals = [each.final for each in states]
    twice = next((each for each in finals if finals.count(each) > 1), None)
    return None if twice is None else f"'{twice}' is the final value of two states"


def _depends_on_data(graph: Graph, ref: TensorRef) -> bool:
    sources = {graph[name].op for name in value_sources(graph, ref)}
    return bool(sources & (PLACEHOLDERS | FEEDERS | EXIT | RANDOM))


def cut_inputs(
    graph: Graph, states: Sequence[State], frames: Sequence[Frame], aliases: Mapping[TensorRef, str]
) -> tuple[InputBinding, ...] | str:
    """An input for each state, at which the graph is cut; or why one cannot be told from another."""
    initial = [each.initial for each in states]
    found = []
    for state in states:
        readers: tuple[Use, ...] = ()
        if initial.count(state.initial) > 1 or graph.producer(state.initial).op in VARIABLES:
            sharing = [each for each in states if each.initial == state.initial]
            own = _readers(graph, state, sharing, frames)
            if own is None:
                return (
                    f"several states start from '{state.initial}', and what reads it for which is not clear"
                )
            readers = own
        found.append(
            InputBinding(
                aliases[state.final],
                state.initial,
                dtype_of(graph, state.initial),
                state_shape(graph, state),
                readers,
            )
        )
    return tuple(found)


def state_shape(graph: Graph, state: State) -> Shape:
    """The shape in which a state goes in and out."""
    for ref in (state.initial, state.final, source(graph, state.initial), source(graph, state.final)):
        dims = graph.static_shape(ref).dims
        if dims is not None and (len(dims) < 2 or None not in dims[1:] or dims[0] is not None):
            return Shape(_open_batch(graph, state, dims))
    simple = state.part in _ROWS and state.part not in state.layer.slices and state.kind != "cudnn"
    known = simple and state.layer.cell != "ConvLSTM" and "projection" not in state.layer.features
    return Shape((None, state.layer.units)) if known else Shape()


def _open_batch(graph: Graph, state: State, dims: tuple[int | None, ...]) -> tuple[int | None, ...]:
    """The shape with the batch as open as the final state has it: the initial one may be a single row."""
    final = graph.static_shape(state.final).dims
    if final is None or len(final) != len(dims):
        return dims
    pairs = zip(dims, final, strict=True)
    return tuple(
        None if one == 1 and other is None else one if one is not None else other for one, other in pairs
    )


def _readers(
    graph: Graph, state: State, sharing: Sequence[State], frames: Sequence[Frame]
) -> tuple[Use, ...] | None:
    """Who reads a state's initial tensor for it alone; None where that is not clear."""
    enter = _enter(graph, state, frames)
    if enter is not None:
        return (Use(enter, 0),)
    found = []
    for use in graph.uses.get(state.initial, ()):
        owner = _owner(graph, use, sharing)
        if owner is None:
            return None
        if owner == state.part:
            found.append(use)
    return tuple(found) or None


def _enter(graph: Graph, state: State, frames: Sequence[Frame]) -> str | None:
    """The node at which a state enters its loop: that of the loop variable whose last value is the final state."""
    final = source(graph, state.final).node
    return next((each.enter for frame in frames for each in frame.variables if each.exit == final), None)


def _owner(graph: Graph, use: Use, sharing: Sequence[State]) -> str | None:
    """The part of the state that a reader takes a tensor for; empty where it is none, None where it may be several."""
    node = graph[use.node]
    if node.op in SHAPES:
        return ""
    if node.op in _STATE_INPUTS:
        return next((part for part, at in _STATE_INPUTS[node.op].items() if at == use.position), None)
    reached = descendants(graph, [use.node], stop=lambda each: each.op in _STATE_INPUTS)
    owners = {each.part for each in sharing if each.final.node in reached}
    if len(owners) > 1:
        return None
    return owners.pop() if owners else ""
