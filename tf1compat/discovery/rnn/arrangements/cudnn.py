"""Networks that are one op of the GPU library cuDNN: all layers, both directions, all steps.

The states of all layers lie in one tensor, layer after layer and within a layer forward before backward.
Source: `contrib/cudnn_rnn` of TensorFlow 1.4 to 1.15, and `core/ops/cudnn_rnn_ops.cc`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import Direction, Layer, Rnn, StateSlice
from tf1compat.discovery.rnn.cudnn_weights import (
    PARAMS,
    CudnnWeights,
    cudnn_weights,
    directions_of,
    mode_of,
    opaque_variable,
)
from tf1compat.discovery.rnn.looping.loops import weights_behind
from tf1compat.discovery.rnn.looping.surroundings import as_given
from tf1compat.discovery.rnn.unrolling.copying import readers
from tf1compat.discovery.rnn.unrolling.sequences import BACKWARD, batch_major, turned_around
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef, scope_of
from tf1compat.ops.families import CUDNN_RNN, CUDNN_RNN_V3, FILL, TRANSPOSE

_CELLS = {"lstm": "LSTM", "gru": "GRU", "rnn_tanh": "RNN", "rnn_relu": "RNN"}
#: Where each part of a state goes in and comes out.
_STATES = {"c": 2, "h": 1}
_LENGTHS = 4


def find_cudnn(graph: Graph, training_nodes: frozenset[str]) -> tuple[Rnn, ...]:
    """Every direction of every cuDNN network, in the order of the file."""
    nodes = [node for node in graph.nodes if node.op in CUDNN_RNN and node.name not in training_nodes]
    weights = cudnn_weights(graph) if nodes else {}
    return tuple(
        _rnn(graph, node, direction, weights.get(node.name))
        for node in nodes
        for direction in directions_of(node)
    )


def _rnn(graph: Graph, node: Node, direction: Direction, weights: CudnnWeights | None) -> Rnn:
    scope, inputs, outputs = scope_of(node.name), node.inputs[0], TensorRef(node.name)
    time_major, seen = _time_major(node), direction
    before = batch_major(graph, inputs, 0, scope) if time_major else None
    if before is not None:
        time_major, inputs, outputs = False, before, _transposed_back(graph, outputs, scope)
    turned = turned_around(graph, inputs, outputs, 0 if time_major else 1)
    if turned is not None and len(directions_of(node)) == 1:
        inputs, outputs = turned
        seen = BACKWARD
    count = _layer_count(graph, node, weights)
    layers = tuple(_layer(graph, node, direction, number, weights) for number in range(count))
    length = _lengths(graph, node)
    return Rnn(scope, "cudnn", seen, time_major, inputs, outputs, length, layers)


def _transposed_back(graph: Graph, outputs: TensorRef, scope: str) -> TensorRef:
    turned = (TensorRef(node.name) for node in readers(graph, outputs) if node.op in TRANSPOSE)
    return next((each for each in turned if batch_major(graph, each, 0, scope) is not None), outputs)


def _time_major(node: Node) -> bool:
    return bool(node.attrs.get("time_major", True))


def _lengths(graph: Graph, node: Node) -> TensorRef | None:
    """The lengths that the author gave; those that TensorFlow fills in, all the same, are none."""
    if node.op not in CUDNN_RNN_V3:
        return None
    given = as_given(graph, node.inputs[_LENGTHS])
    return None if graph.producer(given).op in FILL else given


# ----------------------------------------------------------------------------------------------- layers


def _layer(
    graph: Graph, node: Node, direction: Direction, number: int, weights: CudnnWeights | None
) -> Layer:
    directions = directions_of(node)
    row = number * len(directions) + directions.index(direction)
    parts = ("c", "h") if mode_of(node) == "lstm" else ("h",)
    where = StateSlice(0 if _time_major(node) else 1, row, 1)
    return Layer(
        _CELLS.get(mode_of(node), "custom"),
        _last_dimension(graph, node, parts[0]),
        _variables(graph, node, direction, number, weights),
        MappingProxyType({part: node.inputs[_STATES[part]] for part in parts}),
        MappingProxyType({part: TensorRef(node.name, _STATES[part]) for part in parts}),
        MappingProxyType(dict.fromkeys(parts, where)),
        _features(node),
    )


def _features(node: Node) -> tuple[str, ...]:
    present = {
        "projection": node.integer("num_proj") > 0,
        "skips_input": node.text("input_mode", "linear_input") == "skip_input",
    }
    return tuple(name for name, there in present.items() if there)


def _variables(
    graph: Graph, node: Node, direction: Direction, number: int, weights: CudnnWeights | None
) -> tuple[str, ...]:
    """The canonical weights of a layer; where they are not known, what the op's one buffer is made of."""
    if weights is not None:
        by_place: Mapping[tuple[int, str], tuple[str, ...]] = {
            (each.layer, each.direction): tuple(each.keys.values()) for each in weights.layers
        }
        return by_place.get((number, direction), ())
    opaque = opaque_variable(graph, node)
    found = {opaque} if opaque is not None else weights_behind(graph, node.inputs[PARAMS])
    return tuple(each.name for each in graph.nodes if each.name in found)


def _layer_count(graph: Graph, node: Node, weights: CudnnWeights | None) -> int:
    """How many layers there are, as the weights or the shape of the state say; 1 where neither is known."""
    if weights is not None:
        return len({each.layer for each in weights.layers})
    rows = _dimension(graph, node, "h", 0 if _time_major(node) else 1)
    return max(1, rows // len(directions_of(node))) if rows is not None else 1


def _last_dimension(graph: Graph, node: Node, part: str) -> int | None:
    return _dimension(graph, node, part, 2)


def _dimension(graph: Graph, node: Node, part: str, axis: int) -> int | None:
    """One dimension of a state, by what the file says of the tensor before or after the op."""
    ends = (source(graph, node.inputs[_STATES[part]]), TensorRef(node.name, _STATES[part]))
    shapes = (graph.static_shape(each).dims for each in ends)
    known = (dims[axis] for dims in shapes if dims is not None and len(dims) == 3)
    return next((each for each in known if each is not None), None)
