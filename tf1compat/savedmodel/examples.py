"""Serialized `tf.train.Example`s made of plain features, as `tf.contrib.predictor` asked its users to make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tf1compat.errors import FeedError, nearest
from tf1compat.graph.attributes import Array
from tf1compat.plan.model import ExampleFeature


def serialized_examples(features: Sequence[ExampleFeature], feeds: Mapping[str, Any]) -> Array:
    """One serialized Example for each row of the feeds, which give features by key: string [rows].

    A feature that is not given is left out, as far as the model has a default for it. Raises FeedError for a feature
    that the model does not parse, for numbers in the place of strings, and for feeds of unequal numbers of rows.
    """
    known = {each.key: each for each in features}
    unknown = [key for key in feeds if key not in known]
    if unknown:
        raise FeedError(f"the model parses no feature '{unknown[0]}'{nearest(unknown[0], known)}")
    counts = {key: len(value) for key, value in feeds.items()}
    if len(set(counts.values())) > 1:
        raise FeedError(f"the features have unequal numbers of rows: {counts}")
    rows = range(next(iter(counts.values()), 0))
    made = [_example({key: (known[key], value[row]) for key, value in feeds.items()}) for row in rows]
    return np.array([*made, b""], object)[:-1]


def _example(values: Mapping[str, tuple[ExampleFeature, Any]]) -> bytes:
    import tensorflow as tf

    found = {key: _feature(tf, feature, value) for key, (feature, value) in values.items()}
    return bytes(
        tf.train.Example(features=tf.train.Features(feature=found)).SerializeToString(deterministic=True)
    )


def _feature(tf: Any, feature: ExampleFeature, value: Any) -> Any:
    items = np.asarray(value, dtype=object).ravel().tolist()
    try:
        if feature.dtype == "string":
            texts = [each.encode() if isinstance(each, str) else bytes(each) for each in map(_text, items)]
            return tf.train.Feature(bytes_list=tf.train.BytesList(value=texts))
        if feature.dtype.is_floating:
            return tf.train.Feature(float_list=tf.train.FloatList(value=[float(each) for each in items]))
        return tf.train.Feature(int64_list=tf.train.Int64List(value=[int(each) for each in items]))
    except (TypeError, ValueError) as error:
        raise FeedError(f"the feature '{feature.key}' is {feature.dtype}, found {items[:1]!r}") from error


def _text(value: Any) -> str | bytes:
    if not isinstance(value, (str, bytes)):
        raise TypeError("not a string")
    return value
