"""Ops in which the entries along an axis depend on each other: reductions, softmax, sums that run on, orderings."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tf1compat.graph.model import Node
from tf1compat.ops.axes.axis_map import (
    Axis,
    AxisMap,
    Ended,
    Facts,
    Origin,
    Rule,
    SizeOf,
    equal,
    from_front,
    numbers,
    rank_of,
    whole,
)

REDUCTIONS = frozenset({
    "Sum", "Mean", "Prod", "Max", "Min", "All", "Any", "EuclideanNorm", "ArgMax", "ArgMin", "SparseReduceSum",
    "ReduceJoin",
})  # fmt: skip
_INDICES = frozenset({"ArgMax", "ArgMin"})


def _reduction(node: Node, facts: Facts) -> AxisMap | None:
    rank, chosen = rank_of(facts, node), numbers(facts, node, 1)
    if rank is None or chosen is None:
        return None
    gone = {from_front(each, rank) for each in chosen}
    if None in gone:
        return None
    ended = tuple(
        Ended(Axis(0, axis), "reduced") for axis in sorted(each for each in gone if each is not None)
    )
    if node.op not in _INDICES and (node.attrs.get("keep_dims") or node.attrs.get("keepdims")):
        kept = tuple(Origin("new", size=1) if axis in gone else equal(0, axis) for axis in range(rank))
        return AxisMap((kept,), (0,), ended)
    return AxisMap((whole(0, (axis for axis in range(rank) if axis not in gone)),), (0,), ended)


def _all_reduced(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    ended = tuple(Ended(Axis(0, axis), "reduced") for axis in range(rank or 0))
    return None if rank is None else AxisMap(((),), (0,), ended)


def coupled(rank: int | None, axes: Collection[int | None], outputs: int = 1) -> AxisMap | None:
    """The axes of the first operand, on some of which entries depend on each other."""
    if rank is None or None in axes:
        return None
    kept = tuple(equal(0, axis, coupled=axis in axes) for axis in range(rank))
    return AxisMap((kept,) * outputs, (0,))


def _along_last(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    return None if rank is None else coupled(rank, [rank - 1])


def _along_given(node: Node, facts: Facts) -> AxisMap | None:
    rank, chosen = rank_of(facts, node), numbers(facts, node, 1)
    return None if chosen is None else coupled(rank, [from_front(each, rank) for each in chosen])


def _rolled(node: Node, facts: Facts) -> AxisMap | None:
    rank, chosen = rank_of(facts, node), numbers(facts, node, 2)
    return None if chosen is None else coupled(rank, [from_front(each, rank) for each in chosen])


def _reversed(node: Node, facts: Facts) -> AxisMap | None:
    """`Reverse` marks the axes, one truth value for each."""
    rank, marks = rank_of(facts, node), facts.constant(node.inputs[1])
    return None if marks is None else coupled(rank, [axis for axis, mark in enumerate(marks.ravel()) if mark])


def _reversed_sequences(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    return coupled(rank, [from_front(node.integer("seq_dim"), rank)])


def _top(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    if rank is None:
        return None
    size = SizeOf(1, 0) if node.op == "TopKV2" else node.integer("k")
    found = (*whole(0, range(rank - 1)), Origin("new", size=size))
    return AxisMap((found, found), (0,), (Ended(Axis(0, rank - 1), "reduced"),))


def _nth(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    if rank is None:
        return None
    return AxisMap((whole(0, range(rank - 1)),), (0,), (Ended(Axis(0, rank - 1), "reduced"),))


def _in_top(node: Node, facts: Facts) -> AxisMap | None:
    rows = Origin("equal", (Axis(0, 0), Axis(1, 0)))
    return AxisMap(((rows,),), (0, 1), (Ended(Axis(0, 1), "reduced"),))


def _cross_entropy(node: Node, facts: Facts) -> AxisMap | None:
    rows = Origin("equal", (Axis(0, 0), Axis(1, 0)))
    sparse = node.op.startswith("Sparse")
    classes = Origin("equal", (Axis(0, 1),) if sparse else (Axis(0, 1), Axis(1, 1)), coupled=True)
    ended = (Ended(Axis(0, 1), "reduced"), *(() if sparse else (Ended(Axis(1, 1), "reduced"),)))
    return AxisMap(((rows,), (rows, classes)), (0, 1), ended)


def _drawn_classes(node: Node, facts: Facts) -> AxisMap | None:
    samples = Origin("new", size=SizeOf(1, 0))
    return AxisMap(((equal(0, 0), samples),), (0,), (Ended(Axis(0, 1), "reduced"),))


def _normalised(node: Node, facts: Facts) -> AxisMap | None:
    """Batch normalisation: by statistics that it is given, or by those of the examples at hand."""
    rank = rank_of(facts, node)
    if rank is None:
        return None
    channel = 1 if node.text("data_format", "NHWC").startswith("NC") else rank - 1
    over_examples = node.attrs.get("is_training", True) is True
    origins = tuple(
        Origin("equal", (Axis(0, axis), Axis(1, 0), Axis(2, 0)))
        if axis == channel
        else equal(0, axis, coupled=over_examples)
        for axis in range(rank)
    )
    return AxisMap((origins, *(((equal(1, 0),),) * 5)), (0, 1, 2, 3, 4))


def _moments_normalised(node: Node, facts: Facts) -> AxisMap | None:
    """`BatchNormWithGlobalNormalization(t, m, v, beta, gamma)`, of TensorFlow 0.x: by statistics that it is given."""
    rank = rank_of(facts, node)
    if rank is None:
        return None
    channel = Origin("equal", (Axis(0, rank - 1), *(Axis(at, 0) for at in range(1, 5))))
    return AxisMap(((*whole(0, range(rank - 1)), channel),), (0, 1, 2, 3, 4))


def _quantized_channels(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    if rank is None:
        return None
    last = Origin("equal", (Axis(0, rank - 1), Axis(1, 0), Axis(2, 0)))
    return AxisMap(((*whole(0, range(rank - 1)), last),), (0, 1, 2))


def _local_response(node: Node, facts: Facts) -> AxisMap | None:
    return coupled(rank_of(facts, node), [3])


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(REDUCTIONS, _reduction),
    **dict.fromkeys(("Softmax", "LogSoftmax", "SoftmaxGrad", "Cross", "RGBToHSV", "HSVToRGB",
                     "AdjustHue", "AdjustSaturation", "IsotonicRegression"), _along_last),
    **dict.fromkeys(("Cumsum", "Cumprod", "CumulativeLogsumexp", "ReverseV2"), _along_given),
    **dict.fromkeys(("TopK", "TopKV2"), _top),
    **dict.fromkeys(("InTopK", "InTopKV2"), _in_top),
    **dict.fromkeys(("SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits"), _cross_entropy),
    **dict.fromkeys(("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"), _normalised),
    "BatchNormWithGlobalNormalization": _moments_normalised,
    "FakeQuantWithMinMaxVarsPerChannel": _quantized_channels,
    "L2Loss": _all_reduced, "Roll": _rolled, "Reverse": _reversed, "ReverseSequence": _reversed_sequences,
    "NthElement": _nth, "Multinomial": _drawn_classes, "StatelessMultinomial": _drawn_classes,
    "LRN": _local_response,
}  # fmt: skip
