"""Input pipelines: queues, readers, iterators, staging areas, datasets, and what decodes their examples."""

from __future__ import annotations

QUEUE_PUTS = frozenset({"QueueEnqueue", "QueueEnqueueV2", "QueueEnqueueMany", "QueueEnqueueManyV2"})
QUEUE_TAKES = frozenset({
    "QueueDequeue", "QueueDequeueV2", "QueueDequeueMany", "QueueDequeueManyV2", "QueueDequeueUpTo",
    "QueueDequeueUpToV2",
})  # fmt: skip
ITERATOR_TAKES = frozenset({"IteratorGetNext", "IteratorGetNextSync"})
#: Ops that give examples without being fed: iterators, queues, readers.
FEEDERS = QUEUE_TAKES | ITERATOR_TAKES | {
    "ReaderRead", "ReaderReadV2", "ReaderReadUpTo", "ReaderReadUpToV2", "Unstage", "MapUnstage",
    "OrderedMapUnstage", "MultiDeviceIteratorGetNextFromShard", "OptionalGetValue", "DatasetToSingleElement",
    "InfeedDequeue", "InfeedDequeueTuple", "BarrierTakeMany",
}  # fmt: skip
#: Ops that tell how much there is in a queue, a staging area or a file that is being read.
PIPELINE_STATES = frozenset({
    "QueueSize", "QueueSizeV2", "QueueIsClosed", "QueueIsClosedV2", "StageSize", "StagePeek", "MapSize",
    "OrderedMapSize", "BarrierReadySize", "BarrierIncompleteSize", "ReaderNumRecordsProduced",
    "ReaderNumRecordsProducedV2", "ReaderNumWorkUnitsCompleted", "ReaderNumWorkUnitsCompletedV2",
})  # fmt: skip
#: An iterator whose dataset is that of a function.
ONE_SHOT_ITERATOR = frozenset({"OneShotIterator"})
#: Ops that hold the iterator of a dataset.
ITERATORS = ONE_SHOT_ITERATOR | {"Iterator", "IteratorV2"}
ITERATOR_BY_HANDLE = frozenset({"IteratorFromStringHandle", "IteratorFromStringHandleV2"})
MAKE_ITERATOR = frozenset({"MakeIterator"})
ITERATOR_HANDLE = frozenset({"IteratorToStringHandle"})
#: Datasets of tensors, whole or a row an element.
TENSOR_DATASETS = frozenset({"TensorDataset", "TensorSliceDataset"})
ZIP_DATASET = frozenset({"ZipDataset"})
MATCHING_FILES = frozenset({"MatchingFiles"})
READ_FILE = frozenset({"ReadFile"})
DECODE_CSV = frozenset({"DecodeCSV"})
DECODE_RAW = frozenset({"DecodeRaw"})
PARSE_EXAMPLE = frozenset({"ParseExample"})
#: Ops that parse a batch of serialized values, not a single one.
BATCH_PARSERS = PARSE_EXAMPLE | {"ParseExampleV2", "ParseSequenceExample", "ParseSequenceExampleV2"}
STRING_SPLITS = frozenset({"StringSplit", "StringSplitV2"})
