"""Resampler: what an image has at given places between its pixels, bilinear, and zero outside.

Source: ResamplerOp in tensorflow/contrib/resampler/kernels/resampler_ops.cc. A place is (x, y), in pixels; one that
lies a pixel or more outside, or is no number, gives zero.
"""

from __future__ import annotations

from typing import NamedTuple

from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.rewrite.emit import INT, Emitter


class _Image(NamedTuple):
    """The image [batch, height, width, channels], what it is made of, and its sizes as scalars."""

    data: TensorRef
    dtype: DType
    batch: TensorRef
    height: TensorRef
    width: TensorRef


def resampled(emitter: Emitter, graph: Graph, node: Node) -> TensorRef:
    """The value of a Resampler(data, warp): the image's channels at each place of `warp` [batch, ..., 2]."""
    data, warp = node.inputs
    dtype = node.dtype() or DType("float32")
    image = _Image(data, dtype, *(emitter.dimension(data, axis, dtype) for axis in range(3)))
    shape = emitter("Shape", warp, T=dtype, out_type=INT)
    places = emitter("Reshape", warp, _packed(emitter, image.batch, emitter.constant(-1), emitter.constant(2)),
                     T=dtype, Tshape=INT)  # fmt: skip
    x, y = emitter.many("Unpack", places, outputs=2, num=2, axis=2, T=dtype)
    inside = _all(
        emitter, [*_within(emitter, image, x, image.width), *_within(emitter, image, y, image.height)]
    )
    nowhere = emitter("ZerosLike", x, T=dtype)
    x, y = (emitter("SelectV2", inside, each, nowhere, T=dtype) for each in (x, y))
    value = _weighted(emitter, image, x, y)
    value = emitter("SelectV2", _as_column(emitter, inside, DType("bool")), value,
                    emitter("ZerosLike", value, T=dtype), T=dtype)  # fmt: skip
    return emitter("Reshape", value, _result_shape(emitter, image, shape), T=dtype, Tshape=INT)


def _packed(emitter: Emitter, *scalars: TensorRef) -> TensorRef:
    return emitter("Pack", *scalars, N=len(scalars), T=INT, axis=0)


def _all(emitter: Emitter, conditions: list[TensorRef]) -> TensorRef:
    first, *others = conditions
    for each in others:
        first = emitter("LogicalAnd", first, each)
    return first


def _within(emitter: Emitter, image: _Image, place: TensorRef, size: TensorRef) -> list[TensorRef]:
    """Whether a place lies less than a pixel outside of an axis."""
    least = emitter.constant(-1.0, image.dtype)
    most = emitter("Cast", size, SrcT=INT, DstT=image.dtype)
    return [emitter("Greater", place, least, T=image.dtype), emitter("Less", place, most, T=image.dtype)]


def _weighted(emitter: Emitter, image: _Image, x: TensorRef, y: TensorRef) -> TensorRef:
    """The sum of the four pixels around each place, by how near they are: [batch, places, channels]."""
    dtype, one = image.dtype, emitter.constant(1.0, image.dtype)
    left, top = (emitter("Floor", each, T=dtype) for each in (x, y))
    right, bottom = (emitter("AddV2", each, one, T=dtype) for each in (left, top))
    to_right, to_bottom = emitter("Sub", right, x, T=dtype), emitter("Sub", bottom, y, T=dtype)
    to_left, to_top = (emitter("Sub", one, each, T=dtype) for each in (to_right, to_bottom))
    corners = ((left, top, to_right, to_bottom), (right, bottom, to_left, to_top),
               (left, bottom, to_right, to_top), (right, top, to_left, to_bottom))  # fmt: skip
    total = None
    for column, row, horizontal, vertical in corners:
        weight = _as_column(emitter, emitter("Mul", horizontal, vertical, T=dtype), dtype)
        part = emitter("Mul", weight, _pixels(emitter, image, column, row), T=dtype)
        total = part if total is None else emitter("AddV2", total, part, T=dtype)
    assert total is not None
    return total


def _pixels(emitter: Emitter, image: _Image, column: TensorRef, row: TensorRef) -> TensorRef:
    """The image's pixels at whole places [batch, places], zero outside: [batch, places, channels]."""
    dtype = image.dtype
    columns, rows = (emitter("Cast", each, SrcT=dtype, DstT=INT) for each in (column, row))
    safe, known = zip(
        *(_clipped(emitter, each, size) for each, size in ((rows, image.height), (columns, image.width))),
        strict=True,
    )
    numbers = emitter("Range", emitter.constant(0), image.batch, emitter.constant(1), Tidx=INT)
    numbers = emitter("ExpandDims", numbers, emitter.constant(1), T=INT, Tdim=INT)
    examples = emitter("AddV2", emitter("ZerosLike", rows, T=INT), numbers, T=INT)
    index = emitter("Pack", examples, *safe, N=3, T=INT, axis=2)
    pixels = emitter("GatherNd", image.data, index, Tparams=dtype, Tindices=INT)
    weight = emitter("Cast", emitter("LogicalAnd", *known), SrcT=DType("bool"), DstT=dtype)
    return emitter("Mul", _as_column(emitter, weight, dtype), pixels, T=dtype)


def _clipped(emitter: Emitter, place: TensorRef, size: TensorRef) -> tuple[TensorRef, TensorRef]:
    """A whole place brought into an axis, and whether it was there."""
    zero, last = emitter.constant(0), emitter("Sub", size, emitter.constant(1), T=INT)
    safe = emitter("Maximum", emitter("Minimum", place, last, T=INT), zero, T=INT)
    return safe, emitter("Equal", place, safe, T=INT)


def _as_column(emitter: Emitter, value: TensorRef, dtype: DType) -> TensorRef:
    return emitter("ExpandDims", value, emitter.constant(2), T=dtype, Tdim=INT)


def _result_shape(emitter: Emitter, image: _Image, warp_shape: TensorRef) -> TensorRef:
    """The shape of the places, with the image's channels in the place of (x, y)."""
    kept = emitter(
        "StridedSlice", warp_shape, *(emitter.constant([each]) for each in (0, -1, 1)), T=INT, Index=INT
    )
    channels = emitter.dimension(image.data, 3, image.dtype)
    channels = emitter("ExpandDims", channels, emitter.constant(0), T=INT, Tdim=INT)
    return emitter.concat((kept, channels), 0, INT)
