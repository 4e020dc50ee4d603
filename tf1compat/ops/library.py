"""The functions of a graph's own library, read by what the registry says of the outputs of their nodes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.model import Function, Graph, Node
from tf1compat.graph.protos import read_library
from tf1compat.ops.families import (
    CALL,
    IF,
    MUTABLE_TABLES,
    STATIC_TABLES,
    TABLE_FROM_FILE,
    TABLE_FROM_TENSORS,
    WHILE,
    by_op,
)
from tf1compat.ops.registry import output_names

#: The attributes that name the functions of a functional loop or conditional.
CALLEES: Mapping[str, tuple[str, str]] = by_op({WHILE: ("cond", "body"), IF: ("then_branch", "else_branch")})


@cached_on_graph
def library_of(graph: Graph) -> Mapping[str, Function]:
    """Every function of the graph's library by name; its arguments are `_Arg` nodes."""
    return read_library(graph, output_names)


def called_function(graph: Graph, node: Node) -> Function | None:
    """The function of the graph's library that a node does nothing but run."""
    return library_of(graph).get(callee_name(node)) if graph.library else None


def callee_name(node: Node) -> str:
    """The name of the function that a node does nothing but run, if the graph's library has one of that name."""
    callee = node.attrs.get("f") if node.op in CALL else None
    return callee.name if isinstance(callee, FunctionRef) else node.op


def calls_to_write_out(nodes: Sequence[Node], library: Mapping[str, Function]) -> frozenset[str]:
    """The functions that hold loops, conditionals or lookup tables and what fills them, themselves or in what they
    call, and those that are called again and again: networks may stand in the ones, and be made of the others; tables
    are no values."""
    called = Counter(callee_name(node) for node in nodes)
    again = {name for name, count in called.items() if count > 1 and name in library}
    kinds = CALLEES.keys() | STATIC_TABLES | MUTABLE_TABLES | TABLE_FROM_FILE | TABLE_FROM_TENSORS
    holding = {name for name, each in library.items() if any(node.op in kinds for node in each.graph.nodes)}
    while more := {
        name for name, each in library.items()
        if name not in holding and any(callee_name(node) in holding for node in each.graph.nodes)
    }:  # fmt: skip
        holding |= more
    todo = [name for name in called if name in holding | again]
    for name in todo:
        inner = {callee_name(node) for node in library[name].graph.nodes} & library.keys()
        todo += [each for each in inner if each not in todo]
    return frozenset(todo)
