"""What an op does to axes, as a value: where each axis of each output comes from, and which axes of operands end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeAlias

from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef


class Axis(NamedTuple):
    """An axis of an operand: the position among the node's inputs, and the axis, counted from the front."""

    operand: int
    axis: int


class SizeOf(NamedTuple):
    """A size that an operand tells: one entry of the integers that it holds (a scalar holds one)."""

    operand: int
    entry: int


#: equal: the axis of operands that all have its size. broadcast: the same, where some may have one entry.
#: either: of one of several branches. joined: entries of operands end to end, or with others added at the ends.
#: part: some of the entries. repeated: all entries, several times. new: of no operand.
OriginKind = Literal["equal", "broadcast", "either", "joined", "part", "repeated", "new"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one axis of an output comes from.

    `size` is that of a new axis, or how often entries are repeated; None where it is not known. `coupled`: an entry
    along the axis depends on other entries along it, as in a softmax, a cumulated sum or a convolution.
    """

    kind: OriginKind
    of: tuple[Axis, ...] = ()
    size: int | SizeOf | None = None
    coupled: bool = False


#: contracted: summed up over against another operand. reduced: many entries become one. picked: one entry is taken.
End = Literal["contracted", "reduced", "picked"]


@dataclass(frozen=True, slots=True)
class Ended:
    """An axis of an operand that no output has; `index` is the entry that is picked, where that is a constant."""

    axis: Axis
    how: End
    index: int | None = None


Origins: TypeAlias = tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class AxisMap:
    """All that an op does to axes. An output of which nothing is known is None.

    `values` are the operands whose entries reach the outputs; the others only say how.
    """

    outputs: tuple[Origins | None, ...]
    values: tuple[int, ...]
    ended: tuple[Ended, ...] = ()


class Facts(Protocol):
    """What the analysis that asks knows of the operands."""

    def rank(self, ref: TensorRef) -> int | None:
        """The number of axes of a tensor."""

    def size(self, ref: TensorRef, axis: int) -> int | None:
        """How many entries a tensor has along an axis, where that is one number whatever is fed."""

    def constant(self, ref: TensorRef) -> Array | None:
        """The value of a tensor that cannot be anything else."""

    def is_size(self, sizes: TensorRef, entry: int, ref: TensorRef, axis: int) -> bool:
        """Whether an entry of a tensor of sizes is how many entries another tensor has along an axis."""

    def count(self, ref: TensorRef) -> int | None:
        """How many sizes a tensor of sizes holds."""


Rule: TypeAlias = Callable[[Node, Facts], AxisMap | None]


def equal(operand: int, axis: int, *, coupled: bool = False) -> Origin:
    """The same axis of one operand."""
    return Origin("equal", (Axis(operand, axis),), coupled=coupled)


def whole(operand: int, axes: Iterable[int], *, coupled: bool = False) -> Origins:
    """These axes of one operand, as they are."""
    return tuple(equal(operand, axis, coupled=coupled) for axis in axes)


def number(facts: Facts, node: Node, position: int) -> int | None:
    """The integer that an operand is, if it is a constant."""
    if position >= len(node.inputs):
        return None
    value = facts.constant(node.inputs[position])
    return int(value.item()) if value is not None and value.size == 1 and value.dtype.kind in "iu" else None


def numbers(facts: Facts, node: Node, position: int) -> list[int] | None:
    """The integers that an operand holds, if they are constants."""
    value = facts.constant(node.inputs[position]) if position < len(node.inputs) else None
    return None if value is None or value.dtype.kind not in "iu" else [int(each) for each in value.ravel()]


def from_front(axis: int | None, rank: int | None) -> int | None:
    """An axis counted from the front; None where that cannot be told."""
    if axis is None or (rank is None and axis < 0):
        return None
    found = axis if axis >= 0 else axis + (rank or 0)
    return found if rank is None or 0 <= found < rank else None


def rank_of(facts: Facts, node: Node, position: int = 0) -> int | None:
    """The number of axes of an operand."""
    return facts.rank(node.inputs[position]) if position < len(node.inputs) else None
