"""A plan less what nobody asked for: signatures, raw states, and all that is said of them."""

from __future__ import annotations

from dataclasses import replace

from tests.plan.conftest import ref
from tf1compat.graph.attributes import DType, Shape
from tf1compat.plan.model import (
    CandidatePlan,
    FreeSizePlan,
    MigrationPlan,
    OutputBinding,
    Piece,
    SignaturePlan,
    StepPlan,
)
from tf1compat.plan.omissions import raw_states, without_outputs, without_signatures

FLOAT = DType("float32")


def output(alias: str, role: str) -> OutputBinding:
    return OutputBinding(alias, (Piece((), ref(alias)),), FLOAT, Shape(), role)


BOTH = (output("y", "value"), output("state", "state"))
PLAN = MigrationPlan(
    "model", "", (
        SignaturePlan("serving_default", (), BOTH), SignaturePlan("step", (), BOTH, StepPlan((), (), ())),
        SignaturePlan("start", (), BOTH[1:]),
    ),
    batch=FreeSizePlan(4, {"serving_default": {"x": 0}, "step": {"x": 0}}),
    candidates=(CandidatePlan(ref("state"), "state", 9, "why", ("serving_default", "step")),),
)  # fmt: skip


def test_a_state_is_raw_where_neither_the_user_nor_a_step_asks_for_it():
    assert raw_states(PLAN) == {"serving_default": {"state"}, "start": {"state"}}
    assert raw_states(replace(PLAN, asked=True)) == {}


def test_an_output_goes_with_a_hazard():
    found = without_outputs(PLAN, "serving_default", {"state": "it differs"})
    assert [each.alias for each in found.signatures[0].outputs] == ["y"]
    assert [(each.code, each.node) for each in found.hazards] == [("output-left-out", "state:0")]
    assert found.candidates[0].signatures == ("step",)


def test_a_step_goes_with_what_begins_it_and_what_is_said_of_both():
    for name in ("step", "start"):
        found = without_signatures(PLAN, {name: "it differs"})
        assert found.signature_names == ("serving_default",)
        assert {each.code for each in found.hazards} == {"signature-left-out"}
        assert found.no_step == "it differs"
        assert found.batch is not None
        assert found.batch.axes.keys() == {"serving_default"}
        assert found.candidates[0].signatures == ("serving_default",)
