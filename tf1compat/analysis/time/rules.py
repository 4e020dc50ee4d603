"""What each op does with the steps of a sequence. An op that is not known to keep them apart mixes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tf1compat.analysis.constants import constant, scalar, swaps_batch_and_time
from tf1compat.analysis.pattern import ACTIVATIONS, TRANSPARENT, data_operands, source
from tf1compat.analysis.time.reshaping import reshaped
from tf1compat.analysis.time.steps import COUNTED, LAST, MIXED, STILL, Reading, Steps
from tf1compat.analysis.value_sources import is_zero, value_sources
from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import RANDOM, SHAPES

_ELEMENTWISE: Final = ACTIVATIONS | TRANSPARENT | frozenset({
    "Add", "AddV2", "AddN", "Sub", "Mul", "RealDiv", "Div", "FloorDiv", "FloorMod", "Mod", "Maximum", "Minimum", "Pow",
    "Neg", "Abs", "Exp", "Log", "Log1p", "Square", "Sqrt", "Rsqrt", "Sign", "Floor", "Ceil", "Round", "Cast", "Cos",
    "Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual", "LogicalAnd", "LogicalOr", "LogicalNot",
    "Select", "SelectV2", "SquaredDifference", "Reciprocal", "Erf", "ToFloat", "ClipByValue", "IsNan", "IsFinite",
    "Inv", "Expm1", "Switch", "RefSwitch", "Merge", "RefMerge", "EnsureShape",
})  # fmt: skip
#: Ops that treat each entry along their first axis by itself.
_BY_ROW: Final = frozenset({
    "Conv2D", "DepthwiseConv2dNative", "MaxPool", "AvgPool", "Conv3D", "MaxPool3D", "LRN", "InTopK", "ResizeBilinear",
})  # fmt: skip
_ALONG_LAST: Final = frozenset({"Softmax", "LogSoftmax", "TopK", "TopKV2"})
_REDUCTIONS: Final = frozenset({"Sum", "Mean", "Max", "Min", "Prod", "All", "Any", "ArgMax", "ArgMin"})
#: Ops whose result holds, along each axis, values that differ as they were drawn or filled there.
_FILLED: Final = RANDOM | frozenset({"Fill", "ZerosLike", "OnesLike", "BroadcastTo"})

Rule = Callable[[Reading, Node], Steps]


def _mixed(_: Reading, __: Node) -> Steps:
    return MIXED


def _elementwise(axes: Reading, node: Node) -> Steps:
    """The steps of all operands that have them, if they lie alike and the others are the same for each step."""
    held = {axes.of(each) for each in node.inputs} - {STILL}
    if len(held) != 1:
        return MIXED
    (steps,) = held
    ranks = {axes.rank(each) for each in node.inputs if axes.of(each) == steps}
    rank = next(iter(ranks)) if len(ranks) == 1 else None
    others = [each for each in node.inputs if axes.of(each) == STILL]
    if len(ranks) > 1 or not all(_is_same_for_each_step(axes, each, steps, rank) for each in others):
        return MIXED
    return steps


def _is_same_for_each_step(axes: Reading, ref: TensorRef, steps: Steps, rank: int | None) -> bool:
    dims = axes.graph.static_shape(ref).dims
    if dims == () or is_filled(axes.graph, ref):
        return True
    place = 0 if steps.kind == "flat" else steps.axis
    if dims is None or rank is None:
        return dims is not None and len(dims) == 1 and steps.kind == "flat"
    at = place - (rank - len(dims))
    return at < 0 or dims[at] == 1


def is_filled(graph: Graph, ref: TensorRef, depth: int = 20) -> bool:
    """Whether a tensor was given its sizes by filling, drawing or repeating, so that its entries are of a kind."""
    node = graph.producer(source(graph, ref))
    if node.op in _FILLED or is_zero(graph, ref):
        return True
    if node.op == "Tile":
        return True
    if node.op == "Const" or node.op not in _ELEMENTWISE or not depth:
        return False
    parts = [each for each in node.inputs if graph.static_shape(each).rank != 0]
    return bool(parts) and all(is_filled(graph, each, depth - 1) for each in parts)


def _first(axes: Reading, node: Node) -> Steps:
    """The steps of the first operand; the others have none."""
    rest = [axes.of(each) for each in node.inputs[1:]]
    return axes.of(node.inputs[0]) if all(each == STILL for each in rest) else MIXED


def _along_last(axes: Reading, node: Node) -> Steps:
    steps, rank = _first(axes, node), axes.rank(node.inputs[0])
    return MIXED if steps.kind == "along" and (rank is None or steps.axis >= rank - 1) else steps


def _by_row(axes: Reading, node: Node) -> Steps:
    steps = _first(axes, node)
    return steps if steps.kind == "flat" or steps.axis == 0 else MIXED


def _normalised(axes: Reading, node: Node) -> Steps:
    """Batch normalisation with figures of its own, not of the examples at hand."""
    return MIXED if node.attrs.get("is_training", True) else _by_row(axes, node)


def _product(axes: Reading, node: Node) -> Steps:
    if node.attrs.get("transpose_a") or node.attrs.get("adj_x"):
        return MIXED
    steps, rank = _first(axes, node), axes.rank(node.inputs[0])
    if node.op == "MatMul":
        return steps if steps.kind == "flat" or steps.axis == 0 else MIXED
    if steps.kind == "flat" or rank is None:
        return MIXED
    return steps if steps.axis == rank - 2 or axes.rank(node.inputs[1]) == 2 else MIXED


def _reduced(axes: Reading, node: Node) -> Steps:
    steps, rank = _first(axes, node), axes.rank(node.inputs[0])
    chosen = constant(axes.graph, node.inputs[1])
    if chosen is None:
        return MIXED
    gone = [axes.axis(float(each), rank) for each in chosen.ravel()]
    place = 0 if steps.kind == "flat" else steps.axis
    if (
        gone == [place]
        and steps.kind == "along"
        and node.op == "Sum"
        and _marks_steps(axes.graph, node.inputs[0])
    ):
        return COUNTED
    if None in gone or place in gone:
        return MIXED
    if node.attrs.get("keep_dims") or steps.kind == "flat":
        return steps
    return Steps("along", place - sum(each is not None and each < place for each in gone))


def _marks_steps(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor holds a one for each step of a sequence, and zeros behind its end."""
    node = graph.producer(source(graph, ref))
    while node.op in ("Cast", "ToFloat", "ToInt32"):
        node = graph.producer(source(graph, node.inputs[0]))
    return node.op in ("Sign", "NotEqual", "Greater", "LogicalNot")


