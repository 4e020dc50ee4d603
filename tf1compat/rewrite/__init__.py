"""The rewrite stage: a TF1 graph and a plan become, for each signature, a graph that TF2 runs, saves and derives.

Pure, and TensorFlow-free. The order of the passes stands in `passes`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from tf1compat.analysis.shapes.dimensions import BATCH
from tf1compat.analysis.shapes.free import Question
from tf1compat.analysis.time.application import one_application
from tf1compat.discovery.batch_norm.inference import with_averages
from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.collector import resting_collector
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import PLACEHOLDERS, VARIABLES
from tf1compat.plan.free_sizes import numbers_of, symbols_of
from tf1compat.plan.model import MigrationPlan, SignaturePlan
from tf1compat.plan.stepping.start import ZERO_STATE, start_signature
from tf1compat.rewrite.base import ForOutputs, Outcome, Pass
from tf1compat.rewrite.cleanup.prune import prune
from tf1compat.rewrite.cleanup.remove_prints import refuse_outside
from tf1compat.rewrite.entry.free_sizes import free_sizes
from tf1compat.rewrite.entry.large_constants import constants_to_entries
from tf1compat.rewrite.entry.partitions import join_parts
from tf1compat.rewrite.entry.signature_io import feed, freeze, outputs, use_defaults
from tf1compat.rewrite.entry.tables import TABLES
from tf1compat.rewrite.expressed.cudnn.canonical import read_canonical_weights
from tf1compat.rewrite.nondeterminism import nondeterministic
from tf1compat.rewrite.passes import PASSES
from tf1compat.rewrite.result import Change, Rewritten, SignatureGraph, TableSlot, VariableSlot
from tf1compat.rewrite.state.carried_states import release_carried_states


@resting_collector()
def rewrite(graph: Graph, plan: MigrationPlan) -> Rewritten:
    """The TF2 form of each of the plan's signatures; raises RewriteError where there is none."""
    changes: dict[str, Change] = {}
    signatures = tuple(_rewrite_signature(graph, plan, each, changes) for each in plan.signatures)
    start = start_signature(plan)
    zero_state = None if start is None else _rewrite_signature(graph, plan, start, {})
    return Rewritten(signatures, tuple(changes.values()), zero_state)


def _rewrite_signature(
    graph: Graph, plan: MigrationPlan, signature: SignaturePlan, changes: dict[str, Change]
) -> SignatureGraph:
    graph = freeze(graph, plan.constants)
    averaged = with_averages(graph, plan.averages)
    _record(changes, "averages", len(plan.averages), "statistics of the batch are read from moving averages")
    graph = averaged
    graph, inputs = feed(graph, signature.inputs)
    graph = use_defaults(graph)
    # Before anything is pruned: which variables a cuDNN buffer is made of is told by the Saver's nodes.
    graph = read_canonical_weights(graph, {each.name: each.shape for each in plan.variables})
    graph, found = outputs(graph, signature, plan.labels)
    fed = [node for _, node in inputs]
    keep = [*fed, *(ref.node for _, ref in found)]
    graph = _with_one_application(graph, signature, changes)
    graph = prune(graph, keep).graph
    released = release_carried_states(graph, plan.carried)
    graph = prune(released.graph, keep).graph
    _record(changes, "carried_states", released.count, released.summary)
    graph = _with_free_sizes(graph, plan, signature, dict(inputs), [ref for _, ref in found], changes)
    large = {each.name for each in plan.variables if each.initializer == TensorRef(each.name)}
    entered = constants_to_entries(graph, large)
    graph = entered.graph
    _record(changes, "large_constants", entered.count, entered.summary)
    variables = [node.name for node in graph.nodes if node.op in VARIABLES or node.name in large]
    tables = [node.name for node in graph.nodes if node.op in TABLES]
    for each in PASSES:
        outcome = _applied(each, graph, [ref for _, ref in found])
        _check_outputs(outcome.graph, signature.name, found)
        graph = graph if outcome.graph is graph else prune(outcome.graph, keep).graph
        _record(changes, _name(each), outcome.count, outcome.summary)
    refuse_outside(graph, plan.allow)
    _check_fed(graph, signature.name, {*fed, *variables, *tables})
    joined, whole = join_parts(graph, plan.variables)
    graph = joined.graph
    _record(changes, "join_parts", joined.count, joined.summary)
    parts = {part.name for each in plan.variables for part in each.parts}
    slots = (*(VariableSlot(name, name) for name in variables if name in graph and name not in parts), *whole)
    handles = tuple(TableSlot(name, name) for name in tables if name in graph)
    graph = _with_needed_functions(graph)
    drawn = nondeterministic(graph, found)
    return SignatureGraph(signature.name, graph, inputs, found, slots, handles, drawn)


