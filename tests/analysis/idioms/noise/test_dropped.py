"""What noise was applied to, and what it makes of a value."""

import pytest

from tests.analysis.idioms.noise.drawn_text import drawn
from tf1compat.analysis.idioms.noise.dropped import dropped, dropped_forms, undropped
from tf1compat.analysis.pattern import Mismatch, capture, match, op
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

NEW = TensorRef("new")
MASK = "new = Tanh(x)\ntest = Less(u, keep)\nmask = Cast(test) SrcT=bool; DstT=float32\n"
SPELLINGS = {
    "library": "scaled = RealDiv(new, keep)\ny = Mul(scaled, mask)\n",
    "by hand": "m = Mul(new, mask)\ny = RealDiv(m, keep)\n",
    "in the mask": "s = RealDiv(mask, keep)\ny = Mul(s, new)\n",
    "chosen": "nothing = ZerosLike(new)\ny = Select(test, new, nothing)\n",
    "noisy": "small = Mul(n, half)\ny = AddV2(new, small)\n",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_value_before_noise(spelling: str):
    graph = drawn(MASK + SPELLINGS[spelling])
    assert undropped(graph, TensorRef("y")) == NEW
    assert undropped(graph, NEW) is None
    assert dropped_forms(graph, NEW) == [TensorRef("y")]


def test_other_arithmetic_is_no_noise():
    graph = drawn("new = Tanh(x)\nother = Sigmoid(x)\nm = Mul(new, other)\ny = RealDiv(m, keep)\n")
    assert undropped(graph, TensorRef("m")) is None
    assert undropped(graph, TensorRef("y")) is None
    assert dropped_forms(graph, NEW) == []


def test_dropout_of_a_tensor_is_told_from_other_products():
    """The mask may come from elsewhere."""
    text = """
        old = Placeholder() dtype=float32
        new = Placeholder() dtype=float32
        pred = Placeholder() dtype=bool
        other = Placeholder() dtype=float32
        mask = Floor(other)
        scaled = RealDiv(new, pred)
        dropped = Mul(scaled, mask)
        product = Mul(scaled, old)
    """
    assert dropped_forms(from_text(text), NEW) == [TensorRef("dropped")]


GRAPH = from_text(
    """
    a = Placeholder() dtype=float32
    b = Placeholder() dtype=float32
    matrix = MatMul(a, b) T=float32
    root = Rsqrt(b) T=float32
    scale = Mul(root, b) T=float32
    scaled = Mul(matrix, scale) T=float32
    mask = Floor(b) T=float32
    kept = RealDiv(matrix, b) T=float32
    dropout = Mul(kept, mask) T=float32
    """
)


def test_dropout_is_optional():
    for tensor in ("matrix", "dropout"):
        assert not isinstance(match(dropped(op("MatMul")), GRAPH, TensorRef(tensor)), Mismatch)
    assert isinstance(match(dropped(op("MatMul")), GRAPH, TensorRef("scaled")), Mismatch)


def test_a_pattern_captures_the_value_with_noise_and_without():
    graph = drawn(MASK + SPELLINGS["by hand"])
    ways = dropped(capture("value")).fit(graph, TensorRef("y"), {})
    assert not isinstance(ways, Mismatch)
    assert [each["value"].node for each in ways] == ["y", "new"]


LOOP = """
    enter = Enter(x) frame_name="f"
    merge = Merge(enter, next) N=2
    flag = Placeholder() dtype=bool
    going = LoopCond(flag)
    switch = Switch(merge, going)
    old = Identity(switch:1)
    fresh = Tanh(old)
    inside = Shape(old)
    v = RandomUniform(inside) dtype=float32
    test = Less(v, quarter)
    share = Cast(test) SrcT=bool; DstT=float32
    rest = Sub(one, share)
    kept = Mul(share, old)
    gone = Mul(rest, fresh)
    y = Add(kept, gone)
    next = NextIteration(y)
"""


def test_the_new_state_before_a_share_of_the_old_one_is_added():
    graph = drawn(LOOP)
    assert undropped(graph, TensorRef("y")) == TensorRef("fresh")
    assert dropped_forms(graph, TensorRef("fresh")) == [TensorRef("y")]
