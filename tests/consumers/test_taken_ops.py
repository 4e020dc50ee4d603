"""The ops that converters take: what the table says, held in both directions against those that are installed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from tf1compat.consumers.taken_ops import Consumer, answer, onnx_handler_since, op_names, release
from tf1compat.ops.registry import has_kernel, op_def

SCRIPT = Path(__file__).parents[2] / "fixtures" / "scripts" / "consumer_ops.py"
CONSUMERS: tuple[Consumer, ...] = get_args(Consumer)
#: Asked again: ops that each consumer takes and ops that it refuses, some for the type of their data only.
AGAIN = (
    "FakeQuantWithMinMaxArgs", "FakeQuantWithMinMaxVars", "FakeQuantWithMinMaxVarsPerChannel", "AddN", "Betainc",
    "ConcatV2", "Conv2D", "Div", "GatherV2", "Lgamma", "MatrixDiagPartV3", "SegmentMean", "StringJoin", "TopKV2",
    "Unique", "If", "LookupTableFindV2", "TensorListResize", "TensorListGather", "While",
)  # fmt: skip


@cache
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("consumer_ops", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(op: str, consumer: Consumer) -> str:
    """An answer as the table writes it."""
    found = answer(op, consumer)
    types = ",".join(sorted(found.refused_types))
    return f"{found.verdict} {found.attr}={types}" if types else found.verdict


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        ("FakeQuantWithMinMaxArgs", ("taken", "taken", "taken")),
        ("FakeQuantWithMinMaxVars", ("taken", "taken", "taken")),
        ("FakeQuantWithMinMaxVarsPerChannel", ("flex", "refused", "taken")),
        ("BlockLSTM", ("refused", "refused", "refused")),
    ],
)
def test_it_is_known_what_each_consumer_makes_of_an_op(op: str, expected: tuple[str, ...]):
    assert tuple(answer(op, each).verdict for each in CONSUMERS) == expected


def test_an_op_may_be_taken_for_some_types_only():
    found = answer("Tanh", "tflite")
    assert (found.verdict, found.attr) == ("taken", "T")
    assert "float64" in found.refused_types
    assert "float32" not in found.refused_types


def test_what_was_not_asked_is_not_known():
    assert answer("NoSuchOp", "tflite").verdict == "unasked"
    assert onnx_handler_since("NoSuchOp") is None


def test_the_table_says_which_releases_answered():
    assert release("tflite").startswith("TensorFlow 2.")
    assert "tf2onnx" in release("onnx")


def test_every_op_is_one_that_can_be_asked_or_that_tf2onnx_has():
    for op in op_names():
        found = op_def(op)
        assert found is not None or onnx_handler_since(op) is not None, op
        attrs = {answer(op, each).attr for each in CONSUMERS} - {""}
        assert found is None or attrs <= found.attrs.keys(), op


def test_xla_takes_nothing_that_it_has_no_kernel_for():
    taken = {op for op in op_names() if answer(op, "xla").verdict == "taken"}
    assert {op for op in taken if not has_kernel(op, "xla")} <= set(script().IN_PROGRAMS)


# --------------------------------------------------------------------------------------- the converters' own word


def _of_the_release(consumer: Consumer) -> bool:
    try:
        return bool(script().releases()[CONSUMERS.index(consumer)] == release(consumer))
    except importlib.metadata.PackageNotFoundError:
        return False


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore")
def test_the_table_has_the_handlers_of_tf2onnx():
    if not _of_the_release("onnx"):
        pytest.skip(f"not {release('onnx')}: fixtures/scripts/consumer_ops.py makes the table anew")
    since: Mapping[str, int] = script().handlers()
    assert {op: onnx_handler_since(op) for op in since} == since
    assert {op for op in op_names() if onnx_handler_since(op) is not None} == set(since)


@pytest.mark.tensorflow
@pytest.mark.slow
def test_what_is_said_to_be_taken_is_taken_and_what_is_said_to_be_refused_is_refused():
    consumers = [each for each in CONSUMERS if _of_the_release(each)]
    if not consumers:
        pytest.skip(
            "none of the releases that answered: fixtures/scripts/consumer_ops.py makes the table anew"
        )
    found = script().answers(AGAIN, tuple(consumers))
    assert found.keys() == set(AGAIN)
    said = {
        (op, each): script().cell(attr, by_consumer[each])
        for op, (attr, by_consumer) in found.items()
        for each in consumers
    }
    assert said == {(op, each): written(op, each) for op, each in said}
