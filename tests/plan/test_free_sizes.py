"""A plan with a batch of any size: shapes that are open, and what is said where none can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.discovery.model_text import CLASSIFIER, model_of
from tf1compat.discovery import discover
from tf1compat.errors import PlanError
from tf1compat.graph.text import from_text
from tf1compat.options import PlanOptions
from tf1compat.plan.make import make_plan
from tf1compat.plan.model import FreeSizePlan, MigrationPlan
from tf1compat.source import open_model

FIXED = CLASSIFIER.replace("shape(None", "shape(8")
MIXED = (
    FIXED.replace("MatMul(x,", "MatMul(centred,")
    + """
    rows = Const() dtype=int32; value=tensor(int32, [0])
    mean = Mean(x, rows) T=float32; Tidx=int32; keep_dims=True; _output_shapes=[shape(1, 4)]
    centred = Sub(x, mean) T=float32; _output_shapes=[shape(8, 4)]
"""
)


def planned(text: str, batch: str) -> MigrationPlan:
    model = model_of(from_text(text), keys=("w", "b"))
    return make_plan(model, discover(model), PlanOptions(batch=batch))


def test_a_fixed_batch_is_kept_and_said() -> None:
    plan = planned(FIXED, "keep")
    assert [each.code for each in plan.hazards] == ["fixed-batch"]
    assert plan.signatures[0].inputs[0].shape.to_json() == [8, 4]
    assert plan.batch is None


def test_a_free_batch_opens_inputs_and_outputs() -> None:
    plan = planned(FIXED, "free")
    assert "fixed-batch" not in [each.code for each in plan.hazards]
    assert plan.signatures[0].inputs[0].shape.to_json() == [None, 4]
    assert {each.shape.dims[0] for each in plan.signatures[0].outputs if each.shape.dims} == {None}
    assert plan.batch is not None
    assert (plan.batch.size, plan.batch.axes) == (8, {"serving_default": {"x": 0}})


def test_rows_that_depend_on_each_other_block() -> None:
    plan = planned(MIXED, "free")
    assert [(each.code, each.node) for each in plan.blockers] == [("batch-not-free", "mean")]
    assert "leave out --batch free" in plan.blockers[0].remedy
    assert planned(MIXED, "keep").blockers == ()


def test_another_word_is_refused() -> None:
    with pytest.raises(PlanError, match="batch is 'keep' or 'free', not 'open'"):
        planned(FIXED, "open")


def test_the_states_of_a_step_have_the_batch_of_its_input() -> None:
    folder = Path(__file__).parents[2] / "fixtures" / "training_graphs" / "tf1.4.1" / "fixed_batch"
    model = open_model(str(folder))
    assert make_plan(model, discover(model), PlanOptions(batch="free")).batch == FreeSizePlan(
        4,
        {
            "serving_default": {"ids": 0},
            "step": {"ids": 0, "rnn_state_c": 0, "rnn_state_h": 0},
            "zero_state": {"given_0": 0},
        },
    )


def test_what_takes_any_batch_already_is_left_as_it_is() -> None:
    assert planned(CLASSIFIER, "free") == planned(CLASSIFIER, "keep")
