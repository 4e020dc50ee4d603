"""Moving averages of weights are told from those of anything else, by their updates alone."""

from __future__ import annotations

import pytest

from tf1compat.discovery.weights.shadows import Shadow, find_shadows
from tf1compat.graph.text import from_text

VARIABLES = """
    w = VariableV2() dtype=float32; shape=shape(2)
    w/read = Identity(w) T=float32
    s = VariableV2() dtype=float32; shape=shape(2)
    s/read = Identity(s) T=float32
    rate = Const() dtype=float32; value=tensor(float32, 0.1)
    decay = Const() dtype=float32; value=tensor(float32, 0.9)
    x = Placeholder() dtype=float32; shape=shape(2)
"""
DIFFERENCE = """
    sub = Sub(s/read, w/read) T=float32
    mul = Mul(sub, rate) T=float32
    update = AssignSub(s, mul) T=float32
"""
SWAPPED_PRODUCT = """
    sub = Sub(s/read, w/read) T=float32
    mul = Mul(rate, sub) T=float32
    update = AssignSub(s, mul) T=float32
"""
MIXTURE = """
    kept = Mul(s/read, decay) T=float32
    new = Mul(rate, w/read) T=float32
    sum = Add(kept, new) T=float32
    update = Assign(s, sum) T=float32
"""
APPROACH = """
    sub = Sub(w/read, s/read) T=float32
    mul = Mul(rate, sub) T=float32
    update = AssignAdd(s, mul) T=float32
"""
UNBIASED = """
    b = VariableV2() dtype=float32; shape=shape(2)
    b/read = Identity(b) T=float32
    sub = Sub(b/read, w/read) T=float32
    mul = Mul(sub, rate) T=float32
    biased = AssignSub(b, mul) T=float32
    corrected = RealDiv(biased, decay) T=float32
    delta = Sub(s/read, corrected) T=float32
    update = AssignSub(s, delta) T=float32
"""
RESOURCES = """
    w = VarHandleOp() dtype=float32; shape=shape(2)
    s = VarHandleOp() dtype=float32; shape=shape(2)
    rate = Const() dtype=float32; value=tensor(float32, 0.1)
    old = ReadVariableOp(s) dtype=float32
    new = ReadVariableOp(w) dtype=float32
    sub = Sub(old, new) T=float32
    mul = Mul(sub, rate) T=float32
    update = AssignSubVariableOp(s, mul) dtype=float32
"""


@pytest.mark.parametrize(
    "text", [VARIABLES + each for each in (DIFFERENCE, SWAPPED_PRODUCT, MIXTURE, APPROACH, UNBIASED)]
)
def test_an_update_with_a_weight_makes_a_shadow(text: str) -> None:
    assert find_shadows(from_text(text)) == (Shadow("w", "s", "update"),)


def test_resource_variables_have_shadows_too() -> None:
    assert find_shadows(from_text(RESOURCES)) == (Shadow("w", "s", "update"),)


@pytest.mark.parametrize(
    "update",
    [
        # The average of a batch's statistic.
        "sub = Sub(s/read, x) T=float32 \n mul = Mul(sub, rate) T=float32 \n update = AssignSub(s, mul) T=float32",
        # A step of gradient descent.
        "mul = Mul(x, rate) T=float32 \n update = AssignSub(s, mul) T=float32",
        # A copy, and a sum that keeps nothing of what was there.
        "update = Assign(s, w/read) T=float32",
        "a = Mul(w/read, rate) T=float32 \n b = Mul(w/read, decay) T=float32 \n c = Add(a, b) T=float32 \n"
        "update = Assign(s, c) T=float32",
        # Weight decay.
        "mul = Mul(s/read, rate) T=float32 \n update = AssignSub(s, mul) T=float32",
    ],
)
def test_other_updates_make_none(update: str) -> None:
    lines = "\n".join(f"    {each.strip()}" for each in update.splitlines())
    assert find_shadows(from_text(VARIABLES + lines)) == ()
