from __future__ import annotations

from dataclasses import replace

from tf1compat.names import TensorRef
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.model import CandidatePlan, SignaturePlan, StatePlan, StepPlan
from tf1compat.report import render
from tf1compat.report.plan import to_document


def text(plan) -> str:
    return render.text(to_document(plan))


def test_a_signature_is_a_table_of_aliases(plan):
    report = text(plan)
    assert "in      x              float32  [?, ?, 3]   x:0" in report
    assert "out     probabilities  float32  [?, 5]      Softmax:0" in report


def test_a_stacked_output_shows_its_pieces_with_their_places(plan):
    assert "[0] = rnn/while/Exit_3:0, [1] = rnn/while/Exit_4:0  state" in text(plan)


def test_constants_labels_variables_and_hazards_are_shown(plan):
    report = text(plan)
    assert "keep_prob:0  float32  1.0      keep_prob" in report
    assert "5 classes for 'probabilities', from checkpoint:class_mapping: 'number', 'url', 'date'," in report
    assert "rnn/kernel  float32  [31, 112]  yes          rnn/kernel" in report
    assert "* dropout-frozen at keep_prob" in report


def test_many_labels_are_shortened(plan):
    many = replace(plan.labels, names=tuple(f"class{number}" for number in range(40)))
    report = text(replace(plan, labels=many))
    assert "40 classes" in report
    assert "'class11', ..." in report
    assert "class12" not in report


def test_a_slice_of_a_checkpoint_key_is_shown(plan):
    part = replace(plan.variables[0], key="kernel", shape_and_slice="62 112 0,31:0,112")
    assert "kernel [62 112 0,31:0,112]" in text(replace(plan, variables=(part,)))


def test_options_appear_only_when_chosen(plan):
    assert "Options" not in text(plan)
    chosen = text(replace(plan, weights="ema", jit=True, allow=("PyFunc",)))
    assert "weights: ema; compiled with XLA; allowed despite doubts: PyFunc" in chosen


def test_a_blocked_plan_does_not_offer_migrate(plan):
    blocked = text(replace(plan, blockers=(Note("python-function", "node", "why", "what to do"),)))
    assert "* python-function at node\n    why\n    what to do" in blocked
    assert "tf1compat migrate" not in blocked
    assert "tf1compat migrate dir/model migrated --plan plan.json" in text(plan)


def test_a_plan_that_was_written_says_where(plan):
    report = render.text(to_document(plan, "my plan.json"))
    assert "The plan is in my plan.json; edit it where it should differ, then:" in report
    assert "tf1compat migrate dir/model migrated --plan 'my plan.json'" in report


def test_a_value_cannot_break_the_table(plan):
    odd = replace(plan.constants[0], tensor=TensorRef("mode"), value="a\n\x1b[31m")
    assert "'a\\n\\x1b[31m'" in text(replace(plan, constants=(odd,)))


def test_a_step_says_what_its_states_begin_with(plan):
    step = StepPlan((StatePlan("rnn_state_c", "zeros", TensorRef("zeros")),), (), ())
    signatures = (*plan.signatures, SignaturePlan("step", (), (), step))
    report = text(replace(plan, signatures=signatures))
    assert "rnn_state_c  zeros" in report


def test_a_recurrent_model_without_a_step_says_why(plan):
    assert "no signature 'step'" not in text(plan)
    assert "There is no signature 'step': it runs backward." in text(
        replace(plan, no_step="it runs backward")
    )


def test_candidates_are_ranked_with_their_reasons(plan):
    first = CandidatePlan(TensorRef("Softmax"), "probabilities", 95, "a softmax", ("serving_default",))
    left = CandidatePlan(TensorRef("old"), "logits", 80, "an older copy")
    rows = [" ".join(row.split()) for row in text(replace(plan, candidates=(first, left))).splitlines()]
    place = rows.index("95 Softmax:0 probabilities a softmax serving_default")
    assert rows[place + 1] == "80 old:0 logits an older copy -"


def test_many_candidates_are_counted(plan):
    each = CandidatePlan(TensorRef("old"), "logits", 80, "an older copy")
    assert "5 candidates more: see 'candidates' in the plan as JSON." in text(
        replace(plan, candidates=(each,) * 25)
    )


def test_a_softmax_that_is_added_says_of_what(plan):
    (signature,) = plan.signatures
    added = replace(signature.outputs[0], alias="added", softmax=True)
    report = text(replace(plan, signatures=(replace(signature, outputs=(added,)),)))
    assert f"softmax of {added.pieces[0].tensor}" in report
