"""The lists of ops that TensorFlow 2 has, and of those that it does not have."""

from __future__ import annotations

import pytest

from tf1compat.graph.text import from_text
from tf1compat.ops.registered_ops import REGISTERED
from tf1compat.ops.unregistered import EXPRESSED, ORIGINS, is_registered, origin_of, unregistered_nodes


def test_no_op_stands_on_two_lists() -> None:
    assert ORIGINS.keys().isdisjoint(REGISTERED)
    assert EXPRESSED.isdisjoint(REGISTERED | ORIGINS.keys())


@pytest.mark.parametrize(
    "op", ["MatMul", "TensorArrayV3", "Resampler", "GatherTree", "_FusedMatMul", "PyFunc"]
)
def test_what_the_result_can_hold_or_express_is_registered(op: str) -> None:
    assert is_registered(op)


@pytest.mark.parametrize(
    ("op", "library"),
    [("SkipGramGenerateCandidates", "tf.contrib.text"), ("BipartiteMatch", "tf.contrib.image"),
     ("BigQueryReader", "BigQuery"), ("KafkaDataset", "tf.contrib.kafka"), ("TRTEngineOp", "TensorRT"),
     ("TPUReplicate", "tf.contrib.tpu"), ("GradientTreesPrediction", "tf.contrib.boosted_trees"),
     ("StatsAccumulatorScalarAdd", "tf.contrib.boosted_trees"), ("TreePredictionsV4", "tf.contrib.tensor_forest"),
     ("HorovodAlltoall", "Horovod"), ("IO>BigQueryClient", "TensorFlow I/O"), ("Mine>Op", "'Mine'")],
)  # fmt: skip
def test_an_op_is_told_with_its_library(op: str, library: str) -> None:
    origin = origin_of(op)
    assert origin is not None
    assert library in origin.library
    assert origin.advice


def test_an_op_that_nobody_knows_has_no_origin() -> None:
    assert origin_of("ZeroOut") is None
    assert [node.name for node in unregistered_nodes(from_text("x = ZeroOut() T=float32"))] == ["x"]
    assert unregistered_nodes(from_text("x = Placeholder() dtype=float32")) == ()


@pytest.mark.tensorflow
def test_the_list_is_that_of_tensorflow() -> None:
    from tf1compat.savedmodel.private import op_definition

    assert [op for op in sorted(REGISTERED) if op_definition(op) is None] == []
    assert [op for op in sorted(EXPRESSED | ORIGINS.keys()) if op_definition(op) is not None] == []
