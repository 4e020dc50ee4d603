"""The vectors that are held against each other at the end: of a siamese network, of two towers, of every two examples.

A distance, a cosine or a product is a figure about two examples; what was learnt of each is the vector before it.
"""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.outputs.forms import REARRANGING
from tf1compat.discovery.outputs.head import Head, Search, tensor_readers
from tf1compat.discovery.outputs.judged.ranked import find_rankings
from tf1compat.discovery.outputs.result import may_result
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import (
    ABSOLUTE,
    AVERAGE,
    BATCH_MATRIX_PRODUCTS,
    CONCATENATIONS,
    DIVISION,
    IDENTITY,
    LOOKUPS,
    MATRIX_PRODUCT,
    MULTIPLICATION,
    POWER,
    SLICES,
    SOFTMAX,
    SQUARE,
    SQUARED_DIFFERENCE,
    SUBTRACTION,
    SUM,
    TILE,
)
from tf1compat.ops.registry import data_operands

_PRODUCTS = MATRIX_PRODUCT | BATCH_MATRIX_PRODUCTS
#: What two vectors meet in, entry by entry, before the entries are added up.
_MEETING = MULTIPLICATION | SUBTRACTION | SQUARED_DIFFERENCE
_OF_SIZE = SQUARE | ABSOLUTE | POWER | MULTIPLICATION
_SUMS = SUM | AVERAGE


def find_paired(search: Search) -> Iterator[Head]:
    """The two vectors that a distance or a product at the end is of, where layers of their own made each.

    Of scores that a loss ranks, those of the better one count.
    """
    flow = search.flow
    worse = _behind_worse(flow)
    for node in flow.graph.nodes:
        if node.op in _PRODUCTS | _MEETING and _is_in_tail(flow, node) and node.name not in worse:
            pair = [_unarranged(flow, ref) for ref in node.inputs[:2]]
            if _are_vectors(flow, pair) and _are_apart(flow, node, pair):
                reason = f"a vector that '{node.name}' holds against others"
                yield from (Head(each, "value", reason, predicts=False) for each in dict.fromkeys(pair))
                yield from _product(flow, node)


def _product(flow: ForwardGraph, node: Node) -> Iterator[Head]:
    """The product of two vectors as a figure for each example, unless it is a step towards a cosine."""
    for name in tensor_readers(flow, TensorRef(node.name)) if node.op in MULTIPLICATION else ():
        ref, following = (
            TensorRef(name),
            {flow.graph[each].op for each in tensor_readers(flow, TensorRef(name))},
        )
        figure = flow.graph[name].op in SUM and flow.graph.static_shape(ref).rank == 1
        if figure and may_result(flow, flow.graph[name]) and following.isdisjoint(DIVISION):
            yield Head(ref, "value", f"the product of the vectors that '{node.name}' is of", predicts=False)


def _behind_worse(flow: ForwardGraph) -> frozenset[str]:
    """The nodes that only the scores that are ranked lower are computed by, and the steps of the ranking."""
    found = set[str]()
    for each in find_rankings(flow):
        found |= (flow.behind(each.others) - flow.behind([each.better])) | each.steps
    return frozenset(found)


def _is_in_tail(flow: ForwardGraph, node: Node) -> bool:
    """Whether a node is computed outside loops, and no variable is applied to what it gives."""
    outside = node.name not in flow.before_parameters and node.name not in flow.inside_loops
    return outside and node.name in flow.computed and node.name not in flow.parametric


def _unarranged(flow: ForwardGraph, ref: TensorRef) -> TensorRef:
    """The vector before it was given axes, turned, repeated, or set beside its own rotations to meet the other."""
    while not _is_looked_up(flow, ref):
        node = flow.graph.producer(ref)
        before = node.inputs[0] if node.op in REARRANGING | TILE else _rotated(flow, ref)
        if before is None or not may_result(flow, flow.graph.producer(before)):
            return ref
        ref = before
    return ref


def _rotated(flow: ForwardGraph, ref: TensorRef) -> TensorRef | None:
    """The one tensor that all pieces which were put together are cut out of."""
    pieces, found = [ref], set[TensorRef]()
    for each in pieces:
        node = flow.graph.producer(each)
        if node.op in CONCATENATIONS:
            pieces += [part for part in data_operands(node) if part not in pieces]
        elif node.op in SLICES | TILE:
            pieces += [node.inputs[0]] if node.inputs[0] not in pieces else []
        else:
            found.add(each)
    return found.pop() if len(found) == 1 and ref not in found else None


def _is_looked_up(flow: ForwardGraph, ref: TensorRef) -> bool:
    """Whether a tensor is the Identity that `embedding_lookup` gives, or nothing that could be rearranged."""
    node = flow.graph.producer(ref)
    looked_up = bool(node.inputs) and flow.graph.producer(node.inputs[0]).op in LOOKUPS
    return not node.inputs or (node.op in IDENTITY and looked_up)


def _are_vectors(flow: ForwardGraph, pair: list[TensorRef]) -> bool:
    """Whether both are results of inference, a row of several entries for each example, and equally wide."""
    widths = set()
    for ref in pair:
        node, dims = flow.graph.producer(ref), flow.graph.static_shape(ref).dims
        if not may_result(flow, node) or node.op in SOFTMAX or dims is None or len(dims) != 2:
            return False
        widths.add(dims[-1])
    return len(widths) == 1 and widths.isdisjoint({None, 1})


def _are_apart(flow: ForwardGraph, node: Node, pair: list[TensorRef]) -> bool:
    """Whether layers of their own made the two, or every example is held against all others."""
    if pair[0] == pair[1]:
        return node.op in _PRODUCTS
    behind = [_last_layers(flow, each) for each in pair]
    return behind[0].isdisjoint(behind[1]) and (node.op in _PRODUCTS or _is_added_up(flow, node))


def _last_layers(flow: ForwardGraph, ref: TensorRef) -> frozenset[str]:
    """The nearest nodes before a tensor at which weights are applied."""
    found, todo, seen = set[str](), [ref.node], set[str]()
    while todo:
        name = todo.pop()
        if name in seen or name not in flow.computed:
            continue
        seen.add(name)
        if name in flow.parametric:
            found.add(name)
        else:
            todo.extend(each.node for each in flow.graph[name].inputs)
    return frozenset(found)


def _is_added_up(flow: ForwardGraph, node: Node) -> bool:
    """Whether entries are added up to a figure for each example: products as they are, differences by their size."""
    todo, seen = [node], {node.name}
    while todo:
        each = todo.pop()
        for name in tensor_readers(flow, TensorRef(each.name)) - seen:
            seen.add(name)
            following = flow.graph[name]
            figure = following.op in _SUMS and flow.graph.static_shape(TensorRef(name)).rank != 0
            if figure and each.op not in SUBTRACTION:
                return True
            if following.op in _OF_SIZE:
                todo.append(following)
    return False
