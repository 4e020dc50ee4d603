"""Values come out of a checkpoint by key; what is missing or another shape is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tf1compat.errors import RestoreError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.plan.model import VariablePlan

pytestmark = pytest.mark.tensorflow

KERNEL = np.arange(12, dtype=np.float32).reshape(4, 3)
NAMES = np.array([b"ham", b"spam"], np.object_)

Read = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory, tensorflow: ModuleType) -> Path:
    place = tmp_path_factory.mktemp("checkpoint") / "model"
    tf = tensorflow
    values = {
        "dense/kernel": KERNEL, "dense/kernel/Adam": KERNEL * 0, "steps": np.int64(7), "names": NAMES,
        "halves": np.float16([0.5, 0.25]), "flags": np.array([True, False]),
    }  # fmt: skip
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        session.run(
            tf.raw_ops.SaveV2(
                prefix=str(place), tensor_names=[*values, "split", "split"],
                shape_and_slices=[""] * len(values) + ["4 3 0,2:-", "4 3 2,2:-"],
                tensors=[tf.constant(value) for value in values.values()] + [KERNEL[:2], KERNEL[2:]],
            )
        )  # fmt: skip
    return place


@pytest.fixture
def read(prefix: Path) -> Read:
    from tf1compat.restore.values import read_values

    return lambda *variables: read_values(prefix, variables)


def variable(
    name: str, key: str, dtype: str = "float32", shape: Shape | None = None, part: str = ""
) -> VariablePlan:
    return VariablePlan(name, key, part, DType(dtype), Shape() if shape is None else shape, True)


def test_a_value_is_given_under_the_variables_name(read: Read) -> None:
    values = read(variable("layer/w", "dense/kernel", shape=Shape.of(4, 3)))
    assert list(values) == ["layer/w"]
    np.testing.assert_array_equal(values["layer/w"], KERNEL)


@pytest.mark.parametrize("shape", [Shape(), Shape.of(None, 3), Shape.of(4, None)])
def test_an_unknown_shape_takes_the_checkpoints(read: Read, shape: Shape) -> None:
    assert read(variable("w", "dense/kernel", shape=shape))["w"].shape == (4, 3)


def test_all_types_are_read(read: Read) -> None:
    values = read(
        variable("s", "steps", "int64"), variable("n", "names", "string"),
        variable("h", "halves", "float16"), variable("f", "flags", "bool"),
    )  # fmt: skip
    assert values["s"] == 7
    assert values["n"].tolist() == [b"ham", b"spam"]
    assert values["h"].tolist() == [0.5, 0.25]
    assert values["f"].tolist() == [True, False]


def test_two_variables_may_share_a_key(read: Read) -> None:
    values = read(variable("one", "steps", "int64"), variable("two", "steps", "int64"))
    assert values["one"] == values["two"] == 7


def test_a_partitioned_variable_is_read_whole_and_by_slice(read: Read) -> None:
    values = read(
        variable("whole", "split", shape=Shape.of(4, 3)),
        variable("part_1", "split", shape=Shape.of(2, 3), part="4 3 2,2:-"),
    )
    np.testing.assert_array_equal(values["whole"], KERNEL)
    np.testing.assert_array_equal(values["part_1"], KERNEL[2:])


def test_nothing_is_asked_of_nothing(read: Read) -> None:
    assert read() == {}


def test_a_missing_key_is_named_with_the_nearest(read: Read, prefix: Path) -> None:
    with pytest.raises(RestoreError) as caught:
        read(variable("dense/weights", "dense/kernal"))
    message = str(caught.value)
    assert "'dense/kernal'" in message
    assert "did you mean 'dense/kernel'" in message
    assert str(prefix) in message


def test_every_missing_key_is_reported_at_once(read: Read) -> None:
    with pytest.raises(RestoreError, match=r"'one'.*'two'"):
        read(variable("a", "one"), variable("b", "two"))


def test_another_shape_is_refused_with_both(read: Read) -> None:
    with pytest.raises(RestoreError, match=r"shape \[4, 3\].*'w' has \[4, 5\]"):
        read(variable("w", "dense/kernel", shape=Shape.of(4, 5)))


def test_another_type_is_refused_with_both(read: Read) -> None:
    with pytest.raises(RestoreError, match=r"holds int64.*'w' is float32"):
        read(variable("w", "steps"))


def test_a_slice_that_is_not_there_is_refused(read: Read) -> None:
    with pytest.raises(RestoreError, match="cannot be read"):
        read(variable("w", "split", part="4 7 0,2:-"))


def test_a_prefix_without_a_checkpoint_is_refused(tmp_path: Path) -> None:
    from tf1compat.restore.values import read_values

    with pytest.raises(RestoreError, match="is not a checkpoint"):
        read_values(tmp_path / "model", (variable("w", "w"),))
