"""What TensorFlow Lite, tf2onnx and XLA take, op by op, as the converters themselves answered.

The table `taken_ops.txt` is made by fixtures/scripts/consumer_ops.py, which gives each op to each of them; a test asks
the converters that are installed again.

    answer("Tanh", "tflite")       taken, but for float64 and float16
    release("onnx")                "tf2onnx 1.17.0 at opset 17, ..."
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

Consumer = Literal["tflite", "onnx", "xla"]
#: `flex` is what TensorFlow Lite takes with kernels of TensorFlow only, `unasked` what cannot be asked by itself.
Verdict = Literal["taken", "flex", "refused", "unasked"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a consumer makes of an op, and the types of its data that are refused though others are taken."""

    verdict: Verdict = "unasked"
    attr: str = ""  # the attribute that says which type the data have
    refused_types: frozenset[str] = frozenset()


_COLUMNS: tuple[Consumer, ...] = ("tflite", "onnx", "xla")
_VERDICTS: Mapping[str, Verdict] = {each: each for each in ("taken", "flex", "refused")}


@cache
def _table() -> Mapping[str, list[str]]:
    text = files("tf1compat.consumers").joinpath("taken_ops.txt").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return {op: cells for op, *cells in rows}


def release(consumer: str) -> str:
    """The release that answered, of a consumer that was asked."""
    return _table()["release"][_COLUMNS.index(consumer)]


def op_names() -> frozenset[str]:
    """The ops that some consumer was asked about, or that tf2onnx has a handler for."""
    return frozenset(_table()) - {"release"}


def answer(op: str, consumer: Consumer) -> Answer:
    """What a consumer makes of an op."""
    cells = _table().get(op)
    word, _, restricted = (cells[_COLUMNS.index(consumer)] if cells else "").partition(" ")
    attr, _, types = restricted.partition("=")
    return Answer(_VERDICTS.get(word, "unasked"), attr, frozenset(types.split(",")) if types else frozenset())


def onnx_handler_since(op: str) -> int | None:
    """The opset since which tf2onnx has a handler for an op; None where it has none."""
    cells = _table().get(op)
    return int(cells[-1]) if cells and cells[-1] else None
