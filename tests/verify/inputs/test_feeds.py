"""The user's feeds find their inputs, or the message says what is expected."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tf1compat.errors import FeedError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding, SignaturePlan
from tf1compat.verify.inputs.feeds import fitted, given_cases

X = InputBinding("x", TensorRef("scope/x"), DType("float32"), Shape.of(None, 3))
STATE = InputBinding("state", TensorRef("state", 1), DType("int32"), Shape())
SIGNATURES = (SignaturePlan("serving_default", (X,), ()), SignaturePlan("step", (X, STATE), ()))
ROWS = np.ones([2, 3], np.float32)


@pytest.mark.parametrize("key", ["x", "scope/x", "scope/x:0", "serving_default/x"])
def test_an_input_is_fed_by_alias_or_tensor(key: str) -> None:
    (case,) = given_cases(SIGNATURES, {key: ROWS})
    assert case.signature == "serving_default"
    np.testing.assert_array_equal(case.feeds["x"], ROWS)


@pytest.mark.parametrize(
    "feeds",
    [
        {"step/x": ROWS, "step/state": 4},
        {"step/scope/x:0": ROWS, "step/state:1": 4},
        {"step": {"x": ROWS, "state:1": 4}},
    ],
)
def test_another_signature_is_fed_by_its_name(feeds: dict[str, Any]) -> None:
    (case,) = given_cases(SIGNATURES, feeds)
    assert case.signature == "step"
    assert sorted(case.feeds) == ["state", "x"]


def test_several_signatures_can_be_fed() -> None:
    fed = given_cases(SIGNATURES, {"x": ROWS, "step": {"x": ROWS, "state": 1}})
    assert [case.signature for case in fed] == ["serving_default", "step"]


@pytest.mark.parametrize(
    ("feeds", "message"),
    [
        ({"y": ROWS}, "'y' is no input of the signature 'serving_default'.*its inputs are x"),
        ({"step": {"x": ROWS, "stat": 1}}, "'stat'.*did you mean 'state'"),
        ({"step": {"x": ROWS}}, r"'step' also needs 'state' \(int32 \?\)"),
        ({"stepp": {"x": ROWS}}, "no signature 'stepp'; did you mean 'step'"),
        ({"x": ROWS[0]}, r"'x' takes float32 \[\?, 3\], but was given float32 \[3\]"),
        ({"x": np.ones([2, 4])}, r"\[\?, 3\], but was given float64 \[2, 4\]"),
        ({"x": np.array([["a", "b", "c"]])}, "takes float32"),
        ({"x": ROWS, "step": {"x": ROWS, "state": 0.5}}, "'state' takes int32"),
    ],
)
def test_what_does_not_fit_is_said(feeds: dict[str, Any], message: str) -> None:
    with pytest.raises(FeedError, match=message):
        given_cases(SIGNATURES, feeds)


def test_values_take_the_inputs_type_where_nothing_is_lost() -> None:
    assert fitted(X, np.zeros([1, 3], np.float64)).dtype == np.float32
    assert fitted(X, [[1, 2, 3]]).dtype == np.float32
    assert fitted(STATE, np.int64(3)).dtype == np.int32


def test_an_integer_that_would_change_is_refused() -> None:
    with pytest.raises(FeedError, match="takes int32"):
        fitted(STATE, np.int64(2**40))


def test_texts_become_bytes() -> None:
    words = InputBinding("words", TensorRef("words"), DType("string"), Shape.of(None))
    assert fitted(words, ["caf\u00e9", "tea"]).tolist() == ["caf\u00e9".encode(), b"tea"]
    with pytest.raises(FeedError):
        fitted(words, [1, 2])


def test_strings_keep_the_zeros_at_their_ends() -> None:
    entry = InputBinding("examples", TensorRef("examples"), DType("string"), Shape((None,)))
    assert fitted(entry, [b"a\0", b"\0"]).tolist() == [b"a\0", b"\0"]
    assert fitted(entry, np.array([b"ab", b""])).tolist() == [b"ab", b""]
