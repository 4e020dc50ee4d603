"""Outputs that numbers of a half's precision go into are told from those beside them."""

from __future__ import annotations

from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import MigrationPlan, OutputBinding, Piece, SignaturePlan
from tf1compat.verify.judge import Tolerance
from tf1compat.verify.original.precision import coarse_outputs

GRAPH = """
    x = Placeholder() dtype=float32; shape=shape(None)
    small = Cast(x) SrcT=float32; DstT={type}
    y = Tanh(small) T={type}
    wide = Cast(y) SrcT={type}; DstT=float32
    beside = Tanh(x) T=float32
    ordered = Identity(x, ^y) T=float32
    fed = Placeholder() dtype={type}; shape=shape(None)
    widened = Cast(fed) SrcT={type}; DstT=float32
    full = Tanh(widened) T=float32
"""


def coarse(dtype: str) -> dict[str, str]:
    outputs = tuple(
        OutputBinding(name, (Piece((), TensorRef(name)),), DType("float32"), Shape())
        for name in ("y", "wide", "beside", "ordered", "full")
    )
    plan = MigrationPlan("model", "", (SignaturePlan("serving_default", (), outputs),))
    return dict(coarse_outputs(from_text(GRAPH.replace("{type}", dtype)), plan).get("serving_default", {}))


def test_what_halves_go_into_has_their_precision_whatever_type_it_is_given_in() -> None:
    assert coarse("float16") == {"y": "half", "wide": "half"}
    assert coarse("bfloat16") == {"y": "bfloat16", "wide": "bfloat16"}


def test_full_precision_stays_what_it_is() -> None:
    assert coarse("float32") == {}


def test_the_tolerance_is_that_of_the_type_and_never_less_than_was_asked_for() -> None:
    tolerance = Tolerance(1e-5, 0.5, {"serving_default": {"y": "half"}})
    assert tolerance.of("serving_default", "y") == (1e-3, 0.5)
    assert tolerance.of("serving_default", "beside") == (1e-5, 0.5)
    assert tolerance.of("step", "y") == (1e-5, 0.5)
