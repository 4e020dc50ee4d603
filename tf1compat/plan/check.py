"""Whether a plan, made elsewhere or edited by hand, fits a model: names, labels, variables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tf1compat.discovery.findings import Findings
from tf1compat.discovery.weights.judge import concerns_weights
from tf1compat.errors import PlanError, nearest
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.plan.model import MigrationPlan, SignaturePlan
from tf1compat.plan.signatures.signature import alias_problem
from tf1compat.plan.statistics import with_plan_averages
from tf1compat.plan.tables import concerns_tables, still_blocking
from tf1compat.plan.variables import plan_variables
from tf1compat.source.model import LegacyModel


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
    still_missing = [each for each in chosen.missing if given.get(each.node) is None or each in plan.blockers]
    tables = still_blocking(plan, model, findings.tables)
    judged = (concerns_tables, concerns_weights)
    decided = [
        each
        for each in plan.blockers
        if each.code != "missing-variable" and not any(by(each) for by in judged)
    ]
    blockers = [*decided, *still_missing, *chosen.weights.blockers, *tables.blockers]
    if blockers:
        raise PlanError([f"{each.code} at '{each.node}': {each.reason}; {each.remedy}" for each in blockers])
    return replace(plan, variables=variables, tables=tables.tables, blockers=())


def _problems(plan: MigrationPlan, model: LegacyModel) -> Iterator[str]:
    if plan.digest != model.digest:
        yield f"the plan was made for other files than '{model.path}' (their digests differ); plan again"
    if not plan.signatures:
        yield "the plan has no signature; nothing was found to offer, so name one with --signature"
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
    yield from _label_problems(plan)


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
