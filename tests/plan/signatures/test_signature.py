"""Signatures in text: read whole, or refused with the form that is wanted."""

from __future__ import annotations

import pytest

from tf1compat.errors import PlanError
from tf1compat.plan.signatures.signature import (
    Signature,
    alias_of,
    alias_problem,
    parse_signature,
    plain_alias,
)


def test_a_signature_is_read() -> None:
    name, signature = parse_signature("step(x=in/x:0, state) -> p=Softmax, rnn/while/Exit_3:0")
    assert name == "step"
    assert signature == Signature(
        {"x": "in/x:0", "state": "state"}, {"p": "Softmax", "Exit_3": "rnn/while/Exit_3:0"}
    )


def test_a_signature_may_have_no_inputs() -> None:
    assert parse_signature("labels() -> names=names:0")[1].inputs == {}


@pytest.mark.parametrize("text", ["", "x", "f(x=y)", "f(x) ->", "f(x -> y", "(x) -> y", "f x -> y"])
def test_what_is_no_signature_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(PlanError, match=r"is not a signature; write NAME\(alias=tensor"):
        parse_signature(text)


def test_an_alias_given_twice_is_refused() -> None:
    with pytest.raises(PlanError, match="the alias 'x' is given twice"):
        parse_signature("f(x=a, x=b) -> y")


def test_an_alias_is_the_last_path_component_as_an_identifier() -> None:
    assert alias_of("rnn/while/Exit_3:0") == "Exit_3"
    assert plain_alias("my-name.1") == "my_name_1"
    assert plain_alias("3d") == "_3d"
    assert plain_alias("class") == "class_"


@pytest.mark.parametrize("alias", ["a b", "1x", "x-y", "class", ""])
def test_aliases_that_cannot_be_arguments_are_problems(alias: str) -> None:
    assert alias_problem(alias) is not None


def test_a_plain_alias_is_no_problem() -> None:
    assert alias_problem("rnn_state_c") is None
