"""Whether a plan, made elsewhere or edited by hand, fits a model: names, labels, variables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tf1compat.discovery.findings import Findings
from tf1compat.errors import PlanError, nearest
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.plan.judge.choice import Case, Choice
from tf1compat.plan.judge.machine import machine_blockers
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.judge.tables import table_blockers
from tf1compat.plan.judge.values import value_blockers
from tf1compat.plan.judge.weights import weights_blockers
from tf1compat.plan.model import MigrationPlan, SignaturePlan
from tf1compat.plan.signatures.signature import alias_problem
from tf1compat.plan.statistics import with_plan_averages
from tf1compat.plan.stored.variables import VariableChoice, plan_variables
from tf1compat.plan.tables import as_planned, plan_tables
from tf1compat.source.model import LegacyModel

_MISSING = "missing-variable"
#: The blockers of a model of which there is no signature at all.
_NOTHING = frozenset({"no-outputs", "no-graph"})
#: The blockers about what files hold, which may hold something else by now, and about what touches the machine, which
#: an edited plan allows by `allow` alone.
_JUDGED_AGAIN = frozenset({
    _MISSING, "averages-unclear", "asset-missing", "machine-op", "mutable-table", "table-changed", "table-content",
    "vocabulary-mismatch",
})  # fmt: skip


def fitted(plan: MigrationPlan, model: LegacyModel, findings: Findings) -> MigrationPlan:
    """The plan with the variables that its signatures need by now, each under the key that the plan gives it.

    Raises PlanError with everything that does not fit the model, blockers included.
    """
    problems = [*_problems(plan, model)]
    if problems:
        raise PlanError(problems)
    model = with_plan_averages(model, plan.averages)
    chosen = plan_variables(model, findings, plan.signatures, plan.constants, plan.weights)
    given = {each.name: each for each in plan.variables}
    variables = tuple(given.get(each.name, each) for each in chosen.variables)
    blockers = [*_by_now(plan, model, findings, chosen)]
    if blockers:
        raise PlanError([f"{each.code} at '{each.node}': {each.reason}; {each.remedy}" for each in blockers])
    tables = plan_tables(
        model.meta_graph.graph, as_planned(findings.tables, plan.tables), plan.signatures, plan.constants
    )
    return replace(plan, variables=variables, tables=tables, blockers=())


def _by_now(
    plan: MigrationPlan, model: LegacyModel, findings: Findings, chosen: VariableChoice
) -> Iterator[Note]:
    """The blockers of a plan, those about what files hold judged by what they hold now, and about the machine again.

    A variable that the plan itself gives a key has a value, as long as the plan does not say otherwise.
    """
    yield from (each for each in plan.blockers if each.code not in _JUDGED_AGAIN)
    lacking = {each.node for each in plan.blockers if each.code == _MISSING}
    given = {each.name for each in plan.variables} - lacking
    missing = tuple(each for each in chosen.missing if each.name not in given)
    tables = as_planned(findings.tables, plan.tables)
    choice = Choice(plan.signatures, plan.constants, tables, chosen, allow=plan.allow)
    case = Case(model, findings, choice)
    yield from (
        *value_blockers(case, missing),
        *weights_blockers(chosen.weights),
        *table_blockers(case),
        *machine_blockers(case),
    )


def misfit(plan: MigrationPlan, model: LegacyModel) -> str:
    """The first thing that a plan of other files names and a model does not have; empty where there is none."""
    return "" if plan.digest == model.digest else next(_problems_of_names(plan, model), "")


def _problems(plan: MigrationPlan, model: LegacyModel) -> Iterator[str]:
    if plan.digest != model.digest:
        yield f"the plan was made for other files than '{model.path}' (their digests differ); plan again"
    yield from _problems_of_names(plan, model)
    yield from _label_problems(plan)


def _problems_of_names(plan: MigrationPlan, model: LegacyModel) -> Iterator[str]:
    if not plan.signatures:
        told = next((f"{each.reason}; {each.remedy}" for each in plan.blockers if each.code in _NOTHING), "")
        yield (
            f"nothing was found to offer: {told}"
            if told
            else "the plan has no signature; name one with --signature"
        )
    elif "serving_default" not in plan.signature_names:
        yield "the plan has no signature 'serving_default'"
    graph = model.meta_graph.graph
    for signature in plan.signatures:
        yield from _signature_problems(signature, graph)
    for constant in plan.constants:
        yield from _unknown(graph, constant.tensor, "constant")
    for average in plan.averages:
        yield from _unknown(graph, average.statistic, "statistic")
        yield from _unknown(graph, TensorRef(average.variable), "average")


def _signature_problems(signature: SignaturePlan, graph: Graph) -> Iterator[str]:
    where = f"signature '{signature.name}'"
    if not signature.outputs:
        yield f"{where} has no outputs"
    for alias in (*(each.alias for each in signature.inputs), *(each.alias for each in signature.outputs)):
        problem = alias_problem(alias)
        if problem:
            yield f"{where}: {problem}"
    for entry in signature.inputs:
        yield from _unknown(graph, entry.tensor, f"{where}: input")
    for output in signature.outputs:
        for piece in output.pieces:
            yield from _unknown(graph, piece.tensor, f"{where}: output")


def _unknown(graph: Graph, ref: TensorRef, what: str) -> Iterator[str]:
    if ref.node not in graph:
        yield f"{what} '{ref}' is not in the graph{nearest(ref.node, graph.by_name)}"


def _label_problems(plan: MigrationPlan) -> Iterator[str]:
    if plan.labels is None:
        return
    labels = plan.labels
    scores = [
        each for signature in plan.signatures for each in signature.outputs if each.alias == labels.scores
    ]
    if not scores:
        yield f"the plan's labels are for the output '{labels.scores}', which no signature has"
    for each in scores:
        neurons = each.shape.dims[-1] if each.shape.dims else None
        if neurons is not None and neurons != len(labels.names):
            yield f"the plan has {len(labels.names)} labels, but '{each.alias}' has {neurons} neurons"
