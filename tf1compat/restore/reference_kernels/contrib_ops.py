"""Ops of tf.contrib computed by numpy, place by place: what verification holds the migrated model against.

Source: the kernels in tensorflow/contrib/{resampler,image,factorization}/kernels. They share nothing with the form that
the migrated model has.
"""

from __future__ import annotations

import numpy as np

from tf1compat.graph.attributes import Array


def resampler(data: Array, warp: Array) -> Array:
    """The channels of each image [height, width, channels] at each place (x, y); zero a pixel or more outside."""
    _, height, width, channels = data.shape
    found = np.zeros((*warp.shape[:-1], channels), data.dtype)
    for place in np.ndindex(*warp.shape[:-1]):
        x, y = (float(each) for each in warp[place])
        if -1 < x < width and -1 < y < height:
            found[place] = _between_pixels(data[place[0]], y, x)
    return found


def _between_pixels(image: Array, y: float, x: float) -> Array:
    """The four pixels around a place, each by how near it is; one that is not there is zero."""
    total = np.zeros(image.shape[-1], np.float64)
    for row in (int(np.floor(y)), int(np.floor(y)) + 1):
        for column in (int(np.floor(x)), int(np.floor(x)) + 1):
            if 0 <= row < image.shape[0] and 0 <= column < image.shape[1]:
                total += (1 - abs(y - row)) * (1 - abs(x - column)) * image[row, column]
    return total.astype(image.dtype)


def image_projective_transform(images: Array, transforms: Array, *, bilinear: bool) -> Array:
    """Each image with what the transform's (x, y) points at in each pixel; zero outside."""
    found = np.zeros_like(images)
    for number, row, column in np.ndindex(*images.shape[:3]):
        turn = transforms[number if len(transforms) > 1 else 0].astype(np.float32)
        depth = turn[6] * np.float32(column) + turn[7] * np.float32(row) + np.float32(1)
        if depth == 0:
            continue
        x = (turn[0] * np.float32(column) + turn[1] * np.float32(row) + turn[2]) / depth
        y = (turn[3] * np.float32(column) + turn[4] * np.float32(row) + turn[5]) / depth
        found[number, row, column] = (_between_pixels if bilinear else _nearest)(images[number], y, x)
    return found


def _nearest(image: Array, y: float, x: float) -> Array:
    row, column = (int(np.trunc(each + np.copysign(0.5, each))) for each in (y, x))
    known = 0 <= row < image.shape[0] and 0 <= column < image.shape[1]
    value: Array = image[row, column] if known else np.zeros(image.shape[-1], image.dtype)
    return value


def masked_matmul(first: Array, second: Array, mask: Array, turn_first: Array, turn_second: Array) -> Array:
    """The entries of the product of two matrices at the indices in `mask`."""
    left = first.T if turn_first else first
    right = second.T if turn_second else second
    return np.array([left[row] @ right[:, column] for row, column in mask], np.float32)
