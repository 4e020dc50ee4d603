"""The sizes that a signature's inputs may have: fixed ones, and symbols that stand for any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from tf1compat.discovery.findings import Findings, Rnn, StatePairing
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors, topological
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.axes.elementwise import UNARY
from tf1compat.plan.model import InputBinding
from tf1compat.verify.inputs.shape_rules import permutation, shapes_of
from tf1compat.verify.inputs.shapes import Dims, Symbols, Walk

BATCH: Final = "batch"
TIME: Final = "time"

#: Gates in one kernel, by cell: its columns are this many times the units.
_GATES = {"LSTM": 4, "GRU": 2, "RNN": 1}

#: Ops whose output has the rank of their first input.
_KEEPS_RANK = (
    UNARY | families.BINARY_ARITHMETIC | families.SOFTMAX | families.LOG_SOFTMAX | families.REVERSE
    | families.CONCATENATIONS | SWITCH
)  # fmt: skip
_DEMANDS_RANK = families.by_op({
    families.MATRIX_PRODUCT: 2, families.CONVOLUTION_3D: 5,
    families.CONVOLUTION_2D | families.DEPTHWISE_CONVOLUTION | families.POOLING: 4,
})  # fmt: skip


def live_part(graph: Graph, inputs: Iterable[TensorRef], outputs: Iterable[TensorRef]) -> Graph:
    """What computes the outputs from the inputs, the graph being cut at the inputs."""
    cut = {ref.node for ref in inputs}
    kept = ancestors(graph, (ref.node for ref in outputs), control=False, stop=lambda node: node.name in cut)
    nodes = [_cut(node) if node.name in cut else replace(node, control_inputs=()) for node in graph.nodes]
    return graph.replacing(node for node in nodes if node.name in kept)


def _cut(node: Node) -> Node:
    return replace(node, inputs=(), control_inputs=())


def walk_shapes(
    graph: Graph,
    given: Mapping[TensorRef, Dims],
    anchors: Mapping[TensorRef, Dims],
    symbols: Symbols,
) -> Walk:
    """The shapes of a live graph's tensors, from those `given` to some and the `anchors` known elsewhere."""
    walk = Walk(graph, symbols, dict(given))
    for ref in given:
        symbols.unify_all(given[ref], anchors.get(ref))
    for node in topological(graph):
        for index, dims in enumerate(shapes_of(walk, node)):
            ref = TensorRef(node.name, index)
            if ref not in given:
                _note(walk, ref, dims, anchors.get(ref))
    return walk


def _note(walk: Walk, ref: TensorRef, dims: Dims, anchor: Dims) -> None:
    walk.symbols.unify_all(dims, anchor)
    known = anchor if dims is None else dims
    if known is not None:
        walk.dims[ref] = known


def anchors_of(graph: Graph, findings: Findings) -> dict[TensorRef, Dims]:
    """What discovery knows of shapes: those of each RNN's input, states and lengths, and of packed states."""
    layers = [layer for rnn in findings.rnns if rnn.kind != "cudnn" for layer in rnn.layers]
    units = {
        ref: layer.units
        for layer in layers
        for part, ref in layer.initial_state.items()
        if ref is not None and part not in layer.slices
    }
    anchors: dict[TensorRef, Dims] = {ref: _state_dims(graph, ref, size) for ref, size in units.items()}
    for rnn in findings.rnns:
        anchors.update(_rnn_anchors(graph, rnn))
    for pairing in findings.pairings:
        anchors[pairing.placeholder] = _packed(pairing, units)
    return anchors


def _state_dims(graph: Graph, ref: TensorRef, units: int | None) -> Dims:
    """A state's shape, as the graph has it; a row of the units for each example where it does not say."""
    dims = graph.static_shape(ref).dims
    return (BATCH, units) if not dims else (BATCH if dims[0] is None else dims[0], *dims[1:])


def _rnn_anchors(graph: Graph, rnn: Rnn) -> dict[TensorRef, Dims]:
    anchors: dict[TensorRef, Dims] = {}
    time = time_of(rnn)
    if rnn.inputs is not None and rnn.time_major is not None:
        known = graph.static_shape(rnn.inputs).dims or ()
        rest = known[2:] if len(known) > 3 else (_input_width(graph, rnn),)
        anchors[rnn.inputs] = (time, BATCH, *rest) if rnn.time_major else (BATCH, time, *rest)
    if rnn.sequence_length is not None:
        anchors[rnn.sequence_length] = (BATCH,)
    return anchors


def time_of(rnn: Rnn) -> str:
    """The symbol of an RNN's own time axis."""
    return f"{TIME}@{rnn.scope}"


