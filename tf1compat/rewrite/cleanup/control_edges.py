"""Control edges that order effects stay; those that only order time, or hang constants on a branch, go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.model import Function, Graph, Node
from tf1compat.graph.walk import descendants
from tf1compat.rewrite.base import Outcome

#: Ops that do something besides computing their outputs, and that an inference graph may hold.
_EFFECTS = re.compile(
    r"Assert|Abort|Print(V2)?|CheckNumerics(V2)?|EnsureShape|(Eager)?PyFunc(Stateless)?|WriteFile"
    r"|LookupTable(Import|Insert|Remove)(V2)?|InitializeTable(FromTextFile|FromDataset)?(V2)?"
)


def drop_idle_control_edges(graph: Graph) -> Outcome:
    """A node waits only for what has an effect, in the graph and in its functions."""
    effectful = effectful_functions(graph.functions)
    functions = {
        name: replace(each, graph=_cleaned(each.graph, effectful)) for name, each in graph.functions.items()
    }
    result = replace(_cleaned(graph, effectful), functions=functions)
    count = sum(len(node.control_inputs) for node in graph.nodes) - sum(
        len(node.control_inputs) for node in result.nodes
    )
    count += sum(
        len(old.control_inputs) - len(new.control_inputs)
        for name in functions
        for old, new in zip(graph.functions[name].graph.nodes, functions[name].graph.nodes, strict=True)
    )
    return Outcome(result if count else graph, count, "control edges that ordered no effect are gone")


def effectful_functions(functions: Mapping[str, Function]) -> frozenset[str]:
    found: set[str] = set()
    while True:
        more = {
            name
            for name, each in functions.items()
            if name not in found and any(has_effect(node, found) for node in each.graph.nodes)
        }
        if not more:
            return frozenset(found)
        found |= more


def has_effect(node: Node, effectful: frozenset[str] | set[str]) -> bool:
    called = (value.name for value in node.attrs.values() if isinstance(value, FunctionRef))
    return _EFFECTS.fullmatch(node.op) is not None or any(name in effectful for name in called)


def _cleaned(graph: Graph, effectful: frozenset[str]) -> Graph:
    effects = [node.name for node in graph.nodes if has_effect(node, effectful)]
    worth = descendants(graph, effects, control=True)
    return graph.replacing(
        replace(node, control_inputs=tuple(name for name in node.control_inputs if name in worth))
        if any(name not in worth for name in node.control_inputs)
        else node
        for node in graph.nodes
    )
