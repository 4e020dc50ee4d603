"""Calls of a file's functions are written out in their place, and conditionals of a known predicate likewise.

A call is a `PartitionedCall` or `StatefulPartitionedCall` (`tf.function`), or a node whose op is the function's own
name (`Defun`). What stood in the function is then there for every pass to see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import Attr, DType, FunctionRef
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.families import CALL, IF
from tf1compat.ops.library import library_of
from tf1compat.ops.values import known_scalar
from tf1compat.rewrite.base import Outcome, fresh_name, redirected
from tf1compat.rewrite.cleanup.control_edges import effectful_functions, has_effect

_MADE_BY = "inline_calls"

Library = Mapping[str, Function]


def inline_calls(graph: Graph) -> Outcome:
    """No call of a function is left, nor a functional conditional whose predicate is known."""
    result, count = inlined(graph, library_of(graph)) if graph.library else (graph, 0)
    return Outcome(result, count, "calls of functions are written out in their place")


def inlined(graph: Graph, library: Library) -> tuple[Graph, int]:
    """The graph with its calls, and those in what they call, written out; how many. Raises RewriteError for a
    function that calls itself."""
    within: dict[str, tuple[str, ...]] = {}
    count = 0
    effectful = effectful_functions(library)
    while (call := next(_calls(graph, library), None)) is not None:
        node, function = call
        callers = within.get(node.name, ())
        if function.name in callers:
            raise RewriteError(f"'{node.name}' calls the function '{function.name}' from within itself")
        pasted = _Pasted(graph, node, function, effectful)
        within |= dict.fromkeys(pasted.names.values(), (*callers, function.name))
        graph = pasted.result()
        count += 1
    return graph, count


def _calls(graph: Graph, library: Library) -> Iterator[tuple[Node, Function]]:
    for node in graph.nodes:
        name = called(graph, node)
        if name in library:
            yield node, library[name]


def called(graph: Graph, node: Node) -> str:
    """The name of the function that a node does nothing but run; empty where there is none."""
    if node.op in CALL:
        return _name_of(node.attrs.get("f"))
    if node.op in IF:
        return _branch_taken(graph, node)
    return node.op


def _branch_taken(graph: Graph, node: Node) -> str:
    decision = known_scalar(graph, node.inputs[0])
    if decision is None:
        return ""
    return _name_of(node.attrs.get("then_branch" if decision else "else_branch"))


def _name_of(value: Attr | None) -> str:
    return value.name if isinstance(value, FunctionRef) else ""


@dataclass(frozen=True)
class _Pasted:
    """A function's nodes in the place of the node that runs it.

    Each result is an Identity, which waits for the function's effects; a handle is read from where it comes.
    The node's own name is an IdentityN of all results, for those who wait for it or name its outputs.
    """

    graph: Graph
    node: Node
    function: Function
    effectful: frozenset[str]

    @cached_property
    def names(self) -> Mapping[str, str]:
        """The new name of each node of the function, its arguments apart."""
        inner = [each.name for each in self.function.graph.nodes if each.name not in self.function.inputs]
        scope = self.node.name
        while any(f"{scope}/{each}" in self.graph for each in inner):
            scope += "_"
        return {each: f"{scope}/{each}" for each in inner}

    def result(self) -> Graph:
        """The graph with the function's nodes, their results, and what reads them."""
        body = [self._moved(each) for each in self.function.graph.nodes if each.name in self.names]
        moved = {TensorRef(self.node.name, place): ref for place, ref in enumerate(self._results)}
        kept = [each for each in self.graph.nodes if each.name != self.node.name]
        nodes = [redirected(each, moved) for each in [*kept, *body, *self._identities]]
        return self.graph.replacing([*nodes, self._whole()])

    @cached_property
    def _given(self) -> Mapping[TensorRef, TensorRef]:
        values = self.node.inputs[1:] if self.node.op in IF else self.node.inputs
        arguments = (TensorRef(name) for name in self.function.inputs)
        return dict(zip(arguments, values, strict=True))

    def _outside(self, ref: TensorRef) -> TensorRef:
        if ref in self._given:
            return self._given[ref]
        return TensorRef(self.names[ref.node], ref.index)

    def _moved(self, node: Node) -> Node:
        waits = [self.names[each] for each in node.control_inputs if each in self.names]
        return replace(
            node, name=self.names[node.name], inputs=tuple(map(self._outside, node.inputs)),
            control_inputs=tuple(dict.fromkeys([*waits, *self.node.control_inputs])),
        )  # fmt: skip

    @property
    def _effects(self) -> tuple[str, ...]:
        nodes = (each for each in self.function.graph.nodes if each.name in self.names)
        return tuple(self.names[each.name] for each in nodes if has_effect(each, self.effectful))

    @cached_property
    def _results(self) -> Sequence[TensorRef]:
        """What is read in place of each output of the call: its Identity, or the handle itself."""
        return [
            self._outside(ref) if kind == "resource" else TensorRef(self._identity_name(place))
            for place, (ref, kind) in enumerate(zip(self.function.outputs, self._types, strict=True))
        ]

    @property
    def _types(self) -> Sequence[DType]:
        return self.function.output_types

    @property
    def _identities(self) -> Iterator[Node]:
        for place, (ref, kind) in enumerate(zip(self.function.outputs, self._types, strict=True)):
            if kind != "resource":
                yield make_node(
                    self._identity_name(place), "Identity", (self._outside(ref),),
                    control_inputs=self._effects, made_by=_MADE_BY, T=kind,
                )  # fmt: skip

    def _identity_name(self, place: int) -> str:
        taken = {*self.graph.by_name, *self.names.values()}
        return fresh_name(taken, f"{self.node.name}/output_{place}")

    def _whole(self) -> Node:
        """The node under its old name; what gives a handle has no outputs under it any more."""
        name, results = self.node.name, self._results
        if not results or "resource" in self._types:
            waits = [*self._effects, *self.node.control_inputs]
            return make_node(name, "NoOp", control_inputs=waits, made_by=_MADE_BY)
        if len(results) == 1:
            return make_node(name, "Identity", results, made_by=_MADE_BY, T=self._types[0])
        return make_node(name, "IdentityN", results, made_by=_MADE_BY, T=tuple(self._types))
