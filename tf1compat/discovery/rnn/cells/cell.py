"""What a cell's judge is given, and what it answers.

A judge looks at one tensor and says whether it is the output state `h` of one application of its cell. It knows
nothing of loops: whether the states are carried from step to step is seen to elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tf1compat.discovery.constants import scalar
from tf1compat.discovery.ops import VARIABLES
from tf1compat.discovery.pattern import Captures, Mismatch, Pattern, capture, op
from tf1compat.discovery.rnn.carrying import outside_branch
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef


@dataclass(frozen=True)
class StateStep:
    """One part of a cell's state around one application of the cell."""

    before: TensorRef
    after: TensorRef


@dataclass(frozen=True)
class CellMatch:
    """One application of a cell."""

    cell: str
    units: int | None
    input: TensorRef  # what the cell reads in a step
    output: TensorRef  # what it hands on
    states: Mapping[str, StateStep]  # by part, in the order in which the cell's author has them
    features: tuple[str, ...] = ()  # what sets it apart from the plain form of its kind


#: Judges whether a tensor is the output state `h` of one kind of cell.
Judge = Callable[[Graph, TensorRef], CellMatch | Mismatch]


@dataclass(frozen=True)
class CellKind:
    """One entry of the catalogue: its name in reports, and how it is recognised.

    `roots` are the ops that can give its `h`: at any other tensor the judge need not be asked.
    """

    name: str
    roots: frozenset[str]
    judge: Judge


def columns(graph: Graph, kernel: TensorRef, per_unit: int) -> int | None:
    """The units of a cell by its kernel: the matrix has `per_unit` columns for each."""
    ref = outside_branch(graph, kernel)
    node = graph.producer(ref)
    dims = (node.shape() if node.op in VARIABLES else graph.static_shape(ref)).dims
    return dims[-1] // per_unit if dims and dims[-1] is not None else None


def one_minus(pattern: Pattern) -> Pattern:
    """`1 - x`; the judge has yet to see that the constant is 1."""
    return op("Sub", capture("one", op("Const")), pattern)


def is_one(graph: Graph, captures: Captures, name: str = "one") -> bool:
    """Whether the constant captured under this name is 1."""
    return scalar(graph, captures[name]) == 1.0
