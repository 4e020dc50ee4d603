from tf1compat.discovery.findings import KeptState
from tf1compat.plan.judge.states import kept_state_hazards


def test_a_state_that_was_kept_in_a_variable_is_a_hazard():
    (note,) = kept_state_hazards([KeptState("kept", ("store",))])
    assert (note.code, note.node) == ("state-in-variable", "kept")
    assert "starts from the checkpoint's value" in note.reason
    assert kept_state_hazards([]) == ()
