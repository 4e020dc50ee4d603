"""The ops that touch the machine: each stands once, and none that TensorFlow registers is forgotten."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from tf1compat.graph.text import from_text
from tf1compat.ops.machine import _OPS, CONDITIONAL, MACHINE, WORDS, touch_of
from tf1compat.ops.registry import op_names

#: What names of such ops hold.
_SUSPICIOUS = re.compile(
    r"File|Save|Restore|PyFunc|SummaryWriter|Summary$|Write\w*Summary|ImportEvent|Snapshot|Rpc|Remote|Socket|Debug"
    r"|Checkpoint|Vocab|Abort|Generator|Record|TextLine|CSV|Sql|LMDB|DataService|Gcs|Proto|^Load|BigQuery|Bigtable"
    r"|Kafka|Kinesis|Ignite|Video|Audio$|^_?(Host)?(Send|Recv)$|Print|RegisterDataset|CacheDataset|Iterator$"
    r"|ReaderRead|FileSystem|Candidate|WriteFile"
)
#: Registered ops of such names that only compute, or only hold what others act on.
_HARMLESS = """
    AnonymousIterator AnonymousMultiDeviceIterator AnonymousRandomSeedGenerator AnonymousSeedGenerator DeleteIterator
    DeleteMultiDeviceIterator DeleteRandomSeedGenerator DeleteSeedGenerator DummySeedGenerator DeserializeIterator
    Iterator MakeIterator MultiDeviceIterator OneShotIterator SerializeIterator DeleteRpcFutureResource
    DebugGradientIdentity DebugGradientRefIdentity DebugNumericSummaryV2 BoostedTreesExampleDebugOutputs
    AudioSummary HistogramSummary ImageSummary MergeSummary ScalarSummary TensorSummary StatsAggregatorSummary
    BoostedTreesMakeStatsSummary ExperimentalStatsAggregatorSummary ShardedFilename ShardedFilespec Print
    IteratorGetModelProto ReaderRestoreState ReaderRestoreStateV2 FixedLengthRecordReader FixedLengthRecordReaderV2
    TFRecordReader TFRecordReaderV2 TextLineReader TextLineReaderV2 WholeFileReader WholeFileReaderV2 DecodeCSV
    ReaderNumRecordsProduced ReaderNumRecordsProducedV2 AllCandidateSampler LearnedUnigramCandidateSampler
    LogUniformCandidateSampler ThreadUnsafeUnigramCandidateSampler UniformCandidateSampler XlaRngBitGenerator
    SkipGramGenerateCandidates Snapshot TpuHandleToProtoKey
    QuantileAccumulatorFlushSummary StatsAccumulatorScalarMakeSummary StatsAccumulatorTensorMakeSummary
"""
HARMLESS = frozenset(_HARMLESS.split())

#: Ops of libraries of their own, which the table of ops leaves out.
UNKNOWN = frozenset({"WriteKafka"})


def test_each_op_stands_once_and_is_one_that_some_release_has() -> None:
    every = [op for ops in _OPS.values() for op in ops.split()]
    assert len(every) == len(set(every))
    assert CONDITIONAL.isdisjoint(MACHINE)
    assert WORDS.keys() == _OPS.keys()
    assert MACHINE.keys() - op_names() == UNKNOWN
    assert op_names() >= CONDITIONAL


def test_no_registered_op_of_such_a_name_is_forgotten() -> None:
    suspicious = {op for op in op_names() if _SUSPICIOUS.search(op)}
    assert sorted(op for op in suspicious - MACHINE.keys() - CONDITIONAL - HARMLESS if "TPU" not in op) == []


@pytest.mark.tensorflow
def test_none_is_forgotten_that_the_installed_tensorflow_has(tensorflow: ModuleType) -> None:
    from tensorflow.python.framework import op_def_registry

    op_def_registry.sync()
    registered = {op for op in dir(tensorflow.raw_ops) if not op.startswith("_")}
    suspicious = {op for op in registered if _SUSPICIOUS.search(op)}
    assert sorted(op for op in suspicious - MACHINE.keys() - CONDITIONAL - HARMLESS if "TPU" not in op) == []


@pytest.mark.parametrize(
    ("text", "touch"),
    [
        ("a = ReadFile(x)", "reads"), ("a = WriteFile(x, x)", "writes"), ("a = SaveV2(x)", "writes"),
        ("a = MatchingFiles(x)", "lists"), ("a = Abort()", "ends"), ("a = PyFunc(x)", "python"),
        ("a = WriteScalarSummary(x)", "events"), ("a = InitializeTableFromTextFileV2(x, x)", "table"),
        ("a = PrintV2(x)", None), ("a = PrintV2(x) output_stream='stdout'", None),
        ("a = PrintV2(x) output_stream='file:///tmp/log'", "writes"),
        ("a = DebugIdentity(x) debug_urls=['file:///tmp']", "writes"), ("a = DebugIdentity(x) debug_urls=[]", None),
        ("a = DecodeProtoV2(x) descriptor_source='/etc/passwd'", "reads"),
        ("a = DecodeProtoV2(x) descriptor_source='local://'", None), ("a = DecodeProtoV2(x)", None),
        ("a = FixedUnigramCandidateSampler(x) vocab_file='/etc/passwd'", "reads"),
        ("a = FixedUnigramCandidateSampler(x) vocab_file=''", None), ("a = MatMul(x, x)", None),
        ("a = Print(x)", None), ("a = ScalarSummary(x)", None),
    ],
)  # fmt: skip
def test_what_a_node_does_to_the_machine(text: str, touch: str | None) -> None:
    graph = from_text(f"x = Placeholder() dtype=string\n{text}")
    assert touch_of(graph["a"]) == touch
