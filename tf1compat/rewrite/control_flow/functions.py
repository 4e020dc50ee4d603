"""Cutting functions out of a graph: bodies of loops and branches of conditionals as graphs of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.frames import ENTER, EXIT, MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Function, Graph, Node, NodeTable, make_node
from tf1compat.graph.text import to_text
from tf1compat.names import TensorRef
from tf1compat.ops.families import LOOP_CONDITION, REQUIRED_PLACEHOLDERS
from tf1compat.rewrite.base import redirected

#: Ops whose value has to come into a function as an argument.
_ONLY_OUTSIDE = REQUIRED_PLACEHOLDERS | LOOP_CONDITION | ENTER | EXIT | MERGE | NEXT_ITERATION | SWITCH


@dataclass(frozen=True)
class Argument:
    """One argument of a function, and the tensors of the old graph that it stands for inside."""

    name: str
    dtype: DType
    stands_for: tuple[TensorRef, ...] = ()


def cut_function(
    graph: NodeTable,
    title: str,
    arguments: Sequence[Argument],
    outputs: Sequence[TensorRef],
    extra: Sequence[Node] = (),
    outside: Collection[str] = (),
) -> Function:
    """The part of a graph between `arguments` and `outputs`, as a function named after its content.

    The walk back from an output ends where an argument stands for the tensor. `extra` nodes are added as they are;
    nobody inside waits for a node named in `outside`. Raises RewriteError where the walk leaves the loop or branch.
    """
    inside = {ref: TensorRef(each.name) for each in arguments for ref in each.stands_for}
    made = {each.name for each in arguments} | {node.name for node in extra}
    reached = _reached(graph, inside, [ref for ref in outputs if ref.node not in made], outside)
    nodes = [_argument_node(each) for each in arguments]
    nodes += extra
    nodes += [_inside(node, inside, reached) for node in graph.in_order(reached)]
    body = Graph(tuple(nodes), versions=graph.versions)
    results = tuple(inside.get(ref, ref) for ref in outputs)
    return Function(
        named_by_content(title, body, results), body, tuple(each.name for each in arguments), results
    )


def _argument_node(argument: Argument) -> Node:
    return make_node(argument.name, "_Arg", made_by="control_flow", T=argument.dtype)


def _reached(
    graph: NodeTable,
    inside: Mapping[TensorRef, TensorRef],
    outputs: Sequence[TensorRef],
    outside: Collection[str],
) -> frozenset[str]:
    replaced = {ref.node for ref in inside}.union(outside)
    todo = [ref.node for ref in outputs if ref not in inside]
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            node = graph[name]
            if node.op in _ONLY_OUTSIDE:
                raise _stray(node)
            todo += [ref.node for ref in node.inputs if ref not in inside]
            todo += [each for each in node.control_inputs if each not in replaced]
    return frozenset(reached)


def _stray(node: Node) -> RewriteError:
    return RewriteError(
        f"'{node.name}' ({node.op}) is read inside a loop or a branch without Enter or Switch; "
        "the control flow around it has no functional form"
    )


def _inside(node: Node, inside: Mapping[TensorRef, TensorRef], reached: frozenset[str]) -> Node:
    kept = tuple(name for name in node.control_inputs if name in reached)
    return replace(redirected(node, inside), control_inputs=kept)


def named_by_content(title: str, body: Graph, outputs: Sequence[TensorRef]) -> str:
    """A name that two functions share only when they are the same."""
    content = to_text(body) + repr(outputs)
    plain = "".join(character if character.isalnum() else "_" for character in title)
    return f"{plain}_{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def with_functions(graph: Graph, *functions: Function) -> Graph:
    """The same graph knowing these functions too."""
    known = {**graph.functions, **{each.name: each for each in functions}}
    return replace(graph, functions=MappingProxyType(known))


def recorded_shapes(graph: NodeTable, refs: Sequence[TensorRef]) -> tuple[Shape, ...]:
    """What the file says of these tensors' shapes; unknown for what a pass has made."""
    return tuple(
        graph.static_shape(ref) if "_output_shapes" in graph.producer(ref).attrs else Shape() for ref in refs
    )
