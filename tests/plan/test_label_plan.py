"""Which neurons labels name, and what they add to the signatures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.plan.conftest import GRAPH, ref
from tf1compat.discovery.findings import Findings, LabelFinding, OutputFinding
from tf1compat.errors import LabelError, PlanError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.text import from_text
from tf1compat.options import PlanOptions
from tf1compat.plan import document
from tf1compat.plan.label_plan import with_label_outputs
from tf1compat.plan.make import make_plan
from tf1compat.plan.model import MigrationPlan
from tf1compat.source.model import LegacyModel

FLOAT = DType("float32")


def named(tmp_path: Path, *names: str) -> str:
    (tmp_path / "labels.txt").write_text("\n".join(names))
    return str(tmp_path / "labels.txt")


def built(model: LegacyModel, more: str, drop: str = "") -> LegacyModel:
    text = GRAPH.replace(drop, "") if drop else GRAPH
    return replace(model, meta_graph=replace(model.meta_graph, graph=from_text(text + more)))


def outputs(plan: MigrationPlan) -> list[str]:
    return [each.alias for each in with_label_outputs(plan)[0].outputs]


def test_an_argmax_of_the_authors_is_class_ids(
    model: LegacyModel, findings: Findings, tmp_path: Path
) -> None:
    graph = built(model, "predictions = Cast(ArgMax) SrcT=int64; DstT=int32; _output_shapes=[shape(None)]")
    best = OutputFinding(ref("predictions"), DType("int32"), Shape.of(None), "class_ids")
    found = replace(findings, outputs=(*findings.outputs[:2], best))
    assert outputs(make_plan(graph, found, PlanOptions())) == ["probabilities", "logits", "predictions"]
    plan = make_plan(graph, found, PlanOptions(labels=named(tmp_path, "no", "yes")))
    assert outputs(plan) == ["probabilities", "logits", "class_ids", "classes"]
    asked = PlanOptions(signatures=["f(x) -> Softmax, predictions"], labels=named(tmp_path, "no", "yes"))
    assert outputs(make_plan(graph, found, replace(asked, labels_for="Softmax")))[:2] == [
        "Softmax",
        "predictions",
    ]


def test_scores_that_do_not_exclude_each_other_have_no_class(
    model: LegacyModel, findings: Findings, tmp_path: Path
) -> None:
    several = "Sigmoid = Sigmoid(dense/MatMul) T=float32; _output_shapes=[shape(None, 2)]"
    graph = replace(model, meta_graph=replace(model.meta_graph, graph=from_text("\n".join(
        line for line in (GRAPH + several).split("\n") if "Softmax" not in line
    ))))  # fmt: skip
    scores = OutputFinding(ref("Sigmoid"), FLOAT, Shape.of(None, 2), "probabilities")
    found = replace(findings, outputs=(scores,))
    plan = make_plan(graph, found, PlanOptions(labels=named(tmp_path, "good", "cheap")))
    assert plan.labels is not None
    assert (plan.labels.names, plan.labels.exclusive) == (("good", "cheap"), False)
    assert outputs(plan) == ["probabilities"]
    assert document.from_json(document.to_json(plan)) == plan


def test_the_first_neurons_may_have_no_name(model: LegacyModel, findings: Findings, tmp_path: Path) -> None:
    plan = make_plan(model, findings, PlanOptions(labels=named(tmp_path, "yes"), label_offset=1))
    assert plan.labels is not None
    assert plan.labels.names == ("background", "yes")
    with pytest.raises(LabelError, match="being a background class, give --label-offset 1"):
        make_plan(model, findings, PlanOptions(labels=named(tmp_path, "yes")))
    with pytest.raises(LabelError, match="has 3 labels, but"):
        make_plan(model, findings, PlanOptions(labels=named(tmp_path, "no", "yes"), label_offset=1))
    with pytest.raises(LabelError, match=r"--label-offset 1 says .* no --labels"):
        make_plan(model, findings, PlanOptions(label_offset=1))
    with pytest.raises(PlanError, match="label_offset is the number of a neuron, 0 or more, not -1"):
        PlanOptions(label_offset=-1)


def two_heads(findings: Findings, columns: int) -> Findings:
    other = OutputFinding(ref("Other"), FLOAT, Shape.of(None, columns), "probabilities")
    return replace(findings, outputs=(*findings.outputs[:1], other))


def test_of_several_outputs_the_one_that_fits_is_meant(
    model: LegacyModel, findings: Findings, tmp_path: Path
) -> None:
    graph = built(model, "Other = Softmax(x) T=float32; _output_shapes=[shape(None, 3)]")
    plan = make_plan(graph, two_heads(findings, 3), PlanOptions(labels=named(tmp_path, "a", "b", "c")))
    assert plan.labels is not None
    assert plan.labels.scores == "Other"


def test_of_outputs_that_fit_alike_none_is_guessed(
    model: LegacyModel, findings: Findings, tmp_path: Path
) -> None:
    graph = built(model, "Other = Softmax(dense/MatMul) T=float32; _output_shapes=[shape(None, 2)]")
    wishes = PlanOptions(labels=named(tmp_path, "no", "yes"))
    with pytest.raises(
        LabelError, match=r"of several outputs \('probabilities', 'Other'\); say which with --labels-for"
    ):
        make_plan(graph, two_heads(findings, 2), wishes)
    plan = make_plan(graph, two_heads(findings, 2), replace(wishes, labels_for="Other"))
    assert plan.labels is not None
    assert plan.labels.scores == "Other"


def test_names_that_were_found_are_offered_and_not_taken(model: LegacyModel, findings: Findings) -> None:
    fitting = LabelFinding("a.txt", 1, ("yes",), ("yes",), "classes", ("Softmax:0",), 1)
    other = LabelFinding("b.txt", 7, ("a",), ("a",))
    plan = make_plan(model, replace(findings, labels=(fitting, other)), PlanOptions())
    assert plan.labels is None
    (offer,) = plan.label_offers
    assert (offer.source, offer.scores, offer.offset, offer.kind) == (
        "a.txt",
        ("probabilities",),
        1,
        "classes",
    )
    assert document.from_json(document.to_json(plan)) == plan
