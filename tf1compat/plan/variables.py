"""The variables that the signatures need, and what the checkpoint calls them."""

from __future__ import annotations

from collections.abc import Sequence

from tf1compat.discovery.findings import Findings, Note, VariableFinding
from tf1compat.discovery.rnn.cudnn_weights import canonical_keys
from tf1compat.errors import nearest
from tf1compat.plan.model import ConstantPlan, SignaturePlan, VariablePlan
from tf1compat.plan.reach import reached_by
from tf1compat.source.model import LegacyModel, SavedAs

_EMA = "/ExponentialMovingAverage"


def plan_variables(
    model: LegacyModel,
    findings: Findings,
    signatures: Sequence[SignaturePlan],
    constants: Sequence[ConstantPlan],
    weights: str,
) -> tuple[tuple[VariablePlan, ...], tuple[Note, ...]]:
    """The variables behind the signatures' outputs, and a blocker for each that the checkpoint does not have."""
    frozen = {each.tensor.node for each in constants}
    graph = model.meta_graph.graph
    reached = {name for signature in signatures for name in reached_by(graph, signature, frozen)}
    for opaque, keys in canonical_keys(graph, model.checkpoint.entries).items():
        if opaque in reached:
            reached |= set(keys)
    plans, missing = [], []
    for each in findings.variables:
        if each.name in reached:
            plan = _plan(model, each, weights)
            plans.append(plan)
            if plan.key not in model.checkpoint.entries:
                missing.append(_missing(model, each, plan.key))
    return tuple(plans), tuple(missing)


def _plan(model: LegacyModel, variable: VariableFinding, weights: str) -> VariablePlan:
    saved = model.saved_as.get(variable.name, SavedAs(variable.key or variable.name))
    key = saved.key
    if weights == "ema" and key + _EMA in model.checkpoint.entries:
        key += _EMA
    return VariablePlan(
        variable.name, key, saved.shape_and_slice, variable.dtype, variable.shape, variable.trainable
    )


def _missing(model: LegacyModel, variable: VariableFinding, key: str) -> Note:
    hint = nearest(key, model.checkpoint.entries)
    return Note(
        "missing-variable", variable.name,
        f"the checkpoint '{model.checkpoint.prefix.name}' has no key '{key}'{hint}",
        "take the checkpoint that belongs to this .meta, or freeze the variable with --set",
    )  # fmt: skip
