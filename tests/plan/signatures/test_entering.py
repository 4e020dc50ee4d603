"""What a signature needs of what comes out of a pipeline, and the second one from serialized values."""

from __future__ import annotations

from tests.discovery.input_pipeline.feeding_text import EXAMPLES, PARSE, QUEUE, READER, classifier
from tests.discovery.model_text import CLASSIFIER, model_of
from tf1compat.discovery import discover
from tf1compat.graph.attributes import DType
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.options import PlanOptions
from tf1compat.plan.make import make_plan
from tf1compat.plan.model import ConstantPlan, MigrationPlan
from tf1compat.plan.signatures.entering import dead_under, needed_inputs

PARSED = EXAMPLES + PARSE.rstrip() + "; Tdense=[float32, int64]; dense_shapes=[shape(4), shape()]\n"


def plan_of(text: str) -> MigrationPlan:
    model = model_of(from_text(text), keys=("w", "b"))
    return make_plan(model, discover(model), PlanOptions())


def inputs_of(text: str) -> dict[str, dict[str, str]]:
    return {
        each.name: {entry.alias: str(entry.tensor) for entry in each.inputs}
        for each in plan_of(text).signatures
    }


def test_labels_out_of_the_same_queue_are_no_input() -> None:
    assert inputs_of(classifier(QUEUE, "batch", "batch:1")) == {"serving_default": {"inputs": "batch:0"}}


def test_the_shape_of_the_input_is_that_of_the_queue() -> None:
    text = classifier(QUEUE, "batch").replace(
        "_types=[float32, int32]\n", "_types=[float32, int32]; _output_shapes=[shape(8, 4), shape(8)]\n"
    )
    (entry,) = plan_of(text).signatures[0].inputs
    assert str(entry.shape) == "[8, 4]"


def test_features_are_fed_decoded_by_default_and_serialized_by_a_signature_of_their_own() -> None:
    assert inputs_of(classifier(PARSED, "parsed", "parsed:1")) == {
        "serving_default": {"image_width": "parsed:0"},
        "serving_serialized": {"strings": "strings:0"},
    }


def test_a_picture_that_the_author_fed_as_a_file_is_fed_so_by_default() -> None:
    text = classifier(
        "file = Placeholder() dtype=string; shape=shape(); _output_shapes=[shape()]\n"
        "pixels = DecodePng(file) dtype=uint8\nrow = Cast(pixels) SrcT=uint8; DstT=float32\n",
        "row",
    )
    assert inputs_of(text) == {
        "serving_default": {"file": "file:0"},
        "serving_decoded": {"image": "pixels:0"},
    }


def test_strings_that_nobody_named_are_called_after_what_is_in_them() -> None:
    text = classifier(
        READER + "pixels = DecodePng(record:1) dtype=uint8\nrow = Cast(pixels) SrcT=uint8; DstT=float32\n",
        "row",
    )
    assert inputs_of(text) == {
        "serving_default": {"image": "pixels:0"},
        "serving_serialized": {"image_bytes": "record:1"},
    }


def test_both_signatures_give_the_same() -> None:
    plan = plan_of(classifier(PARSED, "parsed", "parsed:1"))
    assert plan.signatures[0].outputs == plan.signatures[1].outputs


def test_what_is_not_decoded_is_an_input_of_both() -> None:
    text = classifier(PARSED, "both", "parsed:1")
    text += "bias = Placeholder() dtype=float32; shape=shape(None, 4)\nboth = AddV2(parsed, bias) T=float32\n"
    assert inputs_of(text)["serving_serialized"] == {"strings": "strings:0", "bias": "bias:0"}


def test_a_placeholder_in_front_of_a_queue_leaves_the_queue_alone() -> None:
    text = QUEUE + "given = PlaceholderWithDefault(batch) dtype=float32; shape=shape(None, 4)\n"
    plan = plan_of(classifier(text, "given", "batch:1"))
    assert [each.alias for each in plan.signatures[0].inputs] == ["given"]
    assert plan.blockers == ()
    assert [each.code for each in plan.hazards] == []


def test_what_a_pipeline_did_is_a_hazard() -> None:
    plan = plan_of(classifier(QUEUE, "batch", "batch:1"))
    assert [(each.code, each.node) for each in plan.hazards] == [("input-pipeline", "batch")]
    assert "QueueDequeueManyV2" in plan.hazards[0].reason


def test_a_pipeline_is_a_hazard_only_where_a_signature_takes_its_inputs_out_of_it() -> None:
    model = model_of(from_text(classifier(QUEUE, "batch", "batch:1")), keys=("w", "b"))
    findings = discover(model)
    for signature, codes in (
        ("f(x=batch) -> Softmax", ["input-pipeline"]),
        ("f(product=logits) -> Softmax", []),
    ):
        plan = make_plan(model, findings, PlanOptions(signatures=[signature]))
        assert [each.code for each in plan.hazards] == codes


def test_what_only_the_branch_of_training_reads_is_no_input() -> None:
    chosen = (
        "is_training = Placeholder() dtype=bool; shape=shape()\nx_test = Placeholder() dtype=float32\n"
        "one = Switch(batch, is_training) T=float32\ntwo = Switch(x_test, is_training) T=float32\n"
        "either = Merge(two, one:1) N=2; T=float32\n"
    )
    model = model_of(from_text(classifier(QUEUE + chosen, "either", "batch:1")), keys=("w", "b"))
    graph, switch = model.meta_graph.graph, TensorRef("is_training")
    dead = dead_under(graph, [ConstantPlan(switch, False, DType("bool"), "is_training")])
    needed = needed_inputs(graph, discover(model), [TensorRef("Softmax")], {switch}, dead)
    assert [str(each.tensor) for each in needed] == ["x_test:0"]


def test_what_is_decoded_of_given_strings_is_not_needed() -> None:
    model = model_of(from_text(classifier(PARSED, "parsed", "parsed:1")), keys=("w", "b"))
    needed = needed_inputs(
        model.meta_graph.graph, discover(model), [TensorRef("Softmax")], {TensorRef("strings")}
    )
    assert needed == []


BOTTLENECK = """
    image = Placeholder() dtype=float32; shape=shape(None, 4)
    trunk = {trunk}(image) T=float32; _output_shapes=[shape(None, 4)]
    x = PlaceholderWithDefault(trunk) dtype=float32; shape=shape(None, 4)
"""


def after(trunk: str) -> str:
    x = "x = Placeholder() dtype=float32; shape=shape(None, 4)\n"
    assert x in CLASSIFIER
    return BOTTLENECK.format(trunk=trunk) + CLASSIFIER.replace(x, "")


def test_a_placeholder_that_stands_for_what_is_computed_of_another_is_no_input() -> None:
    assert list(inputs_of(after("Tanh"))["serving_default"].values()) == ["image:0"]


def test_one_whose_default_only_has_another_s_shape_is() -> None:
    assert "x:0" in inputs_of(after("ZerosLike"))["serving_default"].values()
