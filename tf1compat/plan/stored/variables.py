"""The variables that the signatures need, and what the checkpoint calls them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tf1compat.discovery.findings import Findings, VariableFinding
from tf1compat.discovery.rnn.cudnn_weights import canonical_keys
from tf1compat.discovery.weights.initial import initial_tensor
from tf1compat.errors import PlanError
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Graph
from tf1compat.ops.values import constant
from tf1compat.options import WeightsChoice
from tf1compat.plan.large_constants import large_constants
from tf1compat.plan.model import ConstantPlan, SignaturePlan, VariablePlan
from tf1compat.plan.signatures.reach import reached_by
from tf1compat.plan.stored.partitions import joined
from tf1compat.plan.stored.weights import AVERAGED, ChosenWeights, choose_weights
from tf1compat.source.model import LegacyModel, SavedAs


@dataclass(frozen=True)
class VariableChoice:
    """The variables of a plan, why their weights are raw or averaged, and which of them the checkpoint lacks."""

    variables: tuple[VariablePlan, ...] = ()
    weights: ChosenWeights = field(default_factory=ChosenWeights)
    begun: tuple[VariablePlan, ...] = ()  # those that have the constant of their initializer
    missing: tuple[VariablePlan, ...] = ()  # those that have no value
    reached: frozenset[str] = frozenset()  # the nodes that the signatures compute


def plan_variables(
    model: LegacyModel,
    findings: Findings,
    signatures: Sequence[SignaturePlan],
    constants: Sequence[ConstantPlan],
    weights: WeightsChoice,
) -> VariableChoice:
    """The variables behind the signatures' outputs.

    Raises PlanError where averages were asked for and there are none.
    """
    graph = model.meta_graph.graph
    networks = [_reached(model, each, constants) for each in signatures]
    reached = set[str]().union(*networks)
    needed = [each for each in findings.variables if each.name in reached]
    names = {each.name for each in needed}
    chosen = choose_weights(model, [each & names for each in networks], weights)
    if chosen.kind != weights == AVERAGED:
        raise PlanError([f"--weights ema: {chosen.reason}; leave it out, or give --weights raw"])
    plans = tuple(_plan(model, each, chosen) for each in needed)
    begun = tuple(each for each in plans if each.initializer is not None)
    missing = tuple(
        each for each in plans if each.initializer is None and each.key not in model.checkpoint.entries
    )
    others = {each.name for each in findings.variables}
    variables = (*joined(plans, others), *large_constants(graph, reached))
    return VariableChoice(variables, chosen, begun, missing, frozenset(reached))


def initial_values(graph: Graph, variables: Iterable[VariablePlan]) -> dict[str, Array]:
    """The values of the variables that begin with a constant of the graph, by name."""
    found = {}
    for each in variables:
        if each.initializer is not None:
            value = constant(graph, each.initializer)
            if value is None:
                raise PlanError([f"'{each.initializer}', with which '{each.name}' begins, is no constant"])
            found[each.name] = value
    return found


def _reached(model: LegacyModel, signature: SignaturePlan, constants: Sequence[ConstantPlan]) -> set[str]:
    """The nodes behind a signature's outputs that are computed, less those that are given: fed or frozen."""
    frozen = {each.tensor.node for each in constants}
    fed = {each.tensor.node for each in signature.inputs if not each.readers}
    graph = model.meta_graph.graph
    reached = set(reached_by(graph, signature, frozen)) - fed - frozen
    for opaque, keys in canonical_keys(graph, model.checkpoint.entries).items():
        if opaque in reached:
            reached |= set(keys)
    return reached


def _plan(model: LegacyModel, variable: VariableFinding, weights: ChosenWeights) -> VariablePlan:
    own = model.saved_as.get(variable.name, SavedAs(variable.key or variable.name))
    saved = weights.keys.get(variable.name, own)
    present, begins = saved.key in model.checkpoint.entries, model.has_values or variable.name in model.thawed
    return VariablePlan(
        variable.name, saved.key, saved.shape_and_slice, variable.dtype, variable.shape, variable.trainable,
        initial_tensor(model.meta_graph.graph, variable.name) if begins and not present else None,
    )  # fmt: skip
