from tf1compat.discovery.findings import KeptState
from tf1compat.plan.judge.states import kept_state_hazards, step_hazards
from tf1compat.plan.model import SignaturePlan
from tf1compat.plan.stepping.step import Stepping

STEP = SignaturePlan("step", (), ())


def test_a_state_that_was_kept_in_a_variable_is_a_hazard():
    (note,) = kept_state_hazards([KeptState("kept", ("store",))], ())
    assert (note.code, note.node) == ("state-in-variable", "kept")
    assert "starts from the checkpoint's value" in note.reason
    assert kept_state_hazards([], ()) == ()


def test_a_state_that_was_never_saved_is_said_to_begin_with_its_constant() -> None:
    (note,) = kept_state_hazards([KeptState("kept", ("store",))], {"kept"})
    assert "the constant that the program begins it with" in note.reason


def test_an_output_that_a_step_does_not_give_is_a_hazard():
    left_out = (("probabilities", "it is a mean over all steps", "Mean"),)
    (note,) = step_hazards(Stepping(STEP, left_out=left_out))
    assert (note.code, note.node) == ("output-not-in-step", "Mean")
    assert "'probabilities'" in note.reason
    assert "a mean over all steps" in note.reason
    assert "'serving_default'" in note.remedy


def test_where_there_is_no_step_at_all_no_output_is_missed_in_it():
    assert step_hazards(Stepping(reason="it runs backward", left_out=(("a", "why", "b"),))) == ()
    assert step_hazards(Stepping(STEP)) == ()