def _transposed(axes: Reading, node: Node) -> Steps:
    steps, order = axes.of(node.inputs[0]), constant(axes.graph, node.inputs[1])
    if steps.kind == "flat":
        return steps if order is not None and order.ravel()[0] == 0 else MIXED
    if order is not None:
        found = [int(each) for each in order.ravel()]
        return Steps("along", found.index(steps.axis)) if steps.axis in found else MIXED
    swaps = swaps_batch_and_time(axes.graph, node)
    return Steps("along", {0: 1, 1: 0}.get(steps.axis, steps.axis)) if swaps else MIXED


def _expanded(axes: Reading, node: Node) -> Steps:
    steps, rank = _first(axes, node), axes.rank(node.inputs[0])
    at = axes.axis(scalar(axes.graph, node.inputs[1]), None if rank is None else rank + 1)
    if at is None or (steps.kind == "flat" and at == 0):
        return MIXED
    return steps if steps.kind == "flat" or at > steps.axis else Steps("along", steps.axis + 1)


def _squeezed(axes: Reading, node: Node) -> Steps:
    steps, rank = axes.of(node.inputs[0]), axes.rank(node.inputs[0])
    chosen = node.attrs.get("squeeze_dims", ())
    if not isinstance(chosen, tuple) or not chosen:
        return MIXED
    gone = [axes.axis(each, rank) for each in chosen if isinstance(each, int)]
    place = 0 if steps.kind == "flat" else steps.axis
    if None in gone or place in gone:
        return MIXED
    before = sum(each < place for each in gone if each is not None)
    return steps if steps.kind == "flat" else Steps("along", place - before)


