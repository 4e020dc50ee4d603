"""What every rewrite pass is: a small callable from a graph to a graph that tells what it changed."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import Attr
from tf1compat.graph.model import Graph, Node, NodeTable, Use, make_node
from tf1compat.names import TensorRef

#: What a RewriteError tells the user to do about a node that has no faithful form.
ELSEWHERE = "name outputs that do not depend on it with --signature"


@dataclass(frozen=True)
class Outcome:
    """A pass's result: the graph after it, how many nodes it changed, and the sentence that says so."""

    graph: Graph
    count: int = 0
    summary: str = ""


#: A pass. It raises RewriteError where a construct has no faithful form, and does nothing a second time.
Pass = Callable[[Graph], Outcome]


@dataclass(frozen=True)
class ForOutputs:
    """A pass that has to know which tensors are the outputs."""

    run: Callable[[Graph, Sequence[TensorRef]], Outcome]


def passing(node: Node, ref: TensorRef, made_by: str) -> Node:
    """An Identity of `ref` in a node's place: its name, its type, its shape, and what it waits for."""
    dtype, shapes = node.dtype(), node.attrs.get("_output_shapes")
    attrs: dict[str, Attr] = {} if dtype is None else {"T": dtype.base}
    if isinstance(shapes, tuple):
        attrs["_output_shapes"] = shapes[:1]
    return make_node(
        node.name, "Identity", (ref,), control_inputs=node.control_inputs, made_by=made_by, **attrs
    )


def redirected(node: Node, replacements: Mapping[TensorRef, TensorRef]) -> Node:
    """The same node reading the replacement of each tensor that has one."""
    if not any(ref in replacements for ref in node.inputs):
        return node
    return replace(node, inputs=tuple(replacements.get(ref, ref) for ref in node.inputs))


def redirect(graph: Graph, replacements: Mapping[TensorRef, TensorRef]) -> Graph:
    """The same graph, every reader of a replaced tensor reading its replacement."""
    return graph.replacing(redirected(node, replacements) for node in graph.nodes)


def redirect_readers(graph: Graph, readers: Iterable[Use], replacement: TensorRef) -> Graph:
    """The same graph, these inputs of these nodes alone reading the replacement; raises RewriteError for no input."""
    return substitute(graph, rewired(graph, readers, replacement))


def rewired(graph: NodeTable, readers: Iterable[Use], replacement: TensorRef) -> dict[str, Node]:
    """By name, the nodes with these inputs reading the replacement; raises RewriteError for no input."""
    changed: dict[str, Node] = {}
    for name, position in readers:
        node = changed.get(name) or graph.get(name)
        if node is None or position >= len(node.inputs):
            raise RewriteError(f"'{name}' has no input {position} to give a state to")
        inputs = (*node.inputs[:position], replacement, *node.inputs[position + 1 :])
        changed[name] = replace(node, inputs=inputs)
    return changed


def substitute(graph: Graph, changed: Mapping[str, Node], added: Iterable[Node] = ()) -> Graph:
    """The same graph with some nodes exchanged for others of the same name, and some added at the end."""
    return graph.replacing([*(changed.get(node.name, node) for node in graph.nodes), *added])


def fresh_name(taken: Container[str], wanted: str) -> str:
    """`wanted`, or with the first number that makes it unique, as TensorFlow would number it."""
    name, number = wanted, 0
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    return name
