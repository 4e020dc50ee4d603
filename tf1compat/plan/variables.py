"""The variables that the signatures need, and what the checkpoint calls them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.cuts import cut_signature
from tf1compat.discovery.findings import Findings, Note, VariableFinding
from tf1compat.discovery.rnn.cudnn_weights import canonical_keys
from tf1compat.discovery.weights.initial import initial_tensor, initial_value
from tf1compat.discovery.weights.judge import AVERAGED, Weights, judge_weights
from tf1compat.discovery.weights.keys import key_hazards
from tf1compat.errors import PlanError, nearest
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Graph
from tf1compat.options import WeightsChoice
from tf1compat.plan.large_constants import large_constants
from tf1compat.plan.model import ConstantPlan, SignaturePlan, VariablePlan
from tf1compat.plan.partitions import joined
from tf1compat.plan.signatures.reach import reached_by
from tf1compat.source.model import LegacyModel, SavedAs

_CODES = frozenset({"initialised-variable", "unsaved-variable", "renamed-keys", "other-saver"})


def concerns_values(note: Note) -> bool:
    """Whether a hazard of discovery about variables' values is told anew for what was chosen."""
    return note.code in _CODES


@dataclass(frozen=True)
class VariableChoice:
    """The variables of a plan, why their weights are raw or averaged, and what is to be said of them."""

    variables: tuple[VariablePlan, ...]
    weights: Weights
    hazards: tuple[Note, ...] = ()
    missing: tuple[Note, ...] = ()  # a blocker for each that has no value


def plan_variables(
    model: LegacyModel,
    findings: Findings,
    signatures: Sequence[SignaturePlan],
    constants: Sequence[ConstantPlan],
    weights: WeightsChoice,
) -> VariableChoice:
    """The variables behind the signatures' outputs, and a blocker for each that has no value.

    Raises PlanError where averages were asked for and there are none.
    """
    graph = model.meta_graph.graph
    networks = [_reached(model, each, constants) for each in signatures]
    reached = set[str]().union(*networks)
    needed = [each for each in findings.variables if each.name in reached]
    names = {each.name for each in needed}
    chosen = judge_weights(model, [each & names for each in networks], weights)
    if chosen.kind != weights == AVERAGED:
        raise PlanError([f"--weights ema: {chosen.reason}; leave it out, or give --weights raw"])
    plans = tuple(_plan(model, each, chosen) for each in needed)
    begun = {each.name for each in plans if each.initializer is not None}
    missing = [
        each for each in plans if each.initializer is None and each.key not in model.checkpoint.entries
    ]
    others = {each.name for each in findings.variables}
    return VariableChoice(
        (*joined(plans, others), *large_constants(graph, reached)),
        chosen,
        (*(_initialised(each) for each in plans if each.name in begun), *key_hazards(model, reached)),
        tuple(_missing(model, graph, findings, missing)),
    )


def initial_values(graph: Graph, variables: Iterable[VariablePlan]) -> dict[str, Array]:
    """The values of the variables that begin with a constant of the graph, by name."""
    found = {}
    for each in variables:
        if each.initializer is not None:
            value = initial_value(graph, each.initializer)
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


def _plan(model: LegacyModel, variable: VariableFinding, weights: Weights) -> VariablePlan:
    own = model.saved_as.get(variable.name, SavedAs(variable.key or variable.name))
    saved = weights.keys.get(variable.name, own)
    present = saved.key in model.checkpoint.entries
    return VariablePlan(
        variable.name, saved.key, saved.shape_and_slice, variable.dtype, variable.shape, variable.trainable,
        None if present else initial_tensor(model.meta_graph.graph, variable.name),
    )  # fmt: skip


def _initialised(variable: VariablePlan) -> Note:
    trained = ", and training changed it without saving it" if variable.trainable else ""
    return Note(
        "initialised-variable", variable.name,
        f"the variable '{variable.name}' is not in the checkpoint{trained}; it has the constant with which its own "
        f"initializer begins ('{variable.initializer}'), as in any program that initialises and then restores",
        f"if it had another value, give it: --set {variable.name}=VALUE",
    )  # fmt: skip


def _missing(
    model: LegacyModel, graph: Graph, findings: Findings, missing: Collection[VariablePlan]
) -> Iterator[Note]:
    """A blocker for each; the remedy that can be typed feeds all of them."""
    if not missing:
        return
    flow = ForwardGraph(graph, findings.training_nodes)
    names = {each.name for each in missing}
    signature = cut_signature(flow, names, findings.inputs, findings.offered, findings.freezes)
    cut = f", or feed it: --signature '{signature}'" if signature else ""
    for each in missing:
        hint = nearest(each.key, model.checkpoint.entries)
        yield Note(
            "missing-variable", each.name,
            f"the checkpoint '{model.checkpoint.prefix.name}' has no key '{each.key}'{hint}, and the initializer of "
            f"'{each.name}' gives no constant that could stand for it",
            f"take the checkpoint that belongs to this .meta, or freeze the variable with --set{cut}",
        )  # fmt: skip
