"""The variables of a graph, and where their values lie in the checkpoint."""

from __future__ import annotations

from collections.abc import Iterable

from tf1compat.discovery.findings import OutputFinding, VariableFinding
from tf1compat.discovery.flow import Flow
from tf1compat.discovery.ops import VARIABLES
from tf1compat.discovery.tensors import dtype_of
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.source.model import LegacyModel


def find_variables(
    model: LegacyModel, flow: Flow, outputs: Iterable[OutputFinding]
) -> tuple[VariableFinding, ...]:
    """Every variable, in the order of the file; needed where an output other than a loss depends on it."""
    needed = flow.behind(each.tensor for each in outputs if each.role != "loss")
    trainable = _trainable(model)
    return tuple(
        _finding(model, flow.graph, node, trainable, needed)
        for node in flow.graph.nodes
        if node.op in VARIABLES
    )


def _trainable(model: LegacyModel) -> frozenset[str]:
    collection = model.meta_graph.variables.get("trainable_variables", ())
    return frozenset(TensorRef.parse(each.variable).node for each in collection)


def _finding(
    model: LegacyModel, graph: Graph, node: Node, trainable: frozenset[str], needed: frozenset[str]
) -> VariableFinding:
    key = _key(model, node.name)
    return VariableFinding(
        node.name,
        dtype_of(graph, TensorRef(node.name)),
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
