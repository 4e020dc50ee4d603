"""The original's answers to the cases that are given, or made up within what the graph shows to be its domain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tf1compat.discovery.findings import Findings
from tf1compat.ops.families import BLOCK_LSTM
from tf1compat.plan.free_sizes import with_fixed_sizes
from tf1compat.plan.model import MigrationPlan, SignaturePlan
from tf1compat.source.model import LegacyModel
from tf1compat.verify.coverage import Coverage
from tf1compat.verify.inputs.cases import Case, cases
from tf1compat.verify.inputs.domain import SignatureDomain, domains_of
from tf1compat.verify.original.batches import AnySize, is_run_whole
from tf1compat.verify.original.probes import Probes
from tf1compat.verify.original.reference import Reference
from tf1compat.verify.original.saturation import constant_outputs
from tf1compat.verify.reloaded.fresh import Answer

#: What inputs are multiplied by, in turn, where a net gives the same whatever it is given.
_SCALES = (0.1, 0.01, 1e-3, 1e-4, 10.0)
#: And where a branch has gone one way alone.
_TURNS = (1.0, 10.0, 0.1, 100.0) * 2
#: With so many cases it is seen whether a scale is better.
_PROBES = 2
Tried = list[tuple[Case, Answer]]


@dataclass(frozen=True)
class Original:
    """The legacy model, and what to ask it."""

    model: LegacyModel
    findings: Findings
    plan: MigrationPlan
    reference: Reference | AnySize
    probes: Mapping[str, Probes]  # by signature
    seed: int

    def answers(self, given: Sequence[Case]) -> Tried:
        """Its answers to the given cases, and to such as are made up for every signature that none of them feeds."""
        fed = {case.signature for case in given}
        others = (each for each in self.plan.signatures if each.name not in fed and is_run_whole(each))
        answered = [(case, self.reference.run(case)) for case in given]
        self._look(answered)
        return [*answered, *(pair for signature in others for pair in self._made_up(signature))]

    def coverage(self, tried: Tried) -> tuple[Coverage, ...]:
        """What the cases that it answered reached of each signature."""
        ran = [case for case, answer in tried if answer.error is None]
        cases = {name: [case for case in ran if case.signature == name] for name in self.probes}
        return tuple(probes.coverage(cases[name]) for name, probes in self.probes.items() if cases[name])

    def _look(self, tried: Tried) -> None:
        for case, answer in tried:
            if answer.error is None:
                self.probes[case.signature].look(self.reference, case)

    def _made_up(self, signature: SignaturePlan) -> Tried:
        """A signature's cases and answers, from the likeliest domain of which it accepts any."""
        attempts: list[Tried] = []
        graph, constants = self.model.meta_graph.graph, self.plan.constants
        for domain in domains_of(graph, self.findings, with_fixed_sizes(self.plan, signature), constants):
            tried = list(_until_blocked(self.reference, self._cases(signature, domain)))
            attempts.append(tried)
            if any(answer.error is None for _, answer in tried):
                self._look(tried)
                return [*tried, *self._scaled(signature, domain, tried), *self._turned(signature, domain)]
            if any(answer.blocked or answer.endless for _, answer in tried):
                return tried
        return attempts[0]

    def _cases(
        self, signature: SignaturePlan, domain: SignatureDomain, scale: float = 1.0, seed: int = 0
    ) -> Sequence[Case]:
        made_up = cases(domain, self.seed + seed, many_rows=self._is_labelled(signature), scale=scale)
        if isinstance(self.reference, AnySize):
            made_up = self.reference.resized(made_up)
        # What is compiled is compiled for sizes, and XLA may have no code for an empty axis.
        spared = self.plan.jit or any(node.op in BLOCK_LSTM for node in self.model.meta_graph.graph.nodes)
        return [case for case in made_up if not (spared and case.is_empty)]

    def _scaled(self, signature: SignaturePlan, domain: SignatureDomain, tried: Tried) -> Tried:
        """Cases whose inputs are scaled so that outputs vary which were the same in all of `tried`; none if all do."""
        constant = constant_outputs(answer for _, answer in tried)
        if not constant or not domain.is_scalable:
            return []
        for scale in _SCALES:
            asked = [case for case in self._cases(signature, domain, scale) if not case.is_empty]
            if not constant <= constant_outputs(self.reference.run(case) for case in _largest(asked)):
                return list(_until_blocked(self.reference, asked))
        return []

    def _turned(self, signature: SignaturePlan, domain: SignatureDomain) -> Tried:
        """Cases in which branches go the way that they have not gone yet."""
        probes, found = self.probes[signature.name], []
        for number, scale in enumerate(_TURNS, 1):
            if not probes.one_sided:
                break
            asked = [case for case in self._cases(signature, domain, scale, number) if not case.is_empty]
            for case in _largest(asked):
                if probes.look(self.reference, case):
                    found.append((case, self.reference.run(case)))
        return [each for each in found if each[1].error is None]

    def _is_labelled(self, signature: SignaturePlan) -> bool:
        labels = self.plan.labels
        return labels is not None and any(each.alias == labels.scores for each in signature.outputs)


def _largest(asked: Sequence[Case]) -> Sequence[Case]:
    return sorted(asked, key=lambda case: sum(each.size for each in case.feeds.values()))[-_PROBES:]


def _until_blocked(reference: Reference | AnySize, made_up: Iterable[Case]) -> Iterator[tuple[Case, Answer]]:
    """Each case with the original's answer, up to the first that it does not answer at all."""
    for case in made_up:
        answer = reference.run(case)
        yield case, answer
        if answer.blocked:
            return
