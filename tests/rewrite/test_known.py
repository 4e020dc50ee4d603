"""Scalars that depend on constants alone are known; nothing else is."""

from __future__ import annotations

import pytest

from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.known import known_scalar

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
""")


@pytest.mark.parametrize(
    ("name", "value"),
    [("rate", 0.75), ("scale", 4.0), ("nothing", float("inf")), ("entered", 0.75), ("false", False), ("and", False),
     ("or", True)],
)  # fmt: skip
def test_known_scalars(name: str, value: object) -> None:
    assert known_scalar(GRAPH, TensorRef(name)) == value


@pytest.mark.parametrize("name", ["open", "unsure", "list", "word"])
def test_everything_else_is_unknown(name: str) -> None:
    assert known_scalar(GRAPH, TensorRef(name)) is None
