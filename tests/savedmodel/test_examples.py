"""Serialized Examples made of plain features."""

from __future__ import annotations

from types import ModuleType

import pytest

from tf1compat.errors import FeedError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.plan.model import ExampleFeature
from tf1compat.savedmodel.examples import serialized_examples

pytestmark = pytest.mark.tensorflow

FEATURES = (
    ExampleFeature("age", DType("float32"), Shape.of(1)),
    ExampleFeature("city", DType("string"), None),
    ExampleFeature("visits", DType("int64"), None),
)


def test_each_row_is_an_example_and_any_number_of_values_may_be_in_it(tensorflow: ModuleType) -> None:
    found = serialized_examples(
        FEATURES, {"age": [30, 50.5], "city": ["Bath", b"York"], "visits": [[1, 2], []]}
    )
    parsed = [tensorflow.train.Example.FromString(each).features.feature for each in found]
    assert [list(each["age"].float_list.value) for each in parsed] == [[30.0], [50.5]]
    assert [list(each["city"].bytes_list.value) for each in parsed] == [[b"Bath"], [b"York"]]
    assert [list(each["visits"].int64_list.value) for each in parsed] == [[1, 2], []]


@pytest.mark.parametrize(
    ("feeds", "reason"),
    [
        ({"aeg": [1.0]}, "parses no feature 'aeg'; did you mean 'age'"),
        ({"age": [1.0], "city": []}, "unequal numbers of rows"),
        ({"city": [3]}, "the feature 'city' is string, found"),
        ({"age": ["old"]}, "the feature 'age' is float32, found"),
    ],
)
def test_what_does_not_fit_is_told(
    feeds: dict[str, list[object]], reason: str, tensorflow: ModuleType
) -> None:
    with pytest.raises(FeedError, match=reason):
        serialized_examples(FEATURES, feeds)
