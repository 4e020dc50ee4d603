"""States in variables that were never saved, of as many rows as the program fed when it began: they begin anew.

state = Variable()                         the checkpoint has no value for it, and no constant can have its shape
Assign(state, Fill([batch_size, units], 0))
→   what reads the variable reads Fill([batch_size, units], 0)
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tf1compat.discovery.weights.initial import initial_tensor, initializer_of
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.values import constant
from tf1compat.source.model import LegacyModel, SavedAs

_MADE_BY = "begun_states"
#: What does something else with a variable than read it.
_WRITING = families.ASSIGNMENTS | families.IS_INITIALIZED | families.SAVER | families.VARIABLE_SHAPE


def with_begun_states(model: LegacyModel) -> LegacyModel:
    """The model whose graph begins such states in every run with what the program began them with."""
    graph = model.meta_graph.graph
    begun = {
        node.name: filled
        for node in graph.nodes
        if node.op in families.VARIABLES and not _is_saved(model, node.name)
        if (filled := _filled(graph, node.name)) is not None
    }
    if not begun:
        return model
    made = graph.replacing(_reading(graph, node, begun) for node in graph.nodes)
    return replace(model, meta_graph=replace(model.meta_graph, graph=made))


def begun_states(graph: Graph, reached: Collection[str]) -> tuple[str, ...]:
    """The variables of states that begin anew, as far as these nodes read them."""
    begun = {
        ref
        for node in graph.nodes
        if node.made_by == _MADE_BY and node.name in reached
        for ref in node.inputs
    }
    written = (node for node in graph.nodes if node.op in families.ASSIGN and len(node.inputs) == 2)
    return tuple(
        dict.fromkeys(each.inputs[0].node for each in written if resolve(graph, each.inputs[1]) in begun)
    )


def _is_saved(model: LegacyModel, name: str) -> bool:
    return model.saved_as.get(name, SavedAs(name)).key in model.checkpoint.entries


def _filled(graph: Graph, variable: str) -> TensorRef | None:
    """The tensor of one number, of a size that is not known before it runs, with which a variable begins."""
    first = None if initial_tensor(graph, variable) is not None else initializer_of(graph, variable)
    filled = None if first is None else resolve(graph, first.inputs[1])
    node = None if filled is None else graph.producer(filled)
    if node is None or node.op not in families.FILL or constant(graph, node.inputs[1]) is None:
        return None
    return filled if constant(graph, node.inputs[0]) is None else None


def _reading(graph: Graph, node: Node, begun: dict[str, TensorRef]) -> Node:
    """A node with the tensors that states begin with in the place of the variables that it reads."""
    if node.op in _WRITING or not any(each.node in begun for each in node.inputs):
        return node
    inputs = tuple(begun.get(each.node, each) for each in node.inputs)
    if node.op in families.READ_RESOURCE:
        node = replace(node, op="Identity").with_attrs(T=node.attrs["dtype"])
    return replace(node, inputs=inputs, made_by=_MADE_BY)
