"""What discovery finds, as frozen values; `None` stands for what is not known, never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef
from tf1compat.ops.registry import Lack
from tf1compat.source.vocabulary import TextFormat

#: The signature that is always there.
DEFAULT_SIGNATURE = "serving_default"
#: What an input is for, and what an output is, as reports and plans name it.
InputRole = Literal[
    "data", "state", "sequence_length", "label", "keep_prob", "noise", "is_training", "learning_rate", "other"
]
OutputRole = Literal["probabilities", "logits", "class_ids", "state", "sequence", "value", "loss", "other"]
#: What names are of: classes, or what a generator chooses among.
LabelKind = Literal["classes", "words", "characters"]
#: What a tensor is frozen as: the share that a dropout keeps, the size of noise, or what tells training from inference.
FreezeRole = Literal["keep_prob", "noise", "is_training"]
#: How a recurrent network was built, as reports name it.
RnnKind = Literal["dynamic", "static", "decoder", "block", "cudnn", "raw"]
Direction = Literal["forward", "backward"]
#: Where initial states come from, as reports name it: zeros that the graph makes; a placeholder or pieces of one; a
#: placeholder's default; a variable that keeps the state between runs; weights; another network's final state.
StateKind = Literal["zeros", "placeholder", "default", "variable", "weights", "encoder", "computed"]
#: What an input comes from.
InputKind = Literal["placeholder", "queue", "iterator", "reader", "serialized", "pipeline", "held"]
#: Kinds of inputs that came out of the author's input pipeline.
PIPELINE_KINDS: Final[tuple[InputKind, ...]] = ("queue", "iterator", "reader")
#: Where what is in a lookup table comes from.
TableContent = Literal["file", "tensors", "checkpoint", "unknown"]


@dataclass(frozen=True)
class InputFinding:
    """A tensor that the author fed, or that his input pipeline did. `live`: some offered output depends on it.

    `kind`: what it comes from; what is held is data of the graph, serialized values are listed with what is decoded
    from them, and a placeholder of kind pipeline only fills a queue or a dataset. `name`: what the pipeline calls it,
    empty where nothing tells.
    """

    tensor: TensorRef
    dtype: DType
    shape: Shape
    role: InputRole
    live: bool
    kind: InputKind = "placeholder"
    name: str = ""


@dataclass(frozen=True)
class SerializedFinding:
    """A tensor of serialized values, and the inputs that are decoded from it: the graph may be cut at either."""

    tensor: TensorRef
    dtype: DType
    shape: Shape
    format: str  # example, image, csv, ...
    decoded: tuple[TensorRef, ...]


@dataclass(frozen=True)
class OutputFinding:
    """A tensor that is worth fetching at inference. `reason`: why; `score`: how telling it is, 0 to 100.

    `signature` names the entry point that offers it; empty where none does, and the reason then says so.
    """

    tensor: TensorRef
    dtype: DType
    shape: Shape
    role: OutputRole
    reason: str = field(default="", compare=False)
    score: int = field(default=0, compare=False)
    signature: str = field(default=DEFAULT_SIGNATURE, compare=False)


@dataclass(frozen=True)
class StateSlice:
    """Where in a tensor one part of a state lies: `size` entries from `begin` on, along `axis`."""

    axis: int
    begin: int
    size: int


@dataclass(frozen=True)
class StateOrigin:
    """Where a state's initial value comes from; `tensor`: what it is made of."""

    kind: StateKind
    tensor: TensorRef


#: The part of a state that is the output of the step before, which Keras gives again where a mask leaves a step out.
HELD_OUTPUT = "held_output"


@dataclass(frozen=True)
class Layer:
    """One recurrent cell: its states by part (`c` and `h`, or `h`), as tensors outside the loop.

    A part that is only a piece of the tensor named for it has an entry in `slices`.
    """

    cell: str  # LSTM, GRU, RNN, ...: see `rnn.cells`; "custom" when the arithmetic matches no known cell
    units: int | None
    variables: tuple[str, ...]
    initial_state: Mapping[str, TensorRef | None]
    final_state: Mapping[str, TensorRef | None]
    slices: Mapping[str, StateSlice] = field(default_factory=dict)
    features: tuple[str, ...] = ()  # peepholes, projection, ...
    wrappers: tuple[str, ...] = ()  # attention, ...
    step_state: Mapping[str, TensorRef] = field(
        default_factory=dict
    )  # unrolled only: the states after one step
    initial_value: Mapping[str, StateOrigin] = field(default_factory=dict)  # by part; see `rnn.origins`


@dataclass(frozen=True)
class Rnn:
    """One recurrent network: layers from input to output."""

    scope: str
    kind: RnnKind
    direction: Direction
    time_major: bool | None
    inputs: TensorRef | None
    outputs: TensorRef | None
    sequence_length: TensorRef | None
    layers: tuple[Layer, ...]
    step_inputs: tuple[TensorRef, ...] = ()  # of an unrolled network, a tensor for each step
    step_outputs: tuple[TensorRef, ...] = ()

    @property
    def title(self) -> str:
        """The network in the words of a message: by its scope, if it has one."""
        return f"'{self.scope}'" if self.scope else "the network outside of any scope"


@dataclass(frozen=True)
class StatePiece:
    """Where one state's initial value lies in a placeholder, and the tensor that it becomes."""

    index: tuple[int, ...]  # leading indices into the placeholder; () when it is the placeholder whole
    initial: TensorRef
    final: TensorRef
    part: str  # c or h
    beside: StateSlice | None = None  # where it lies along the last axis, if pieces lie there side by side


