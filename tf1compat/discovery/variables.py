"""The variables of a graph, and where their values lie in the checkpoint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import OutputFinding, VariableFinding
from tf1compat.discovery.rnn.cudnn_weights import canonical_keys
from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.ops.families import VARIABLES
from tf1compat.ops.registry import value_type
from tf1compat.source.checkpoints.object_based import entry_in, is_object_based, stored_values
from tf1compat.source.model import Checkpoint, LegacyModel

_OPTIMIZES = re.compile(r"(Resource)?(Sparse)?Apply[A-Z]")


def find_variables(
    model: LegacyModel, flow: ForwardGraph, outputs: Iterable[OutputFinding]
) -> tuple[VariableFinding, ...]:
    """Every variable, in the order of the file; needed where an output other than a loss depends on it.

    cuDNN's opaque buffer is not among them where the checkpoint holds the canonical weights: these stand in its place.
    """
    if model.kind == "checkpoint":
        return tuple(_stored(model.checkpoint))
    needed = flow.behind(each.tensor for each in outputs if each.role != "loss")
    trainable = trainable_variables(model)
    canonical = canonical_keys(flow.graph, model.checkpoint.entries)
    return tuple(
        each
        for node in flow.graph.nodes
        if node.op in VARIABLES
        for each in _standing_for(model, _finding(model, flow.graph, node, trainable, needed), canonical)
    )


def _stored(checkpoint: Checkpoint) -> Iterator[VariableFinding]:
    """What a checkpoint without a graph holds, less what it says of the objects; training's own is not needed."""
    for each in stored_values(checkpoint):
        entry, kept = entry_in(checkpoint, each), bool(each.slot)
        name = f"{each.path} ({each.slot})" if kept and is_object_based(checkpoint) else each.path
        yield VariableFinding(
            name, entry.dtype, entry.shape, entry.dtype.is_floating and not kept, True, not kept, each.key
        )


def _standing_for(
    model: LegacyModel, variable: VariableFinding, canonical: Mapping[str, tuple[str, ...]]
) -> Iterator[VariableFinding]:
    """The canonical weights that a cuDNN buffer is made of; any other variable itself."""
    if variable.name not in canonical:
        yield variable
    for key in canonical.get(variable.name, ()):
        entry = model.checkpoint.entries[key]
        if key not in model.meta_graph.graph:
            yield replace(
                variable, name=key, key=key, in_checkpoint=True, dtype=DType(entry.dtype), shape=entry.shape
            )


def trainable_variables(model: LegacyModel) -> frozenset[str]:
    """The names of the variables that the author's optimizer may change.

    Without collections, those that an optimizer of the graph updates, or else all of floating-point numbers.
    """
    known = model.meta_graph.variables
    if "trainable_variables" in known:
        return frozenset(TensorRef.parse(each.variable).node for each in known["trainable_variables"])
    return _optimized(model.meta_graph.graph) or (frozenset() if known else _floating(model.meta_graph.graph))


def _optimized(graph: Graph) -> frozenset[str]:
    """The variables that an optimizer of the graph updates."""
    updates = (node for node in graph.nodes if _OPTIMIZES.match(node.op) and node.inputs)
    found = (resolve(graph, node.inputs[0]) for node in updates)
    return frozenset(ref.node for ref in found if graph[ref.node].op in VARIABLES)


def _floating(graph: Graph) -> frozenset[str]:
    """Every variable of numbers with fractions: where nothing tells, each may be trained."""
    variables = (node for node in graph.nodes if node.op in VARIABLES)
    return frozenset(node.name for node in variables if value_type(graph, TensorRef(node.name)).is_floating)


def _finding(
    model: LegacyModel, graph: Graph, node: Node, trainable: frozenset[str], needed: frozenset[str]
) -> VariableFinding:
    key = _key(model, node.name)
    return VariableFinding(
        node.name,
        value_type(graph, TensorRef(node.name)),
        node.shape(),
        node.name in trainable,
        key is not None,
        node.name in needed,
        key,
    )


def _key(model: LegacyModel, name: str) -> str | None:
    """What the checkpoint calls a variable: as the Saver says, else its own name; None where it has none."""
    saved = model.saved_as.get(name)
    key = saved.key if saved is not None else name
    return key if key in model.checkpoint.entries else None
