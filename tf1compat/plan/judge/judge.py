"""Judgement: what may differ, and what keeps the result from being written, told once of what was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from tf1compat.discovery.findings import Findings
from tf1compat.plan.judge.blockers import find_blockers
from tf1compat.plan.judge.choice import Case, Choice
from tf1compat.plan.judge.hazards import find_hazards
from tf1compat.plan.judge.machine import machine_blockers, machine_hazards
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.judge.replicas import replica_hazards
from tf1compat.plan.judge.states import changed_variable_hazards, kept_state_hazards, step_hazards
from tf1compat.plan.judge.statistics import statistics_blockers, statistics_hazards
from tf1compat.plan.judge.tables import table_blockers, table_hazards
from tf1compat.plan.judge.values import no_graph, unsaved_hazards, value_blockers, value_hazards
from tf1compat.plan.judge.weights import weights_blockers, weights_hazards
from tf1compat.source.model import LegacyModel


@dataclass(frozen=True)
class Judgement:
    """What is to be said of a model as it would be written."""

    hazards: tuple[Note, ...] = ()
    blockers: tuple[Note, ...] = ()
    no_step: str = ""  # why a recurrent model has no signature `step`
    no_step_at: str = ""  # the node that stands in its way


def judge(model: LegacyModel, findings: Findings, choice: Choice) -> Judgement:
    """All hazards and blockers of what was chosen, and of nothing else."""
    if model.kind == "checkpoint":
        return Judgement(blockers=(no_graph(model),))
    case = Case(model, findings, choice)
    return Judgement(_hazards(case), _blockers(case), choice.stepping.reason, choice.stepping.at)


def _hazards(case: Case) -> tuple[Note, ...]:
    choice = case.choice
    return (
        *find_hazards(case),
        *replica_hazards(case),
        *kept_state_hazards(
            (each for each in case.findings.kept_states if each.variable in case.behind),
            {each.name for each in choice.variables.begun},
        ),
        *statistics_hazards(choice.statistics),
        *table_hazards(case),
        *choice.batch.hazards,
        *choice.time.hazards,
        *unsaved_hazards(choice.unsaved),
        *value_hazards(case.model, choice.variables),
        *weights_hazards(choice.variables.weights),
        *changed_variable_hazards(case.graph, choice.signatures, choice.constants),
        *step_hazards(choice.stepping),
        *machine_hazards(case),
    )


def _blockers(case: Case) -> tuple[Note, ...]:
    choice = case.choice
    return (
        *find_blockers(case),
        *value_blockers(case, choice.variables.missing),
        *weights_blockers(choice.variables.weights),
        *table_blockers(case),
        *statistics_blockers(choice.statistics),
        *choice.batch.blockers,
        *choice.time.blockers,
        *machine_blockers(case),
    )
