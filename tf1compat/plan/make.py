"""From findings and the user's wishes to a MigrationPlan. Every problem is reported at once, in one PlanError."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tf1compat.analysis.dead import Dead
from tf1compat.analysis.dtypes import dtype_as_read, dtype_of
from tf1compat.analysis.shapes.dimensions import BATCH, TIME
from tf1compat.discovery.findings import (
    DEFAULT_SIGNATURE,
    Findings,
    InputFinding,
    OutputFinding,
    OutputRole,
    TableFinding,
)
from tf1compat.discovery.tables.given import with_assets
from tf1compat.errors import PlanError, UnknownNameError, nearest
from tf1compat.graph.attributes import TensorValue
from tf1compat.graph.collector import resting_collector
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.registry import output_count, value_type
from tf1compat.options import PlanOptions
from tf1compat.plan.constants import at_reads, found_constants
from tf1compat.plan.free_sizes import batch_of
from tf1compat.plan.judge.choice import Choice
from tf1compat.plan.judge.judge import Judgement, judge
from tf1compat.plan.label_plan import label_offers, make_label_plan
from tf1compat.plan.model import (
    CarriedPlan,
    ConstantPlan,
    InputBinding,
    LabelPlan,
    MigrationPlan,
    OutputBinding,
    Piece,
    SignaturePlan,
)
from tf1compat.plan.signatures.aliases import input_aliases, output_aliases
from tf1compat.plan.signatures.entering import (
    DECODED_SIGNATURE,
    are_files_fed,
    dead_under,
    decoded_signature,
    needed_inputs,
    serialized_signature,
    with_choices,
)
from tf1compat.plan.signatures.entry_points import candidates, offered_by, recorded_first, recorded_signature
from tf1compat.plan.signatures.isolate_outputs import parted
from tf1compat.plan.signatures.reach import reached_by
from tf1compat.plan.signatures.signature import Signature, alias_problem, parse_signature
from tf1compat.plan.signatures.softmax import with_softmax
from tf1compat.plan.signatures.unsaved import Offers, Unsaved, saved_offers
from tf1compat.plan.statistics import choose_statistics, correction_constants, with_plan_averages
from tf1compat.plan.stepping.any_time import time_of
from tf1compat.plan.stepping.step import Stepping, make_step, with_step
from tf1compat.plan.stored.variables import plan_variables
from tf1compat.plan.tables import plan_tables
from tf1compat.source.model import LegacyModel


@dataclass(frozen=True)
class _Made:
    """What was chosen of a model whose graph reads the averages, and the labels of it."""

    model: LegacyModel
    choice: Choice
    labels: LabelPlan | None

    def judged(self, findings: Findings) -> Judgement:
        return judge(self.model, findings, self.choice)


@resting_collector()
def make_plan(model: LegacyModel, findings: Findings, wishes: PlanOptions) -> MigrationPlan:
    """Everything that writing the result needs; raises PlanError or LabelError where the user has to decide."""
    made = _make(_Planner(model, findings, wishes), findings, wishes)
    choice, judgement, signatures = made.choice, made.judged(findings), made.choice.signatures
    graph, weights = made.model.meta_graph.graph, choice.variables.weights
    return MigrationPlan(
        source=model.path, digest=model.digest, signatures=signatures, constants=choice.constants,
        labels=made.labels, variables=choice.variables.variables,
        tables=plan_tables(graph, choice.tables, signatures, choice.constants),
        hazards=judgement.hazards, blockers=judgement.blockers, weights=wishes.weights, weights_reason=weights.told,
        jit=wishes.jit, allow=wishes.allow, candidates=candidates(findings, signatures),
        carried=tuple(CarriedPlan(each.variable, each.assigns) for each in findings.kept_states),
        averages=choice.statistics.averages, no_step=judgement.no_step, no_step_at=judgement.no_step_at,
        batch=with_step(choice.batch.batch, choice.stepping, BATCH, signatures),
        time=with_step(choice.time.time, choice.stepping, TIME, signatures), op_libraries=wishes.op_libraries,
        allow_random=wishes.allow_random, asked=wishes.signatures is not None, opened=wishes.opening,
        label_offers=() if made.labels else label_offers(findings, signatures),
    )  # fmt: skip


@resting_collector()
def judge_default(model: LegacyModel, findings: Findings) -> Judgement:
    """What is to be said of the model as it is migrated by default, or of what of it could be chosen."""
    wishes = PlanOptions()
    planner = _Planner(model, findings, wishes)
    try:
        return _make(planner, findings, wishes).judged(findings)
    except PlanError:
        constants = planner.constants()
        signatures = planner.signatures(constants)
        choice = Choice(signatures, planner.frozen_for(signatures, constants), findings.tables)
        return judge(model, findings, choice)


def _make(planner: _Planner, findings: Findings, wishes: PlanOptions) -> _Made:
    """All that is chosen, before it is judged."""
    constants = planner.constants()
    signatures = planner.signatures(constants)
    files = planner.tables()
    planner.check_random(signatures)
    planner.check()
    model = planner.model
    labels, signatures = make_label_plan(model, signatures, wishes)
    frozen = planner.frozen_for(signatures, constants)
    statistics = choose_statistics(model, findings, signatures, frozen, wishes.batch_statistics)
    frozen = (*frozen, *correction_constants(model, statistics.corrections))
    model = with_plan_averages(model, statistics.averages)
    variables = plan_variables(model, findings, signatures, frozen, wishes.weights)
    cut = [*(each.tensor for each in frozen), *(each.statistic for each in statistics.averages)]
    graph = with_choices(model.meta_graph.graph, frozen)
    freed = batch_of(graph, findings, signatures, cut, wishes.batch)
    timed = time_of(graph, freed, planner.stepping, cut, wishes.time)
    choice = Choice(
        timed.signatures, frozen, files, variables, statistics, planner.stepping, freed, timed, planner.named,
        wishes.allow, wishes.op_libraries, wishes.jit, planner.unsaved,
    )  # fmt: skip
    return _Made(model, choice, labels)


class _Planner:
    """Collects problems while the parts of a plan are made."""

    def __init__(self, model: LegacyModel, findings: Findings, wishes: PlanOptions) -> None:
        self.model = model
        self._graph: Graph = model.meta_graph.graph
        self._findings = findings
        self._wishes = wishes
        self._signature_defs = model.meta_graph.signatures
        self._problems: list[str] = []
        self.stepping = Stepping()
        self.unsaved: tuple[Unsaved, ...] = ()

    def check(self) -> None:
        if self._problems:
            raise PlanError(self._problems)

    def check_random(self, signatures: Iterable[SignaturePlan]) -> None:
        """Every output that may be drawn at random is one."""
        known = {output.alias for each in signatures for output in each.outputs}
        unknown = [each for each in self._wishes.allow_random if each not in known]
        self._problems += [f"no signature has an output '{each}'{nearest(each, known)}" for each in unknown]

    # ------------------------------------------------------------------------------------------ constants

    def constants(self) -> tuple[ConstantPlan, ...]:
        """The user's constants, then what discovery would freeze and the user did not set."""
        chosen = [
            each for name, value in self._wishes.constants.items() if (each := self._constant(name, value))
        ]
        found = found_constants(self._graph, self._findings.freezes, {each.tensor for each in chosen})
        return at_reads(self._graph, (*chosen, *found))

    def _constant(self, name: str, value: Any) -> ConstantPlan | None:
        ref = self._find(name, "constant")
        if ref is None:
            return None
        dtype = value_type(self._graph, ref)
        try:
            TensorValue.of(value, dtype)
        except (ValueError, TypeError, OverflowError, KeyError):
            self._problems.append(f"constant '{name}': {value!r} is no value for a tensor of type {dtype}")
            return None
        return ConstantPlan(ref, value, dtype, "user")

    def tables(self) -> tuple[TableFinding, ...]:
        """The graph's tables with the files that the user gave."""
        tables, problems = with_assets(self._findings.tables, self._wishes.assets)
        self._problems += problems
        return tables

    def frozen_for(
        self, signatures: Sequence[SignaturePlan], constants: Sequence[ConstantPlan]
    ) -> tuple[ConstantPlan, ...]:
        """The constants that some output depends on and no signature feeds."""
        fed = {each.tensor for signature in signatures for each in signature.inputs}
        found = self._reached_by(signatures)
        return tuple(
            each
            for each in constants
            if each.tensor not in fed and (each.reason == "user" or each.tensor.node in found)
        )

    def _reached_by(self, signatures: Sequence[SignaturePlan]) -> set[str]:
        return {name for each in signatures for name in reached_by(self._graph, each, ())}

    @property
    def named(self) -> frozenset[str]:
        """The nodes of the tensors that the user gave values."""
        return frozenset(TensorRef.parse(name).node for name in self._wishes.constants)

    # ----------------------------------------------------------------------------------------- signatures

    def signatures(self, constants: Sequence[ConstantPlan]) -> tuple[SignaturePlan, ...]:
        """The user's signatures, or those that discovery gives."""
        if self._wishes.signatures is None:
            return self._discovered(constants)
        return self._asked_for(self._named_signatures())

    def _named_signatures(self) -> dict[str, Signature]:
        asked = self._wishes.signatures or {}
        if not isinstance(asked, Mapping):
            pairs = [parse_signature(each) for each in asked]
        else:
            pairs = [
                (name, value if isinstance(value, Signature) else parse_signature(_full(name, value))[1])
                for name, value in asked.items()
            ]
        names = [name for name, _ in pairs]
        self._problems += [
            f"signature '{name}' is given twice" for name in set(names) if names.count(name) > 1
        ]
        return dict(pairs)

    def _asked_for(self, asked: Mapping[str, Signature]) -> tuple[SignaturePlan, ...]:
        plans = [
            SignaturePlan(name, self._inputs(name, each.inputs), self._outputs(name, each.outputs))
            for name, each in asked.items()
        ]
        if not plans:
            self._problems.append("no signature was given")
        elif DEFAULT_SIGNATURE not in asked:
            plans.insert(0, SignaturePlan(DEFAULT_SIGNATURE, plans[0].inputs, plans[0].outputs))
        return tuple(plans) if self._problems else with_softmax(plans, self._wishes.softmax)

    def _inputs(self, signature: str, named: Mapping[str, str]) -> tuple[InputBinding, ...]:
        found = []
        for alias, name in named.items():
            ref = self._named(signature, "input", alias, name)
            if ref is not None:
                shape = self._graph.static_shape(ref)
                found.append(InputBinding(alias, ref, dtype_as_read(self._graph, ref), shape))
        return tuple(found)

    def _outputs(self, signature: str, named: Mapping[str, str]) -> tuple[OutputBinding, ...]:
        roles = {each.tensor: each.role for each in self._findings.outputs}
        found = []
        for alias, name in named.items():
            ref = self._named(signature, "output", alias, name)
            if ref is not None:
                found.append(self._output(alias, ref, roles.get(ref, "value")))
        return tuple(found)

    def _output(self, alias: str, ref: TensorRef, role: OutputRole) -> OutputBinding:
        shape = self._graph.static_shape(ref)
        return OutputBinding(alias, (Piece((), ref),), dtype_of(self._graph, ref), shape, role)

    def _named(self, signature: str, side: str, alias: str, name: str) -> TensorRef | None:
        problem = alias_problem(alias)
        if problem:
            self._problems.append(f"signature '{signature}': {problem}")
            return None
        return self._find(name, f"signature '{signature}': {side}")

    def _find(self, name: str, what: str) -> TensorRef | None:
        try:
            found = self._graph.find(name)
        except UnknownNameError as error:
            self._problems.append(f"{what} {error}")
            return None
        node = self._graph.producer(found)
        count = output_count(node)
        if count is None or found.index < count:
            return found
        given = f"{count} outputs" if count > 1 else "1 output" if count else "no output"
        self._problems.append(f"{what} '{name}' is not in the graph: '{node.name}' ({node.op}) has {given}")
        return None

    # -------------------------------------------------------------------------------- signatures by discovery

    def _discovered(self, constants: Sequence[ConstantPlan]) -> tuple[SignaturePlan, ...]:
        """The author's own signatures where the file has them, else one for each entry point that was found."""
        plans = with_softmax(self._recorded(constants) or self._found(constants), self._wishes.softmax)
        if not plans:
            return ()
        default = replace(plans[0], name=DEFAULT_SIGNATURE)
        others = plans[1:] if plans[0].name == DEFAULT_SIGNATURE else plans
        serialized = serialized_signature(self._graph, self._findings, default)
        added = (*self._step(default, constants), *([] if serialized is None else [serialized]))
        if serialized is not None and are_files_fed(self._graph, self._findings, serialized):
            added = (*added[:-1], replace(default, name=DECODED_SIGNATURE))
            default = replace(serialized, name=DEFAULT_SIGNATURE)
        added = (*added, *self._decoded((default, *others), constants))
        taken = {each.name for each in others}
        return (default, *others, *(each for each in added if each.name not in taken))

    def _decoded(
        self, signatures: Sequence[SignaturePlan], constants: Sequence[ConstantPlan]
    ) -> Iterator[SignaturePlan]:
        """For each recorded signature that takes serialized examples, the one that takes their features."""
        frozen, known = {each.tensor for each in constants}, [*signatures]
        for each in signatures if self._signature_defs else ():
            twin = decoded_signature(self._graph, self._findings, each, frozen)
            if twin is not None and not any(twin.same_as(other) for other in known):
                known.append(twin)
                yield twin

    def _found(self, constants: Sequence[ConstantPlan]) -> list[SignaturePlan]:
        frozen, dead = {each.tensor for each in constants}, dead_under(self._graph, constants)
        offers: Offers = {each: offered_by(self._findings, each) for each in self._findings.entry_points}
        found = []
        if any(not each.in_checkpoint for each in self._findings.variables):
            offers, self.unsaved = saved_offers(offers, self._lacking(constants))
        for name, offered in offers.items():
            if offered:
                aliases = output_aliases(self._graph, self._findings, offered)
                outputs = tuple(
                    self._output(aliases[each.tensor], each.tensor, each.role) for each in offered
                )
                inputs = self._needed_inputs([each.tensor for each in offered], frozen, dead)
                found.append(SignaturePlan(name, inputs, outputs))
        return found

    def _lacking(self, constants: Sequence[ConstantPlan]) -> Callable[[OutputFinding], Iterator[str]]:
        """Tells of an output which variables without a value it depends on."""
        live = [each for each in self._findings.inputs if each.live]
        aliases = input_aliases(self._graph, live)
        inputs = tuple(_input(each, aliases[each.tensor]) for each in live)

        def lacking(output: OutputFinding) -> Iterator[str]:
            alone = SignaturePlan("", inputs, (self._output("output", output.tensor, output.role),))
            chosen = plan_variables(self.model, self._findings, [alone], constants, self._wishes.weights)
            yield from (each.name for each in chosen.missing)

        return lacking

    def _recorded(self, constants: Sequence[ConstantPlan]) -> list[SignaturePlan]:
        """The SignatureDefs of the file, the default first; what their outputs need besides is fed too."""
        frozen = {each.tensor for each in constants}
        return [
            recorded_signature(self._graph, self._findings, each, frozen)
            for each in recorded_first(self._graph, self._signature_defs)
        ]

    def _needed_inputs(
        self, outputs: Sequence[TensorRef], frozen: set[TensorRef], dead: Dead
    ) -> tuple[InputBinding, ...]:
        needed = needed_inputs(self._graph, self._findings, outputs, frozen, dead)
        aliases = input_aliases(self._graph, needed)
        return tuple(_input(each, aliases[each.tensor]) for each in needed)

    def _step(self, default: SignaturePlan, constants: Sequence[ConstantPlan]) -> tuple[SignaturePlan, ...]:
        """One step of a recurrent model: state comes out under the alias and in the shape in which it goes in."""
        frozen = frozenset(each.tensor.node for each in constants)
        parting = parted(self._graph, default.inputs)
        graph = with_choices(parting.graph, constants)
        stepping = make_step(graph, parting.apart(self._findings), parting.apart(default), frozen)
        self.stepping = parting.together(stepping)
        return tuple(each for each in (self.stepping.signature, self.stepping.start) if each is not None)


def _full(name: str, text: str) -> str:
    """The text form with its name, which a mapping's key may give."""
    return text if text.partition("(")[0].strip() else f"{name}{text}"


def _input(finding: InputFinding, alias: str) -> InputBinding:
    return InputBinding(alias, finding.tensor, finding.dtype, finding.shape)
