"""What a cell's judge is given, and what it answers.

A judge looks at one tensor and says whether it is the output state `h` of one application of its cell. It knows
nothing of loops: whether the states are carried from step to step is seen to elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tf1compat.analysis.constants import scalar
from tf1compat.analysis.pattern import Captures, Mismatch, Pattern, capture, op
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
    features: tuple[
        str, ...
    ] = ()  # what sets it apart from the plain form of its kind, in the words of FEATURES


#: What a cell may have beyond the plain form of its kind. An activation other than tanh is a feature too, by the name
#: of its op in small letters, or `identity` where there is none.
FEATURES: Mapping[str, str] = MappingProxyType({
    "block": "one op computes the whole step",
    "peepholes": "the gates see the cell state",
    "projection": "the output is multiplied by a matrix before it is carried on",
    "clipped": "the cell state or the projection is kept within bounds",
    "layer_norm": "the gates are normalized",
    "reset_after": "the state is reset after it was multiplied by its kernel",
    "separate_kernels": "input and state have kernels of their own",
    "hard_sigmoid": "gates are piecewise linear, as in Keras",
    "skip_connection": "the input follows the output in what is carried on",
})  # fmt: skip

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


def one_minus(pattern: Pattern) -> Pattern:
    """`1 - x`; the judge has yet to see that the constant is 1."""
    return op("Sub", capture("one", op("Const")), pattern)


def is_one(graph: Graph, captures: Captures, name: str = "one") -> bool:
    """Whether the constant captured under this name is 1."""
    return scalar(graph, captures[name]) == 1.0