def _joined(axes: Reading, node: Node) -> Steps:
    values = data_operands(node)
    rank = next((each for each in map(axes.rank, values) if each is not None), None)
    at = axes.axis(scalar(axes.graph, node.inputs[0 if node.op == "Concat" else -1]), rank)
    held = {axes.of(each) for each in values} - {STILL}
    if at is None or len(held) != 1:
        return MIXED
    (steps,) = held
    others = [each for each in values if axes.of(each) == STILL]
    if at == (0 if steps.kind == "flat" else steps.axis):
        return MIXED
    return steps if all(is_filled(axes.graph, each) for each in others) else MIXED


def _packed(axes: Reading, node: Node) -> Steps:
    held = {axes.of(each) for each in node.inputs}
    at = node.integer("axis")
    if len(held) != 1 or at < 0:
        return MIXED
    (steps,) = held
    if steps.kind == "flat":
        return steps if at else MIXED
    return Steps("along", steps.axis + (at <= steps.axis))


def _split(axes: Reading, node: Node) -> Steps:
    value = data_operands(node)[0]
    steps = axes.of(value)
    if node.op == "Unpack":
        at: int | None = axes.axis(node.integer("axis"), axes.rank(value))
    else:
        at = axes.axis(scalar(axes.graph, node.inputs[0 if node.op == "Split" else 2]), axes.rank(value))
    place = 0 if steps.kind == "flat" else steps.axis
    if at is None or at == place:
        return MIXED
    return Steps("along", place - 1) if node.op == "Unpack" and at < place else steps


def _tiled(axes: Reading, node: Node) -> Steps:
    steps, times = axes.of(node.inputs[0]), constant(axes.graph, node.inputs[1])
    place = 0 if steps.kind == "flat" else steps.axis
    return steps if times is not None and place < times.size and times.ravel()[place] == 1 else MIXED


def _sliced(axes: Reading, node: Node) -> Steps:
    """Time taken whole stays; of time taken at its last place, what came last is left."""
    steps = axes.of(node.inputs[0])
    begin, strides = constant(axes.graph, node.inputs[1]), constant(axes.graph, node.inputs[3])
    place = 0 if steps.kind == "flat" else steps.axis
    ellipsis, shrunk = node.integer("ellipsis_mask"), node.integer("shrink_axis_mask")
    if strides is None or node.integer("new_axis_mask"):
        return MIXED
    if ellipsis and ellipsis.bit_length() - 1 <= place:
        return _after_ellipsis(axes, node, steps, strides.size)
    before = bin(shrunk & ((1 << place) - 1)).count("1")
    if place >= strides.size or _is_whole(node, place, strides[place]):
        return steps if steps.kind == "flat" else Steps("along", place - before)
    taken_last = begin is not None and shrunk >> place & 1 and steps.kind == "along"
    return LAST if taken_last and _is_last(axes, node.inputs[0], place, int(begin[place])) else MIXED  # type: ignore[index]


def _is_whole(node: Node, place: int, stride: float) -> bool:
    masks = node.integer("begin_mask") & node.integer("end_mask")
    return bool(masks >> place & 1) and stride == 1


def _is_last(axes: Reading, ref: TensorRef, place: int, index: int) -> bool:
    dims = axes.graph.static_shape(ref).dims
    size = dims[place] if dims is not None and place < len(dims) else None
    return index == -1 or (size is not None and index == size - 1)


def _after_ellipsis(axes: Reading, node: Node, steps: Steps, count: int) -> Steps:
    """`x[..., i]`: the axes from the end, of which time is none."""
    rank = axes.rank(node.inputs[0])
    at = node.integer("ellipsis_mask").bit_length() - 1
    if at or rank is None or steps.kind == "flat":
        return steps if not at and steps.kind == "flat" else MIXED
    return steps if steps.axis < rank - (count - 1) else MIXED


