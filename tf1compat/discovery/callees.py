"""Which functions of a file's library each node runs, through other functions too."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.model import Function, Graph, Node
from tf1compat.ops.library import library_of

#: By node, the functions that it names and does not run.
Untaken = Mapping[str, Collection[str]]
_NONE: Untaken = MappingProxyType({})


def called_functions(graph: Graph, untaken: Untaken = _NONE) -> Iterator[tuple[Node, tuple[Function, ...]]]:
    """The nodes that run functions of the library, with those that they run, directly or by others."""
    library = library_of(graph) if graph.library else {}
    for node in graph.nodes if library else ():
        names = _all_called(node, library, untaken.get(node.name, ()))
        if names:
            yield node, tuple(library[name] for name in names)


def _all_called(node: Node, library: Mapping[str, Function], untaken: Collection[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    todo = [node]
    while todo:
        caller = todo.pop()
        for name in _called(caller):
            if name in library and name not in found and not (caller is node and name in untaken):
                found[name] = None
                todo.extend(library[name].graph.nodes)
    return tuple(found)


def _called(node: Node) -> Iterator[str]:
    """The names of functions that a node gives: its op's, and those in its attributes."""
    yield node.op
    for value in node.attrs.values():
        each = value if isinstance(value, tuple) else (value,)
        yield from (one.name for one in each if isinstance(one, FunctionRef))
