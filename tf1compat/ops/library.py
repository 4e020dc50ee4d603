"""The functions of a graph's own library, read by what the registry says of the outputs of their nodes."""

from __future__ import annotations

from collections.abc import Mapping

from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Function, Graph
from tf1compat.graph.protos import read_library
from tf1compat.ops.families import IF, WHILE, by_op
from tf1compat.ops.registry import output_names

#: The attributes that name the functions of a functional loop or conditional.
CALLEES: Mapping[str, tuple[str, str]] = by_op({WHILE: ("cond", "body"), IF: ("then_branch", "else_branch")})


@cached_on_graph
def library_of(graph: Graph) -> Mapping[str, Function]:
    """Every function of the graph's library by name; its arguments are `_Arg` nodes."""
    return read_library(graph, output_names)
