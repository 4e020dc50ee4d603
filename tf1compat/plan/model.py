"""MigrationPlan: everything that writing the result needs, as data that a person can read and edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tf1compat.analysis.time.application import Application
from tf1compat.discovery.findings import Average, LabelKind, OutputRole, StateKind, TableContent
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.model import Use
from tf1compat.names import TensorRef
from tf1compat.options import SourceOptions, WeightsChoice
from tf1compat.plan.judge.notes import Note

FORMAT_VERSION = 1


@dataclass(frozen=True)
class ExampleFeature:
    """A feature of serialized Examples. `shape`: of one example's; None where there may be any number of values."""

    key: str
    dtype: DType
    shape: Shape | None


@dataclass(frozen=True)
class InputBinding:
    """One input of a signature. `tensor` is fed: the graph is cut there.

    With `readers`, only these take what is fed, and the tensor stays as it is for all others. `features`: what the
    model parses from it, where it takes serialized Examples.
    """

    alias: str
    tensor: TensorRef
    dtype: DType
    shape: Shape
    readers: tuple[Use, ...] = ()
    features: tuple[ExampleFeature, ...] = ()


@dataclass(frozen=True)
class Piece:
    """One part of an output: `tensor`, at these leading indices of the stacked result."""

    index: tuple[int, ...]
    tensor: TensorRef


@dataclass(frozen=True)
class OutputBinding:
    """One output of a signature: a tensor, or several put together into the shape that a placeholder takes.

    They are stacked, each at its place along new axes in front; with `joined`, set side by side along that axis.
    """

    alias: str
    pieces: tuple[Piece, ...]
    dtype: DType
    shape: Shape
    role: OutputRole = "value"
    joined: int | None = None
    softmax: bool = False  # the output is the softmax of its one tensor, over the last axis

    @property
    def tensor(self) -> TensorRef | None:
        """The tensor itself where nothing is stacked or computed, else None."""
        whole = len(self.pieces) == 1 and self.pieces[0].index == () and not self.softmax
        return self.pieces[0].tensor if whole else None


@dataclass(frozen=True)
class StatePlan:
    """A state that `step` takes and gives. `start`: the tensor whose value the original starts with; None for zeros."""

    alias: str
    origin: StateKind
    start: TensorRef | None


@dataclass(frozen=True)
class AxesPlan:
    """Where batch and time lie in an input or output of `step`; None where it has no such axis, or none is known.

    `flat`: batch and time are one axis, the first; `time` is then where time lay before. `counts`: it holds lengths.
    """

    alias: str
    batch: int | None
    time: int | None
    flat: bool = False
    counts: bool = False


@dataclass(frozen=True)
class StartPlan:
    """A tensor that initial states are computed from: only its shape counts, or it is the batch size itself."""

    tensor: TensorRef
    dtype: DType
    shape: Shape
    batch: int | None  # the axis; None where the shape is fixed, or where the value is the batch size
    is_batch_size: bool = False


@dataclass(frozen=True)
class StepPlan:
    """What makes a signature a step: the states that it carries, and how the steps lie in what goes in and out.

    `application`: of an unrolled network, the one application that a step is.
    """

    states: tuple[StatePlan, ...]
    inputs: tuple[AxesPlan, ...]
    outputs: tuple[AxesPlan, ...]
    start: tuple[StartPlan, ...] = ()
    application: Application | None = None


@dataclass(frozen=True)
class SignaturePlan:
    """One entry point of the SavedModel."""

    name: str
    inputs: tuple[InputBinding, ...]
    outputs: tuple[OutputBinding, ...]
    step: StepPlan | None = None
    method: str = ""  # what TensorFlow Serving offers it as; empty: prediction

    def same_as(self, other: SignaturePlan) -> bool:
        """Whether two signatures take and give the same tensors, under whatever aliases."""
        return {each.tensor for each in self.inputs} == {each.tensor for each in other.inputs} and {
            each.pieces for each in self.outputs
        } == {each.pieces for each in other.outputs}


