"""One step of a recurrent model: data and state go in, outputs and state come out, the state under one alias."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.time.axes import Network, TimeAxes
from tf1compat.analysis.time.steps import STILL, Steps
from tf1compat.analysis.value_sources import value_sources
from tf1compat.discovery.findings import Findings, OutputFinding, Rnn, StatePairing
from tf1compat.graph.frames import find_frames
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import ancestors, descendants
from tf1compat.names import TensorRef
from tf1compat.plan.model import (
    AxesPlan,
    InputBinding,
    OutputBinding,
    Piece,
    SignaturePlan,
    StatePlan,
    StepPlan,
)
from tf1compat.plan.signatures.aliases import output_aliases, state_aliases
from tf1compat.plan.signatures.reach import reached
from tf1compat.plan.stepping.carried import carried_states
from tf1compat.plan.stepping.sources import feeds_itself, find_sources, networks_given_whole, outcomes
from tf1compat.plan.stepping.start import data_start, start_inputs
from tf1compat.plan.stepping.states import (
    State,
    cut_inputs,
    depends_on_data,
    fed_pairings,
    refusal,
    states_of,
)
from tf1compat.plan.stepping.time import (
    batch_axis,
    frame_of,
    functional_loop,
    lengths_of,
    networks_of,
    output_axes,
    read_time,
)

STEP = "step"
#: What a step cannot give: it needs, or counts, all the others.
_UNFIT = frozenset({"mixed", "counted"})


@dataclass(frozen=True)
class Stepping:
    """The signature that carries state, or why a recurrent model has none."""

    signature: SignaturePlan | None = None
    reason: str = ""
    #: what computes the initial states, where a batch size is not enough for it
    start: SignaturePlan | None = None


def make_step(graph: Graph, findings: Findings, default: SignaturePlan, frozen: frozenset[str]) -> Stepping:
    """The step of a model whose default signature is given; `frozen` are constants' nodes."""
    behind = reached(graph, [piece.tensor for each in default.outputs for piece in each.pieces], frozen)
    rnns = [each for each in findings.rnns if _is_behind(each, behind)]
    if not rnns:
        return _placeholders_only(default, findings)
    stepper = _Stepper(graph, findings, default, frozen, rnns)
    found = stepper.unfit() or stepper.signature()
    if isinstance(found, str):
        return Stepping(reason=found)
    return Stepping(found, start=stepper.start(found))


def _is_behind(rnn: Rnn, behind: frozenset[str]) -> bool:
    finals = [ref for layer in rnn.layers for ref in layer.final_state.values()]
    return any(ref is not None and ref.node in behind for ref in (rnn.outputs, *rnn.step_outputs, *finals))


def _placeholders_only(default: SignaturePlan, findings: Findings) -> Stepping:
    """The step of a model of which only the states' placeholders are known."""
    carried = carried_states(default.inputs, findings.pairings)
    if not carried:
        return Stepping()
    states = {each.tensor for each in findings.outputs if each.role == "state"}
    others = tuple(each for each in default.outputs if each.tensor not in states)
    return Stepping(SignaturePlan(STEP, default.inputs, (*others, *carried)))


