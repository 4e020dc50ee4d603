"""Ops that touch the machine on which a graph runs: they do more than compute, and no model needs that to answer.

The table holds the ops of TensorFlow 1.0 to 2.21 that read, list or write files, run functions of the process, end it,
or speak to others. It is compared with the ops that the installed TensorFlow registers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from tf1compat.graph.model import Node

Touch = Literal["reads", "lists", "writes", "ends", "talks", "configures", "python", "events", "table"]

#: What an op of each kind does, in the words of a message.
WORDS: Mapping[Touch, str] = MappingProxyType({
    "reads": "reads a file of the machine on which it runs",
    "lists": "lists files of the machine on which it runs",
    "writes": "writes to a file of the machine on which it runs",
    "ends": "ends the process in which it runs",
    "talks": "speaks to other processes or machines",
    "configures": "changes how the machine reaches its files",
    "python": "calls a function of the process in which it runs",
    "events": "writes files of events",
    "table": "fills a table from a file of the machine on which it runs",
})  # fmt: skip
#: Kinds that training leaves behind: nobody misses them where an output only waits for them.
LEFT_BEHIND: frozenset[Touch] = frozenset({"python", "events", "table"})

_OPS: Mapping[Touch, str] = MappingProxyType({
    "reads": """
        ReadFile Restore RestoreSlice RestoreV2 DTensorRestoreV2 LoadAndRemapMatrix GenerateVocabRemapping RecordInput
        ReaderRead ReaderReadV2 ReaderReadUpTo ReaderReadUpToV2 LMDBReader TextLineDataset TFRecordDataset
        TFRecordDatasetV2 FixedLengthRecordDataset FixedLengthRecordDatasetV2 CSVDataset CSVDatasetV2
        ExperimentalCSVDataset SqlDataset ExperimentalSqlDataset LMDBDataset ExperimentalLMDBDataset
        SequenceFileDataset LoadDataset SnapshotDatasetReader SnapshotNestedDatasetReader SnapshotChunkDataset
        ListSnapshotChunksDataset RestoreIterator DecodeVideo DecodeAudio DecodeAudioV2 EncodeAudio EncodeAudioV2
        InitializeTableFromDataset
    """,
    "lists": "MatchingFiles MatchingFilesDataset ExperimentalMatchingFilesDataset",
    "writes": """
        WriteFile Save SaveSlices SaveV2 MergeV2Checkpoints SaveDataset SaveDatasetV2 SaveIterator DatasetToTFRecord
        ExperimentalDatasetToTFRecord SnapshotDataset SnapshotDatasetV2 DistributedSave CacheDataset CacheDatasetV2
        CalibrationStatisticsSaver
    """,
    "ends": "Abort",
    "talks": """
        Rpc TryRpc RpcCall RpcCheckStatus RpcClient RpcGetValue RpcServer RpcServerRegister RpcServerStart
        DataServiceDataset DataServiceDatasetV2 DataServiceDatasetV3 DataServiceDatasetV4 RegisterDataset
        RegisterDatasetV2 BigQueryReader GenerateBigQueryReaderPartitions BigtableClient BigtableTable
        BigtableLookupDataset BigtablePrefixKeyDataset BigtableRangeKeyDataset BigtableSampleKeyPairsDataset
        BigtableSampleKeysDataset BigtableScanDataset DatasetToBigtable KafkaDataset WriteKafka KinesisDataset
        IgniteDataset Send Recv _Send _Recv _HostSend _HostRecv RemoteCall RemoteFusedGraphExecute
    """,
    "configures": "FileSystemSetConfiguration GcsConfigureCredentials GcsConfigureBlockCache",
    "python": "PyFunc PyFuncStateless EagerPyFunc GeneratorDataset",
    "events": """
        SummaryWriter CreateSummaryFileWriter CreateSummaryDbWriter FlushSummaryWriter CloseSummaryWriter WriteSummary
        WriteScalarSummary WriteHistogramSummary WriteImageSummary WriteAudioSummary WriteGraphSummary
        WriteRawProtoSummary ImportEvent StatsAggregatorSetSummaryWriter
    """,
    "table": "InitializeTableFromTextFile InitializeTableFromTextFileV2",
})  # fmt: skip

#: The ops that touch the machine whatever their attributes are, with how.
MACHINE: Mapping[str, Touch] = MappingProxyType(
    {op: touch for touch, ops in _OPS.items() for op in ops.split()}
)


def _debugs(node: Node) -> bool:
    return bool(node.attrs.get("debug_urls"))


def _prints_to_file(node: Node) -> bool:
    return node.text("output_stream", "stderr").startswith("file://")


def _reads_descriptors(node: Node) -> bool:
    source = node.text("descriptor_source", "local://")
    return bool(source) and not source.startswith(("local://", "bytes://"))


def _reads_vocabulary(node: Node) -> bool:
    return bool(node.text("vocab_file", ""))


#: Ops that touch the machine where an attribute names a place on it.
_CONDITIONAL: Mapping[str, tuple[Touch, Callable[[Node], bool]]] = MappingProxyType({
    "PrintV2": ("writes", _prints_to_file),
    "DecodeProtoV2": ("reads", _reads_descriptors),
    "EncodeProto": ("reads", _reads_descriptors),
    "FixedUnigramCandidateSampler": ("reads", _reads_vocabulary),
    "DebugIdentity": ("writes", _debugs),
    "DebugIdentityV2": ("writes", _debugs),
    "DebugIdentityV3": ("writes", _debugs),
    "DebugNanCount": ("writes", _debugs),
    "DebugNumericSummary": ("writes", _debugs),
})  # fmt: skip
CONDITIONAL = frozenset(_CONDITIONAL)


def touch_of(node: Node) -> Touch | None:
    """How a node touches the machine; None where it only computes."""
    touch, applies = _CONDITIONAL.get(node.op, (None, None))
    if applies is not None:
        return touch if applies(node) else None
    return MACHINE.get(node.op)
