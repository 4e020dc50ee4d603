"""Plans: what discovery gives, what the user asks for, and every problem at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.plan.conftest import ref
from tf1compat.discovery.findings import Findings, OutputFinding, StatePairing, StatePiece, UnsupportedOp
from tf1compat.errors import LabelError, PlanError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.options import PlanOptions
from tf1compat.plan.label_plan import with_label_outputs
from tf1compat.plan.make import make_plan
from tf1compat.plan.model import Piece
from tf1compat.plan.signatures.signature import Signature
from tf1compat.source.model import LegacyModel


def labels(folder: Path, *names: str) -> str:
    path = folder / "labels.txt"
    path.write_text("\n".join(names) + "\n", encoding="utf-8")
    return str(path)


def test_discovery_alone_gives_the_default_signature(model: LegacyModel, findings: Findings) -> None:
    plan = make_plan(model, findings, PlanOptions())
    (signature,) = plan.signatures
    assert signature.name == "serving_default"
    assert [each.alias for each in signature.inputs] == ["x", "sequence_length"]
    assert [each.alias for each in signature.outputs] == ["probabilities", "logits", "class_ids"]
    assert plan.blockers == ()


def test_an_output_that_its_op_does_not_have_is_a_problem(model: LegacyModel, findings: Findings) -> None:
    with pytest.raises(PlanError, match=r"'Softmax:1' is not in the graph: 'Softmax' has 1 output"):
        make_plan(model, findings, PlanOptions(signatures=["serving_default(x) -> y=Softmax:1"]))


def test_keep_prob_is_frozen_and_stays_a_hazard(model: LegacyModel, findings: Findings) -> None:
    plan = make_plan(model, findings, PlanOptions())
    assert [(str(each.tensor), each.value, each.reason) for each in plan.constants] == [
        ("keep_prob:0", 1.0, "keep_prob")
    ]
    assert [each.code for each in plan.hazards] == ["dropout-frozen"]


def test_the_users_constant_wins_and_ends_the_hazard(model: LegacyModel, findings: Findings) -> None:
    plan = make_plan(model, findings, PlanOptions(constants={"keep_prob": 0.5}))
    assert [(each.value, each.reason) for each in plan.constants] == [(0.5, "user")]
    assert plan.hazards == ()


def test_a_compiled_model_is_said_to_want_no_empty_axes(model: LegacyModel, findings: Findings) -> None:
    assert make_plan(model, findings, PlanOptions(jit=True)).hazards[-1].code == "compiled-without-empty-axes"


def test_only_variables_behind_the_outputs_are_planned(model: LegacyModel, findings: Findings) -> None:
    assert [each.name for each in make_plan(model, findings, PlanOptions()).variables] == ["dense/kernel"]


def test_a_variable_under_another_key_is_read_there(
    make_model: Callable[..., LegacyModel], findings: Findings
) -> None:
    model = make_model({"dense/kernel": "old/weights", "step": "step"})
    assert make_plan(model, findings, PlanOptions()).variables[0].key == "old/weights"


def test_a_key_that_is_missing_is_a_blocker_with_the_nearest_keys(
    model: LegacyModel, findings: Findings
) -> None:
    entries = {"dense/kernal": next(iter(model.checkpoint.entries.values()))}
    broken = replace(model, checkpoint=replace(model.checkpoint, entries=entries))
    (blocker,) = make_plan(broken, findings, PlanOptions()).blockers
    assert blocker.code == "missing-variable"
    assert "no key 'dense/kernel'; did you mean 'dense/kernal'?" in blocker.reason


def test_averages_are_taken_for_the_weights_unless_the_user_says_no(
    make_model: Callable[..., LegacyModel], findings: Findings
) -> None:
    model = make_model({"dense/kernel": "dense/kernel", "ema": "dense/kernel/ExponentialMovingAverage"})
    keys = {
        weights: make_plan(model, findings, PlanOptions(weights=weights)).variables[0].key
        for weights in ("raw", "auto", "ema")
    }
    assert keys == {
        "raw": "dense/kernel",
        "auto": "dense/kernel/ExponentialMovingAverage",
        "ema": "dense/kernel/ExponentialMovingAverage",
    }  # fmt: skip


def test_a_signature_may_cut_the_graph_at_any_tensor(model: LegacyModel, findings: Findings) -> None:
    plan = make_plan(model, findings, PlanOptions(signatures=["serving_default(h=scaled) -> p=Softmax"]))
    (signature,) = plan.signatures
    assert [(each.alias, str(each.tensor), each.dtype) for each in signature.inputs] == [
        ("h", "scaled:0", "float32")
    ]
    assert plan.constants == ()


def test_signatures_come_as_values_too(model: LegacyModel, findings: Findings) -> None:
    asked = {"other": Signature({"x": "x:0"}, {"p": "Softmax:0"}), "serving_default": "(x=x:0) -> ids=ArgMax"}
    plan = make_plan(model, findings, PlanOptions(signatures=asked))
    assert plan.signature_names == ("other", "serving_default")


def test_serving_default_is_always_there(model: LegacyModel, findings: Findings) -> None:
    plan = make_plan(model, findings, PlanOptions(signatures=["score(x=x) -> p=Softmax"]))
    assert plan.signature_names == ("serving_default", "score")
    assert plan.signatures[0].outputs == plan.signatures[1].outputs


def test_every_problem_is_reported_at_once(model: LegacyModel, findings: Findings) -> None:
    wishes = PlanOptions(
        signatures=["f(x=y) -> p=Sofmax", "g(a-b=x) -> ids=ArgMax"],
        constants={"keep_prob": "much", "nowhere": 1},
    )
    with pytest.raises(PlanError) as caught:
        make_plan(model, findings, wishes)
    text = "\n".join(caught.value.problems)
    assert len(caught.value.problems) == 5
    for part in (
        "'y' is not",
        "did you mean 'Softmax'",
        "'a-b' cannot be",
        "'much' is no value",
        "'nowhere'",
    ):
        assert part in text


def test_the_same_signature_twice_is_refused(model: LegacyModel, findings: Findings) -> None:
    with pytest.raises(PlanError, match="signature 'f' is given twice"):
        make_plan(model, findings, PlanOptions(signatures=["f(x) -> p=Softmax", "f(x) -> p=ArgMax"]))


def test_labels_name_the_probabilities(model: LegacyModel, findings: Findings, tmp_path: Path) -> None:
    plan = make_plan(model, findings, PlanOptions(labels=labels(tmp_path, "no", "yes")))
    assert plan.labels is not None
    assert (plan.labels.names, plan.labels.scores) == (("no", "yes"), "probabilities")
    assert [each.alias for each in plan.signatures[0].outputs] == ["probabilities", "logits"]
    added = with_label_outputs(plan)[0].outputs[2:]
    assert [(each.alias, each.dtype, each.shape) for each in added] == [
        ("class_ids", "int64", Shape.of(None)), ("classes", "string", Shape.of(None)),
    ]  # fmt: skip


def test_labels_may_name_another_output(model: LegacyModel, findings: Findings, tmp_path: Path) -> None:
    plan = make_plan(model, findings, PlanOptions(labels=labels(tmp_path, "no", "yes"), labels_for="logits"))
    assert plan.labels is not None
    assert plan.labels.scores == "logits"


@pytest.mark.parametrize(
    ("names", "labels_for", "message"),
    [(("a", "b", "c"), None, r"has 3 labels, but the output 'probabilities' \(Softmax:0\) has 2 neurons"),
     (("a", "b"), "logit", r"which no signature has; did you mean 'logits'\?")],
)  # fmt: skip
def test_labels_that_do_not_fit_are_refused(
    model: LegacyModel,
    findings: Findings,
    tmp_path: Path,
    names: tuple[str, ...],
    labels_for: str,
    message: str,
) -> None:
    with pytest.raises(LabelError, match=message):
        make_plan(model, findings, PlanOptions(labels=labels(tmp_path, *names), labels_for=labels_for))


def test_an_output_that_labels_would_double_is_refused(
    model: LegacyModel, findings: Findings, tmp_path: Path
) -> None:
    wishes = PlanOptions(
        signatures=["f(x) -> probabilities=Softmax, classes=ArgMax"], labels=labels(tmp_path, "a", "b")
    )
    with pytest.raises(LabelError, match="has an output 'classes', and the labels add one of that name"):
        make_plan(model, findings, wishes)


def test_blockers_end_where_they_are_allowed_or_out_of_reach(model: LegacyModel, findings: Findings) -> None:
    blocked = replace(findings, unsupported=(UnsupportedOp("ArgMax", "python"),))
    assert len(make_plan(model, blocked, PlanOptions()).blockers) == 1
    assert make_plan(model, blocked, PlanOptions(allow=("ArgMax",))).blockers == ()
    assert make_plan(model, blocked, PlanOptions(signatures=["f(x) -> p=Softmax"])).blockers == ()


def test_a_packed_state_comes_out_of_step_in_the_shape_in_which_it_goes_in(
    model: LegacyModel, findings: Findings
) -> None:
    state = replace(findings.inputs[0], role="state")
    pieces = (
        StatePiece((0,), ref("a"), ref("Softmax"), "c"),
        StatePiece((1,), ref("b"), ref("dense/MatMul"), "h"),
    )
    recurrent = replace(
        findings,
        inputs=(state, *findings.inputs[1:]),
        outputs=(
            OutputFinding(ref("ArgMax"), DType("int64"), Shape.of(None), "class_ids"),
            OutputFinding(ref("Softmax"), DType("float32"), Shape.of(None, 2), "state"),
            OutputFinding(ref("dense/MatMul"), DType("float32"), Shape.of(None, 2), "state"),
        ),
        pairings=(StatePairing(ref("x"), "rnn", pieces),),
    )
    default, step = make_plan(model, recurrent, PlanOptions()).signatures
    assert step.inputs == default.inputs
    assert [each.alias for each in step.outputs] == ["class_ids", "x"]
    assert step.outputs[1].pieces == (Piece((0,), ref("Softmax")), Piece((1,), ref("dense/MatMul")))
    assert step.outputs[1].shape == state.shape


def test_a_model_with_nothing_to_offer_has_no_signature(model: LegacyModel) -> None:
    assert make_plan(model, Findings(), PlanOptions()).signatures == ()


def test_outputs_that_may_be_random_are_kept_and_must_be_outputs(
    model: LegacyModel, findings: Findings
) -> None:
    (alias,) = make_plan(model, findings, PlanOptions()).signatures[0].outputs[:1]
    made = make_plan(model, findings, PlanOptions(allow_random=(alias.alias,)))
    assert made.allow_random == (alias.alias,)
    with pytest.raises(PlanError, match="no signature has an output 'nothing'"):
        make_plan(model, findings, PlanOptions(allow_random=("nothing",)))
