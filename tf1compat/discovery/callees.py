"""Which functions of a file's library each node runs, through other functions too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.model import Function, Graph, Node
from tf1compat.ops.library import library_of


def called_functions(graph: Graph) -> Iterator[tuple[Node, tuple[Function, ...]]]:
    """The nodes that run functions of the library, with those that they run, directly or by others."""
    library = library_of(graph) if graph.library else {}
    for node in graph.nodes if library else ():
        names = _all_called(node, library)
        if names:
            yield node, tuple(library[name] for name in names)


def _all_called(node: Node, library: Mapping[str, Function]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    todo = [node]
    while todo:
        for name in _called(todo.pop()):
            if name in library and name not in found:
                found[name] = None
                todo.extend(library[name].graph.nodes)
    return tuple(found)


def _called(node: Node) -> Iterator[str]:
    """The names of functions that a node gives: its op's, and those in its attributes."""
    yield node.op
    for value in node.attrs.values():
        each = value if isinstance(value, tuple) else (value,)
        yield from (one.name for one in each if isinstance(one, FunctionRef))
