"""Plans as JSON: the same after a round trip, and refused part by part."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tf1compat
from tests.plan.conftest import ref
from tf1compat.discovery.findings import Findings
from tf1compat.errors import PlanError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.model import Use
from tf1compat.options import PlanOptions, SourceOptions
from tf1compat.plan.document import from_json, to_json
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.make import make_plan
from tf1compat.plan.model import (
    AxesPlan,
    CarriedPlan,
    InputBinding,
    LabelPlan,
    MigrationPlan,
    OutputBinding,
    Piece,
    SignaturePlan,
    StartPlan,
    StatePlan,
    StepPlan,
)
from tf1compat.source.model import LegacyModel


@pytest.fixture
def plan(model: LegacyModel, findings: Findings) -> MigrationPlan:
    made = make_plan(model, findings, PlanOptions(constants={"keep_prob": 0.25}, jit=True, allow=("PyFunc",)))
    made = replace(made, allow_random=("probabilities",), drawn={"serving_default": ("probabilities",)})
    pieces = (Piece((0, 1), ref("Softmax")), Piece((1, 0), ref("dense/MatMul:1")))
    stacked = OutputBinding("state", pieces, DType("float32"), Shape(), "state")
    signature = replace(made.signatures[0], outputs=(*made.signatures[0].outputs, stacked))
    return replace(
        made,
        signatures=(signature,),
        labels=LabelPlan("labels.txt", ("ä", "b"), "probabilities"),
        hazards=(Note("dead-input", "b", "c", "d"),),
        blockers=(Note("no-outputs", "f", "g", "h"),),
    )


def test_a_plan_survives_json(plan: MigrationPlan) -> None:
    document = json.loads(json.dumps(to_json(plan)))
    assert from_json(document) == plan
    assert to_json(from_json(document)) == document


def test_how_the_model_was_opened_survives_json(plan: MigrationPlan) -> None:
    opened = SourceOptions(("serve", "train"), 3, "none", ("layers:Scaled",), True)
    assert from_json(json.loads(json.dumps(to_json(replace(plan, opened=opened))))).opened == opened


def test_a_step_survives_json(plan: MigrationPlan) -> None:
    bound = InputBinding("state", ref("Softmax"), DType("float32"), Shape.of(None, 2), (Use("ArgMax", 0),))
    step = StepPlan(
        (StatePlan("state", "zeros", ref("Softmax")), StatePlan("other", "placeholder", None)),
        (AxesPlan("x", 0, 1), AxesPlan("lengths", 0, None, counts=True)),
        (AxesPlan("probabilities", None, 1, flat=True),),
        (
            StartPlan(ref("x"), DType("float32"), Shape.of(None, 3), 0),
            StartPlan(ref("n"), DType("int32"), Shape(()), None, True),
        ),
    )
    signature = SignaturePlan("step", (bound,), plan.signatures[0].outputs, step)
    carried = (CarriedPlan("kept", ("store", "store_1")),)
    whole = replace(
        plan, signatures=(*plan.signatures, signature), carried=carried, no_step="because", no_step_at="mean"
    )
    assert from_json(json.loads(json.dumps(to_json(whole)))) == whole
    assert whole.step == signature


def test_a_plan_of_before_steps_were_described_is_still_read(plan: MigrationPlan) -> None:
    document = to_json(plan)
    del document["carried"], document["no_step"], document["no_step_at"]
    assert from_json(document) == plan


@pytest.mark.parametrize("name", ["char_rnn/tf0.12.1", "char_rnn/tf1.15.5", "birnn_classifier/tf1.4.1"])
def test_the_plans_of_real_models_survive_json(name: str, fixture_folder: Callable[[str], Path]) -> None:
    plan = tf1compat.plan(fixture_folder(name))
    assert from_json(json.loads(json.dumps(to_json(plan)))) == plan


def _edited(plan: MigrationPlan, edit: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    document = copy.deepcopy(to_json(plan))
    edit(document)
    return document


@pytest.mark.parametrize(
    ("edit", "message"),
    [(lambda plan: plan.pop("digest"), "the plan has no 'digest'"),
     (lambda plan: plan.update(format_version=2), "not a plan of format_version 1"),
     (lambda plan: plan.update(weights="best"), "'weights': auto, raw or ema is needed"),
     (lambda plan: plan["constants"][0].update(dtype="float33"), "'constants': 'float33' is not a TensorFlow type"),
     (lambda plan: plan["variables"][0].pop("key"), "'variables': an entry has no 'key'"),
     (lambda plan: plan["signatures"]["serving_default"]["inputs"]["x"].update(tensor="x:y"),
      "'signatures': 'x:y' is not a tensor name"),
     (lambda plan: plan["signatures"]["serving_default"]["outputs"]["probabilities"].update(role="probabilty"),
      "'signatures': probabilities, logits, .* or other is needed, found 'probabilty'"),
     (lambda plan: plan.update(tables={"t": {"content": "fle"}}), "'tables': file, tensors, .*, found 'fle'"),
     (lambda plan: plan.update(hazards={}), "'hazards': a list is needed")],
)  # fmt: skip
def test_a_part_that_cannot_be_read_is_named(
    plan: MigrationPlan, edit: Callable[[dict[str, Any]], Any], message: str
) -> None:
    with pytest.raises(PlanError, match=message):
        from_json(_edited(plan, edit))


@pytest.mark.parametrize("document", [None, [], "plan", 3])
def test_what_is_no_document_is_refused(document: object) -> None:
    with pytest.raises(PlanError, match="not a plan"):
        from_json(document)