class _Stepper:
    """Puts the step of some networks together."""

    def __init__(
        self,
        graph: Graph,
        findings: Findings,
        default: SignaturePlan,
        frozen: frozenset[str],
        rnns: Sequence[Rnn],
    ) -> None:
        self.graph, self.findings, self.default, self.frozen = graph, findings, default, frozen
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
                return f"'{rnn.scope}' is a decoder, which feeds itself"
            if rnn.kind == "decoder" and feeds_itself(self.graph, rnn, self.frames):
                return f"the loop of '{rnn.scope}' hands on more than its states"
            if rnn.direction == "backward":
                return f"'{rnn.scope}' runs backward: its first step needs the whole sequence"
            if not rnn.layers:
                return f"the cells of '{rnn.scope}' are not known"
        if self.unknown:
            return self.unknown[0]
        flow = ForwardGraph(self.graph, self.findings.training_nodes)
        nested = next((each.scope for each in self.rnns if self._is_nested(each, flow.inside_branches)), None)
        if nested is not None:
            return f"'{nested}' runs inside another loop or a branch"
        return refusal(self.states, flow.inside_loops | flow.inside_branches)

    def _is_nested(self, rnn: Rnn, inside_branches: frozenset[str]) -> bool:
        frame, loop = frame_of(self.graph, rnn, self.frames), functional_loop(self.graph, rnn)
        around = {each.parent for each in self.frames}
        if frame is None:  # its states come out of a function, or not out of a loop of its own
            return rnn.kind in ("dynamic", "raw") and (loop is None or loop.name in inside_branches)
        looped = frame.parent is not None or frame.name in around
        return looped or any(each.enter in inside_branches for each in frame.variables)

    def signature(self) -> SignaturePlan | str:
        """The step, or why there is none."""
        pairings = fed_pairings(self.findings, self.states)
        paired = {piece.initial for each in pairings for piece in each.pieces}
        loose = [each for each in self.states if each.initial not in paired]
        cut = cut_inputs(self.graph, loose, self.frames, self.aliases)
        if isinstance(cut, str):
            return cut
        carried = carried_states(self.default.inputs, pairings)
        if len(carried) != len({each.placeholder for each in pairings}):
            return "a placeholder of the state is not filled again by the final states, each in its place"
        states = (*carried, *(_given_back(each, self._final(each)) for each in cut))
        unrolled = _first_steps(self.rnns)
        if unrolled is not None:
            return self._of_one_application(unrolled, cut, states, pairings)
        return self._of_sequences(cut, states, pairings)

    def _final(self, binding: InputBinding) -> TensorRef:
        return next(
            each.final
            for each in self.states
            if each.initial == binding.tensor and self.aliases[each.final] == binding.alias
        )

    # ------------------------------------------------------------------------------------ along an axis

    def _of_sequences(
        self,
        cut: tuple[InputBinding, ...],
        states: tuple[OutputBinding, ...],
        pairings: Sequence[StatePairing],
    ) -> SignaturePlan | str:
        fed = {each.placeholder for each in pairings}
        looped = [each for each in self.rnns if each.kind != "static"]
        blind = [each.scope for each in looped if each.inputs is None or each.time_major is None]
        if blind:
            return f"what '{blind[0]}' reads in each step is not known"
        data = [each for each in self.default.inputs if each.tensor not in fed]
        both = self._lengths(data) & self._lengths_given_whole(cut)
        if both:
            return f"'{min(both)}' holds the lengths of several networks, of which not all are stepped"
        axes = self._time(data, cut)
        if axes is None:
            return f"the steps of the data are mixed before '{self.rnns[0].scope}' takes them"
        outputs = self._kept_outputs(axes) or self._sequences(axes)
        if not outputs:
            return "every output mixes the steps"
        inputs = self._inputs(outputs, states, cut)
        plan = self._plan(axes, inputs, (*outputs, *states), states, pairings)
        return SignaturePlan(STEP, inputs, (*outputs, *states), plan)

    def _time(self, data: Sequence[InputBinding], cut: tuple[InputBinding, ...]) -> TimeAxes | None:
        ends = self._ends()
        kept = ancestors(self.graph, ends, control=False)
        nodes = (replace(node, control_inputs=()) for node in self.graph.nodes if node.name in kept)
        part = self.graph.replacing(nodes)
        networks = (*networks_of(part, self.rnns, self.frames), *self._whole(ends, cut))
        return read_time(part, data, networks, self._lengths(data))

    def _whole(self, ends: Iterable[str], cut: tuple[InputBinding, ...]) -> tuple[Network, ...]:
        """The sources that are needed although the states are fed."""
        found = self._needed_sources(ends, cut)
        return tuple(networks_given_whole(self.graph, found, self.frames))

    def _needed_sources(self, ends: Iterable[str], cut: tuple[InputBinding, ...]) -> list[Rnn]:
        needed = reached(self.graph, map(TensorRef, ends), self.frozen, cut)
        return [each for each in self.sources if needed & {ref.node for ref in outcomes(each)}]

    def _lengths_given_whole(self, cut: tuple[InputBinding, ...]) -> frozenset[str]:
        found = lengths_of(self._needed_sources(self._ends(), cut))
        return frozenset(name for each in found for name in value_sources(self.graph, TensorRef(each)))

    def _ends(self) -> list[str]:
        """The nodes of what a step may give."""
        ends = [piece.tensor.node for each in self._candidates() for piece in each.pieces]
        return [*ends, *(each.outputs.node for each in self.rnns if each.outputs is not None)]

    def _candidates(self) -> Sequence[OutputBinding]:
        """The outputs that the stepped networks are behind; all of them where there are no others."""
        if not self.sources:
            return self.default.outputs
        ends = {ref.node for each in self.rnns for ref in outcomes(each)}
        after = descendants(self.graph, ends)
        return [each for each in self.default.outputs if {piece.tensor.node for piece in each.pieces} & after]

    def _lengths(self, data: Iterable[InputBinding]) -> frozenset[str]:
        """The nodes that say how many steps each example has; other networks' lengths are no such."""
        if self.sources:
            own = {
                name for each in lengths_of(self.rnns) for name in value_sources(self.graph, TensorRef(each))
            }
            return frozenset(each.tensor.node for each in data if each.tensor.node in own)
        roles = {each.tensor: each.role for each in self.findings.inputs}
        fed = {each.tensor.node for each in data if roles.get(each.tensor) == "sequence_length"}
        return frozenset((*lengths_of(self.rnns), *fed))

    def _kept_outputs(self, axes: TimeAxes) -> tuple[OutputBinding, ...]:
        """The outputs of which every step is computed by itself; the states come apart."""
        finals = {each.final for each in self.states}
        return tuple(
            each
            for each in self._candidates()
            if each.role != "state" and each.tensor not in finals
            and all(axes.of(piece.tensor).kind not in _UNFIT for piece in each.pieces)
        )  # fmt: skip

    def _sequences(self, axes: TimeAxes) -> tuple[OutputBinding, ...]:
        """The networks' own outputs."""
        refs = [each.outputs for each in self.rnns if each.outputs is not None]
        return self._offered([ref for ref in refs if axes.of(ref).kind not in _UNFIT][-1:])

    def _offered(self, refs: Sequence[TensorRef]) -> tuple[OutputBinding, ...]:
        shapes = {ref: self.graph.static_shape(ref) for ref in refs}
        found = [OutputFinding(ref, dtype_of(self.graph, ref), shapes[ref], "sequence") for ref in refs]
        aliases = output_aliases(self.graph, self.findings, found)
        return tuple(
            OutputBinding(aliases[each.tensor], (Piece((), each.tensor),), each.dtype, each.shape, "sequence")
            for each in found
        )

    def _inputs(
        self,
        outputs: Iterable[OutputBinding],
        states: Iterable[OutputBinding],
        cut: tuple[InputBinding, ...],
        replaced: tuple[InputBinding, ...] = (),
    ) -> tuple[InputBinding, ...]:
        """What the outputs need, then the states that the graph is cut at."""
        tensors = [piece.tensor for each in (*outputs, *states) for piece in each.pieces]
        ends = {each.tensor.node for each in (*cut, *replaced)}
        found = reached(self.graph, tensors, self.frozen, (*cut, *replaced))
        others = (each for each in self.default.inputs if each.tensor.node in found - ends)
        return (*replaced, *others, *cut)

    def _plan(
        self,
        axes: TimeAxes,
        inputs: Sequence[InputBinding],
        outputs: Sequence[OutputBinding],
        states: Sequence[OutputBinding],
        pairings: Sequence[StatePairing],
    ) -> StepPlan:
        names = {each.alias for each in states}
        lengths = self._lengths(inputs)
        given = [
            self._input_axes(each, axes.of(each.tensor), lengths)
            for each in inputs
            if each.alias not in names
        ]
        made = [output_axes(each, axes) for each in outputs if each.alias not in names]
        return self._with_start(StepPlan((), tuple(given), tuple(made)), inputs, names, pairings)

    def _input_axes(self, binding: InputBinding, steps: Steps, lengths: frozenset[str]) -> AxesPlan:
        time = steps.axis if steps.kind == "along" else None
        batch = batch_axis(binding, steps)
        if steps == STILL and (binding.shape.rank or 0) > 1 and self._is_whole_by_time(binding):
            batch = 1
        return AxesPlan(binding.alias, batch, time, counts=binding.tensor.node in lengths)

    def _is_whole_by_time(self, binding: InputBinding) -> bool:
        """Whether an input is the whole sequence of another network, time first."""
        read = {each.inputs.node for each in self.sources if each.time_major and each.inputs is not None}
        return bool(
            read & descendants(self.graph, [binding.tensor.node], stop=lambda node: node.name in read)
        )

    def _with_start(
        self,
        plan: StepPlan,
        inputs: Sequence[InputBinding],
        names: set[str],
        pairings: Sequence[StatePairing],
    ) -> StepPlan:
        states = [each for each in inputs if each.alias in names]
        fed = {each.placeholder for each in pairings}
        batches = {
            each.tensor: axes.batch
            for each in self.default.inputs
            for axes in plan.inputs
            if axes.alias == each.alias
        }
        started = tuple(
            self._startable(self._state(each, each.tensor in fed), each, batches) for each in states
        )
        starts = [each.start for each in started if each.start is not None]
        found = start_inputs(self.graph, starts, self.frozen, batches)
        return StepPlan(started, plan.inputs, plan.outputs, found or ())

    def _startable(
        self, state: StatePlan, binding: InputBinding, batches: Mapping[TensorRef, int | None]
    ) -> StatePlan:
        """The state with its start, if a batch size is enough to compute that."""
        if state.start is None:
            return state
        sizes = binding.shape.dims or ()
        open_sizes = self.sources and (binding.shape.dims is None or sizes.count(None) > 1)
        known = start_inputs(self.graph, [state.start], self.frozen, batches)
        return replace(state, start=None) if open_sizes or known is None else state

    def _state(self, binding: InputBinding, fed: bool) -> StatePlan:
        if fed:
            default = self.graph.producer(binding.tensor).op == "PlaceholderWithDefault"
            origin = "default" if default else "placeholder"
            return StatePlan(binding.alias, origin, binding.tensor if default else None)
        state = next(each for each in self.states if each.initial == binding.tensor)
        start = None if state.origin.kind == "placeholder" else binding.tensor
        return StatePlan(binding.alias, state.origin.kind, start)

    def start(self, step: SignaturePlan) -> SignaturePlan | None:
        """The signature that computes the states with which a step begins, where some come from the data."""
        if not any(depends_on_data(self.graph, each) for each in self.states) and not self.sources:
            return None
        return data_start(self.graph, self.default, step, self.frozen)

    # ------------------------------------------------------------------------------------ one application

    def _of_one_application(
        self,
        rnn: Rnn,
        cut: tuple[InputBinding, ...],
        states: tuple[OutputBinding, ...],
        pairings: Sequence[StatePairing],
    ) -> SignaturePlan | str:
        """The first step of an unrolled network, from its own input to its own output."""
        finals = [(layer, part, final) for layer in rnn.layers for part, final in layer.final_state.items()]
        after = {final: layer.step_state[part] for layer, part, final in finals if final is not None}
        states = tuple(_after(each, after) for each in states)
        entry = self._step_input(rnn.step_inputs[0], {each.alias for each in states})
        outputs = self._offered(rnn.step_outputs[:1])
        inputs = self._inputs(outputs, states, cut, (entry,))
        names = {each.alias for each in states}
        lengths = self._lengths(inputs)
        given = tuple(self._input_axes(each, STILL, lengths) for each in inputs if each.alias not in names)
        made = tuple(AxesPlan(each.alias, 0, None) for each in outputs)
        plan = self._with_start(StepPlan((), given, made), inputs, names, pairings)
        return SignaturePlan(STEP, inputs, (*outputs, *states), plan)

    def _step_input(self, ref: TensorRef, taken: set[str]) -> InputBinding:
        given = next((each for each in self.default.inputs if each.tensor == ref), None)
        if given is not None:
            return given
        alias = "inputs" if "inputs" not in taken else "step_inputs"
        return InputBinding(alias, ref, dtype_of(self.graph, ref), self.graph.static_shape(ref))


def _first_steps(rnns: Sequence[Rnn]) -> Rnn | None:
    """The one unrolled network of several steps whose first step is known by itself."""
    if len(rnns) != 1 or rnns[0].kind != "static" or len(rnns[0].step_inputs) < 2 or not rnns[0].step_outputs:
        return None
    known = all(part in layer.step_state for layer in rnns[0].layers for part in layer.final_state)
    return rnns[0] if known else None


def _after(state: OutputBinding, after: Mapping[TensorRef, TensorRef]) -> OutputBinding:
    pieces = tuple(Piece(each.index, after.get(each.tensor, each.tensor)) for each in state.pieces)
    return replace(state, pieces=pieces)


def _given_back(binding: InputBinding, final: TensorRef) -> OutputBinding:
    return OutputBinding(binding.alias, (Piece((), final),), binding.dtype, binding.shape, "state")
