"""Where the values of a plan's variables come from: the checkpoint, the graph's own constants, or nowhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tf1compat.discovery.findings import Findings
from tf1compat.errors import PlanError
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text, to_text
from tf1compat.names import TensorRef
from tf1compat.options import PlanOptions
from tf1compat.plan.document import from_json, to_json
from tf1compat.plan.make import make_plan
from tf1compat.plan.model import MigrationPlan
from tf1compat.plan.stored.variables import initial_values
from tf1compat.source.model import LegacyModel

ZEROS = """
    zeros = Const() dtype=float32; value=tensor(float32, [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]])
    dense/kernel/Assign = Assign(dense/kernel, zeros) T=float32
"""
DRAWN = """
    dims = Const() dtype=int32; value=tensor(int32, [3, 2])
    drawn = RandomStandardNormal(dims) dtype=float32
    dense/kernel/Assign = Assign(dense/kernel, drawn) T=float32
"""
Make = Callable[..., LegacyModel]


def with_more(model: LegacyModel, more: str) -> LegacyModel:
    graph: Graph = from_text(to_text(model.meta_graph.graph) + "\n" + more)
    return replace(model, meta_graph=replace(model.meta_graph, graph=graph), saved_as={})


def planned(model: LegacyModel, findings: Findings, **wishes: object) -> MigrationPlan:
    return make_plan(model, findings, PlanOptions(**wishes))  # type: ignore[arg-type]


def test_a_variable_that_was_not_saved_has_the_constant_it_begins_with(
    make_model: Make, findings: Findings
) -> None:
    model = with_more(make_model({"step": "step"}), ZEROS)
    plan = planned(model, findings)
    assert plan.variables[0].initializer == TensorRef("zeros")
    assert plan.blockers == ()
    assert "initialised-variable" in {each.code for each in plan.hazards}
    values = initial_values(model.meta_graph.graph, plan.variables)
    np.testing.assert_array_equal(values["dense/kernel"], np.zeros((3, 2), np.float32))
    assert from_json(to_json(plan)) == plan


def test_one_that_begins_at_random_is_a_blocker_whose_remedy_is_a_signature(
    make_model: Make, findings: Findings
) -> None:
    model = with_more(make_model({"step": "step"}), DRAWN)
    (blocker,) = planned(model, findings).blockers
    assert (blocker.code, blocker.node) == ("missing-variable", "dense/kernel")
    typed = blocker.remedy.partition("--signature '")[2].rstrip("'")
    assert "dense/kernel" in typed
    plan = planned(model, findings, signatures=[typed])
    assert plan.blockers == ()
    assert plan.variables == ()


def test_a_frozen_variable_needs_no_value(make_model: Make, findings: Findings) -> None:
    model = with_more(make_model({"step": "step"}), DRAWN)
    plan = planned(model, findings, constants={"dense/kernel": [[1, 2], [3, 4], [5, 6]]})
    assert (plan.blockers, plan.variables) == ((), ())


def test_averages_that_are_not_there_cannot_be_asked_for(model: LegacyModel, findings: Findings) -> None:
    with pytest.raises(PlanError, match="--weights ema: the checkpoint has no moving averages"):
        planned(model, findings, weights="ema")


def test_an_initializer_that_is_edited_to_no_constant_is_refused(
    make_model: Make, findings: Findings
) -> None:
    model = with_more(make_model({"step": "step"}), ZEROS + DRAWN.partition("dense")[0])
    (variable,) = planned(model, findings).variables
    with pytest.raises(PlanError, match="'drawn:0', with which 'dense/kernel' begins, is no constant"):
        initial_values(model.meta_graph.graph, [replace(variable, initializer=TensorRef("drawn"))])
