"""Signatures without a wish: those that the file records, and those of discovery's entry points."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from tests.plan.conftest import ref
from tf1compat.discovery.findings import Findings
from tf1compat.graph.protos import SignatureDef
from tf1compat.options import PlanOptions
from tf1compat.plan.document import from_json, to_json
from tf1compat.plan.make import make_plan
from tf1compat.source.model import LegacyModel


def recording(model: LegacyModel, *signatures: SignatureDef) -> LegacyModel:
    recorded = MappingProxyType({each.name: each for each in signatures})
    return replace(model, meta_graph=replace(model.meta_graph, signatures=recorded))


def parted(findings: Findings, names: dict[str, str], *entry_points: str) -> Findings:
    outputs = tuple(
        replace(each, signature=names.get(str(each.tensor), ""), reason="why", score=7)
        for each in findings.outputs
    )
    return replace(findings, outputs=outputs, entry_points=entry_points)


def test_a_signature_of_the_file_is_taken_before_any_guess(model: LegacyModel, findings: Findings) -> None:
    recorded = SignatureDef("predict", {"images": "x:0"}, {"scores": "dense/MatMul:0"})
    plan = make_plan(recording(model, recorded), findings, PlanOptions())
    assert plan.signature_names == ("serving_default", "predict")
    (default, named) = plan.signatures
    assert [(each.alias, str(each.tensor)) for each in named.outputs] == [("scores", "dense/MatMul:0")]
    assert default.outputs == named.outputs
    assert named.outputs[0].role == "logits"


def test_what_a_recorded_signature_needs_besides_is_fed_or_frozen(
    model: LegacyModel, findings: Findings
) -> None:
    plan = make_plan(
        recording(model, SignatureDef("predict", {}, {"p": "Softmax:0"})), findings, PlanOptions()
    )
    assert [each.alias for each in plan.signatures[0].inputs] == ["x", "sequence_length"]
    assert [str(each.tensor) for each in plan.constants] == ["keep_prob:0"]


def test_the_recorded_default_comes_first(model: LegacyModel, findings: Findings) -> None:
    first = SignatureDef("classify", {"x": "x:0"}, {"ids": "ArgMax:0"})
    default = SignatureDef("serving_default", {"x": "x:0"}, {"p": "Softmax:0"})
    plan = make_plan(recording(model, first, default), findings, PlanOptions())
    assert plan.signature_names == ("serving_default", "classify")
    assert str(plan.signatures[0].outputs[0].tensor) == "Softmax:0"


def test_a_recorded_signature_of_tensors_that_are_gone_is_passed_over(
    model: LegacyModel, findings: Findings
) -> None:
    plan = make_plan(recording(model, SignatureDef("predict", {}, {"p": "gone:0"})), findings, PlanOptions())
    assert plan.signature_names == ("serving_default",)
    assert len(plan.signatures[0].outputs) == 3


def test_each_entry_point_is_a_signature_and_the_first_one_the_default_too(
    model: LegacyModel, findings: Findings
) -> None:
    found = parted(findings, {"Softmax:0": "actor", "dense/MatMul:0": "critic"}, "actor", "critic")
    plan = make_plan(model, found, PlanOptions())
    assert plan.signature_names == ("serving_default", "actor", "critic")
    assert plan.signatures[0].outputs == plan.signatures[1].outputs


def test_the_plan_ranks_every_candidate_with_its_reason(model: LegacyModel, findings: Findings) -> None:
    found = parted(findings, {"dense/MatMul:0": "critic", "Softmax:0": "actor"}, "actor", "critic")
    plan = make_plan(model, found, PlanOptions())
    assert [(str(each.tensor), each.signatures) for each in plan.candidates] == [
        ("Softmax:0", ("serving_default", "actor")), ("dense/MatMul:0", ("critic",)), ("ArgMax:0", ()),
    ]  # fmt: skip
    assert {(each.reason, each.score) for each in plan.candidates} == {("why", 7)}


def test_candidates_and_a_softmax_survive_json(model: LegacyModel, findings: Findings) -> None:
    found = parted(findings, {"dense/MatMul:0": "serving_default"}, "serving_default")
    plan = make_plan(model, found, PlanOptions(softmax=True))
    assert plan.signatures[0].outputs[1].softmax
    assert to_json(plan)["candidates"][0]["tensor"] == str(ref("dense/MatMul"))
    assert from_json(to_json(plan)) == plan
