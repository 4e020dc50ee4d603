"""Frozen graphs thawed: the constants in them that are weights are variables again, so that they can be trained.

`convert_variables_to_constants` puts a constant in the place of each variable, and an identity in that of what read it
(tensorflow/python/framework/graph_util_impl.py); other tools then take the identity out. A weight is told by what it
is used for, or by how it is read. Each variable begins with what the constant holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from tf1compat.graph.attributes import DType
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph, Node, Use, make_node
from tf1compat.graph.protos import MetaGraph, VariableDef, scrubbed_meta_graph
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.source.loop_exits import with_exits

_MADE_BY = "thawed"
#: Through these a weight goes on its way to where it is used.
_ON_THE_WAY = families.TRANSPARENT | SWITCH | families.CAST | families.RESHAPE | families.TRANSPOSE | {
    *families.EXPAND_DIMS, *families.SQUEEZE,
}  # fmt: skip
_FAR = 6  # ops on the way at most
_LAYERS = (
    families.CONTRACTIONS
    | families.CONVOLUTIONS
    | families.TRANSPOSED_CONVOLUTIONS
    | families.DEPTHWISE_CONVOLUTION
)
_FILTERS = families.CONVOLUTIONS | families.TRANSPOSED_CONVOLUTIONS | families.DEPTHWISE_CONVOLUTION
_CELLS = families.BLOCK_LSTM | families.LSTM_CELL | families.GRU_CELL
_AFTER_A_LAYER = families.ADDITIONS | families.SUBTRACTION | families.MULTIPLICATION
#: How what reads a variable is called: `w/read`, `dense/MatMul/ReadVariableOp`.
_READ = re.compile(r"(/read|/ReadVariableOp(_\d+)?)\Z")


class Thawed(NamedTuple):
    """A graph whose weights are variables, and their names."""

    meta_graph: MetaGraph
    names: frozenset[str]


def thawed(meta_graph: MetaGraph) -> Thawed:
    """A graph without variables whose weights are variables again, and whose loops have all their results; as it is
    where none of its constants is a weight."""
    if any(node.op in families.VARIABLES for node in meta_graph.graph.nodes):
        return Thawed(meta_graph, frozenset())
    graph = with_exits(meta_graph.graph)
    weights = {node.name: node for node in graph.nodes if _may_be_one(node) and _is_weight(graph, node)}
    if not weights:
        return Thawed(meta_graph, frozenset())
    nodes = tuple(_renewed(graph, weights))
    trainable = [name for name in weights if not _is_statistic(graph, name)]
    changed = replace(
        meta_graph,
        graph=replace(graph, nodes=nodes),
        variables=MappingProxyType(
            {"variables": _declared(weights), "trainable_variables": _declared(trainable)}
        ),
        serialized=scrubbed_meta_graph(meta_graph.serialized, nodes),
    )
    return Thawed(changed, frozenset(weights))


# ------------------------------------------------------------------------------------------- what is a weight


def _may_be_one(node: Node) -> bool:
    """Whether a node is a constant of floating-point numbers that does not stand in a loop or a branch."""
    dtype = node.dtype("dtype")
    return (
        node.op in families.CONSTANT and not node.control_inputs and dtype is not None and dtype.is_floating
    )


def _is_weight(graph: Graph, node: Node) -> bool:
    rank = len(graph.static_shape(TensorRef(node.name)).dims or ())
    return any(
        _reads_a_variable(graph, use) or _takes_a_weight(graph, use, rank) for use in _uses(graph, node.name)
    )


def _reads_a_variable(graph: Graph, use: Use) -> bool:
    node = graph[use.node]
    return node.op in families.IDENTITY and bool(_READ.search(node.name))


def _takes_a_weight(graph: Graph, use: Use, rank: int) -> bool:
    """Whether a layer takes its weight there: the matrix of a product, a filter, a bias, an embedding, a cell's own."""
    node, position = graph[use.node], use.position
    if node.op in families.CONTRACTIONS:
        return rank >= 2
    if node.op in _FILTERS:
        return position == 1
    if node.op in families.BIAS_ADDITION:
        return position == 1
    if node.op in families.GATHER:
        return position == 0 and rank >= 2
    if node.op in families.FUSED_BATCH_NORMALISATION or node.op in _CELLS:
        return position > 0
    return rank >= 1 and node.op in _AFTER_A_LAYER and _follows_a_layer(graph, node.inputs[1 - position])