def _input_width(graph: Graph, rnn: Rnn) -> int | None:
    """The features that the first layer's kernel leaves for the input: its rows less the units."""
    layer = rnn.layers[0] if rnn.layers else None
    if layer is None or layer.units is None or layer.cell not in _GATES:
        return None
    for name in layer.variables:
        node = graph.get(name)
        dims = node.shape().dims if node else None
        if dims and len(dims) == 2 and dims[1] == _GATES[layer.cell] * layer.units and dims[0]:
            return dims[0] - layer.units
    return None


def _packed(pairing: StatePairing, units: Mapping[TensorRef, int | None]) -> Dims:
    leading = zip(*(piece.index for piece in pairing.pieces), strict=False)
    apart = [piece for piece in pairing.pieces if piece.beside is None]
    width = next((units[piece.initial] for piece in apart if piece.initial in units), None)
    return (*(max(places) + 1 for places in leading), BATCH, width)


def given_dims(graph: Graph, binding: InputBinding, anchors: Mapping[TensorRef, Dims]) -> Dims:
    """An input's shape with a symbol for each unknown dimension; None where nothing demands a rank."""
    known: Dims = binding.shape.dims
    if known is None:
        rank = demanded_rank(graph, binding.tensor, anchors)
        known = None if rank is None else (None,) * rank
    if known is None:
        return None
    return tuple(f"{binding.alias}.{axis}" if dim is None else dim for axis, dim in enumerate(known))


def demanded_rank(
    graph: Graph, ref: TensorRef, anchors: Mapping[TensorRef, Dims], seen: frozenset[TensorRef] = frozenset()
) -> int | None:
    """The rank that the readers of a tensor demand of it, or None."""
    anchor = anchors.get(ref)
    if anchor is not None:
        return len(anchor)
    if ref in seen:
        return None
    for use in graph.uses.get(ref, ()):
        rank = _rank_for(graph, graph[use.node], use.position, anchors, seen | {ref})
        if rank is not None:
            return rank
    return None


def _rank_for(
    graph: Graph, node: Node, position: int, anchors: Mapping[TensorRef, Dims], seen: frozenset[TensorRef]
) -> int | None:
    if position == 0 and node.op in _DEMANDS_RANK:
        return _DEMANDS_RANK[node.op]
    if node.op in families.TRANSPOSE and position == 0:
        order = permutation(Walk(graph, Symbols(), {}), node.inputs[1], 3)
        return len(order) if order else None
    change = _rank_change(graph, node, position)
    after = None if change is None else demanded_rank(graph, TensorRef(node.name), anchors, seen)
    return None if after is None or change is None else after - change


def _rank_change(graph: Graph, node: Node, position: int) -> int | None:
    """By how much a node's output has more axes than its input at this position; None when that is not so."""
    if node.op in _KEEPS_RANK:
        return 0
    if node.op in families.LOOKUPS and position == 1:
        return 1  # an embedding: rows of a matrix
    if node.op in families.EXPAND_DIMS | families.ONE_HOT | families.PACK and position == 0:
        return 1
    if node.op in families.STRIDED_SLICE and position == 0:
        return -bin(node.integer("shrink_axis_mask")).count("1")
    return None


def names_of(
    symbols: Symbols, used: Iterable[str], known: Iterable[str], *, one_time: bool = False
) -> dict[str, str]:
    """What the symbol that stands for each class of equals is called, of those `used` by inputs.

    `batch` and `time` by the `known` symbols (a second time `time_2`, unless there is to be `one_time`);
    `batch` too for what is the first axis of an input and nothing else; and `alias.axis` for the others.
    """
    used = set(used)
    roots = {symbols.find(symbol) for symbol in used}
    names: dict[str, str] = {}
    for symbol in sorted({*used, *known}, key=_priority):
        root = symbols.find(symbol)
        if isinstance(root, str) and root in roots and root not in names:
            names[root] = _name(symbol, names, one_time)
    return names


def _name(symbol: str, names: Mapping[str, str], one_time: bool) -> str:
    if symbol.startswith(TIME + "@"):
        times = sum(name.startswith(TIME) for name in names.values())
        return TIME if one_time or not times else f"{TIME}_{times + 1}"
    return BATCH if symbol.endswith(".0") else symbol


def _priority(symbol: str) -> tuple[int, str]:
    """Batch first, then the times, then the first axes of inputs, then the others."""
    order = (symbol == BATCH, symbol.startswith(TIME + "@"), symbol.endswith(".0"), True)
    return (order.index(True), symbol)