def _cut(axes: Reading, node: Node) -> Steps:
    """`tf.slice`: time is taken from its beginning to its end."""
    steps = axes.of(node.inputs[0])
    begin, size = constant(axes.graph, node.inputs[1]), constant(axes.graph, node.inputs[2])
    place = 0 if steps.kind == "flat" else steps.axis
    if begin is None or size is None or place >= begin.size:
        return MIXED
    return steps if begin[place] == 0 and size[place] == -1 else MIXED


def _reversed(axes: Reading, node: Node) -> Steps:
    steps = _first(axes, node)
    if node.op == "ReverseSequence":
        chosen: list[int | None] = [node.integer("seq_dim")]
    else:
        value, rank = constant(axes.graph, node.inputs[1]), axes.rank(node.inputs[0])
        chosen = [None] if value is None else [axes.axis(float(each), rank) for each in value.ravel()]
    return MIXED if None in chosen or steps.axis in chosen or steps.kind == "flat" else steps


def _one_hot(axes: Reading, node: Node) -> Steps:
    return _first(axes, node) if node.integer("axis", -1) == -1 else MIXED


def _reshaped(axes: Reading, node: Node) -> Steps:
    return reshaped(axes.graph, node, axes.of(node.inputs[0]), axes.of)


def gathered(axes: Reading, node: Node) -> Steps:
    """A table looked up for each step; or of all steps the one that the lengths say is the last."""
    table, indices = axes.of(node.inputs[0]), axes.of(node.inputs[1])
    if table == STILL:
        on_first = len(node.inputs) < 3 or scalar(axes.graph, node.inputs[2]) == 0
        return indices if node.op != "GatherNd" and on_first else (LAST if indices == LAST else MIXED)
    if table == LAST or indices not in (STILL, LAST):
        return LAST if indices in (STILL, LAST) or (indices == COUNTED and table != LAST) else MIXED
    return LAST if _counts_to_last(axes, node.inputs[1]) else MIXED


def _counts_to_last(axes: Reading, ref: TensorRef) -> bool:
    """Whether indices come from the sequences' lengths, or are one less than a size."""
    behind = value_sources(axes.graph, ref)
    fed = {name for name in behind if axes.graph[name].op.startswith("Placeholder")}
    if fed:
        return bool(behind & axes.lengths) and fed <= axes.lengths
    node = axes.graph.producer(source(axes.graph, ref))
    return (
        node.op == "Sub"
        and scalar(axes.graph, node.inputs[1]) == 1
        and any(axes.graph[name].op in SHAPES for name in behind)
    )


_RULES: dict[str, Rule] = {
    **dict.fromkeys(_ELEMENTWISE, _elementwise),
    **dict.fromkeys(_BY_ROW, _by_row),
    **dict.fromkeys(_ALONG_LAST, _along_last),
    **dict.fromkeys(_REDUCTIONS, _reduced),
    **dict.fromkeys(SWITCH | MERGE, _elementwise),
    **dict.fromkeys(("MatMul", "BatchMatMul", "BatchMatMulV2"), _product),
    **dict.fromkeys(("Concat", "ConcatV2"), _joined),
    **dict.fromkeys(("Split", "SplitV", "Unpack"), _split),
    **dict.fromkeys(("ReverseV2", "ReverseSequence"), _reversed),
    **dict.fromkeys(("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"), _normalised),
    "BiasAdd": _along_last, "Transpose": _transposed, "ExpandDims": _expanded, "Squeeze": _squeezed, "Pack": _packed,
    "Tile": _tiled, "StridedSlice": _sliced, "Slice": _cut, "OneHot": _one_hot, "Reshape": _reshaped,
    "PlaceholderWithDefault": _first,
}  # fmt: skip


def rule(node: Node) -> Rule:
    """What an op does with the steps."""
    return _RULES.get(node.op, _mixed)
