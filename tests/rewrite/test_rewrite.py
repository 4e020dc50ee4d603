"""The whole stage: signatures apart, the order of passes, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.rewrite.control_flow.test_loops import POWER
from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.lint import lint
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
from tf1compat.rewrite import PASSES, rewrite
from tf1compat.rewrite.base import ForOutputs
from tf1compat.rewrite.result import VariableSlot

FLOAT = DType("float32")
GRAPH = from_text(POWER.replace("w = Placeholder() dtype=float32", "w = VariableV2() @/gpu:0 dtype=float32"))


def signature(name: str, inputs: str, outputs: str) -> SignaturePlan:
    fed = tuple(InputBinding(each, TensorRef(each), FLOAT, Shape()) for each in inputs.split())
    found = tuple(
        OutputBinding(each[-5:], (Piece((), TensorRef(each)),), FLOAT, Shape()) for each in outputs.split()
    )
    return SignaturePlan(name, fed, found)


PLAN = MigrationPlan("model", "sha256:0", (signature("serving_default", "start", "result"),))


def test_a_signature_has_a_graph_of_its_own() -> None:
    plan = replace(PLAN, signatures=(*PLAN.signatures, signature("short", "start", "start")))
    whole, short = rewrite(GRAPH, plan).signatures
    assert lint(whole.graph) == lint(short.graph) == ()
    assert whole.variables == (VariableSlot("w", "w"),)
    assert short.variables == ()
    assert [node.name for node in short.graph.nodes] == ["start"]
    assert short.graph.functions == {}
    assert len(whole.graph.functions) == 2


def test_changes_are_told_with_their_numbers() -> None:
    changes = {each.rewrite: each.count for each in rewrite(GRAPH, PLAN).changes}
    assert changes["functionalise_loops"] == 1
    assert changes["variables_to_values"] >= 1
    assert "remove_dropout" not in changes


def test_the_graph_that_went_in_is_as_it_was() -> None:
    before = GRAPH.nodes
    rewrite(GRAPH, PLAN)
    assert GRAPH.nodes is before


def test_every_pass_says_what_holds_afterwards() -> None:
    runs = [each.run if isinstance(each, ForOutputs) else each for each in PASSES]
    assert all(each.__doc__ for each in runs)
    assert len({each.__name__ for each in runs}) == len(PASSES)


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [("", "result", "its outputs depend on 'start', which it neither feeds nor freezes"),
     ("start", "power/while/h_new", "lies inside a loop")],
)  # fmt: skip
def test_what_cannot_be_written_is_refused(inputs: str, outputs: str, message: str) -> None:
    with pytest.raises(RewriteError, match=message):
        rewrite(GRAPH, replace(PLAN, signatures=(signature("serving_default", inputs, outputs),)))


def test_a_frozen_input_needs_no_feed() -> None:
    frozen = ConstantPlan(TensorRef("start"), [[1.0, 0.0], [0.0, 1.0]], FLOAT, "user")
    plan = replace(PLAN, signatures=(signature("serving_default", "", "result"),), constants=(frozen,))
    (found,) = rewrite(GRAPH, plan).signatures
    assert found.graph["start"].op == "Const"
