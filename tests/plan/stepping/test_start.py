"""What initial states are computed from, and when a batch size is enough for it."""

from __future__ import annotations

from tests.plan.conftest import FLOAT, ref
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.text import from_text
from tf1compat.plan.model import MigrationPlan, SignaturePlan, StartPlan
from tf1compat.plan.stepping.start import start_inputs, start_signature

GRAPH = """
    x = Placeholder() dtype=float32; shape=shape(None, None, 3)
    batch = Placeholder() dtype=int32; shape=shape()
    given = PlaceholderWithDefault(zeros) dtype=float32; shape=shape(None, 3)
    units = Const() dtype=int32; value=tensor(int32, 3)
    nothing = Const() dtype=float32; value=tensor(float32, 0.0)
    like = ZerosLike(x) T=float32
    sizes = Pack(batch, units) N=2; T=int32; axis=0
    zeros = Fill(sizes, nothing) T=float32
    felt = Tanh(x) T=float32
    drawn = RandomStandardNormal(sizes) dtype=float32
"""


def needed(start: str, batch_axis: int | None = None, frozen: frozenset[str] = frozenset()):  # type: ignore[no-untyped-def]
    graph = from_text(GRAPH)
    return start_inputs(graph, [ref(start)], frozen, {ref("x"): batch_axis})


def test_a_batch_size_that_is_fed_is_given() -> None:
    assert needed("zeros") == (StartPlan(ref("batch"), DType("int32"), Shape(()), None, True),)


def test_data_of_which_only_the_shape_counts_is_made_up() -> None:
    assert needed("like", 1) == (StartPlan(ref("x"), FLOAT, Shape.of(None, None, 3), 1),)


def test_without_knowing_the_axis_of_the_examples_nothing_is_made_up() -> None:
    assert needed("like") is None


def test_values_that_count_and_draws_cannot_be_made_up() -> None:
    assert needed("felt", 1) is None
    assert needed("drawn") is None


def test_a_default_is_computed_and_not_fed() -> None:
    assert [str(each.tensor) for each in needed("given")] == ["batch:0"]


def test_constants_are_not_asked_for() -> None:
    assert needed("zeros", frozen=frozenset({"batch"})) == ()


def test_a_plan_without_a_step_has_no_start() -> None:
    assert start_signature(MigrationPlan("m", "d", (SignaturePlan("serving_default", (), ()),))) is None
