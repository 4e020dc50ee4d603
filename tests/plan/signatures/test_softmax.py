"""The softmax that a graph lacks: a further output, or a reason why there is none."""

from __future__ import annotations

import pytest

from tf1compat.errors import PlanError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef
from tf1compat.plan.model import OutputBinding, Piece, SignaturePlan
from tf1compat.plan.signatures.softmax import with_softmax


def output(alias: str, role: str, columns: int = 3, dtype: str = "float32") -> OutputBinding:
    return OutputBinding(alias, (Piece((), TensorRef(alias)),), DType(dtype), Shape.of(None, columns), role)


def signature(*outputs: OutputBinding) -> tuple[SignaturePlan, ...]:
    return (SignaturePlan("serving_default", (), outputs),)


def test_logits_get_probabilities() -> None:
    (found,) = with_softmax(signature(output("scores", "logits")), True)
    assert [(each.alias, each.role, each.softmax) for each in found.outputs] == [
        ("scores", "logits", False), ("probabilities", "probabilities", True),
    ]  # fmt: skip
    assert found.outputs[1].pieces == found.outputs[0].pieces
    assert found.outputs[1].tensor is None


def test_the_output_of_an_alias_gets_them_whatever_its_role() -> None:
    (found,) = with_softmax(signature(output("a", "value"), output("b", "value")), "b")
    assert found.outputs[2].pieces == (Piece((), TensorRef("b")),)


def test_without_the_wish_nothing_is_added() -> None:
    plain = signature(output("scores", "logits"))
    assert with_softmax(plain, False) == plain


def test_a_taken_alias_gets_a_number() -> None:
    (found,) = with_softmax(signature(output("probabilities", "logits")), True)
    assert found.outputs[1].alias == "probabilities_1"


@pytest.mark.parametrize(
    ("outputs", "wanted", "message"),
    [
        ((output("p", "probabilities"), output("z", "logits")), True, "gives probabilities already"),
        ((output("y", "value"),), True, "say which they are"),
        ((output("scores", "value"),), "score", "did you mean 'scores'"),
        ((output("ids", "class_ids", dtype="int64"),), "ids", "no signature has an output 'ids' of numbers"),
        ((output("z", "logits", columns=1),), True, "has one neuron"),
    ],
)
def test_where_there_is_none_to_take_it_is_said(
    outputs: tuple[OutputBinding, ...], wanted: bool | str, message: str
) -> None:
    with pytest.raises(PlanError, match=message):
        with_softmax(signature(*outputs), wanted)
