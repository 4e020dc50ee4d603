"""What comes nearest to an output where there is none, and what it lacks."""

from __future__ import annotations

from tests.discovery.model_text import flow_of, model_of
from tests.plan.judge.judged import judged
from tf1compat.graph.text import from_text
from tf1compat.plan.signatures.nearest import nearest_outputs

TABLE = "w = VariableV2() dtype=float32; shape=shape(9, 4)\n"
NORM = TABLE + "norm = L2Loss(w) T=float32\n"
FED = "x = Placeholder() dtype=float32; shape=shape(None)\ny = Neg(x) T=float32\nz = Tanh(y) T=float32\n"


def near(text: str) -> dict[str, str]:
    return {str(each.tensor): each.reason for each in nearest_outputs(flow_of(text))}


def test_what_depends_on_variables_alone_is_near():
    assert near(NORM) == {"norm:0": "depends on nothing that is fed"}


def test_what_depends_on_inputs_alone_is_nearer_and_its_end_is_taken():
    assert list(near(FED + NORM)) == ["z:0", "norm:0"]
    assert near(FED)["z:0"] == "depends on no variable"


def test_variables_alone_and_handles_are_nothing():
    queue = "queue = FIFOQueueV2() component_types=[float32]\n"
    assert near(TABLE + queue) == {}


def test_the_blocker_lists_them_with_a_signature_for_the_first():
    (note,) = judged(model_of(from_text(NORM), keys=("w",), trainable=("w",))).blockers
    assert note.code == "no-outputs"
    assert "nearest come 'norm:0' (depends on nothing that is fed)" in note.reason
    assert note.remedy.endswith("--signature 'serving_default() -> norm'")
    (note,) = judged(model_of(from_text(TABLE), keys=("w",))).blockers
    assert "nothing in it depends on an input or a variable" in note.reason
