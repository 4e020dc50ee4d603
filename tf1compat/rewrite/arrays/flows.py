"""Which TensorArray each handle and each flow of a graph belongs to.

A v1 TensorArray is a handle, plus a `flow` scalar that orders reads after writes. In TF 0.12 the flow of an array
starts at a constant, later at the array's own second output.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tf1compat.errors import RewriteError
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import array_operation, is_array
from tf1compat.ops.families import CONSTANT, HAND_ON
from tf1compat.rewrite.base import ELSEWHERE

#: Where each operation has its flow input; those that write give a new flow.
FLOW_INPUT: Mapping[str, int] = {
    "read": 2, "write": 3, "gather": 2, "scatter": 3, "size": 1, "concat": 1, "split": 3, "unpack": 2, "pack": 1,
}  # fmt: skip
#: Operations that give a new flow.
WRITES = frozenset({"write", "scatter", "split", "unpack"})
_NOTHING_KNOWN: Mapping[str, frozenset[TensorRef]] = MappingProxyType({})


@dataclass(frozen=True)
class Flows:
    """Whose flow and whose handle is where."""

    array_of_operation: Mapping[str, str]  # array nodes by operation nodes
    starts: Mapping[TensorRef, TensorRef]  # where an array's flow starts → the array
    carriers: frozenset[str]  # nodes that pass a flow on


def find_flows(graph: Graph) -> Flows:
    """All flows of a graph; raises RewriteError where one cannot be followed, or is used as anything else."""
    array_of: dict[str, str] = {}
    starts: dict[TensorRef, TensorRef] = {}
    known: dict[str, frozenset[TensorRef]] = {}
    for node in graph.nodes:
        what = array_operation(node)
        if what is None or what == "close":
            continue
        if what not in FLOW_INPUT:
            raise RewriteError(f"'{node.name}' ({node.op}) belongs to a gradient; {ELSEWHERE}")
        array_of[node.name] = array_behind(graph, node)
        known[node.name] = _flow_starts(graph, node.inputs[FLOW_INPUT[what]], known)
        for start in known[node.name]:
            _enter(graph, starts, start, array_of[node.name])
    return Flows(array_of, starts, _carriers(graph, starts))


def _enter(graph: Graph, starts: dict[TensorRef, TensorRef], start: TensorRef, array: str) -> None:
    other = start.node if is_array(graph.producer(start)) else starts.setdefault(start, TensorRef(array)).node
    if other != array:
        raise RewriteError(
            f"the flows of the TensorArrays '{array}' and '{other}' both start at '{start}'; "
            "which list goes where cannot be told"
        )
    starts[start] = TensorRef(array)


def array_behind(graph: Graph, node: Node) -> str:
    """The array that an operation works on; raises RewriteError where it is not one."""
    arrays = {ref.node for ref in _origins(graph, node.inputs[0], through_writes=False)}
    found = arrays.pop()
    if arrays or not is_array(graph[found]):
        raise RewriteError(
            f"'{node.name}' ({node.op}) works on more than one TensorArray, or on what is none: '{found}' "
            f"({graph[found].op}); it has no TensorList form"
        )
    return found


def _flow_starts(
    graph: Graph, flow: TensorRef, known: Mapping[str, frozenset[TensorRef]]
) -> frozenset[TensorRef]:
    """Where a flow comes from; `known` tells it of the operations that were asked about before."""
    starts = _origins(graph, flow, through_writes=True, known=known)
    for start in starts:
        node = graph.producer(start)
        if not is_array(node) and node.op not in CONSTANT:
            raise RewriteError(
                f"the flow of a TensorArray comes from '{node.name}' ({node.op}), which does no more than order "
                "reads and writes; it has no TensorList form"
            )
    return starts


def _origins(
    graph: Graph,
    ref: TensorRef,
    *,
    through_writes: bool,
    known: Mapping[str, frozenset[TensorRef]] = _NOTHING_KNOWN,
) -> frozenset[TensorRef]:
    """The tensors that a handle or a flow comes from, through loops and branches."""
    found, seen, todo = set[TensorRef](), set[TensorRef](), [ref]
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        node = graph.producer(current)
        what = array_operation(node)
        if node.op in HAND_ON:
            todo.extend(_values(node))
        elif through_writes and what in WRITES and node.name in known:
            found |= known[node.name]
        elif through_writes and what in WRITES:
            todo.append(node.inputs[FLOW_INPUT[what or ""]])
        else:
            found.add(current)
    return frozenset(found)


def _values(node: Node) -> tuple[TensorRef, ...]:
    """The inputs of a carrier that carry the value (not a predicate)."""
    return node.inputs[:1] if node.op in SWITCH else node.inputs


def _carriers(graph: Graph, starts: Iterable[TensorRef]) -> frozenset[str]:
    """All nodes that pass a flow on, those that no operation reads included."""
    found, todo, seen = set[str](), list(starts), set[TensorRef]()
    while todo:
        ref = todo.pop()
        if ref in seen:
            continue
        seen.add(ref)
        for use in graph.uses.get(ref, ()):
            node = graph[use.node]
            if node.op in HAND_ON and use.position < len(_values(node)):
                found.add(node.name)
                todo += [TensorRef(node.name), *([TensorRef(node.name, 1)] if node.op in SWITCH else [])]
            elif FLOW_INPUT.get(array_operation(node) or "") != use.position:
                raise RewriteError(
                    f"'{node.name}' ({node.op}) reads the flow '{ref}' of a TensorArray as a number; "
                    "it has no TensorList form"
                )
            elif array_operation(node) in WRITES:
                todo.append(TensorRef(node.name))
    return frozenset(found)
