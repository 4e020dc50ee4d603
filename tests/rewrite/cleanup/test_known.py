"""Scalars that depend on constants alone are known; nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.cleanup.known import known_scalar

GRAPH = from_text("""
    one = Const() dtype=float32; value=tensor(float32, 1.0)
    keep = Const() dtype=float32; value=tensor(float32, 0.25)
    zero = Const() dtype=float32; value=tensor(float32, 0.0)
    rate = Sub(one, keep) T=float32
    scale = RealDiv(one, keep) T=float32
    nothing = RealDiv(one, zero) T=float32
    entered = Enter(rate) T=float32; frame_name="f"; is_constant=True
    open = Placeholder() dtype=bool
    true = Const() dtype=bool; value=tensor(bool, True)
    false = LogicalNot(true)
    and = LogicalAnd(open, false)
    or = LogicalOr(true, open)
    unsure = LogicalAnd(open, true)
    list = Const() dtype=float32; value=tensor(float32, [1.0])
    word = Const() dtype=string; value=tensor(string, "x")
    other = Const() dtype=string; value=tensor(string, "y")
    same = Equal(word, word) T=string
    differs = NotEqual(word, other) T=string
    axis = Const() dtype=int32; value=tensor(int32, [0])
    both = Pack(true, false) T=bool; N=2; axis=0
    half_open = Pack(open, false) T=bool; N=2; axis=0
    open_or_true = Pack(open, true) T=bool; N=2; axis=0
    all = All(half_open, axis) Tidx=int32
    any = Any(both, axis) Tidx=int32
    all_unsure = All(open_or_true, axis) Tidx=int32
    number = Cast(false) SrcT=bool; DstT=int32
    back = Cast(number) SrcT=int32; DstT=bool
    cast_open = Cast(open) SrcT=bool; DstT=int32
""")


@pytest.mark.parametrize(
    ("name", "value"),
    [("rate", 0.75), ("scale", 4.0), ("nothing", float("inf")), ("entered", 0.75), ("false", False), ("and", False),
     ("or", True), ("word", b"x"), ("same", True), ("differs", True), ("all", False), ("any", True), ("number", 0),
     ("back", False)],
)  # fmt: skip
def test_known_scalars(name: str, value: object) -> None:
    assert known_scalar(GRAPH, TensorRef(name)) == value


@pytest.mark.parametrize("name", ["open", "unsure", "list", "all_unsure", "cast_open"])
def test_everything_else_is_unknown(name: str) -> None:
    assert known_scalar(GRAPH, TensorRef(name)) is None


MORE = """
    w = VariableV2() dtype=float32
    set = IsVariableInitialized(w) dtype=float32
    sides = Switch(rate, open) T=float32
    branch = Identity(sides:1) T=float32
    less = Less(branch, one) T=float32
    equal = Equal(scale, one) T=float32
    tenth = Const() dtype=float32; value=tensor(float32, 0.1)
    fifth = Const() dtype=float32; value=tensor(float32, 0.2)
    third = Const() dtype=float32; value=tensor(float32, 0.3)
    sum = Add(tenth, fifth) T=float32
    exact = Equal(sum, third) T=float32
    looped = Merge(rate, looped) T=float32; N=2
"""


@pytest.mark.parametrize(
    ("name", "value"), [("set", True), ("branch", 0.75), ("less", True), ("equal", False)]
)
def test_comparisons_branches_and_restored_variables_are_known(name: str, value: object) -> None:
    graph = GRAPH.replacing((*GRAPH.nodes, *from_text(MORE).nodes))
    assert known_scalar(graph, TensorRef(name)) == value
    assert known_scalar(graph, TensorRef("looped")) is None


def test_arithmetic_rounds_as_the_tensors_do() -> None:
    """0.1 + 0.2 is 0.3 in float32; computed more exactly it is not."""
    graph = GRAPH.replacing((*GRAPH.nodes, *from_text(MORE).nodes))
    assert float(np.float32(0.1)) + float(np.float32(0.2)) != float(np.float32(0.3))
    assert known_scalar(graph, TensorRef("exact"))