@dataclass(frozen=True)
class StatePairing:
    """A placeholder that carries recurrent state in, and the tensors that carry it out again."""

    placeholder: TensorRef
    rnn: str  # the scope of the RNN
    pieces: tuple[StatePiece, ...]


@dataclass(frozen=True)
class KeptState:
    """A variable that keeps state between runs, and the ops that assign what the network ends with to it."""

    variable: str
    assigns: tuple[str, ...]


@dataclass(frozen=True)
class VariableFinding:
    """A variable of the graph. `key`: what the Saver calls it in the checkpoint, None where it has none."""

    name: str
    dtype: DType
    shape: Shape
    trainable: bool
    in_checkpoint: bool
    needed: bool
    key: str | None


@dataclass(frozen=True)
class LabelFinding:
    """Something that may hold class labels: `checkpoint:VARIABLE`, a file's path, `table:NODE`, `PREFIX:VARIABLE`.

    `fits`: the outputs with as many neurons, `offset` of which before the first named one have no name.
    """

    source: str
    count: int
    preview: tuple[str, ...]
    names: tuple[str, ...] = field(default=(), compare=False, repr=False)
    kind: LabelKind = field(default="classes", compare=False)
    fits: tuple[str, ...] = field(default=(), compare=False)
    offset: int = field(default=0, compare=False)


@dataclass(frozen=True)
class TableFinding:
    """A lookup table: `content` tells where what is in it comes from, and the other fields where that is.

    file: a text file, which the graph calls `recorded` (None where nothing but a run tells) and which was found at
    `path`. tensors: `keys` and `values`, which `fill` puts into it. checkpoint: the pair of keys in `saved`.
    unknown: none of these; `reason` says what is in the way.
    """

    name: str  # the node that holds the table
    op: str
    key_dtype: DType
    value_dtype: DType
    content: TableContent
    fill: str = ""  # the op that fills it
    recorded: str | None = None
    path: Path | None = None
    given: bool = False  # by the user: `path` was not searched for
    text: TextFormat | None = None
    keys: TensorRef | None = None
    values: TensorRef | None = None
    inserted: bool = False  # tensors: by an insertion, which the program may or may not have run
    saved: tuple[str, str] | None = None
    reason: str = ""


@dataclass(frozen=True)
class Average:
    """A variable that training kept as the moving average of a statistic of its batches, to be read in its place."""

    statistic: TensorRef
    variable: str


@dataclass(frozen=True)
class Correction:
    """A tensor by which renormalisation brings a batch nearer to the averages, and its value without a batch."""

    tensor: TensorRef
    value: tuple[float, ...]


@dataclass(frozen=True)
class Normalisation:
    """One normalisation behind an output: the statistics that it is by, and the variables that average them.

    `untouched`: the averages still have the values that they began with.
    """

    node: str
    statistics: tuple[TensorRef, ...]
    averages: tuple[Average, ...]
    corrections: tuple[Correction, ...] = ()
    untouched: bool = False

    @property
    def is_averaged(self) -> bool:
        return len(self.averages) == len(self.statistics)


#: Why TensorFlow 2 cannot run an op, or not to the same effect: it calls the author's Python; it takes examples from
#: the input pipeline, or tells how far that is; it has weights in a layout that nobody knows; it adds up over replicas;
#: it is not registered.
UnsupportedKind = Literal[
    "python", "pipeline", "pipeline-state", "opaque-weights", "replicas", "unregistered", "no-kernel"
]


@dataclass(frozen=True)
class UnsupportedOp:
    """A node that no TensorFlow 2 program can run as it stands, behind an output or not.

    `function`: the function of the file that the node runs, in which `inner` (of type `inner_op`) stands.
    `divisor`: of what is added up over replicas. `lack`: of an op that a CPU has no kernel for.
    """

    node: str
    kind: UnsupportedKind
    function: str = ""
    inner: str = ""
    inner_op: str = ""
    divisor: float = 1.0
    lack: Lack | None = None


@dataclass(frozen=True)
class Freeze:
    """A tensor that has one right value at inference: fed, a variable, or a constant of the training graph.

    `follows`: the tensor from which this one was worked out; it is frozen only where that is.
    """

    tensor: TensorRef
    value: bool | int | float
    role: FreezeRole
    follows: TensorRef | None = None


@dataclass(frozen=True)
class Findings:
    """All that discovery knows of one model."""

    inputs: tuple[InputFinding, ...] = ()
    serialized: tuple[SerializedFinding, ...] = ()
    outputs: tuple[OutputFinding, ...] = ()
    #: the names of the signatures that the outputs are offered by, the one that is served by default first
    entry_points: tuple[str, ...] = (DEFAULT_SIGNATURE,)
    rnns: tuple[Rnn, ...] = ()
    pairings: tuple[StatePairing, ...] = ()
    kept_states: tuple[KeptState, ...] = ()
    variables: tuple[VariableFinding, ...] = ()
    labels: tuple[LabelFinding, ...] = ()
    tables: tuple[TableFinding, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    normalisations: tuple[Normalisation, ...] = ()
    unsupported: tuple[UnsupportedOp, ...] = ()
    frames: int = 0
    op_types: Mapping[str, int] = field(default_factory=dict)
    #: optimizer, gradient, saver, summary and initializer parts
    training_nodes: frozenset[str] = frozenset()

    @property
    def told(self) -> tuple[OutputFinding, ...]:
        """The outputs that some signature offers, and the losses: what is worth telling of a model."""
        return tuple(each for each in self.outputs if each.signature or each.role == "loss")

    @property
    def offered(self) -> tuple[OutputFinding, ...]:
        """The outputs that some signature offers."""
        return tuple(each for each in self.told if each.role != "loss")
