"""Ops that TensorFlow 2 does not have, or cannot run: which library each came from, and what to do without it.

What tf.contrib of TensorFlow 1.4 and 1.15 had, the registry says; the others were taken from their sources.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import NamedTuple

from tf1compat.graph.model import Graph, Node
from tf1compat.graph.protos import function_names
from tf1compat.ops.registry import Lack, has_any_kernel, is_in_newest, lack_of_kernel, op_def

#: Ops without a kernel that the rewrite expresses by registered ones; GatherTree has a pass of its own.
EXPRESSED = frozenset({
    "GatherTree", "Resampler", "ImageProjectiveTransform", "MaskedMatmul", "HorovodAllreduce", "HorovodBroadcast",
    "HorovodAllgather", "CrossReplicaSum", "TPUReplicatedInput", "TPUReplicatedOutput",
})  # fmt: skip
#: Ops without a kernel, in whose place TensorFlow puts others before it runs a graph
#: (tensorflow/core/common_runtime/accumulate_n_optimizer.cc).
_REPLACED = frozenset({"AccumulateNV2"})
#: Ops that have kernels for GPUs alone, all of which the rewrite expresses.
_CUDNN = "CudnnRNN"


class Origin(NamedTuple):
    """Where an op came from, and how the model does without it."""

    library: str
    advice: str


_FED = "compute it outside, as the author's input pipeline did"
_TRAINING = "it serves training alone: name outputs before it"
_TREES = "the forest is in no form that TensorFlow 2 reads: train it again, for instance with TF-DF"

_OUTSIDE = "compute it outside of the model"
#: What to do without the ops of each folder of tf.contrib; which ops these are, the registry knows.
_CONTRIB: Mapping[str, str] = MappingProxyType({
    **dict.fromkeys(("bigtable", "ffmpeg", "hadoop", "ignite", "input_pipeline", "kafka", "kinesis", "layers", "libsvm",
                     "text"), _FED),
    **dict.fromkeys(("factorization", "framework", "nccl", "resampler"), _TRAINING),
    **dict.fromkeys(("boosted_trees", "tensor_forest"), _TREES),
    "fused_conv": "use the graph that was trained, before it was fused",
    "memory_stats": "leave it out: it tells of the author's machine",
    "tpu": "use the graph that was trained on a CPU or GPU, or exported for one",
})  # fmt: skip
#: Ops of no folder of tf.contrib that the registry was made from, and those for which its folder says too little.
_LIBRARIES: tuple[tuple[str, str, str], ...] = (
    ("tf.contrib.image", "it matches boxes with labels in training: name outputs before it", "BipartiteMatch"),
    ("tf.contrib.coder", "use tensorflow-compression, whose RangeDecode reads what this one wrote",
     "RangeDecode RangeEncode"),
    ("tf.contrib.libsvm", _FED, "DecodeLibsvmV2"),
    ("tf.contrib.kafka", _FED, "WriteKafka"),
    ("tf.contrib.cloud (BigQuery)", _FED, "BigQueryReader GenerateBigQueryReaderPartitions"),
    ("tf.contrib.cloud", _FED, "GcsConfigureBlockCache GcsConfigureCredentials"),
    ("tf.contrib.rpc", _OUTSIDE, "Rpc TryRpc"),
    ("tf.contrib.data", _FED, "RestoreIterator SaveIterator SloppyInterleaveDataset"),
    ("tf.contrib.tpu", _CONTRIB["tpu"],
     "*TPU* SessionStatus AllToAll CollectivePermute CrossReplicaSum Infeed* Outfeed* Prelinearize* WorkerHeartbeat "
     "XlaClusterOutput"),
    ("Qualcomm's Hexagon", "use the graph from which it was made", "RemoteFusedGraphExecute"),
    ("TensorFlow 1", _OUTSIDE, "CompareAndBitpack QuantizedReluX"),
    ("tf.estimator's boosted trees", _TREES, "*BoostedTrees*"),
    ("tf.contrib.tensor_forest", _TREES,
     "TreePredictions TopNInsert CountExtremelyRandomStats TensorForest*"),
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

_ORIGINS: Mapping[str, Origin] = MappingProxyType(
    {op: Origin(library, advice) for library, advice, ops in _LIBRARIES for op in ops.split()}
)
_PACKAGES = {"Addons": "TensorFlow Addons", "TFText": "TensorFlow Text", "IO": "TensorFlow I/O"}


def origin_of(op: str) -> Origin | None:
    """Where an op came from; None where only its author knows. `Addons>Resampler` has its library in its name."""
    package, named, _ = op.partition(">")
    if named:
        return Origin(_PACKAGES.get(package, f"'{package}'"), "install it and load its library")
    if op.startswith("IO"):
        return Origin("TensorFlow I/O", _FED)
    listed = next((_ORIGINS[form] for form in _ORIGINS if fnmatchcase(op, form)), None)
    return listed or _of_contrib(op)


def _of_contrib(op: str) -> Origin | None:
    found = op_def(op)
    if found is None or not found.folder:
        return None
    return Origin(f"tf.contrib.{found.folder}", _CONTRIB.get(found.folder, _OUTSIDE))


def is_registered(op: str) -> bool:
    """Whether TensorFlow 2 has an op and can run it, or the rewrite expresses it by others; internal ops count as its
    own."""
    return (
        op in EXPRESSED
        or op.startswith("_")
        or (is_in_newest(op) and (has_any_kernel(op) or op in _REPLACED))
    )


def lack_of(node: Node) -> Lack | None:
    """Why no kernel for a CPU runs a node, as it stands or as the rewrite expresses it; None where one does."""
    if node.op in EXPRESSED or node.op.startswith(("_", _CUDNN)):
        return None
    return lack_of_kernel(node)


def unregistered_nodes(graph: Graph) -> tuple[Node, ...]:
    """The nodes that TensorFlow 2 cannot create; calls of the file's own functions are none of them."""
    unknown = [node for node in graph.nodes if not is_registered(node.op)]
    if not unknown:
        return ()
    functions = function_names(graph)
    return tuple(node for node in unknown if node.op not in functions)