def _with_free_sizes(
    graph: Graph,
    plan: MigrationPlan,
    signature: SignaturePlan,
    entries: Mapping[str, str],
    found: Sequence[TensorRef],
    changes: dict[str, Change],
) -> Graph:
    """The graph for any sizes, if the plan frees some; before any pass, as recorded shapes still are the author's."""
    numbers = numbers_of(plan, signature)
    if not numbers:
        return graph
    application = None if signature.step is None else signature.step.application
    axes = {TensorRef(entries[alias]): symbols_of(plan, signature, alias) for alias in entries}
    question = Question(
        graph, numbers, axes, frozenset(map(TensorRef, entries.values())), tuple(found),
        frozenset(() if application is None else application.joined),
        required=_required(plan, signature, found),
    )  # fmt: skip
    # What a variable kept for the author's examples is for these alone.
    outcome = free_sizes(question, or_as_it_is=signature.name == ZERO_STATE and bool(plan.carried))
    _record(changes, "free_sizes", outcome.count, outcome.summary)
    return outcome.graph


def _required(
    plan: MigrationPlan, signature: SignaturePlan, found: Sequence[TensorRef]
) -> dict[TensorRef, dict[int, str]]:
    """The states that a step begins with have the batch where it takes it, though no data leads to them."""
    if signature.name != ZERO_STATE or plan.step is None:
        return {}
    axes = {} if plan.batch is None else plan.batch.axes.get(plan.step.name, {})
    aliases = (each.alias for each in signature.outputs)
    return {ref: {axes[alias]: BATCH} for alias, ref in zip(aliases, found, strict=False) if alias in axes}


def _with_one_application(graph: Graph, signature: SignaturePlan, changes: dict[str, Change]) -> Graph:
    """The graph with one application of an unrolled network, if that is what the signature is a step of."""
    application = None if signature.step is None else signature.step.application
    if application is None:
        return graph
    summary = f"of {application.steps} applications of an unrolled network a step is one"
    _record(changes, "one_application", application.steps - 1, summary)
    return one_application(graph, application)


def _applied(each: Pass | ForOutputs, graph: Graph, found: Sequence[TensorRef]) -> Outcome:
    return each.run(graph, found) if isinstance(each, ForOutputs) else each(graph)


def _name(each: Pass | ForOutputs) -> str:
    return each.run.__name__ if isinstance(each, ForOutputs) else each.__name__


def _record(changes: dict[str, Change], name: str, count: int, summary: str) -> None:
    if count:
        before = changes[name].count if name in changes else 0
        changes[name] = Change(name, before + count, summary)


def _check_outputs(graph: Graph, signature: str, found: Iterable[tuple[str, TensorRef]]) -> None:
    for alias, ref in found:
        if ref.node not in graph.places:
            raise RewriteError(
                f"signature '{signature}': output '{alias}' ('{ref}') lies inside a loop, or in a branch that is not "
                "taken, so it has no value of its own; choose what leaves the loop or joins the branches"
            )
        if graph.nodes[graph.places[ref.node]].dtype() == "variant":
            raise RewriteError(
                f"signature '{signature}': output '{alias}' ('{ref}') is the flow of a TensorArray, which only orders "
                "reads and writes; choose what is read from the array"
            )


def _check_fed(graph: Graph, signature: str, given: Collection[str]) -> None:
    """Raises RewriteError for placeholders that are needed once the branches not taken are gone, and not given."""
    missing = [node.name for node in graph.nodes if node.op in PLACEHOLDERS and node.name not in given]
    if missing:
        raise RewriteError(
            f"signature '{signature}': its outputs depend on {', '.join(map(repr, missing))}, which it neither "
            "feeds nor freezes; add it to the inputs with --signature or give it a value with --set"
        )


def _with_needed_functions(graph: Graph) -> Graph:
    """Only functions that are called, directly or by others."""
    needed: dict[str, None] = {}
    todo = [graph]
    while todo:
        for node in todo.pop().nodes:
            for value in node.attrs.values():
                if (
                    isinstance(value, FunctionRef)
                    and value.name in graph.functions
                    and value.name not in needed
                ):
                    needed[value.name] = None
                    todo.append(graph.functions[value.name].graph)
    return replace(graph, functions=MappingProxyType({name: graph.functions[name] for name in needed}))
