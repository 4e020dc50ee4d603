"""One step of a recurrent model: data and state go in, outputs and state come out, the state under one alias."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.pattern import Mismatch
from tf1compat.analysis.shapes.dimensions import BATCH
from tf1compat.analysis.time.application import Application, one_application
from tf1compat.discovery.findings import Findings, OutputFinding, Rnn, StatePairing
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.plan.model import (
    FreeSizePlan,
    InputBinding,
    OutputBinding,
    Piece,
    SignaturePlan,
)
from tf1compat.plan.signatures.aliases import output_aliases
from tf1compat.plan.signatures.reach import reached
from tf1compat.plan.stepping.beginning import step_plan
from tf1compat.plan.stepping.carried import carried_states
from tf1compat.plan.stepping.freeing import free_step
from tf1compat.plan.stepping.start import data_start, start_axes
from tf1compat.plan.stepping.states import (
    State,
    cut_inputs,
    depends_on_data,
    fed_pairings,
    state_shape,
)
from tf1compat.plan.stepping.stepped import Stepped
from tf1compat.plan.stepping.time import (
    Reading,
)
from tf1compat.plan.stepping.unrolled import last_application, state_before_the_last, steps_of

STEP = "step"
#: What a step cannot give: it needs, or counts, all the others.
_UNFIT = frozenset({"mixed", "counted", "single"})


class LeftOut(NamedTuple):
    """An output that a step cannot give: the node that stands in the way, and what it does."""

    alias: str
    reason: str
    at: str


@dataclass(frozen=True)
class Stepping:
    """The signature that carries state, or why a recurrent model has none."""

    signature: SignaturePlan | None = None
    reason: str = ""
    #: what computes the initial states, where a batch size is not enough for it
    start: SignaturePlan | None = None
    at: str = ""  # the node that stands in the way of a step
    left_out: tuple[LeftOut, ...] = ()
    #: the author's numbers of examples and steps that the step is free of, with their axes by alias
    freed: Mapping[str, tuple[int, Mapping[str, int]]] = field(default_factory=dict)
    kept: Mismatch | None = None  # why the author's number of examples stays


def with_step(
    free: FreeSizePlan | None, stepping: Stepping, symbol: str, signatures: Iterable[SignaturePlan]
) -> FreeSizePlan | None:
    """The sizes that signatures are free of, those of their step among them."""
    found = stepping.freed.get(symbol)
    if found is None or all(each.name != STEP for each in signatures):
        return free
    size, axes = found
    begun = start_axes(stepping.signature) if symbol == BATCH else {}
    return FreeSizePlan(size, {**({} if free is None else free.axes), STEP: axes, **begun})


def make_step(
    graph: Graph,
    findings: Findings,
    default: SignaturePlan,
    frozen: frozenset[str],
    cut: Sequence[TensorRef] = (),
) -> Stepping:
    """The step of a model whose default signature is given; `frozen` are constants' nodes, `cut` what is given besides
    the inputs."""
    behind = reached(graph, [piece.tensor for each in default.outputs for piece in each.pieces], frozen)
    rnns = [each for each in findings.rnns if _is_behind(each, behind)]
    if not rnns:
        return _placeholders_only(default, findings)
    stepped = Stepped(graph, findings, default, frozen, rnns, cut)
    stepper = _Stepper(stepped)
    found = stepped.unfit() or stepper.signature()
    return found if isinstance(found, Stepping) else _without_step(found)


def _without_step(found: Mismatch | str) -> Stepping:
    return Stepping(reason=found) if isinstance(found, str) else Stepping(reason=found.reason, at=found.at)


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

    def __init__(self, stepped: Stepped) -> None:
        self.stepped, self.graph = stepped, stepped.graph

    def signature(self) -> Stepping | Mismatch | str:
        """The step, or why there is none."""
        pairings = fed_pairings(self.stepped.findings, self.stepped.states)
        paired = {piece.initial for each in pairings for piece in each.pieces}
        loose = [each for each in self.stepped.states if each.initial not in paired]
        cut = self._loose(loose)
        if isinstance(cut, str):
            return cut
        carried = carried_states(self.stepped.default.inputs, pairings)
        if len(carried) != len({each.placeholder for each in pairings}):
            return "a placeholder of the state is not filled again by the final states, each in its place"
        states = (*carried, *(_given_back(each, self._final(each)) for each in cut))
        return self._of_sequences(cut, states, pairings)

    def _loose(self, loose: Sequence[State]) -> tuple[InputBinding, ...] | str:
        """An input for each state that no placeholder holds; of unrolled networks it is cut later, where the last
        application begins."""
        if steps_of(self.stepped.rnns):
            return tuple(
                InputBinding(
                    self.stepped.aliases[each.final],
                    each.initial,
                    dtype_of(self.graph, each.initial),
                    state_shape(self.graph, each),
                )
                for each in loose
            )
        return cut_inputs(self.graph, loose, self.stepped.frames, self.stepped.aliases)

    def _final(self, binding: InputBinding) -> TensorRef:
        return next(
            each.final
            for each in self.stepped.states
            if each.initial == binding.tensor and self.stepped.aliases[each.final] == binding.alias
        )

    # ------------------------------------------------------------------------------------ along an axis

    def _of_sequences(
        self,
        cut: tuple[InputBinding, ...],
        states: tuple[OutputBinding, ...],
        pairings: Sequence[StatePairing],
    ) -> Stepping | Mismatch | str:
        fed = {each.placeholder for each in pairings}
        looped = [each for each in self.stepped.rnns if each.kind != "static"]
        blind = [each.title for each in looped if each.inputs is None or each.time_major is None]
        if blind:
            return f"what {blind[0]} reads in each step is not known"
        data = [each for each in self.stepped.default.inputs if each.tensor not in fed]
        both = self.stepped.lengths(data) & self.stepped.lengths_given_whole(cut)
        if both:
            return f"'{min(both)}' holds the lengths of several networks, of which not all are stepped"
        reading = self.stepped.reading(data, cut)
        if reading.missed:
            return self._missed(reading, reading.missed[0])
        outputs = self._kept_outputs(reading) or self._sequences(reading)
        if not outputs:
            return "every output mixes the steps"
        return self._made(reading, cut, outputs, states, pairings)

    def _missed(self, reading: Reading, ref: TensorRef) -> Mismatch:
        at = reading.mixed_at(ref).at or ref.node
        return Mismatch(f"the steps of the data are mixed before {self.stepped.rnns[0].title} takes them", at)

    def _made(
        self,
        reading: Reading,
        cut: tuple[InputBinding, ...],
        outputs: Sequence[OutputBinding],
        states: Sequence[OutputBinding],
        pairings: Sequence[StatePairing],
    ) -> Stepping | Mismatch:
        """The step with these outputs, free of the author's sizes as far as that goes."""
        reading, application = self._application(reading, (*outputs, *states))
        if isinstance(application, Mismatch):
            return application
        initial = {each.alias: each.tensor for each in cut}
        if application is not None:
            begun = self._begun_before_the_last(reading, application, cut, pairings)
            if isinstance(begun, Mismatch):
                return begun
            application, cut = begun
        inputs = self._inputs(outputs, states, cut, application)
        plan = step_plan(self.stepped, reading, inputs, (*outputs, *states), states, pairings, initial)
        step = SignaturePlan(STEP, inputs, (*outputs, *states), replace(plan, application=application))
        found = free_step(self.stepped, reading, step)
        if isinstance(found, Mismatch):
            return found
        left_out = tuple(self._left_out(reading, outputs))
        return Stepping(
            found.signature, "", self._start(found.signature, initial), "", left_out, found.freed, found.kept
        )

    def _application(
        self, reading: Reading, outputs: Sequence[OutputBinding]
    ) -> tuple[Reading, Application | Mismatch | None]:
        """The last application of unrolled networks, and the reading with the walk that tells it.

        That is of the graph as it is written, unless its steps are told apart only where examples are looped over.
        """
        steps = steps_of(self.stepped.rnns)
        if not steps:
            return reading, None
        ends = [piece.tensor for each in outputs for piece in each.pieces]
        found = last_application(reading.written, self.stepped.rnns, ends, steps)
        if isinstance(found, Mismatch) and reading.written is not reading.walk:
            again = last_application(reading.walk, self.stepped.rnns, ends, steps)
            if isinstance(again, Application) and all(name in self.graph for name in again.nodes):
                return replace(reading, written=reading.walk), again
        return reading, found

    def _begun_before_the_last(
        self,
        reading: Reading,
        application: Application,
        cut: tuple[InputBinding, ...],
        pairings: Sequence[StatePairing],
    ) -> tuple[Application, tuple[InputBinding, ...]] | Mismatch:
        """The states go in where the last application begins; those that are fed are led there."""
        paired = {piece.initial for each in pairings for piece in each.pieces}
        before: dict[str, TensorRef] = {}
        for each in self.stepped.states:
            sharing = [other for other in self.stepped.states if other.initial == each.initial]
            found = state_before_the_last(reading.written, application, each, sharing)
            if each.initial not in paired:
                if found is None:
                    return Mismatch("which state of the last step is which is not clear", each.final.node)
                before[self.stepped.aliases[each.final]] = found
        moved = tuple(replace(each, tensor=before.get(each.alias, each.tensor)) for each in cut)
        given = set(before.values())
        exchanged = {each: first for each, first in application.exchanged.items() if each not in given}
        return replace(application, exchanged=exchanged), moved

    def _left_out(self, reading: Reading, outputs: Iterable[OutputBinding]) -> Iterator[LeftOut]:
        """The default outputs that the step has not, each with what stands in its way."""
        kept, finals = {each.alias for each in outputs}, {each.final for each in self.stepped.states}
        for each in self.stepped.candidates():
            if each.alias in kept or each.role == "state" or each.tensor in finals:
                continue
            traces = [reading.mixed_at(piece.tensor) for piece in each.pieces]
            found = next((trace for trace in traces if trace.kind == "mixed"), None)
            if found is None:
                yield LeftOut(
                    each.alias, "tells something of the sequence as a whole", each.pieces[0].tensor.node
                )
            else:
                yield LeftOut(each.alias, found.reason, found.at)

    def _kept_outputs(self, reading: Reading) -> tuple[OutputBinding, ...]:
        """The outputs of which every step is computed by itself; the states come apart."""
        finals = {each.final for each in self.stepped.states}
        return tuple(
            each
            for each in self.stepped.candidates()
            if each.role != "state" and each.tensor not in finals
            and all(reading.of(piece.tensor).kind not in _UNFIT for piece in each.pieces)
        )  # fmt: skip

    def _sequences(self, reading: Reading) -> tuple[OutputBinding, ...]:
        """The networks' own outputs."""
        refs = [each.outputs for each in self.stepped.rnns if each.outputs is not None]
        return self._offered([ref for ref in refs if reading.of(ref).kind not in _UNFIT][-1:])

    def _offered(self, refs: Sequence[TensorRef]) -> tuple[OutputBinding, ...]:
        shapes = {ref: self.graph.static_shape(ref) for ref in refs}
        found = [OutputFinding(ref, dtype_of(self.graph, ref), shapes[ref], "sequence") for ref in refs]
        aliases = output_aliases(self.graph, self.stepped.findings, found)
        return tuple(
            OutputBinding(aliases[each.tensor], (Piece((), each.tensor),), each.dtype, each.shape, "sequence")
            for each in found
        )

    def _inputs(
        self,
        outputs: Iterable[OutputBinding],
        states: Iterable[OutputBinding],
        cut: tuple[InputBinding, ...],
        application: Application | None = None,
    ) -> tuple[InputBinding, ...]:
        """What the outputs need, then the states that the graph is cut at."""
        graph = self.graph if application is None else one_application(self.graph, application)
        tensors = [piece.tensor for each in (*outputs, *states) for piece in each.pieces]
        ends = {each.tensor.node for each in cut}
        found = reached(graph, tensors, self.stepped.frozen, cut)
        others = (each for each in self.stepped.default.inputs if each.tensor.node in found - ends)
        return (*others, *cut)

    def _start(self, step: SignaturePlan, initial: Mapping[str, TensorRef]) -> SignaturePlan | None:
        """The signature that computes the states with which a step begins, where some come from the data."""
        if (
            not any(depends_on_data(self.graph, each) for each in self.stepped.states)
            and not self.stepped.sources
        ):
            return None
        return data_start(self.graph, self.stepped.default, step, self.stepped.frozen, initial)


def _given_back(binding: InputBinding, final: TensorRef) -> OutputBinding:
    return OutputBinding(binding.alias, (Piece((), final),), binding.dtype, binding.shape, "state")
