"""Ops that TensorFlow 2 does not have: which library each came from, and what to do without it.

The table was taken from the operation libraries of tf.contrib in TensorFlow 1.4 to 1.15, and from the sources of the
others.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from tf1compat.graph.model import Graph, Node
from tf1compat.graph.protos import function_names
from tf1compat.ops.registered_ops import REGISTERED

#: Unregistered ops that the rewrite expresses by registered ones; GatherTree has a pass of its own.
EXPRESSED = frozenset({
    "GatherTree", "Resampler", "ImageProjectiveTransform", "MaskedMatmul", "HorovodAllreduce", "HorovodBroadcast",
    "HorovodAllgather",
})  # fmt: skip


class Origin(NamedTuple):
    """Where an op came from, and how the model does without it."""

    library: str
    advice: str


_FED = "compute it outside, as the author's input pipeline did"
_TRAINING = "it serves training alone: name outputs before it"
_TREES = "the forest is in no form that TensorFlow 2 reads: train it again, for instance with TF-DF"

_LIBRARIES: tuple[tuple[str, str, str], ...] = (
    ("tf.contrib.text", _FED, "SkipGramGenerateCandidates"),
    ("tf.contrib.image", "compute it outside of the model",
     "AdjustHsvInYiq ImageConnectedComponents SingleImageRandomDotStereograms"),
    ("tf.contrib.image", "it matches boxes with labels in training: name outputs before it", "BipartiteMatch"),
    ("tf.contrib.resampler", _TRAINING, "ResamplerGrad"),
    ("tf.contrib.periodic_resample", "compute it outside of the model", "PeriodicResample PeriodicResampleOpGrad"),
    ("tf.contrib.reduce_slice_ops", "compute it outside of the model",
     "ReduceSliceSum ReduceSliceProd ReduceSliceMax ReduceSliceMin"),
    ("tf.contrib.factorization", _TRAINING, "WALSComputePartialLhsAndRhs"),
    ("tf.contrib.fused_conv (GPU)", "use the graph that was trained, before it was fused",
     "FusedConv2DBiasActivation"),
    ("tf.contrib.layers", _FED, "SparseFeatureCross SparseFeatureCrossV2"),
    ("tf.contrib.framework", _TRAINING, "ZeroInitializer ZeroVarInitializer"),
    ("tf.contrib.nearest_neighbor", "compute it outside of the model", "HyperplaneLSHProbes"),
    ("tf.contrib.coder", "use tensorflow-compression, whose RangeDecode reads what this one wrote",
     "RangeDecode RangeEncode"),
    ("tf.contrib.memory_stats", "leave it out: it tells of the author's machine",
     "BytesInUse BytesLimit MaxBytesInUse"),
    ("tf.contrib.ffmpeg", _FED, "DecodeAudio DecodeAudioV2 DecodeVideo EncodeAudio EncodeAudioV2"),
    ("tf.contrib.libsvm", _FED, "DecodeLibsvm DecodeLibsvmV2"),
    ("tf.contrib.input_pipeline", _FED, "ObtainNext"),
    ("tf.contrib.hadoop", _FED, "SequenceFileDataset"),
    ("tf.contrib.kafka", _FED, "KafkaDataset WriteKafka"),
    ("tf.contrib.kinesis", _FED, "KinesisDataset"),
    ("tf.contrib.ignite", _FED, "IgniteDataset"),
    ("tf.contrib.cloud (BigQuery)", _FED, "BigQueryReader GenerateBigQueryReaderPartitions"),
    ("tf.contrib.bigtable", _FED,
     "BigtableClient BigtableLookupDataset BigtablePrefixKeyDataset BigtableRangeKeyDataset BigtableTable "
     "BigtableSampleKeyPairsDataset BigtableSampleKeysDataset BigtableScanDataset DatasetToBigtable"),
    ("tf.contrib.nccl", _TRAINING, "NcclBroadcastRecv NcclBroadcastSend NcclReduceRecv NcclReduceSend"),
    ("tf.contrib.tpu", "use the graph that was trained on a CPU or GPU, or exported for one",
     "TPUReplicate TPUEmbeddingEnqueueSparseBatch TPUEmbeddingReceiveActivations TPUEmbeddingSendGradients "
     "SessionStatus"),
    ("tf.contrib.tensor_forest", _TREES,
     "DecisionTreeResourceHandleOp TreeDeserialize TreeSerialize TreeIsInitializedOp TreePredictionsV4 TreeSize "
     "TraverseTreeV4 CreateTreeVariable FeatureUsageCounts GrowTreeV4 FinalizeTree ProcessInputV4 UpdateModelV4 "
     "CreateFertileStatsVariable FertileStatsResourceHandleOp FertileStatsDeserialize FertileStatsSerialize "
     "FertileStatsIsInitializedOp ReinterpretStringToFloat ScatterAddNdim RoutingFunction KFeatureRoutingFunction "
     "HardRoutingFunction StochasticHardRoutingFunction UnpackPath TreePredictions TopNInsert "
     "CountExtremelyRandomStats"),
    ("tf.contrib.boosted_trees", _TREES,
     "DecisionTreeEnsembleResourceHandleOp GradientTreesPrediction GradientTreesPredictionVerbose "
     "GradientTreesPartitionExamples CreateTreeEnsembleVariable TreeEnsembleDeserialize TreeEnsembleSerialize "
     "TreeEnsembleIsInitializedOp TreeEnsembleStampToken TreeEnsembleStats TreeEnsembleUsedHandlers GrowTreeEnsemble "
     "CenterTreeEnsembleBias BucketizeWithInputBoundaries Quantiles QuantileBuckets QuantileStreamResourceHandleOp"),
    ("TensorRT", "use the graph from which TensorRT's was made", "TRTEngineOp TRTCalibOp CreateTRTEngineCacheHandle"),
    ("Horovod", _TRAINING, "HorovodJoin HorovodAlltoall HorovodSize HorovodRank HorovodLocalSize HorovodLocalRank"),
    ("Baidu's warp-ctc", _TRAINING, "WarpCTC"),
    ("Mozilla DeepSpeech", "name the logits as the output, and decode outside of the model",
     "CTCBeamSearchDecoderWithLM"),
    ("StyleGAN2's custom CUDA ops", "build its library", "FusedBiasAct UpFirDn2D"),
    ("PointNet++", "build its library",
     "FarthestPointSample GatherPoint GroupPoint QueryBallPoint SelectionSort ThreeNN ThreeInterpolate ProbSample"),
    ("FlowNet2", "build its library", "Correlation FlowWarp DataAugmentation FlowAugmentation"),
    ("Faster-RCNN_TF", "build its library", "RoiPool PSROIPool"),
    ("OpenAI blocksparse", "build its library", "BlocksparseMatmul BlocksparseConv EdgeBias LayerNorm"),
    ("TensorFlow Text", "install tensorflow-text and load its library",
     "SentencepieceOp SentencepieceTokenizeOp WordpieceTokenizeWithOffsets WhitespaceTokenizeWithOffsets"),
)  # fmt: skip

ORIGINS: Mapping[str, Origin] = MappingProxyType(
    {op: Origin(library, advice) for library, advice, ops in _LIBRARIES for op in ops.split()}
)
_PACKAGES = {"Addons": "TensorFlow Addons", "TFText": "TensorFlow Text", "IO": "TensorFlow I/O"}


def origin_of(op: str) -> Origin | None:
    """Where an op came from; None where only its author knows. `Addons>Resampler` has its library in its name."""
    package, named, _ = op.partition(">")
    if named:
        return Origin(_PACKAGES.get(package, f"'{package}'"), "install it and load its library")
    if op.startswith(("StatsAccumulator", "QuantileAccumulator", "BigQuery")):
        return ORIGINS["GradientTreesPrediction" if not op.startswith("Big") else "BigQueryReader"]
    if op.startswith("IO"):
        return Origin("TensorFlow I/O", _FED)
    return ORIGINS.get(op)


def is_registered(op: str) -> bool:
    """Whether TensorFlow 2 has an op, or the rewrite expresses it by others; internal ops count as its own."""
    return op in REGISTERED or op in EXPRESSED or op.startswith("_")


def unregistered_nodes(graph: Graph) -> tuple[Node, ...]:
    """The nodes that TensorFlow 2 cannot create; calls of the file's own functions are none of them."""
    unknown = [node for node in graph.nodes if not is_registered(node.op)]
    if not unknown:
        return ()
    functions = function_names(graph)
    return tuple(node for node in unknown if node.op not in functions)
