"""From findings and the user's wishes to a MigrationPlan. Every problem is reported at once, in one PlanError."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tf1compat.discovery.findings import Findings, InputFinding, Note
from tf1compat.discovery.tensors import dtype_of
from tf1compat.errors import PlanError, UnknownNameError
from tf1compat.graph.attributes import TensorValue
from tf1compat.graph.collector import resting_collector
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.plan.aliases import input_aliases, output_aliases
from tf1compat.plan.label_plan import make_label_plan
from tf1compat.plan.model import (
    CarriedPlan,
    ConstantPlan,
    InputBinding,
    MigrationPlan,
    OutputBinding,
    Piece,
    SignaturePlan,
)
from tf1compat.plan.reach import changed_variables, reached, reached_by
from tf1compat.plan.signature import Signature, alias_problem, parse_signature
from tf1compat.plan.step import make_step
from tf1compat.plan.variables import plan_variables
from tf1compat.source.model import LegacyModel

DEFAULT_SIGNATURE = "serving_default"
#: What the default signature offers, unless there is nothing else.
_OFFERED = ("probabilities", "logits", "class_ids", "value", "state")

_COMPILED = Note(
    "compiled-without-empty-axes",
    DEFAULT_SIGNATURE,
    "XLA compiles for the sizes that it is given, and may refuse an axis of size 0 that the original takes",
    "leave --jit out if empty batches or sequences come in; verification leaves them out with --jit",
)

Signatures = Mapping[str, "Signature | str"] | Sequence[str] | None


@dataclass(frozen=True)
class Wishes:
    """What the user asked for; everything may be left open."""

    signatures: Signatures = None
    labels: str | None = None
    labels_for: str | None = None
    constants: Mapping[str, Any] = field(default_factory=dict)
    weights: str = "auto"
    jit: bool = False
    allow: tuple[str, ...] = ()


@resting_collector()
def make_plan(model: LegacyModel, findings: Findings, wishes: Wishes) -> MigrationPlan:
    """Everything that writing the result needs; raises PlanError or LabelError where the user has to decide."""
    planner = _Planner(model, findings, wishes)
    constants = planner.constants()
    signatures = planner.signatures(constants)
    planner.check()
    labels, signatures = make_label_plan(model, signatures, wishes.labels, wishes.labels_for)
    frozen = planner.frozen_for(signatures, constants)
    variables, missing = plan_variables(model, findings, signatures, frozen, wishes.weights)
    hazards = (*planner.hazards(frozen), *changed_variables(model.meta_graph.graph, signatures, frozen))
    blockers = [each for each in findings.blockers if not planner.is_allowed(each)]
    if wishes.signatures is not None:
        blockers = [each for each in blockers if planner.is_reached(each, signatures)]
    return MigrationPlan(
        source=model.path, digest=model.digest, signatures=signatures, constants=frozen, labels=labels,
        variables=variables, hazards=hazards, blockers=(*blockers, *missing),
        weights=wishes.weights, jit=wishes.jit, allow=wishes.allow,
        carried=tuple(CarriedPlan(each.variable, each.assigns) for each in findings.kept_states),
        no_step=planner.no_step,
    )  # fmt: skip


class _Planner:
    """Collects problems while the parts of a plan are made."""

    def __init__(self, model: LegacyModel, findings: Findings, wishes: Wishes) -> None:
        self._graph: Graph = model.meta_graph.graph
        self._findings = findings
        self._wishes = wishes
        self._problems: list[str] = []
        self.no_step = ""  # why a recurrent model has no step

    def check(self) -> None:
        if self._problems:
            raise PlanError(self._problems)

    # ------------------------------------------------------------------------------------------ constants

    def constants(self) -> tuple[ConstantPlan, ...]:
        """The user's constants, then what discovery would freeze and the user did not set."""
        chosen = [
            each for name, value in self._wishes.constants.items() if (each := self._constant(name, value))
        ]
        taken = {each.tensor for each in chosen}
        found = [
            ConstantPlan(each.tensor, each.value, dtype_of(self._graph, each.tensor), each.role)
            for each in self._findings.freezes
            if each.tensor not in taken
        ]
        return (*chosen, *found)

    def _constant(self, name: str, value: Any) -> ConstantPlan | None:
        ref = self._find(name, "constant")
        if ref is None:
            return None
        dtype = dtype_of(self._graph, ref)
        try:
            TensorValue.of(value, dtype)
        except (ValueError, TypeError, OverflowError, KeyError):
            self._problems.append(f"constant '{name}': {value!r} is no value for a tensor of type {dtype}")
            return None
        return ConstantPlan(ref, value, dtype, "user")

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

    def hazards(self, frozen: Sequence[ConstantPlan]) -> tuple[Note, ...]:
        """Discovery's hazards, less those about tensors that the user has decided."""
        decided = {each.tensor.node for each in frozen if each.reason == "user"}
        kept = tuple(each for each in self._findings.hazards if each.node not in decided)
        return (*kept, _COMPILED) if self._wishes.jit else kept

    def is_allowed(self, blocker: Note) -> bool:
        node = self._graph.get(blocker.node)
        return node is not None and node.op in self._wishes.allow

    def is_reached(self, blocker: Note, signatures: Sequence[SignaturePlan]) -> bool:
        return blocker.node in self._reached_by(signatures)

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
        return tuple(plans)

    def _inputs(self, signature: str, named: Mapping[str, str]) -> tuple[InputBinding, ...]:
        found = []
        for alias, name in named.items():
            ref = self._named(signature, "input", alias, name)
            if ref is not None:
                shape = self._graph.static_shape(ref)
                found.append(InputBinding(alias, ref, dtype_of(self._graph, ref), shape))
        return tuple(found)

    def _outputs(self, signature: str, named: Mapping[str, str]) -> tuple[OutputBinding, ...]:
        roles = {each.tensor: each.role for each in self._findings.outputs}
        found = []
        for alias, name in named.items():
            ref = self._named(signature, "output", alias, name)
            if ref is not None:
                found.append(self._output(alias, ref, roles.get(ref, "value")))
        return tuple(found)

    def _output(self, alias: str, ref: TensorRef, role: str) -> OutputBinding:
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
            return self._graph.find(name)
        except UnknownNameError as error:
            self._problems.append(f"{what} {error}")
            return None

    # -------------------------------------------------------------------------------- signatures by discovery

    def _discovered(self, constants: Sequence[ConstantPlan]) -> tuple[SignaturePlan, ...]:
        offered = [each for each in self._findings.outputs if each.role in _OFFERED]
        if not any(each.role != "state" for each in offered):
            offered = [each for each in self._findings.outputs if each.role in (*_OFFERED, "sequence")]
        if not offered:
            return ()
        aliases = output_aliases(self._graph, self._findings, offered)
        outputs = tuple(self._output(aliases[each.tensor], each.tensor, each.role) for each in offered)
        inputs = self._needed_inputs([each.tensor for each in offered], {each.tensor for each in constants})
        default = SignaturePlan(DEFAULT_SIGNATURE, inputs, outputs)
        return (default, *self._step(default, constants))

    def _needed_inputs(
        self, outputs: Sequence[TensorRef], frozen: set[TensorRef]
    ) -> tuple[InputBinding, ...]:
        found = reached(self._graph, outputs, {each.node for each in frozen})
        needed = [
            each for each in self._findings.inputs if each.tensor.node in found and each.tensor not in frozen
        ]
        aliases = input_aliases(self._graph, needed)
        return tuple(_input(each, aliases[each.tensor]) for each in needed)

    def _step(self, default: SignaturePlan, constants: Sequence[ConstantPlan]) -> tuple[SignaturePlan, ...]:
        """One step of a recurrent model: state comes out under the alias and in the shape in which it goes in."""
        frozen = frozenset(each.tensor.node for each in constants)
        stepping = make_step(self._graph, self._findings, default, frozen)
        self.no_step = stepping.reason
        return tuple(each for each in (stepping.signature, stepping.start) if each is not None)


def _full(name: str, text: str) -> str:
    """The text form with its name, which a mapping's key may give."""
    return text if text.partition("(")[0].strip() else f"{name}{text}"


def _input(finding: InputFinding, alias: str) -> InputBinding:
    return InputBinding(alias, finding.tensor, finding.dtype, finding.shape)
