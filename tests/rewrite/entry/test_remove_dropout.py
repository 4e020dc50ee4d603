"""Dropout that keeps everything is gone, in both of the forms that TF1 wrote; any other stays."""

from __future__ import annotations

import pytest

from tf1compat.graph.lint import lint
from tf1compat.graph.text import from_text
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops.values import known_scalar
from tf1compat.rewrite.entry.remove_dropout import remove_dropout

UNIFORM = """
    x = Placeholder() dtype=float32; shape=shape(None, 3)
    shape = Shape(x) T=float32; out_type=int32
    drawn = RandomUniform(shape) T=int32; dtype=float32; seed=0; seed2=0
    low = Const() dtype=float32; value=tensor(float32, 0.0)
    high = Const() dtype=float32; value=tensor(float32, 1.0)
    span = Sub(high, low) T=float32
    scaled = Mul(drawn, span) T=float32
    uniform = Add(scaled, low) T=float32
"""
OLD = (
    UNIFORM
    + """
    keep_prob = Const() dtype=float32; value=tensor(float32, {0})
    total = Add(keep_prob, uniform) T=float32
    mask = Floor(total) T=float32
    div = RealDiv(x, keep_prob) T=float32
    dropout = Mul(div, mask) T=float32
"""
)
NEW = (
    UNIFORM
    + """
    keep_prob = Const() dtype=float32; value=tensor(float32, {0})
    rate = Sub(high, keep_prob) T=float32
    test = GreaterEqual(uniform, rate) T=float32
    mask = Cast(test) SrcT=bool; DstT=float32
    scale = RealDiv(high, keep_prob) T=float32
    mul = Mul(x, scale) T=float32
    dropout = Mul(mul, mask) T=float32
"""
)


@pytest.mark.parametrize(("text", "kept"), [(OLD, "div"), (NEW, "mul")])
def test_the_mask_is_no_longer_read(text: str, kept: str) -> None:
    outcome = remove_dropout(from_text(text.format(1.0)))
    assert lint(outcome.graph) == ()
    assert outcome.count == 1
    assert (outcome.graph["dropout"].op, outcome.graph["dropout"].inputs) == ("Identity", (TensorRef(kept),))


@pytest.mark.parametrize("text", [OLD, NEW])
def test_dropout_that_drops_is_left_alone(text: str) -> None:
    graph = from_text(text.format(0.5))
    assert remove_dropout(graph).graph is graph


@pytest.mark.parametrize("text", [OLD, NEW])
def test_a_second_run_finds_nothing(text: str) -> None:
    once = remove_dropout(from_text(text.format(1.0))).graph
    assert remove_dropout(once).graph is once


def test_random_numbers_of_another_range_are_no_dropout() -> None:
    wider = OLD.format(1.0).replace(
        "value=tensor(float32, 1.0)\n    span", "value=tensor(float32, 2.0)\n    span"
    )
    graph = from_text(wider)
    assert remove_dropout(graph).graph is graph


def test_a_mask_that_would_broadcast_the_value_is_all_ones_and_still_read() -> None:
    other = OLD.format(1.0).replace(
        "shape = Shape(x)", "z = Placeholder() dtype=float32\n    shape = Shape(z)"
    )
    graph = remove_dropout(from_text(other)).graph
    assert lint(graph) == ()
    assert graph["dropout"].inputs == (TensorRef("div"), TensorRef("mask"))
    assert (graph["mask"].op, graph["mask"].inputs) == ("Fill", (TensorRef("shape"), TensorRef("mask/kept")))
    assert known_scalar(graph, TensorRef("mask/kept")) == 1


def test_the_complement_of_a_mask_that_keeps_everything_draws_nothing() -> None:
    alpha = "rest = Sub(high, mask) T=float32\n"
    graph = remove_dropout(from_text(NEW.format(1.0) + alpha)).graph
    assert lint(graph) == ()
    assert graph["test"].op == "Fill"
    assert graph["rest"].inputs[1] == TensorRef("mask")
    assert "drawn" not in ancestors(graph, ["rest", "dropout"])
