"""What discovery and the plan say of a model with a CudnnRNN: the weights that the checkpoint holds, and the risks."""

from __future__ import annotations

from tests.discovery.cudnn_text import Cudnn
from tests.discovery.model_text import model_of
from tf1compat.discovery import discover
from tf1compat.discovery.findings import Findings
from tf1compat.graph.text import from_text
from tf1compat.options import PlanOptions
from tf1compat.plan.judge.judge import Judgement
from tf1compat.plan.make import judge_default, make_plan
from tf1compat.plan.model import MigrationPlan
from tf1compat.source.model import LegacyModel

FORM = Cudnn("gru")
V3 = Cudnn(op="CudnnRNNV3")
SOFTMAX = "\nprobabilities = Softmax(net/CudnnRNN) T=float32; _output_shapes=[shape(None, None, 2)]\n"


def model(text: str = FORM.text(), keys: list[str] | None = None) -> LegacyModel:
    known = FORM.keys() if keys is None else keys
    return model_of(from_text(text + SOFTMAX), trainable=("net/opaque_kernel",), keys=tuple(known))


def findings(text: str = FORM.text(), keys: list[str] | None = None) -> Findings:
    return discover(model(text, keys))


def told(text: str = FORM.text(), keys: list[str] | None = None) -> Judgement:
    found = model(text, keys)
    return judge_default(found, discover(found))


def plan(found: LegacyModel) -> MigrationPlan:
    wishes = PlanOptions(signatures={"serving_default": "(x=x, h=h, c=c) -> p=probabilities"})
    return make_plan(found, discover(found), wishes)


def test_the_canonical_weights_stand_in_the_place_of_the_buffer() -> None:
    found = findings(keys=["net/opaque_kernel", *FORM.keys()]).variables
    assert [each.name for each in found] == FORM.keys()
    assert all(each.in_checkpoint and each.needed and each.trainable for each in found)
    assert all(each.key == each.name for each in found)
    assert {str(each.shape) for each in found} == {"[3]"}  # as the checkpoint has it


def test_without_canonical_weights_the_buffer_is_the_variable_and_its_layout_a_hazard() -> None:
    found = findings(keys=["net/opaque_kernel"])
    assert [each.name for each in found.variables] == ["net/opaque_kernel"]
    assert ("cudnn-buffer-layout", "net/CudnnRNN") in [
        (each.code, each.node) for each in told(keys=["net/opaque_kernel"]).hazards
    ]
    assert "cudnn-buffer-layout" not in [each.code for each in told().hazards]


def test_dropout_of_training_is_a_hazard() -> None:
    trained = FORM.text().replace("is_training=False", "is_training=True")
    dropped = trained.replace("dropout=0.0", "dropout=0.5")
    assert "dropout-left-out" not in [each.code for each in told(trained).hazards]
    assert "dropout-left-out" in [each.code for each in told(dropped).hazards]
    off = dropped.replace("is_training=True", "is_training=False")
    assert "dropout-left-out" not in [each.code for each in told(off).hazards]


def test_a_projection_is_a_blocker() -> None:
    projected = V3.text().replace("time_major=True", "time_major=True; num_proj=1")
    found = told(projected, ["net/opaque_kernel"]).blockers
    assert [(each.code, each.node) for each in found] == [("cudnn-projection", "net/CudnnRNN")]
    assert told(V3.text(), V3.keys()).blockers == ()


def test_the_plan_has_the_canonical_weights_and_misses_none() -> None:
    keys = FORM.keys()
    made = plan(model(keys=[*keys, "net/opaque_kernel"]))
    assert [(each.name, each.key) for each in made.variables] == [(key, key) for key in keys]
    assert made.blockers == ()


def test_a_buffer_that_no_checkpoint_holds_is_a_missing_variable() -> None:
    made = plan(model(keys=["other"]))
    assert [(each.code, each.node) for each in made.blockers] == [("missing-variable", "net/opaque_kernel")]
