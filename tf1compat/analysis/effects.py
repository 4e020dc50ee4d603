"""Ops behind an output that do more than compute: which of them its value depends on, and which it only waits for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.edges import Edges, names_at, places_of, reach, with_waits
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors, descendants
from tf1compat.names import TensorRef
from tf1compat.ops.families import ASSIGN, BY_REFERENCE, HAND_ON, IDENTITY, VARIABLE_HANDLE
from tf1compat.ops.updates import writes_variable

#: Ops that act outside the graph, or on what outlives a run, and that an inference can do without.
ASIDE = re.compile(
    r"PrintV2|(Eager)?PyFunc(Stateless)?|(Write|Import)\w*Summary\w*|(Flush|Close|Create)Summary\w*"
    r"|QueueEnqueue(Many)?(V2)?|QueueClose(V2)?|Stage|(Ordered)?MapStage|BarrierInsertMany"
    r"|LookupTable(Insert|Import|Remove)(V2)?|InitializeTable(FromTextFile|FromDataset)?(V2)?"
    r"|\w*AccumulatorApplyGradient|ReaderReset(V2)?|WriteFile|DeleteSessionTensor|Save(Slices|V2)?|MergeV2Checkpoints"
)
#: Ops that pass on a variable itself, by reference or by its handle.
_CARRIERS = IDENTITY | BY_REFERENCE
_HANDLE_CARRIERS = HAND_ON - BY_REFERENCE


@dataclass(frozen=True)
class Write:
    """A change of a variable, whose name is that of the node that holds it."""

    node: str
    variable: str


@dataclass(frozen=True)
class Effects:
    """`needed`: changes that an output's value depends on; `idle`: what may be left out, and the value stays."""

    needed: tuple[Write, ...] = ()
    idle: tuple[str, ...] = ()
    writes: tuple[Write, ...] = ()  # all changes, needed or not

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that a run of the original changes."""
        return tuple(dict.fromkeys(each.variable for each in self.writes))


def find_effects(graph: Graph, outputs: Iterable[TensorRef], cut: Collection[str] = ()) -> Effects:
    """The effects behind tensors; nodes in `cut` are fed or frozen, and nothing behind them counts.

    A change is needed where its own result is read, or where its variable is read after it. All else that acts is
    idle: a run without it gives the same values.
    """
    names = [ref.node for ref in outputs]
    behind = ancestors(graph, names, until=cut)
    acting = [node for node in graph.nodes if _acts(node.op) and node.name in behind and node.name not in cut]
    if not acting:
        return Effects()
    valued = _valued(graph, names, cut)
    writes = [Write(node.name, _variable(graph, node)) for node in acting if writes_variable(node.op)]
    needed = _needed(graph, writes, valued, cut)
    kept = valued.union(each.node for each in needed)
    idle = (node.name for node in acting if node.name not in kept)
    return Effects(needed, tuple(idle), tuple(writes))


@cache
def _acts(op: str) -> bool:
    return writes_variable(op) or ASIDE.fullmatch(op) is not None


def _valued(graph: Graph, names: Iterable[str], cut: Collection[str]) -> frozenset[str]:
    """What values are computed from: data, and the pivots of branches, which decide whether there is a value."""
    ends = places_of(graph, filter(graph.__contains__, cut))
    return names_at(graph, reach(_valued_edges(graph), places_of(graph, names), ends=ends))


@cached_on_graph
def _valued_edges(graph: Graph) -> Edges:
    return with_waits(graph, lambda place: _is_pivot(graph, graph.nodes[place]))


def _is_pivot(graph: Graph, node: Node) -> bool:
    return node.op in SWITCH or (node.op in IDENTITY and graph.input(node, 0).op in SWITCH)


def _variable(graph: Graph, node: Node) -> str:
    """The node that holds what a write changes: a write of a reference passes the reference on."""
    while node.inputs and (writes_variable(node.op) or node.op in HAND_ON):
        node = graph.input(node, 0)
    return node.name


def _needed(
    graph: Graph, writes: list[Write], valued: frozenset[str], cut: Collection[str]
) -> tuple[Write, ...]:
    """The writes that are read themselves, or before reads of their variable; and so on behind those."""
    found = {each.node for each in writes if each.node in valued}
    while True:
        valued = valued | _valued(graph, found, cut)
        more = {
            each.node for each in writes if each.node not in found and _is_read_later(graph, each, valued)
        }
        if not more:
            return tuple(each for each in writes if each.node in found)
        found |= more


def _is_read_later(graph: Graph, write: Write, valued: frozenset[str]) -> bool:
    reading = readers(graph, write.variable) & valued - {write.node}
    return bool(reading) and not reading.isdisjoint(descendants(graph, [write.node], control=True))


def holders(graph: Graph, variable: str) -> frozenset[str]:
    """The nodes whose first output is the variable itself: by reference, by handle, or by its memory.

    An Identity of a reference copies nothing: what reads it after a write of the variable reads what was written
    (tensorflow/core/kernels/identity_op.h sets its output to its input; assign_op.h writes in place).
    """
    carriers = _HANDLE_CARRIERS if graph[variable].op in VARIABLE_HANDLE else _CARRIERS
    found = {variable}
    todo = [variable]
    while todo:
        for use in graph.uses_of_node.get(todo.pop(), ()):
            node = graph[use.node]
            passes = use.position == 0 and (node.op in carriers or writes_variable(node.op))
            if passes and use.node not in found:
                found.add(use.node)
                todo.append(use.node)
    return frozenset(found)


def readers(graph: Graph, variable: str) -> frozenset[str]:
    """The nodes that use a variable's value, those that pass it on and those that add to it included."""
    uses = (use for name in holders(graph, variable) for use in graph.uses_of_node.get(name, ()))
    return frozenset(use.node for use in uses if use.position or graph[use.node].op not in ASSIGN)


def orders(graph: Graph, writes: Iterable[Write]) -> Mapping[str, frozenset[str]]:
    """For each write, all that happens after it."""
    return {each.node: descendants(graph, [each.node], control=True) - {each.node} for each in writes}
