"""What is in the way of a consumer, as data and as sections."""

from __future__ import annotations

from tf1compat.consumers import Obstacle, release
from tf1compat.report import render
from tf1compat.report.consumers import to_json, to_sections
from tf1compat.report.document import document

FOUND = {
    "tflite": (Obstacle("tflite", "serving_default", "a/b", "BlockLSTM", "there is no built-in op for it"),),
    "onnx": (),
}


def test_data_say_whether_it_is_possible_and_what_is_in_the_way():
    assert to_json(FOUND) == {
        "tflite": {
            "possible": False,
            "judged_by": release("tflite"),
            "obstacles": [
                {
                    "signature": "serving_default", "node": "a/b", "op": "BlockLSTM",
                    "reason": "there is no built-in op for it",
                }
            ],
        },
        "onnx": {"possible": True, "judged_by": release("onnx"), "obstacles": []},
    }  # fmt: skip


def test_each_consumer_has_a_section():
    text = render.text(document("Model m", *to_sections(FOUND)))
    lite, onnx = text.split("For ONNX")
    assert "For TensorFlow Lite" in lite
    assert "BlockLSTM" in lite
    assert f"Judged by what {release('tflite')} takes." in lite
    assert "Nothing of the migrated model is known to be in the way." in onnx


def test_nobody_asked_nothing_said():
    assert list(to_sections({})) == []