@dataclass(frozen=True)
class LabelPlan:
    """Class names in the order of the score's last axis. `scores`: alias of the output that they name.

    `exclusive`: the largest score names the class; of scores that do not exclude each other there is no such class.
    """

    source: str
    names: tuple[str, ...]
    scores: str
    exclusive: bool = True


@dataclass(frozen=True)
class LabelOffer:
    """Names that were found and would fit: where, how many, the first ones, and which outputs have as many neurons."""

    source: str
    count: int
    preview: tuple[str, ...]
    scores: tuple[str, ...]
    offset: int
    kind: LabelKind


@dataclass(frozen=True)
class ConstantPlan:
    """A tensor frozen to a value (nested lists of Python numbers, booleans or strings)."""

    tensor: TensorRef
    value: Any
    dtype: DType
    reason: str  # "user", or the role that discovery gave it


@dataclass(frozen=True)
class PartPlan:
    """A variable of the graph that is a part of a larger one: where it begins, and its size, in each axis."""

    name: str
    begin: tuple[int, ...]
    size: tuple[int, ...]


@dataclass(frozen=True)
class VariablePlan:
    """A variable that the signatures need, and where its value lies in the checkpoint."""

    name: str
    key: str
    shape_and_slice: str
    dtype: DType
    shape: Shape
    trainable: bool
    initializer: TensorRef | None = None  # the constant that it has, where the checkpoint has none
    parts: tuple[
        PartPlan, ...
    ] = ()  # the variables of the graph that it is made up of, if it is not one itself


@dataclass(frozen=True)
class TablePlan:
    """A lookup table that the signatures need. `path`: of the text file that fills it, if one does."""

    name: str
    content: TableContent
    path: str | None = None


@dataclass(frozen=True)
class CandidatePlan:
    """A tensor that was taken into account as an output: why, how telling it is (0 to 100), and who offers it."""

    tensor: TensorRef
    role: OutputRole
    score: int
    reason: str
    signatures: tuple[str, ...] = ()


@dataclass(frozen=True)
class CarriedPlan:
    """A variable in which the program kept a state from run to run: `assigns`, the ops that did, are left out."""

    variable: str
    assigns: tuple[str, ...]


@dataclass(frozen=True)
class FreeSizePlan:
    """Any size in the place of the author's. `axes`: by signature and alias, where it lies in an input."""

    size: int
    axes: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class MigrationPlan:
    """Frozen, and the same after `MigrationPlan.from_json(plan.to_json())`; see `plan.document`."""

    source: str
    digest: str
    signatures: tuple[SignaturePlan, ...]
    constants: tuple[ConstantPlan, ...] = ()
    labels: LabelPlan | None = None
    variables: tuple[VariablePlan, ...] = ()
    hazards: tuple[Note, ...] = ()
    blockers: tuple[Note, ...] = ()
    weights: WeightsChoice = "auto"
    weights_reason: str = ""  # why they are raw or averaged, where there was a choice
    jit: bool = False
    allow: tuple[str, ...] = ()
    batch: FreeSizePlan | None = None  # any number of examples
    time: FreeSizePlan | None = None  # any number of steps
    op_libraries: tuple[str, ...] = ()  # shared libraries that hold ops of the model, as paths
    carried: tuple[CarriedPlan, ...] = ()
    candidates: tuple[CandidatePlan, ...] = ()  # the most telling first
    averages: tuple[Average, ...] = ()
    no_step: str = ""  # why a recurrent model has no signature `step`
    no_step_at: str = ""  # the node that stands in its way
    tables: tuple[TablePlan, ...] = ()
    opened: SourceOptions = field(default_factory=SourceOptions)  # which of what lies on disk is the model
    asked: bool = False  # the user named the signatures, so that none of what they give is left out
    allow_random: tuple[str, ...] = ()  # outputs that may be drawn at random, with nothing else to compare
    drawn: Mapping[str, tuple[str, ...]] | None = (
        None  # outputs drawn at random; None until the graph is rewritten
    )
    label_offers: tuple[LabelOffer, ...] = ()  # names that would fit, where no labels were asked for

    @property
    def step(self) -> SignaturePlan | None:
        """The signature that carries state, if there is one."""
        return next((each for each in self.signatures if each.step is not None), None)

    @property
    def signature_names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.signatures)
