"""Convolutions, pooling and what resizes or rearranges images: examples stay apart, positions depend on neighbours."""

from __future__ import annotations

from collections.abc import Mapping

from tf1compat.graph.model import Node
from tf1compat.ops.axes.axis_map import Axis, AxisMap, Ended, Facts, Origin, Rule, equal, rank_of
from tf1compat.ops.axes.reductions import coupled

_DEPTHWISE = frozenset({"DepthwiseConv2dNative", "DepthwiseConv2dNativeBackpropInput"})


def _layout(node: Node, rank: int) -> tuple[int, range]:
    """The axis of the channels, and those of the positions."""
    first = node.text("data_format", "NHWC").startswith("NC")
    return (1, range(2, rank)) if first else (rank - 1, range(1, rank - 1))


def _entries(node: Node, attr: str, rank: int) -> list[int]:
    """A window or stride of each axis; 1 where none is given."""
    given = node.attrs.get(attr)
    found = [each for each in given if isinstance(each, int)] if isinstance(given, tuple) else []
    return found if len(found) == rank else [1] * rank


def _position(operand: int, axis: int, alone: bool) -> Origin:
    """A position that is computed of itself alone, or of its neighbours too."""
    return equal(operand, axis) if alone else Origin("part", (Axis(operand, axis),), coupled=True)


def _convolution(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node) or rank_of(facts, node, 1)
    if rank is None:
        return None
    channel, positions = _layout(node, rank)
    strides = _entries(node, "strides", rank)
    window = {axis: facts.size(node.inputs[1], at) for at, axis in enumerate(positions)}
    made = Origin("new") if node.op in _DEPTHWISE else equal(1, rank - 1)
    origins = {axis: _position(0, axis, window[axis] == 1 and strides[axis] == 1) for axis in positions}
    found = tuple(equal(0, 0) if axis == 0 else origins.get(axis, made) for axis in range(rank))
    ended = (Ended(Axis(0, channel), "contracted"), Ended(Axis(1, rank - 2), "contracted"))
    return AxisMap((found,), (0, 1), ended)


def _transposed_convolution(node: Node, facts: Facts) -> AxisMap | None:
    """`Conv2DBackpropInput(sizes, filter, x)`, which is a layer by itself: a convolution the other way round."""
    rank = rank_of(facts, node, 2) or rank_of(facts, node, 1)
    if rank is None:
        return None
    channel, positions = _layout(node, rank)
    strides = _entries(node, "strides", rank)
    window = {axis: facts.size(node.inputs[1], at) for at, axis in enumerate(positions)}
    origins = {axis: _position(2, axis, window[axis] == 1 and strides[axis] == 1) for axis in positions}
    found = tuple(equal(2, 0) if axis == 0 else origins.get(axis, equal(1, rank - 2)) for axis in range(rank))
    ended = (Ended(Axis(2, channel), "contracted"), Ended(Axis(1, rank - 1), "contracted"))
    return AxisMap((found,), (1, 2), ended)


def _dilated(node: Node, facts: Facts) -> AxisMap | None:
    """`Dilation2D(x, filter)`: the greatest of each window, channel by channel."""
    strides, rates = _entries(node, "strides", 4), _entries(node, "rates", 4)
    alone = (facts.size(node.inputs[1], at) == 1 and strides[at + 1] == 1 == rates[at + 1] for at in (0, 1))
    channel = Origin("equal", (Axis(0, 3), Axis(1, 2)))
    return AxisMap(
        ((equal(0, 0), *(_position(0, at + 1, each) for at, each in enumerate(alone)), channel),), (0, 1)
    )


def _patches(node: Node, facts: Facts) -> AxisMap | None:
    """Windows of positions laid into the channels."""
    rank = rank_of(facts, node)
    if rank is None:
        return None
    window, strides = _entries(node, "ksizes", rank), _entries(node, "strides", rank)
    alone = [window[axis] == 1 == strides[axis] for axis in range(rank)]
    positions = (_position(0, axis, alone[axis]) for axis in range(1, rank - 1))
    return AxisMap(((equal(0, 0), *positions, Origin("new")),), (0,), (Ended(Axis(0, rank - 1), "reduced"),))


def _of_whole_images(node: Node, facts: Facts) -> AxisMap | None:
    """Contrast: every pixel against the mean of its image, channel by channel."""
    rank = rank_of(facts, node)
    return None if rank is None or rank < 3 else coupled(rank, [rank - 3, rank - 2])


def _pooled(node: Node, facts: Facts) -> AxisMap | None:
    rank = rank_of(facts, node)
    if rank is None:
        return None
    window, strides = _entries(node, "ksize", rank), _entries(node, "strides", rank)
    alone = [one == 1 and other == 1 for one, other in zip(window, strides, strict=True)]
    if "ksize" not in node.attrs:  # a later version reads it from an operand
        alone = [axis in (0, rank - 1) for axis in range(rank)]
    found = tuple(_position(0, axis, alone[axis]) for axis in range(rank))
    return AxisMap((found, found), (0,))


def _resized(node: Node, facts: Facts) -> AxisMap | None:
    found = (equal(0, 0), *(_position(0, axis, False) for axis in (1, 2)), equal(0, 3))
    return AxisMap((found,), (0,))


def _rearranged(node: Node, facts: Facts) -> AxisMap | None:
    """Blocks of positions become channels, or the other way round."""
    rank = rank_of(facts, node)
    if rank is None:
        return None
    return AxisMap(((equal(0, 0), *(_position(0, axis, False) for axis in range(1, rank))),), (0,))


RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("Conv2DBackpropInput", "Conv3DBackpropInputV2"), _transposed_convolution),
    **dict.fromkeys(("ExtractImagePatches", "ExtractVolumePatches"), _patches),
    **dict.fromkeys(("AdjustContrast", "AdjustContrastv2"), _of_whole_images),
    "Dilation2D": _dilated,
    **dict.fromkeys(("Conv2D", "Conv3D", "DepthwiseConv2dNative"), _convolution),
    **dict.fromkeys(("MaxPool", "MaxPoolV2", "AvgPool", "MaxPool3D", "AvgPool3D", "MaxPoolWithArgmax"), _pooled),
    **dict.fromkeys(("ResizeBilinear", "ResizeNearestNeighbor", "ResizeBicubic", "ResizeArea"), _resized),
    **dict.fromkeys(("SpaceToDepth", "DepthToSpace"), _rearranged),
}  # fmt: skip
