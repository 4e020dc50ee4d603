"""What is said of inputs that no placeholder brings in."""

from __future__ import annotations

from tf1compat.discovery.findings import Findings, InputFinding, SerializedFinding
from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef
from tf1compat.report.document import document
from tf1compat.report.inputs import inputs_json, inputs_section
from tf1compat.report.render import text

FLOAT, STRING = DType("float32"), DType("string")
FINDINGS = Findings(
    inputs=(
        InputFinding(TensorRef("batch"), FLOAT, Shape((8, 4)), "data", True, "queue", "width"),
        InputFinding(TensorRef("rows"), FLOAT, Shape((4,)), "other", False, "pipeline"),
    ),
    serialized=(
        SerializedFinding(TensorRef("record", 1), STRING, Shape(()), "example", (TensorRef("batch"),)),
    ),
)


def test_the_report_says_what_came_out_of_a_pipeline_what_filled_it_and_what_is_decoded() -> None:
    report = " ".join(text(document("Model", inputs_section(FINDINGS))).split())
    assert "'batch:0' came out of a queue of the author's input pipeline." in report
    assert "'rows:0' only filled the author's input pipeline." in report
    assert "'record:1' holds serialized values (example), of which come 'batch:0'." in report


def test_json_says_the_kind_of_each_input_and_what_is_serialized() -> None:
    found = inputs_json(FINDINGS)
    assert [each["kind"] for each in found["inputs"]] == ["queue", "pipeline"]
    assert found["serialized"] == [
        {"tensor": "record:1", "dtype": "string", "shape": [], "format": "example", "decoded": ["batch:0"]}
    ]
