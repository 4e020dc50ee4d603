"""Networks that others begin with or attend to: an encoder runs once over its whole sequence, and is not stepped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tf1compat.analysis.time.networks import Network
from tf1compat.analysis.time.time_axis import NO_TIME
from tf1compat.analysis.value_sources import value_sources
from tf1compat.discovery.findings import Rnn
from tf1compat.graph.frames import Frame, LoopVariable
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import works_on_array
from tf1compat.plan.stepping.states import twins
from tf1compat.plan.stepping.time import frame_of, networks_of

#: Origins of a state that another network may be behind.
_FROM_DATA = frozenset({"encoder", "computed"})


def find_sources(graph: Graph, rnns: Sequence[Rnn], frames: Sequence[Frame]) -> tuple[Rnn, ...]:
    """The networks whose values others start from, or read in every step alike."""
    needs = [(each, frozenset(_read_whole(graph, each, frames))) for each in rnns]
    return tuple(
        each
        for each in rnns
        if any(needed & _ends(each) for other, needed in needs if other is not each)
    )  # fmt: skip


def _read_whole(graph: Graph, rnn: Rnn, frames: Sequence[Frame]) -> Iterator[str]:
    """The nodes on whose values a network's initial states and what is the same in all its steps depend."""
    expected = [each for network in networks_of(graph, [rnn], frames) for each in network.expected]
    for ref in (*_computed_starts(rnn), *(ref for ref, steps in expected if steps == NO_TIME)):
        yield from value_sources(graph, ref)


def _computed_starts(rnn: Rnn) -> Iterator[TensorRef]:
    for layer in rnn.layers:
        for part, initial in layer.initial_state.items():
            value = layer.initial_value.get(part)
            if initial is not None and value is not None and value.kind in _FROM_DATA:
                yield initial


def outcomes(rnn: Rnn) -> frozenset[TensorRef]:
    """All that a network gives: its outputs and its final states."""
    finals = (ref for layer in rnn.layers for ref in layer.final_state.values())
    return frozenset(ref for ref in (rnn.outputs, *rnn.step_outputs, *finals) if ref is not None)


def _ends(rnn: Rnn) -> frozenset[str]:
    return frozenset(ref.node for ref in outcomes(rnn))


def networks_given_whole(graph: Graph, sources: Iterable[Rnn], frames: Sequence[Frame]) -> Iterator[Network]:
    """The sources as time sees them: what goes in is given whole, and so is what comes out."""
    for rnn in sources:
        read = (*rnn.step_inputs, *(() if rnn.inputs is None else (rnn.inputs,)))
        further = (ref for network in networks_of(graph, [rnn], frames) for ref, _ in network.expected)
        expected = [(ref, NO_TIME) for ref in (*read, *further)]
        if read:
            yield Network(tuple(expected), dict.fromkeys(outcomes(rnn), NO_TIME), frozenset())


def feeds_itself(graph: Graph, rnn: Rnn, frames: Sequence[Frame]) -> bool:
    """Whether a network's loop carries more from step to step than its states: what it reads next, say."""
    frame = frame_of(graph, rnn, frames)
    if frame is None:
        return False
    own = [each for each in frame.variables if _is_state(graph, rnn, frame, each)]
    held = {each.merge for state in own for each in (state, *twins(graph, frame, state))}
    others = [
        each for each in frame.variables if each.merge not in held and not _is_array(graph, frame, each)
    ]
    return any(held & _behind_next(graph, frame, each) for each in others)


def _is_state(graph: Graph, rnn: Rnn, frame: Frame, variable: LoopVariable) -> bool:
    initial = {ref for layer in rnn.layers for ref in layer.initial_state.values()}
    return variable.exit in _ends(rnn) or frame.initial(graph, variable) in initial


def _is_array(graph: Graph, frame: Frame, variable: LoopVariable) -> bool:
    return works_on_array(graph.producer(frame.initial(graph, variable)))


def _behind_next(graph: Graph, frame: Frame, variable: LoopVariable) -> frozenset[str]:
    """What a loop variable's next value depends on within one turn of the loop."""
    merges = {each.merge for each in frame.variables}
    following = frame.next(graph, variable).node
    return ancestors(graph, [following], control=False, stop=lambda node: node.name in merges)
