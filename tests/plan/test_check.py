"""A plan that was edited by hand has to fit the model, and is completed from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.plan.conftest import ref
from tf1compat.discovery.findings import Findings
from tf1compat.errors import PlanError
from tf1compat.options import PlanOptions
from tf1compat.plan.check import fitted
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.make import make_plan
from tf1compat.plan.model import LabelPlan, MigrationPlan, Piece
from tf1compat.source.model import LegacyModel


@pytest.fixture
def plan(model: LegacyModel, findings: Findings) -> MigrationPlan:
    return make_plan(model, findings, PlanOptions())


def test_an_untouched_plan_fits(plan: MigrationPlan, model: LegacyModel, findings: Findings) -> None:
    assert fitted(plan, model, findings) == plan


def test_variables_follow_the_signatures(plan: MigrationPlan, model: LegacyModel, findings: Findings) -> None:
    assert fitted(replace(plan, variables=()), model, findings).variables == plan.variables
    cut = replace(plan.signatures[0].inputs[0], tensor=ref("dense/MatMul"))
    signature = replace(plan.signatures[0], inputs=(cut,))
    assert fitted(replace(plan, signatures=(signature,)), model, findings).variables == ()


def test_a_key_that_the_user_corrected_is_kept(
    plan: MigrationPlan, model: LegacyModel, findings: Findings
) -> None:
    corrected = (replace(plan.variables[0], key="step"),)
    assert fitted(replace(plan, variables=corrected), model, findings).variables == corrected


def _renamed_output(plan: MigrationPlan) -> MigrationPlan:
    output = replace(plan.signatures[0].outputs[0], pieces=(Piece((), ref("Softmx")),))
    return replace(plan, signatures=(replace(plan.signatures[0], outputs=(output,)),))


@pytest.mark.parametrize(
    ("edit", "message"),
    [(lambda plan: replace(plan, digest="sha256:1"), "was made for other files"),
     (lambda plan: replace(plan, signatures=()), "the plan has no signature"),
     (lambda plan: replace(plan, signatures=(replace(plan.signatures[0], name="f"),)),
      "no signature 'serving_default'"),
     (lambda plan: replace(plan, signatures=(replace(plan.signatures[0], outputs=()),)), "has no outputs"),
     (_renamed_output, "'Softmx:0' is not in the graph; did you mean 'Softmax'"),
     (lambda plan: replace(plan, labels=LabelPlan("s", ("a",), "probabilities")), "has 1 labels, but .* has 2 neurons"),
     (lambda plan: replace(plan, labels=LabelPlan("s", ("a",), "scores")), "'scores', which no signature has"),
     (lambda plan: replace(plan, blockers=(Note("python-function", "n", "why", "cure"),)),
      "python-function at 'n': why; cure")],
)  # fmt: skip
def test_what_does_not_fit_is_said(
    plan: MigrationPlan,
    model: LegacyModel,
    findings: Findings,
    edit: Callable[[MigrationPlan], MigrationPlan],
    message: str,
) -> None:
    with pytest.raises(PlanError, match=message):
        fitted(edit(plan), model, findings)
