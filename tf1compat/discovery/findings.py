"""What discovery finds, as frozen values; `None` stands for what is not known, never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef

#: Roles of inputs and of outputs, as reports and plans name them.
INPUT_ROLES = (
    "data",
    "state",
    "sequence_length",
    "label",
    "keep_prob",
    "is_training",
    "learning_rate",
    "other",
)
OUTPUT_ROLES = ("probabilities", "logits", "class_ids", "state", "sequence", "value", "loss", "other")
#: Where initial states come from, as reports name it: zeros that the graph makes; a placeholder or pieces of one; a
#: placeholder's default; a variable that keeps the state between runs; weights; another network's final state.
STATE_ORIGINS = ("zeros", "placeholder", "default", "variable", "weights", "encoder", "computed")


@dataclass(frozen=True)
class InputFinding:
    """A tensor that the author fed. `live`: some offered output depends on it."""

    tensor: TensorRef
    dtype: DType
    shape: Shape
    role: str
    live: bool


@dataclass(frozen=True)
class OutputFinding:
    """A tensor that is worth fetching at inference."""

    tensor: TensorRef
    dtype: DType
    shape: Shape
    role: str


@dataclass(frozen=True)
class StateSlice:
    """Where in a tensor one part of a state lies: `size` entries from `begin` on, along `axis`."""

    axis: int
    begin: int
    size: int


@dataclass(frozen=True)
class StateOrigin:
    """Where a state's initial value comes from: `kind` is one of `STATE_ORIGINS`, `tensor` what it is made of."""

    kind: str
    tensor: TensorRef


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
    kind: str  # dynamic, static, decoder, block, cudnn, raw
    direction: str  # forward, backward
    time_major: bool | None
    inputs: TensorRef | None
    outputs: TensorRef | None
    sequence_length: TensorRef | None
    layers: tuple[Layer, ...]
    step_inputs: tuple[TensorRef, ...] = ()  # of an unrolled network, a tensor for each step
    step_outputs: tuple[TensorRef, ...] = ()


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
    """Something that may hold class labels: `checkpoint:VARIABLE` or a file's path."""

    source: str
    count: int
    preview: tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """A hazard or a blocker: what it is (a stable code), at which node, why, and what to do."""

    code: str
    node: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class Freeze:
    """A placeholder that has one right value at inference."""

    tensor: TensorRef
    value: bool | int | float
    role: str  # keep_prob, is_training


@dataclass(frozen=True)
class Findings:
    """All that discovery knows of one model."""

    inputs: tuple[InputFinding, ...] = ()
    outputs: tuple[OutputFinding, ...] = ()
    rnns: tuple[Rnn, ...] = ()
    pairings: tuple[StatePairing, ...] = ()
    kept_states: tuple[KeptState, ...] = ()
    variables: tuple[VariableFinding, ...] = ()
    labels: tuple[LabelFinding, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    hazards: tuple[Note, ...] = ()
    blockers: tuple[Note, ...] = ()
    frames: int = 0
    op_types: Mapping[str, int] = field(default_factory=dict)
    #: optimizer, gradient, saver, summary and initializer parts
    training_nodes: frozenset[str] = frozenset()
