"""Kinds of ops that several finders tell apart."""

from __future__ import annotations

from tf1compat.graph.frames import ENTER, EXIT, MERGE, NEXT_ITERATION, SWITCH

#: Ops that hand a value on unchanged, inside one frame or into it.
TRANSPARENT = frozenset({
    "Identity", "RefIdentity", "StopGradient", "PreventGradient", "Snapshot", "CheckNumerics", "Enter",
    "RefEnter", "ReadVariableOp",
})  # fmt: skip
ADDITIONS = frozenset({"Add", "AddV2"})
DIVISION = frozenset({"RealDiv", "Div"})
SCALING = DIVISION | {"Mul"}
RECIPROCAL = frozenset({"Inv", "Reciprocal"})
GATHER = frozenset({"Gather", "GatherV2"})
REVERSE = frozenset({"Reverse", "ReverseV2", "ReverseSequence"})
ACTIVATIONS = frozenset(
    {"Tanh", "Relu", "Relu6", "Elu", "Selu", "LeakyRelu", "Softsign", "Softplus", "Sigmoid", "Sin"}
)
CONCATENATIONS = frozenset({"Concat", "ConcatV2"})
SELECTIONS = frozenset({"Select", "SelectV2"})
SPLITS = frozenset({"Split", "SplitV", "Unpack"})
SLICES = frozenset({"Slice", "StridedSlice"})
PLACEHOLDERS = frozenset({"Placeholder", "PlaceholderV2", "PlaceholderWithDefault"})
#: Ops that overwrite a variable whole, and those that read one.
ASSIGN = frozenset({"Assign", "AssignVariableOp"})
READ_VARIABLE = frozenset({"Identity", "RefIdentity", "ReadVariableOp"})
IS_INITIALIZED = frozenset({"IsVariableInitialized", "VarIsInitializedOp"})
#: Ops that run functions: loops, branches of two and of many, calls, and functions of a Python program.
WHILE = frozenset({"While", "StatelessWhile"})
IF = frozenset({"If", "StatelessIf"})
CASE = frozenset({"Case", "StatelessCase"})
CALL = frozenset({"PartitionedCall", "StatefulPartitionedCall"})
PYTHON_FUNCTION = frozenset({"PyFunc", "PyFuncStateless", "EagerPyFunc"})
#: What hands a value or a handle on through v1 control flow, from one frame or branch to another.
HAND_ON = frozenset({"Identity", "RefIdentity"}) | ENTER | EXIT | MERGE | NEXT_ITERATION | SWITCH
STACK_POP = frozenset({"StackPop", "StackPopV2"})
BLOCK_LSTM = frozenset({"BlockLSTM", "BlockLSTMV2"})
VARIABLES = frozenset({"Variable", "VariableV2", "VarHandleOp", "AutoReloadVariable"})
#: Ops that give examples without being fed: iterators, queues, readers.
FEEDERS = frozenset({
    "IteratorGetNext", "QueueDequeue", "QueueDequeueV2", "QueueDequeueMany", "QueueDequeueManyV2",
    "QueueDequeueUpTo", "QueueDequeueUpToV2", "ReaderRead", "ReaderReadV2", "ReaderReadUpTo",
    "ReaderReadUpToV2", "Unstage", "MapUnstage", "OrderedMapUnstage", "IteratorGetNextSync",
    "MultiDeviceIteratorGetNextFromShard", "OptionalGetValue", "DatasetToSingleElement", "InfeedDequeue",
    "InfeedDequeueTuple", "BarrierTakeMany",
})  # fmt: skip
#: Ops that tell how much there is in a queue, a staging area or a file that is being read.
PIPELINE_STATES = frozenset({
    "QueueSize", "QueueSizeV2", "QueueIsClosed", "QueueIsClosedV2", "StageSize", "StagePeek", "MapStageSize",
    "OrderedMapStageSize", "BarrierReadySize", "BarrierIncompleteSize", "ReaderNumRecordsProduced",
    "ReaderNumRecordsProducedV2", "ReaderNumWorkUnitsCompleted", "ReaderNumWorkUnitsCompletedV2",
})  # fmt: skip
#: Ops that hold a table which the program fills while it runs.
MUTABLE_TABLES = frozenset({
    "MutableHashTable", "MutableHashTableV2", "MutableDenseHashTable",
    "MutableDenseHashTableV2", "MutableHashTableOfTensors", "MutableHashTableOfTensorsV2",
    "AnonymousMutableHashTable", "AnonymousMutableHashTableOfTensors", "AnonymousMutableDenseHashTable",
})  # fmt: skip
#: Those that keep open places, each marked by a key that nobody looks up.
DENSE_TABLES = frozenset({
    "MutableDenseHashTable", "MutableDenseHashTableV2", "AnonymousMutableDenseHashTable",
})  # fmt: skip
#: Ops that hold a table which is filled once, before it is read.
STATIC_TABLES = frozenset({"HashTable", "HashTableV2", "AnonymousHashTable"})
#: Ops that see only what shape a tensor has.
SHAPES = frozenset({
    "Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike", "TensorArraySize", "TensorArraySizeV2",
    "TensorArraySizeV3", "BroadcastGradientArgs",
})  # fmt: skip
#: Ops that give another value in every run: they draw from a generator that goes on, or tell the time.
DRAWS = frozenset({
    "RandomUniform", "RandomStandardNormal", "TruncatedNormal", "RandomUniformInt", "Multinomial", "RandomGamma",
    "RandomPoisson", "RandomPoissonV2", "RandomShuffle", "RandomCrop", "ParameterizedTruncatedNormal",
    "LogUniformCandidateSampler", "UniformCandidateSampler", "LearnedUnigramCandidateSampler",
    "FixedUnigramCandidateSampler", "ThreadUnsafeUnigramCandidateSampler", "AllCandidateSampler",
    "SampleDistortedBoundingBox", "SampleDistortedBoundingBoxV2", "FractionalMaxPool", "FractionalAvgPool",
    "Timestamp",
})  # fmt: skip
#: Ops that draw from a distribution as dropout does, or as noise.
RANDOM = frozenset({
    "RandomUniform", "RandomStandardNormal", "TruncatedNormal", "RandomUniformInt", "StatelessRandomUniform",
})  # fmt: skip
