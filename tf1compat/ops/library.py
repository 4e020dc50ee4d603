"""The functions of a graph's own library, read by what the registry says of the outputs of their nodes."""

from __future__ import annotations

from collections.abc import Mapping

from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Function, Graph, Node
from tf1compat.graph.protos import read_library
from tf1compat.ops.families import CALL, IF, WHILE, by_op
from tf1compat.ops.registry import output_names

#: The attributes that name the functions of a functional loop or conditional.
CALLEES: Mapping[str, tuple[str, str]] = by_op({WHILE: ("cond", "body"), IF: ("then_branch", "else_branch")})


@cached_on_graph
def library_of(graph: Graph) -> Mapping[str, Function]:
    """Every function of the graph's library by name; its arguments are `_Arg` nodes."""
    return read_library(graph, output_names)


def called_function(graph: Graph, node: Node) -> Function | None:
    """The function of the graph's library that a node does nothing but run."""
    if not graph.library:
        return None
    callee = node.attrs.get("f") if node.op in CALL else None
    return library_of(graph).get(callee.name if isinstance(callee, FunctionRef) else node.op)
