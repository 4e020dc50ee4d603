"""What is judged: the signatures, constants, variables and tables that were chosen, and how they were asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tf1compat.analysis.batch_norm.averages import variable_of
from tf1compat.analysis.dead import Dead, find_dead, live_behind
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import Findings, Freeze, OutputFinding, TableFinding
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.plan.free_sizes import Freed
from tf1compat.plan.judge.cuts import cut_signature
from tf1compat.plan.model import ConstantPlan, SignaturePlan
from tf1compat.plan.signatures.unsaved import Unsaved
from tf1compat.plan.statistics import ChosenStatistics
from tf1compat.plan.stepping.step import Stepping
from tf1compat.plan.stored.variables import VariableChoice
from tf1compat.source.model import LegacyModel

_NOTHING_DEAD = Dead()


@dataclass(frozen=True)
class Choice:
    """What a plan would write, before it is judged; every part may be left out where nothing could be chosen."""

    signatures: tuple[SignaturePlan, ...] = ()
    constants: tuple[ConstantPlan, ...] = ()
    tables: tuple[TableFinding, ...] = ()  # with the files that the user gave
    variables: VariableChoice = field(default_factory=VariableChoice)
    statistics: ChosenStatistics = field(default_factory=ChosenStatistics)
    stepping: Stepping = field(default_factory=Stepping)
    batch: Freed = field(default_factory=lambda: Freed(()))
    time: Freed = field(default_factory=lambda: Freed(()))
    named: frozenset[str] = frozenset()  # the nodes of the tensors that the user gave values
    allow: tuple[str, ...] = ()
    op_libraries: tuple[str, ...] = ()
    jit: bool = False
    unsaved: tuple[Unsaved, ...] = ()


@dataclass(frozen=True)
class Case:
    """A choice beside the model that it was made of: what the judges ask for in common."""

    model: LegacyModel
    findings: Findings
    choice: Choice

    @property
    def graph(self) -> Graph:
        return self.model.meta_graph.graph

    @cached_property
    def flow(self) -> ForwardGraph:
        return ForwardGraph(self.graph, self.findings.training_nodes)

    @cached_property
    def outputs(self) -> tuple[TensorRef, ...]:
        """What the signatures give."""
        bindings = (output for each in self.choice.signatures for output in each.outputs)
        return tuple(dict.fromkeys(piece.tensor for each in bindings for piece in each.pieces))

    @cached_property
    def fed(self) -> frozenset[TensorRef]:
        """What the signatures take."""
        return frozenset(each.tensor for signature in self.choice.signatures for each in signature.inputs)

    @cached_property
    def behind(self) -> frozenset[str]:
        """The nodes that the signatures' outputs are computed from, in the sense of `ForwardGraph.behind`."""
        return self._short_of(())

    @cached_property
    def computed(self) -> frozenset[str]:
        """The nodes behind the outputs that are computed: neither fed nor frozen, nor behind what is."""
        return self._short_of(each.tensor for each in self.choice.constants)

    @cached_property
    def taken(self) -> frozenset[str]:
        """The nodes that are computed, less those in branches that are not taken."""
        return self.computed & self._short_of(self.scalars, find_dead(self.graph, self.scalars))

    def _short_of(self, ends: Iterable[TensorRef], dead: Dead = _NOTHING_DEAD) -> frozenset[str]:
        """The nodes behind the signatures' outputs and in front of these tensors, by one signature or another."""
        given = frozenset(ends)
        found: frozenset[str] = frozenset()
        for signature in self.choice.signatures:
            fed = {each.tensor for each in signature.inputs if not each.readers}
            outputs = [piece.tensor for each in signature.outputs for piece in each.pieces]
            found |= live_behind(self.graph, outputs, dead, given | fed)
        return found

    @cached_property
    def kept_freezes(self) -> tuple[Freeze, ...]:
        """What is frozen without the user's having said so, nor having chosen what it was worked out from."""
        chosen = {self._as_found(each.tensor) for each in self.choice.constants if each.reason == "user"}
        return tuple(each for each in self.findings.freezes if not {each.tensor, each.follows} & chosen)

    @property
    def is_overruled(self) -> bool:
        """Whether the user turned on what would have been turned off, or the other way round."""
        return len(self.kept_freezes) < len(self.findings.freezes)

    def _as_found(self, ref: TensorRef) -> TensorRef:
        """What discovery calls a tensor that was chosen: the variable itself where it is one read of it."""
        variable = variable_of(self.graph, ref)
        return ref if variable is None else TensorRef(variable)

    @cached_property
    def scalars(self) -> Mapping[TensorRef, Any]:
        """The frozen tensors that hold one number or truth value, and that no signature feeds."""
        given = {each.tensor: each.value for each in self.kept_freezes}
        given |= {
            each.tensor: each.value
            for each in self.choice.constants
            if isinstance(each.value, (bool, int, float))
        }
        return {ref: value for ref, value in given.items() if ref not in self.fed}

    def needing(self, node: str) -> tuple[str, ...]:
        """The aliases of the outputs that are computed from a node; beyond the first signature, with its name."""
        found: dict[str, None] = {}
        for number, signature in enumerate(self.choice.signatures):
            fed = {each.tensor for each in signature.inputs if not each.readers}
            for output in signature.outputs:
                tensors = [piece.tensor for piece in output.pieces]
                if node in live_behind(self.graph, tensors, _NOTHING_DEAD, self._frozen | fed):
                    found[f"{signature.name}: {output.alias}" if number else output.alias] = None
        return tuple(found)

    @cached_property
    def _frozen(self) -> frozenset[TensorRef]:
        return frozenset(each.tensor for each in self.choice.constants)

    def cut(self, blocked: Collection[str]) -> str:
        """The signature that gives the same outputs without these nodes; empty where there is none."""
        findings = self.findings
        return cut_signature(self.flow, blocked, findings.inputs, self._as_findings(), findings.freezes)

    def _as_findings(self) -> tuple[OutputFinding, ...]:
        """The outputs of the signatures as discovery found them, and those of the first of which it knows nothing."""
        found = tuple(each for each in self.findings.offered if each.tensor in self.outputs)
        known = {each.tensor for each in found}
        others = {
            piece.tensor: OutputFinding(piece.tensor, each.dtype, each.shape, each.role)
            for each in self.choice.signatures[0].outputs
            for piece in each.pieces
            if piece.tensor not in known
        }
        return (*found, *others.values())
