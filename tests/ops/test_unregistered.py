"""The lists of ops that TensorFlow 2 does not have."""

from __future__ import annotations

import pytest

from tf1compat.graph.text import from_text
from tf1compat.ops.registry import has_any_kernel, is_in_newest, op_names
from tf1compat.ops.unregistered import EXPRESSED, is_registered, origin_of, unregistered_nodes


def test_what_the_rewrite_expresses_is_nothing_that_tensorflow_2_could_run() -> None:
    assert [op for op in sorted(EXPRESSED) if is_in_newest(op) and has_any_kernel(op)] == []


def test_every_op_that_tensorflow_2_has_left_behind_has_an_origin() -> None:
    left = [
        op for op in op_names() if not op.startswith("_") and not is_in_newest(op) and op not in EXPRESSED
    ]
    assert [op for op in sorted(left) if origin_of(op) is None] == []


@pytest.mark.parametrize(
    "op",
    ["MatMul", "TensorArrayV3", "Resampler", "GatherTree", "_FusedMatMul", "PyFunc", "CrossReplicaSum",
     "TPUReplicatedInput"],
)  # fmt: skip
def test_what_the_result_can_hold_or_express_is_registered(op: str) -> None:
    assert is_registered(op)


@pytest.mark.parametrize(
    ("op", "library"),
    [("SkipGramGenerateCandidates", "tf.contrib.text"), ("BipartiteMatch", "tf.contrib.image"),
     ("BigQueryReader", "BigQuery"), ("KafkaDataset", "tf.contrib.kafka"), ("TRTEngineOp", "TensorRT"),
     ("TPUReplicate", "tf.contrib.tpu"), ("GradientTreesPrediction", "tf.contrib.boosted_trees"),
     ("StatsAccumulatorScalarAdd", "tf.contrib.boosted_trees"), ("TreePredictionsV4", "tf.contrib.tensor_forest"),
     ("HorovodAlltoall", "Horovod"), ("IO>BigQueryClient", "TensorFlow I/O"), ("Mine>Op", "'Mine'"),
     ("BoostedTreesPredict", "boosted trees"), ("PeriodicResample", "tf.contrib"),
     ("LoadTPUEmbeddingADAMParametersGradAccumDebug", "tf.contrib.tpu")],
)  # fmt: skip
def test_an_op_is_told_with_its_library(op: str, library: str) -> None:
    origin = origin_of(op)
    assert origin is not None
    assert library in origin.library
    assert origin.advice


@pytest.mark.parametrize(
    "op", ["BoostedTreesPredict", "AllToAll", "InfeedDequeue", "TPUOrdinalSelector", "Binary"]
)
def test_an_op_without_a_kernel_is_as_good_as_none(op: str) -> None:
    assert not is_registered(op)
    assert is_registered("AccumulateNV2")


def test_an_op_that_nobody_knows_has_no_origin() -> None:
    assert origin_of("ZeroOut") is None
    assert [node.name for node in unregistered_nodes(from_text("x = ZeroOut() T=float32"))] == ["x"]
    assert unregistered_nodes(from_text("x = Placeholder() dtype=float32")) == ()
