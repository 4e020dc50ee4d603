"""Inputs that one op gives together, told apart for what asks only which node a value comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any, TypeVar

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding

Value = TypeVar("Value")


@dataclass(frozen=True)
class Parting:
    """A graph in which each such input is a node of its own, and what these nodes stand for."""

    graph: Graph
    stand_ins: Mapping[TensorRef, TensorRef]

    def apart(self, value: Value) -> Value:
        """What is said of the graph, said of the one with the inputs apart."""
        return _with(value, self.stand_ins) if self.stand_ins else value

    def together(self, value: Value) -> Value:
        """What is said of the graph with the inputs apart, said of the graph itself."""
        return _with(value, {new: old for old, new in self.stand_ins.items()}) if self.stand_ins else value


def parted(graph: Graph, inputs: Iterable[InputBinding]) -> Parting:
    """The graph with a node for each input that is not the only output of its node."""
    several = [each.tensor for each in inputs if _has_others(graph, each.tensor)]
    stand_ins = {ref: TensorRef(f"{ref.node}/output_{ref.index}") for ref in several}
    if not stand_ins:
        return Parting(graph, MappingProxyType({}))
    made = {ref: _placeholder(graph, ref, stand_in) for ref, stand_in in stand_ins.items()}
    nodes = [_reading(node, stand_ins) for node in graph.nodes]
    places = {ref.node: [made[each] for each in several if each.node == ref.node] for ref in several}
    parted_nodes = [each for node in nodes for each in (node, *places.get(node.name, ()))]
    return Parting(graph.replacing(parted_nodes), MappingProxyType(stand_ins))


def _has_others(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor is not the first output of its node, or not the only one that is read."""
    uses = graph.uses_of_node.get(ref.node, ())
    return ref.index > 0 or any(graph[use.node].inputs[use.position] != ref for use in uses)


def _placeholder(graph: Graph, ref: TensorRef, stand_in: TensorRef) -> Node:
    shape = graph.static_shape(ref)
    node = make_node(stand_in.node, "Placeholder", made_by="parting", dtype=dtype_of(graph, ref), shape=shape)
    return node.with_attrs(_output_shapes=(shape,))


def _reading(node: Node, stand_ins: Mapping[TensorRef, TensorRef]) -> Node:
    if not any(ref in stand_ins for ref in node.inputs):
        return node
    return replace(node, inputs=tuple(stand_ins.get(ref, ref) for ref in node.inputs))


def _with(value: Any, stand_ins: Mapping[TensorRef, TensorRef]) -> Any:
    """A value made of dataclasses, tuples and mappings, with other tensors in it."""
    if isinstance(value, TensorRef):
        return stand_ins.get(value, value)
    if is_dataclass(value) and not isinstance(value, type):
        held = {each.name: getattr(value, each.name) for each in fields(value)}
        changed = {name: _with(each, stand_ins) for name, each in held.items()}
        return replace(value, **{name: each for name, each in changed.items() if each is not held[name]})
    if type(value) is tuple:
        return _unless_same(value, tuple(_with(each, stand_ins) for each in value))
    if isinstance(value, Mapping):
        return MappingProxyType(
            {_with(key, stand_ins): _with(each, stand_ins) for key, each in value.items()}
        )
    return value


def _unless_same(value: tuple[Any, ...], changed: tuple[Any, ...]) -> tuple[Any, ...]:
    return value if all(old is new for old, new in zip(value, changed, strict=True)) else changed
