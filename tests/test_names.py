"""Tensor names, and which of them TensorFlow chose."""

from __future__ import annotations

import pytest

from tf1compat.errors import UnknownNameError
from tf1compat.names import TensorRef, is_default_name, leaf, lies_in, scope_of


def test_a_tensor_name_is_read_with_and_without_its_index() -> None:
    assert TensorRef.parse("rnn/while/Exit_3:0") == TensorRef("rnn/while/Exit_3", 0)
    assert TensorRef.parse(" split:2 ") == TensorRef("split", 2)
    assert str(TensorRef("x")) == "x:0"
    assert TensorRef("x").graph_def_name == "x"
    assert TensorRef("x", 1).graph_def_name == "x:1"


@pytest.mark.parametrize("text", ["", ":0", "x:", "x:y", "x:-1", "^x", "a b", "x:0:0"])
def test_what_is_no_tensor_name_is_refused(text: str) -> None:
    with pytest.raises(UnknownNameError, match="is not a tensor name"):
        TensorRef.parse(text)


def test_leaf_and_scope() -> None:
    assert (leaf("a/b/c"), scope_of("a/b/c")) == ("c", "a/b")
    assert (leaf("c"), scope_of("c")) == ("c", "")


def test_every_node_lies_in_the_empty_scope() -> None:
    assert [lies_in(each, "a") for each in ("a/b", "a/b/c", "a", "ab/c", "b/a/c")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert [lies_in(each, "") for each in ("a", "a/b")] == [True, True]


@pytest.mark.parametrize(
    ("node", "op"),
    [("Softmax", "Softmax"), ("a/Placeholder_1", "Placeholder"), ("add_2", "AddV2"),
     ("strided_slice_1", "StridedSlice"), ("truediv", "RealDiv"), ("ToInt32", "Cast"), ("stack_3", "Pack"),
     ("concat", "ConcatV2")],
)  # fmt: skip
def test_names_that_tensorflow_chose(node: str, op: str) -> None:
    assert is_default_name(node, op)


@pytest.mark.parametrize(
    ("node", "op"), [("probabilities", "Softmax"), ("x", "Placeholder"), ("softmax_out", "Softmax")]
)
def test_names_that_the_author_chose(node: str, op: str) -> None:
    assert not is_default_name(node, op)
