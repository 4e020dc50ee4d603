"""Which tensors carry the state of recurrent networks in and out, and where the graph is cut for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.pattern import source
from tf1compat.analysis.same_value import same_value
from tf1compat.analysis.value_sources import is_zero, value_sources
from tf1compat.discovery.findings import Findings, Layer, Rnn, RnnKind, StateOrigin, StatePairing
from tf1compat.graph.attributes import Shape
from tf1compat.graph.frames import EXIT, Frame, LoopVariable
from tf1compat.graph.model import Graph, Use
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.plan.model import InputBinding

#: At which input an op takes which part of a state.
_STATE_INPUTS: Mapping[str, Mapping[str, int]] = families.by_op(
    {
        families.BLOCK_LSTM: {"c": 2, "h": 3},
        families.CUDNN_RNN: {"h": 1, "c": 2},
        families.LSTM_CELL: {"c": 1, "h": 2},
    }
)
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
    kind: RnnKind  # of its network


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
        return f"where {rnn.title} takes its initial {part} is not known"
    if final is None:
        return f"the graph does not hold the final {part} of {rnn.title}: it was pruned, or never made"
    return State(initial, final, layer.initial_value[part], layer, part, rnn.kind)


def fed_pairings(findings: Findings, states: Sequence[State]) -> tuple[StatePairing, ...]:
    """The placeholders that some of these states lie in."""
    initial = {each.initial for each in states}
    return tuple(each for each in findings.pairings if any(piece.initial in initial for piece in each.pieces))


def refusal(states: Sequence[State], hidden: frozenset[str]) -> str | None:
    """Why these states cannot be carried from outside, or None. `hidden`: nodes inside loops and branches."""
    for state in states:
        if state.initial.node in hidden or state.final.node in hidden:
            return f"the state '{state.initial}' lies inside a loop or a branch"
    finals = [each.final for each in states]
    twice = next((each for each in finals if finals.count(each) > 1), None)
    return None if twice is None else f"'{twice}' is the final value of two states"


def depends_on_data(graph: Graph, state: State) -> bool:
    """Whether a state begins with a value that is computed from what is fed or drawn."""
    if state.origin.kind not in ("encoder", "computed"):
        return False
    sources = {graph[name].op for name in value_sources(graph, state.initial)}
    return state.origin.kind == "encoder" or bool(
        sources & (families.PLACEHOLDERS | families.FEEDERS | EXIT | families.RANDOM)
    )


def cut_inputs(
    graph: Graph, states: Sequence[State], frames: Sequence[Frame], aliases: Mapping[TensorRef, str]
) -> tuple[InputBinding, ...] | str:
    """An input for each state, at which the graph is cut; or why one cannot be told from another."""
    initial = [each.initial for each in states]
    found = []
    for state in states:
        readers: tuple[Use, ...] | None = ()
        if initial.count(state.initial) > 1 or _has_other_readers(graph, state, frames):
            sharing = [each for each in states if each.initial == state.initial]
            readers = _readers(graph, state, sharing, frames)
        if readers is None:
            return f"several states start from '{state.initial}', and what reads it for which is not clear"
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
    enters = _enters(graph, state, frames)
    if enters:
        return tuple(Use(each, 0) for each in enters)
    found = []
    for use in graph.uses.get(state.initial, ()):
        owner = _owner(graph, use, sharing)
        if owner is None:
            return None
        if owner == state.part:
            found.append(use)
    return tuple(found) or None


def _has_other_readers(graph: Graph, state: State, frames: Sequence[Frame]) -> bool:
    """Whether what a state begins with may be read for more than this, or the state enters at several places."""
    shared = (
        len([use for use in graph.uses.get(state.initial, ()) if graph[use.node].op not in families.SHAPES])
        > 1
    )
    entered = len(_enters(graph, state, frames))
    is_variable = graph.producer(state.initial).op in families.VARIABLES
    return is_variable or entered > 1 or (bool(entered) and shared and depends_on_data(graph, state))


def _enters(graph: Graph, state: State, frames: Sequence[Frame]) -> tuple[str, ...]:
    """The nodes at which a state enters its loop: where the loop variable does whose last value is the final state,
    and where others do that hold the same."""
    final = source(graph, state.final).node
    for frame in frames:
        for each in frame.variables:
            if each.exit == final:
                return (each.enter, *(twin.enter for twin in twins(graph, frame, each)))
    return ()


def twins(graph: Graph, frame: Frame, variable: LoopVariable) -> tuple[LoopVariable, ...]:
    """The loop variables that hold what this one holds: they begin alike and become the same in each turn."""
    following = source(graph, frame.next(graph, variable))
    return tuple(
        each
        for each in frame.variables
        if each != variable
        and source(graph, frame.next(graph, each)) == following
        and _begin_alike(graph, frame.initial(graph, variable), frame.initial(graph, each))
    )


def _begin_alike(graph: Graph, first: TensorRef, second: TensorRef) -> bool:
    return same_value(graph, first, second) or (is_zero(graph, first) and is_zero(graph, second))


def _owner(graph: Graph, use: Use, sharing: Sequence[State]) -> str | None:
    """The part of the state that a reader takes a tensor for; empty where it is none, None where it may be several."""
    node = graph[use.node]
    if node.op in families.SHAPES:
        return ""
    if node.op in _STATE_INPUTS:
        return next((part for part, at in _STATE_INPUTS[node.op].items() if at == use.position), None)
    reached = descendants(graph, [use.node], stop=lambda each: each.op in _STATE_INPUTS)
    owners = {each.part for each in sharing if each.final.node in reached}
    if len(owners) > 1:
        return None
    return owners.pop() if owners else ""
