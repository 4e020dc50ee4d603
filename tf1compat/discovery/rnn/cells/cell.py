"""What a cell's judge is given, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tf1compat.discovery.constants import scalar
from tf1compat.discovery.ops import VARIABLES
from tf1compat.discovery.pattern import (
    SELECTIONS,
    Captures,
    Mismatch,
    Pattern,
    capture,
    match,
    op,
    source,
)
from tf1compat.discovery.rnn.loops import Carried, Loop
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef


@dataclass(frozen=True)
class CellMatch:
    """One cell found in a loop's body."""

    cell: str
    units: int | None
    input: TensorRef  # what the cell reads in a step
    output: TensorRef  # what it hands on
    states: Mapping[str, Carried]  # by part


#: Judges whether a carried value is the output state `h` of one kind of cell.
Judge = Callable[[Graph, Loop, Carried], CellMatch | Mismatch]


@dataclass(frozen=True)
class CellKind:
    """One entry of the catalogue: its name in reports, and how it is recognised."""

    name: str
    judge: Judge


def updated(graph: Graph, carried: Carried) -> TensorRef:
    """What the cell itself gives for a state, before dropout and before copying past a sequence's end."""
    ref = source(graph, carried.next)
    while True:
        inner = _fresh(graph, carried, ref) or _undropped(graph, ref)
        if inner is None:
            return ref
        ref = source(graph, inner)


def _fresh(graph: Graph, carried: Carried, ref: TensorRef) -> TensorRef | None:
    """The new value of a Select, or of a `cond`, whose other branch is the old value."""
    node = graph.producer(ref)
    if node.op in SELECTIONS:
        branches = node.inputs[1:]
    elif node.op == "Merge":
        branches = node.inputs
    else:
        return None
    new = [each for each in branches if _behind_switch(graph, each) != carried.value]
    return new[0] if len(new) == len(branches) - 1 else None


def _behind_switch(graph: Graph, ref: TensorRef) -> TensorRef:
    """The tensor behind pass-through ops, those into the branch of a `cond` among them."""
    found = source(graph, ref)
    node = graph.producer(found)
    inside_loop = node.op == "Switch" and graph.input(node, 1).op != "LoopCond"
    return source(graph, node.inputs[0]) if inside_loop else found


_MASK = capture("mask", op(frozenset({"Floor", "Cast"})))
_DROPPED = op("Mul", op(frozenset({"Mul", "RealDiv", "Div"}), capture("kept"), capture("scale")), _MASK)


def _undropped(graph: Graph, ref: TensorRef) -> TensorRef | None:
    """What dropout was applied to, when it was."""
    found = match(_DROPPED, graph, ref)
    return None if isinstance(found, Mismatch) else found["kept"]


def state_at(graph: Graph, loop: Loop, captures: Captures, name: str) -> Carried | None:
    """The carried value whose old value was captured under this name."""
    return next((each for each in loop.states if each.value == captures[name]), None)


def columns(graph: Graph, kernel: TensorRef, per_unit: int) -> int | None:
    """The units of a cell by its kernel: the matrix has `per_unit` columns for each."""
    node = graph.producer(kernel)
    dims = (node.shape() if node.op in VARIABLES else graph.static_shape(kernel)).dims
    return dims[-1] // per_unit if dims and dims[-1] is not None else None


def one_minus(pattern: Pattern) -> Pattern:
    """`1 - x`; the judge has yet to see that the constant is 1."""
    return op("Sub", capture("one", op("Const")), pattern)


def is_one(graph: Graph, captures: Captures, name: str = "one") -> bool:
    """Whether the constant captured under this name is 1."""
    return scalar(graph, captures[name]) == 1.0
