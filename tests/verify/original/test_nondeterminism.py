"""Outputs that depend on a draw are told from those that do not, in the graph that is written."""

from __future__ import annotations

from dataclasses import replace

from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import (
    ConstantPlan,
    InputBinding,
    MigrationPlan,
    OutputBinding,
    Piece,
    SignaturePlan,
)
from tf1compat.verify.original.nondeterminism import drawn_outputs

FLOAT = DType("float32")
GRAPH = """
    x = Placeholder() dtype=float32; shape=shape(None)
    size = Shape(x) T=float32; out_type=int32
    noise = {op}(size) T=int32; dtype=float32; seed={seed}
    y = Mul(x, x) T=float32
    noised = Add(y, noise) T=float32
    beside = Identity(y, ^noise) T=float32
"""


def graph(op: str = "RandomUniform", seed: int = 0) -> Graph:
    return from_text(GRAPH.format(op=op, seed=seed))


def plan(*outputs: str, constants: tuple[ConstantPlan, ...] = ()) -> MigrationPlan:
    given = (InputBinding("x", TensorRef("x"), FLOAT, Shape.of(None)),)
    taken = tuple(OutputBinding(name, (Piece((), TensorRef(name)),), FLOAT, Shape()) for name in outputs)
    return MigrationPlan("model", "", (SignaturePlan("serving_default", given, taken),), constants)


def test_what_a_draw_reaches_is_drawn_seeded_or_not() -> None:
    for seed in (0, 12):
        found = drawn_outputs(graph(seed=seed), plan("y", "noised", "beside"))
        assert found == {"serving_default": {"noised"}}


def test_a_draw_that_is_frozen_draws_nothing() -> None:
    frozen = (ConstantPlan(TensorRef("noise"), [0.0], FLOAT, "user"),)
    assert drawn_outputs(graph(), plan("noised", constants=frozen)) == {"serving_default": frozenset()}


def test_a_graph_without_draws_is_not_rewritten() -> None:
    assert drawn_outputs(graph(op="Fill"), plan("no such output")) == {}


def test_a_plan_whose_graph_was_rewritten_says_so_itself() -> None:
    made = replace(plan("no such output"), drawn={"serving_default": ("noised",)})
    assert drawn_outputs(graph(), made) == {"serving_default": {"noised"}}


def test_a_plan_excuses_nothing_where_the_original_draws_nothing() -> None:
    made = replace(plan("noised"), drawn={"serving_default": ("noised",)})
    assert drawn_outputs(graph(op="Fill"), made) == {}
