"""Which checkpoint keys make up the weights of each layer and direction of a CudnnRNN.

cuDNN keeps all weights of a network in one opaque buffer, whose layout is the GPU's own. TF1's Saver wrote beside it
the canonical weights, those of the CudnnCompatible cells, and restores the buffer from them:
`Assign(opaque, CudnnRNNCanonicalToParams(pieces of RestoreV2))`.
Source: tensorflow/contrib/cudnn_rnn/python/ops/cudnn_rnn_ops.py (CudnnOpaqueParamsSaveable).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tf1compat.discovery.findings import Direction
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import PASS_THROUGH, resolve
from tf1compat.names import TensorRef, scope_of
from tf1compat.ops import families
from tf1compat.ops.registry import data_operands
from tf1compat.source.checkpoints.saver import restored_from

#: The input of a CudnnRNN that is the opaque buffer.
PARAMS = 3
_TO_PARAMS = re.compile(r"CudnnRNNCanonicalToParams(V2)?\Z")
_SIZES = 3  # inputs of CudnnRNNCanonicalToParams before the weights: layers, units, input size
#: From the opaque variable to the node that reads it, into loops and branches too.
_READS = PASS_THROUGH | SWITCH | families.READ_RESOURCE
#: How a Saver cuts a canonical weight into cuDNN's pieces.
_CUTS = families.RESHAPE | families.TRANSPOSE | families.MULTIPLICATION | families.CUTS | families.IDENTITY


@dataclass(frozen=True)
class Cell:
    """How the weights of one kind of cuDNN cell are named and made up.

    `roles` gives the end of the key for each weight in the order in which TF1's cells create them; `weight_of` and
    `bias_of` give, for each of cuDNN's pieces (input side first, then hidden side), the role that holds it.
    """

    name: str
    roles: tuple[str, ...]
    weight_of: tuple[str, ...]
    bias_of: tuple[str, ...]


_PLAIN = ("kernel", "bias")
_GRU = tuple(
    f"{part}/{each}"
    for part in ("gates", "candidate/input_projection", "candidate/hidden_projection")
    for each in _PLAIN
)
#: cuDNN's order of gates: LSTM i f c o, GRU r u h.
CELLS: Mapping[str, Cell] = MappingProxyType({
    "lstm": Cell("cudnn_compatible_lstm_cell", _PLAIN, ("kernel",) * 8, ("bias",) * 8),
    "gru": Cell(
        "cudnn_compatible_gru_cell", _GRU,
        (_GRU[0], _GRU[0], _GRU[2], _GRU[0], _GRU[0], _GRU[4]),
        (_GRU[1], _GRU[1], _GRU[3], _GRU[1], _GRU[1], _GRU[5]),
    ),
    "rnn_tanh": Cell("basic_rnn_cell", _PLAIN, ("kernel",) * 2, ("bias",) * 2),
    "rnn_relu": Cell("basic_rnn_cell", _PLAIN, ("kernel",) * 2, ("bias",) * 2),
})  # fmt: skip


@dataclass(frozen=True)
class LayerWeights:
    """The canonical weights of one layer in one direction: checkpoint keys by role (`kernel`, `gates/bias`, …)."""

    layer: int
    direction: Direction
    keys: Mapping[str, str]


@dataclass(frozen=True)
class CudnnWeights:
    """The weights of one CudnnRNN node. `layers`: by layer, and within a layer forward before backward."""

    opaque: str  # the variable that holds the buffer
    layers: tuple[LayerWeights, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for each in self.layers for key in each.keys.values())


def cudnn_weights(graph: Graph, keys: Collection[str] | None = None) -> Mapping[str, CudnnWeights]:
    """The weights of each CudnnRNN node whose canonical keys are known, by the node's name.

    They are read from the Saver's restore operations, else from the naming convention of TF1's layers. With the
    checkpoint's `keys`, only weights that are all among them count. A node whose buffer is no variable is left out.
    """
    restored = _restored(graph)
    found = {}
    for node in graph.nodes:
        opaque = opaque_variable(graph, node) if node.op in families.CUDNN_RNN else None
        if opaque is not None:
            for layers in (restored.get(opaque, ()), *_conventional(graph, node, opaque, keys)):
                if layers and (
                    keys is None or all(key in keys for each in layers for key in each.keys.values())
                ):
                    found[node.name] = CudnnWeights(opaque, layers)
                    break
    return MappingProxyType(found)


def canonical_keys(graph: Graph, keys: Collection[str] | None = None) -> Mapping[str, tuple[str, ...]]:
    """The canonical weights, each once, behind each opaque variable that a CudnnRNN with known weights reads."""
    return {each.opaque: tuple(dict.fromkeys(each.keys)) for each in cudnn_weights(graph, keys).values()}


def opaque_variable(graph: Graph, node: Node) -> str | None:
    """The variable that a CudnnRNN node reads its buffer from, or None."""
    source = params_chain(graph, node)[-1]
    return source if graph[source].op in families.VARIABLES else None


def params_chain(graph: Graph, node: Node) -> tuple[str, ...]:
    """The nodes that hand a CudnnRNN its buffer, from the one that it reads to the first that computes anything."""
    chain = [node.inputs[PARAMS].node]
    while (last := graph[chain[-1]]).op in _READS and last.inputs and last.inputs[0].node not in chain:
        chain.append(last.inputs[0].node)
    return tuple(chain)


def mode_of(node: Node) -> str:
    """`lstm`, `gru`, `rnn_tanh` or `rnn_relu`."""
    return node.text("rnn_mode", "lstm")


def directions_of(node: Node) -> tuple[Direction, ...]:
    """The directions in which a CudnnRNN runs."""
    both = node.text("direction", "unidirectional") == "bidirectional"
    return ("forward", "backward") if both else ("forward",)


# ------------------------------------------------------------------------------------------- from the Saver


def _restored(graph: Graph) -> dict[str, tuple[LayerWeights, ...]]:
    """The weights behind each opaque variable, as a Saver of the graph restores it."""
    found = {}
    for node in graph.nodes:
        if node.op in families.ASSIGN and len(node.inputs) == 2:
            maker = graph.producer(resolve(graph, node.inputs[1]))
            layers = _made_from(graph, maker) if _TO_PARAMS.match(maker.op) else ()
            if layers:
                found[resolve(graph, node.inputs[0]).node] = layers
    return found


def _made_from(graph: Graph, maker: Node) -> tuple[LayerWeights, ...]:
    cell = CELLS.get(mode_of(maker))
    if cell is None or maker.integer("num_proj"):
        return ()
    pieces = [_key_behind(graph, ref) for ref in maker.inputs[_SIZES:]]
    half, size, directions = len(pieces) // 2, len(cell.weight_of), directions_of(maker)
    layers = []
    for number, start in enumerate(range(0, half, size)):
        weights = zip(cell.weight_of, pieces[start : start + size], strict=False)
        biases = zip(cell.bias_of, pieces[half + start : half + start + size], strict=False)
        keys = _agreed([*weights, *biases])
        if keys is None:
            return ()
        layer, turn = divmod(number, len(directions))
        ordered = {role: keys[role] for role in cell.roles}
        layers.append(LayerWeights(layer, directions[turn], MappingProxyType(ordered)))
    return tuple(layers)


def _agreed(pieces: list[tuple[str, str | None]]) -> dict[str, str] | None:
    """The key for each role, when all its pieces come from one key; else None."""
    keys: dict[str, str] = {}
    for role, key in pieces:
        if key is None or keys.setdefault(role, key) != key:
            return None
    return keys


def _key_behind(graph: Graph, ref: TensorRef) -> str | None:
    """The key from which a Saver read the tensor that this one is a piece of."""
    node = graph.producer(ref)
    while node.op in _CUTS:
        ref = data_operands(node)[0]
        node = graph.producer(ref)
    saved = restored_from(graph, ref)
    return saved.key if saved is not None else None


# ----------------------------------------------------------------------------------------- by convention


def _conventional(
    graph: Graph, node: Node, opaque: str, keys: Collection[str] | None
) -> Iterator[tuple[LayerWeights, ...]]:
    """What the weights are called if the layer stands in the variable's scope, or in one around it."""
    cell = CELLS.get(mode_of(node))
    if cell is None or node.integer("num_proj"):
        return
    scope: str | None = scope_of(opaque)
    while scope is not None:
        count = _layer_count(graph, node, cell, scope, keys)
        yield tuple(
            _named(cell, scope, layer, direction, directions_of(node))
            for layer in range(count)
            for direction in directions_of(node)
        )
        scope = scope_of(scope) if scope else None


def _named(
    cell: Cell, scope: str, layer: int, direction: Direction, directions: tuple[Direction, ...]
) -> LayerWeights:
    if len(directions) == 1:
        middle = f"rnn/multi_rnn_cell/cell_{layer}"
    else:
        side = "fw" if direction == "forward" else "bw"
        middle = f"stack_bidirectional_rnn/cell_{layer}/bidirectional_rnn/{side}"
    start = "/".join(filter(None, (scope, middle, cell.name)))
    return LayerWeights(layer, direction, MappingProxyType({role: f"{start}/{role}" for role in cell.roles}))


def _layer_count(graph: Graph, node: Node, cell: Cell, scope: str, keys: Collection[str] | None) -> int:
    """How many layers there are: as the initial state's shape says, else as many as the checkpoint has."""
    directions = directions_of(node)
    axis = 0 if node.attrs.get("time_major", True) else 1
    for ref in (node.inputs[1], TensorRef(node.name, 1)):
        dims = graph.static_shape(ref).dims
        rows = dims[axis] if dims and len(dims) > axis else None
        if rows is not None:
            return rows // len(directions)
    count = 0
    while keys and _named(cell, scope, count, "forward", directions).keys[cell.roles[0]] in keys:
        count += 1
    return count
