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


DRAWN = """
    x = Placeholder() dtype=float32; shape=shape(None, 3); _output_shapes=[shape(None, 3)]
    shape = Shape(x) T=float32; out_type=int32
    u = RandomUniform(shape) T=int32; dtype=float32; seed=0; seed2=0; _output_shapes=[shape(None, 3)]
    n = RandomStandardNormal(shape) T=int32; dtype=float32; seed=0; seed2=0; _output_shapes=[shape(None, 3)]
    zero = Const() dtype=float32; value=tensor(float32, 0.0)
    one = Const() dtype=float32; value=tensor(float32, 1.0)
"""
#: What changes nothing, by hand: each is `x`.
NOTHING = [
    "test = Less(u, one) T=float32\nmask = Cast(test) SrcT=bool; DstT=float32\ny = Mul(mask, x) T=float32",
    "test = Greater(one, u) T=float32\nmask = Cast(test) SrcT=bool; DstT=float32\ny = Mul(x, mask) T=float32",
    "test = Less(u, one) T=float32\nrest = ZerosLike(x) T=float32\ny = Select(test, x, rest) T=float32",
    "test = Less(u, zero) T=float32\nrest = ZerosLike(x) T=float32\ny = SelectV2(test, rest, x) T=float32",
    "less = Sub(one, u) T=float32\nsign = Sign(less) T=float32\nmask = Relu(sign) T=float32\n"
    "y = Mul(x, mask) T=float32",
    "small = Mul(n, zero) T=float32\ny = AddV2(x, small) T=float32",
    "small = Mul(n, zero) T=float32\nabout = AddV2(one, small) T=float32\ny = Mul(x, about) T=float32",
    "small = Mul(n, zero) T=float32\ny = Sub(x, small) T=float32",
]


@pytest.mark.parametrize("text", NOTHING)
def test_noise_by_hand_that_changes_nothing_is_gone(text: str) -> None:
    shaped = "".join(f"{line}; _output_shapes=[shape(None, 3)]\n" for line in text.splitlines())
    outcome = remove_dropout(from_text(DRAWN + shaped))
    assert lint(outcome.graph) == ()
    assert (outcome.graph["y"].op, outcome.graph["y"].inputs) == ("Identity", (TensorRef("x"),))
    assert remove_dropout(outcome.graph).graph is outcome.graph


@pytest.mark.parametrize(
    "text",
    [
        "test = LessEqual(one, u) T=float32\nmask = Cast(test) SrcT=bool; DstT=float32\ny = MatMul(x, mask) T=float32",
        "small = Mul(n, zero) T=float32\ny = MatMul(x, small) T=float32",
        "size = Shape(u) T=float32\ny = Fill(size, one) T=float32",
        "low = Const() dtype=int32; value=tensor(int32, 0)\nhigh = Const() dtype=int32; value=tensor(int32, 1)\n"
        "i = RandomUniformInt(shape, low, high) T=int32; Tout=int32\nm = Cast(i) SrcT=int32; DstT=float32\n"
        "y = MatMul(x, m) T=float32",
        "logits = Placeholder() dtype=float32; shape=shape(None, 1)\n"
        "count = Const() dtype=int32; value=tensor(int32, 2)\n"
        "c = Multinomial(logits, count) T=float32; output_dtype=int64; seed=0; seed2=0\n"
        "m = ZerosLike(c) T=int64\ny = Cast(m) SrcT=int64; DstT=float32",
    ],
)
def test_nothing_is_drawn_where_no_number_counts(text: str) -> None:
    outcome = remove_dropout(from_text(DRAWN + text), [TensorRef("y")])
    assert lint(outcome.graph) == ()
    behind = {outcome.graph[name].op for name in ancestors(outcome.graph, ["y"])}
    assert not behind & {"RandomUniform", "RandomStandardNormal", "RandomUniformInt", "Multinomial"}


@pytest.mark.parametrize(
    "text",
    [
        "test = Less(u, x) T=float32\ny = Cast(test) SrcT=bool; DstT=float32",
        "y = Add(x, n) T=float32",
        "y = Mul(x, u) T=float32",
        "y = Identity(u) T=float32",
    ],
)
def test_noise_that_counts_is_left_alone(text: str) -> None:
    graph = from_text(DRAWN + text)
    found = remove_dropout(graph, [TensorRef("y")]).graph
    assert found["y"] == graph["y"]
    assert {"u", "n"} & ancestors(found, ["y"])
    assert {found[name].op for name in ancestors(found, ["y"])} & {"RandomUniform", "RandomStandardNormal"}


def test_a_loop_s_old_state_of_which_no_share_is_left_is_no_value_that_is_handed_on() -> None:
    text = """
        enter = Enter(x) T=float32; frame_name="f"
        merge = Merge(enter, next) T=float32; N=2
        flag = Placeholder() dtype=bool
        going = LoopCond(flag)
        switch = Switch(merge, going) T=float32
        old = Identity(switch:1) T=float32; _output_shapes=[shape(None, 3)]
        new = Tanh(old) T=float32; _output_shapes=[shape(None, 3)]
        inside = Shape(old) T=float32; out_type=int32
        v = RandomUniform(inside) T=int32; dtype=float32; _output_shapes=[shape(None, 3)]
        none = Const(^old) dtype=float32; value=tensor(float32, 0.0)
        whole = Const(^old) dtype=float32; value=tensor(float32, 1.0)
        test = Less(v, none) T=float32; _output_shapes=[shape(None, 3)]
        share = Cast(test) SrcT=bool; DstT=float32; _output_shapes=[shape(None, 3)]
        rest = Sub(whole, share) T=float32; _output_shapes=[shape(None, 3)]
        kept = Mul(share, old) T=float32; _output_shapes=[shape(None, 3)]
        fresh = Mul(rest, new) T=float32; _output_shapes=[shape(None, 3)]
        y = Add(kept, fresh) T=float32; _output_shapes=[shape(None, 3)]
        next = NextIteration(y) T=float32
    """
    graph = remove_dropout(from_text(DRAWN + text)).graph
    assert graph["kept"].op == "Mul"
    assert (graph["fresh"].op, graph["fresh"].inputs) == ("Identity", (TensorRef("new"),))
    assert "v" not in ancestors(graph, ["y"])
