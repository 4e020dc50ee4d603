"""Signatures that take sequences of any length, and what keeps them from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tf1compat.discovery import discover
from tf1compat.errors import PlanError
from tf1compat.options import PlanOptions
from tf1compat.plan.make import make_plan
from tf1compat.plan.model import MigrationPlan
from tf1compat.source import open_model

STYLES = Path(__file__).parents[3] / "fixtures" / "char_rnn_styles"


def planned(name: str, **options: str) -> MigrationPlan:
    model = open_model(STYLES / name)
    return make_plan(model, discover(model), PlanOptions(**options))  # type: ignore[arg-type]


def shape_of(plan: MigrationPlan) -> list[int | None]:
    default = next(each for each in plan.signatures if each.name == "serving_default")
    return default.inputs[0].shape.to_json()  # type: ignore[return-value]


def test_a_loop_takes_any_number_of_steps_if_it_is_asked_to() -> None:
    assert shape_of(planned("dense_layer-tf1.15.5")) == [20, 30]
    timed = planned("dense_layer-tf1.15.5", time="free")
    assert shape_of(timed) == [20, None]
    assert timed.time is not None
    assert (timed.time.size, timed.time.axes["serving_default"]) == (30, {"x": 1})
    assert shape_of(planned("dense_layer-tf1.15.5", time="free", batch="free")) == [None, None]


def test_an_unrolled_network_has_as_many_steps_as_it_was_built_for() -> None:
    plan = planned("rnn_decoder-tf1.0.1", time="free")
    assert [(each.code, each.node) for each in plan.blockers] == [("time-not-free", "split")]
    assert "takes some of the author's steps" in plan.blockers[0].reason
    assert shape_of(plan) == [12, 12]


def test_what_takes_any_number_of_steps_already_is_left_as_it_is() -> None:
    assert planned("default_states-tf1.15.5", time="free") == planned("default_states-tf1.15.5")


def test_another_word_is_refused() -> None:
    with pytest.raises(PlanError, match="time is 'keep' or 'free', not 'open'"):
        planned("default_states-tf1.15.5", time="open")