def _follows_a_layer(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor is what a layer gives, perhaps scaled, shifted or reshaped."""
    for _ in range(_FAR):
        node = graph.producer(ref)
        if node.op in _LAYERS:
            return True
        if node.op not in _ON_THE_WAY | families.BIAS_ADDITION | _AFTER_A_LAYER or not node.inputs:
            return False
        ref = node.inputs[0]
    return False


def _uses(graph: Graph, name: str) -> Iterator[Use]:
    """What uses a constant, directly or on its way through ops that do not compute."""
    todo, seen = [(name, 0)], {name}
    while todo:
        current, depth = todo.pop()
        for use in graph.uses_of_node.get(current, ()):
            yield use
            goes_on = graph[use.node].op in _ON_THE_WAY and use.position == 0 and depth < _FAR
            if goes_on and use.node not in seen:
                seen.add(use.node)
                todo.append((use.node, depth + 1))


def _is_statistic(graph: Graph, name: str) -> bool:
    """Whether a weight is an average that batch normalisation keeps, which no optimizer trains."""
    return any(_is_average(graph, use) for use in _uses(graph, name))


def _is_average(graph: Graph, use: Use) -> bool:
    node = graph[use.node]
    if node.op in families.FUSED_BATCH_NORMALISATION:
        return use.position in (3, 4)
    onward = [graph[each.node] for each in graph.uses_of_node.get(node.name, ())]
    if node.op in families.ADDITIONS:  # the variance, before its root is taken
        return any(each.op in families.RECIPROCAL_ROOT for each in onward)
    if node.op not in families.MULTIPLICATION:
        return False
    # The mean, scaled as the data are, before it is taken from the offset.
    subtracted = any(
        each.op in families.SUBTRACTION and TensorRef(node.name) == each.inputs[1] for each in onward
    )
    return subtracted and _is_scale(graph, node.inputs[1 - use.position])


def _is_scale(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor is one over a deviation, perhaps times a trained factor."""
    node = graph.producer(ref)
    if node.op in families.MULTIPLICATION:
        return any(graph.producer(each).op in families.RECIPROCAL_ROOT for each in node.inputs)
    return node.op in families.RECIPROCAL_ROOT


# ------------------------------------------------------------------------------------------ what they become


def _renewed(graph: Graph, weights: Mapping[str, Node]) -> Iterator[Node]:
    """The nodes with a variable, its initializer and its read in the place of each weight."""
    taken = {node.name for node in graph.nodes}
    reads = {name: _read(graph, name, taken) for name in weights}
    for node in graph.nodes:
        if node.name in weights:
            yield from _variable(graph, node, taken)
            if reads[node.name] not in graph:
                yield make_node(
                    reads[node.name], "Identity", [TensorRef(node.name)], made_by=_MADE_BY, T=_dtype(node)
                )
        elif node.op in families.IDENTITY:
            yield node
        else:
            yield replace(node, inputs=tuple(_read_of(ref, reads) for ref in node.inputs))


def _read(graph: Graph, name: str, taken: set[str]) -> str:
    """What reads a variable: the op that does already, or one of a name that is free."""
    own = f"{name}/read"
    if own in graph and graph[own].op in families.IDENTITY and graph[own].inputs == (TensorRef(name),):
        return own
    return _free(own, taken)


def _read_of(ref: TensorRef, reads: Mapping[str, str]) -> TensorRef:
    return TensorRef(reads[ref.node]) if ref.node in reads else ref


def _variable(graph: Graph, constant: Node, taken: set[str]) -> Iterator[Node]:
    name, dtype = constant.name, _dtype(constant)
    value, assign = _free(f"{name}/initial_value", taken), _free(f"{name}/Assign", taken)
    yield replace(constant, name=value)
    yield make_node(
        name, "VariableV2", made_by=_MADE_BY, dtype=dtype, shape=graph.static_shape(TensorRef(name)),
        container=b"", shared_name=b"",
    )  # fmt: skip
    yield make_node(
        assign, "Assign", [TensorRef(name), TensorRef(value)], made_by=_MADE_BY, T=dtype, use_locking=True,
        validate_shape=True,
    )  # fmt: skip


def _dtype(constant: Node) -> DType:
    return constant.dtype("dtype") or DType("float32")


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _declared(names: Mapping[str, Node] | list[str]) -> tuple[VariableDef, ...]:
    return tuple(VariableDef(f"{name}:0", f"{name}/Assign", f"{name}/read:0", True, False) for name in names)
