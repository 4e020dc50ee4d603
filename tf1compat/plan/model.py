"""MigrationPlan: everything that writing the result needs, as data that a person can read and edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tf1compat.discovery.findings import Note
from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef

FORMAT_VERSION = 1


@dataclass(frozen=True)
class InputBinding:
    """One input of a signature. `tensor` is fed: the graph is cut there."""

    alias: str
    tensor: TensorRef
    dtype: DType
    shape: Shape


@dataclass(frozen=True)
class Piece:
    """One part of an output: `tensor`, at these leading indices of the stacked result."""

    index: tuple[int, ...]
    tensor: TensorRef


@dataclass(frozen=True)
class OutputBinding:
    """One output of a signature: a tensor, or several stacked into the shape that a placeholder takes."""

    alias: str
    pieces: tuple[Piece, ...]
    dtype: DType
    shape: Shape
    role: str = "value"  # one of discovery.findings.OUTPUT_ROLES

    @property
    def tensor(self) -> TensorRef | None:
        """The tensor itself where nothing is stacked, else None."""
        whole = len(self.pieces) == 1 and self.pieces[0].index == ()
        return self.pieces[0].tensor if whole else None


@dataclass(frozen=True)
class SignaturePlan:
    """One entry point of the SavedModel."""

    name: str
    inputs: tuple[InputBinding, ...]
    outputs: tuple[OutputBinding, ...]


@dataclass(frozen=True)
class LabelPlan:
    """Class names in the order of the score's last axis. `scores`: alias of the output that they name."""

    source: str
    names: tuple[str, ...]
    scores: str


@dataclass(frozen=True)
class ConstantPlan:
    """A tensor frozen to a value (nested lists of Python numbers, booleans or strings)."""

    tensor: TensorRef
    value: Any
    dtype: DType
    reason: str  # "user", or the role that discovery gave it


@dataclass(frozen=True)
class VariablePlan:
    """A variable that the signatures need, and where its value lies in the checkpoint."""

    name: str
    key: str
    shape_and_slice: str
    dtype: DType
    shape: Shape
    trainable: bool


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
    weights: str = "auto"
    jit: bool = False
    allow: tuple[str, ...] = ()

    @property
    def signature_names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.signatures)
