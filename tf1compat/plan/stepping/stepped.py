"""The networks of which a step is made: how the data reaches them, and what keeps them from being stepped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.shapes.dimensions import BATCH, TIME
from tf1compat.analysis.time.in_turn import number_felt, turn_of
from tf1compat.analysis.time.networks import Network
from tf1compat.analysis.value_sources import value_sources
from tf1compat.discovery.findings import Findings, Rnn
from tf1compat.graph.frames import find_frames
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import ancestors, descendants
from tf1compat.names import TensorRef
from tf1compat.plan.free_sizes import KnownSizes
from tf1compat.plan.model import InputBinding, OutputBinding, SignaturePlan
from tf1compat.plan.signatures.aliases import state_aliases
from tf1compat.plan.signatures.reach import reached
from tf1compat.plan.stepping.sources import feeds_itself, find_sources, networks_given_whole, outcomes
from tf1compat.plan.stepping.states import State, refusal, states_of
from tf1compat.plan.stepping.time import (
    Data,
    Reading,
    counting_inputs,
    frame_of,
    lengths_of,
    networks_of,
    read_time,
)
from tf1compat.plan.stepping.unrolled import steps_of


class Stepped:
    """Some networks of a graph that are stepped together, behind the outputs of one signature."""

    def __init__(
        self,
        graph: Graph,
        findings: Findings,
        default: SignaturePlan,
        frozen: frozenset[str],
        rnns: Sequence[Rnn],
        cut: Sequence[TensorRef] = (),
    ) -> None:
        self.graph, self.findings, self.default, self.frozen = graph, findings, default, frozen
        self.cut = (*cut, *map(TensorRef, sorted(frozen)))
        self.frames = find_frames(graph)
        self.sources = find_sources(graph, rnns, self.frames)
        self.rnns = [each for each in rnns if each not in self.sources]
        found = list(states_of(self.rnns))
        self.states = [each for each in found if isinstance(each, State)]
        self.unknown = [each for each in found if isinstance(each, str)]
        self.aliases = state_aliases(findings.rnns)

    def unfit(self) -> str | None:
        """Why these networks cannot be stepped, whatever the data does."""
        for rnn in self.rnns:
            if rnn.kind == "decoder" and rnn.inputs is None:
                return f"{rnn.title} is a decoder, which feeds itself"
            if rnn.kind == "decoder" and feeds_itself(self.graph, rnn, self.frames):
                return f"the loop of {rnn.title} hands on more than its states"
            if rnn.direction == "backward":
                return f"{rnn.title} runs backward: its first step needs the whole sequence"
            counted = self._number_felt(rnn)
            if counted is not None:
                return f"{rnn.title} computes with the number of each step, at '{counted}'"
            if not rnn.layers:
                return f"the cells of {rnn.title} are not known"
        if self.unknown:
            return self.unknown[0]
        flow = ForwardGraph(self.graph, self.findings.training_nodes)
        nested = next((each.title for each in self.rnns if self._is_nested(each, flow.inside_branches)), None)
        if nested is not None:
            return f"{nested} runs inside another loop or a branch"
        return refusal(self.states, flow.inside_loops | flow.inside_branches)

    def _number_felt(self, rnn: Rnn) -> str | None:
        """The node at which a network's loop computes with the number of the step, if that is none of its states."""
        frame, finals = frame_of(self.graph, rnn, self.frames), {ref.node for ref in outcomes(rnn)}
        for each in () if frame is None else frame.variables:
            counts = each.switch is not None and turn_of(self.graph, TensorRef(each.switch, 1))
            if frame is not None and counts and each.exit not in finals:
                felt = number_felt(self.graph, frame, each, finals)
                if felt is not None:
                    return felt
        return None

    def _is_nested(self, rnn: Rnn, inside_branches: frozenset[str]) -> bool:
        frame = frame_of(self.graph, rnn, self.frames)
        around = {each.parent for each in self.frames}
        if frame is None:  # its states do not come out of a loop of its own
            return rnn.kind in ("dynamic", "raw")
        looped = frame.parent is not None or frame.name in around
        return looped or any(each.enter in inside_branches for each in frame.variables)

    def reading(self, data: Sequence[InputBinding], cut: tuple[InputBinding, ...]) -> Reading:
        """How the steps of the data reach the networks, and how they lie in the outputs."""
        ends = self._ends()
        kept = ancestors(self.graph, ends, control=False)
        nodes = (replace(node, control_inputs=()) for node in self.graph.nodes if node.name in kept)
        part = self.graph.replacing(nodes)
        networks = (*networks_of(part, self.rnns, self.frames), *self._whole(ends, cut))
        outputs = tuple(TensorRef(name) for name in dict.fromkeys(ends))
        return read_time(Data(part, data, networks, self.lengths(data), self._numbers(data), outputs))

    def _whole(self, ends: Iterable[str], cut: tuple[InputBinding, ...]) -> tuple[Network, ...]:
        """The sources that are needed although the states are fed."""
        found = self._needed_sources(ends, cut)
        return tuple(networks_given_whole(self.graph, found, self.frames))

    def _needed_sources(self, ends: Iterable[str], cut: tuple[InputBinding, ...]) -> list[Rnn]:
        needed = reached(self.graph, map(TensorRef, ends), self.frozen, cut)
        return [each for each in self.sources if needed & {ref.node for ref in outcomes(each)}]

    def lengths_given_whole(self, cut: tuple[InputBinding, ...]) -> frozenset[str]:
        """The nodes of the lengths of networks that run whole before these are stepped."""
        found = lengths_of(self._needed_sources(self._ends(), cut))
        return frozenset(name for each in found for name in value_sources(self.graph, TensorRef(each)))

    def _ends(self) -> list[str]:
        """The nodes of what a step may give."""
        ends = [piece.tensor.node for each in self.candidates() for piece in each.pieces]
        return [*ends, *(each.outputs.node for each in self.rnns if each.outputs is not None)]

    def candidates(self) -> Sequence[OutputBinding]:
        """The outputs that the stepped networks are behind; all of them where there are no others."""
        if not self.sources:
            return self.default.outputs
        ends = {ref.node for each in self.rnns for ref in outcomes(each)}
        after = descendants(self.graph, ends)
        return [each for each in self.default.outputs if {piece.tensor.node for piece in each.pieces} & after]

    def lengths(self, data: Iterable[InputBinding]) -> frozenset[str]:
        """The nodes that say how many steps each example has; other networks' lengths are no such."""
        if self.sources:
            own = {
                name for each in lengths_of(self.rnns) for name in value_sources(self.graph, TensorRef(each))
            }
            return frozenset(each.tensor.node for each in data if each.tensor.node in own)
        roles = {each.tensor: each.role for each in self.findings.inputs}
        fed = {each.tensor.node for each in data if roles.get(each.tensor) == "sequence_length"}
        marking = counting_inputs(self.graph, data)
        return frozenset((*lengths_of(self.rnns), *fed, *marking))

    @cached_property
    def _known(self) -> KnownSizes:
        return KnownSizes(self.graph, self.findings, self.cut)

    def _numbers(self, data: Sequence[InputBinding]) -> dict[str, int]:
        """The numbers of examples and steps that the graph was built for, as far as they are told."""
        examples = self._known.size_of_inputs(self.default) or self._known.of_states
        steps = steps_of(self.rnns)
        return {symbol: number for symbol, number in ((BATCH, examples), (TIME, steps)) if number}
