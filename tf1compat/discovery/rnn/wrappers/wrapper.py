"""What a wrapper's judge is given, and what it answers.

A wrapper stands around one application of a cell, or around a wrapper of it: it may change what goes in and what
comes out, and keep states of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field

from tf1compat.analysis.pattern import Mismatch
from tf1compat.discovery.rnn.cells.cell import CellMatch
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import TRANSPARENT


@dataclass(frozen=True)
class WrapperState:
    """A state that a wrapper keeps; `before` is None where no step reads it."""

    before: TensorRef | None
    after: TensorRef


@dataclass(frozen=True)
class Wrapped:
    """One application of a cell with the wrappers around it, the innermost first."""

    match: CellMatch
    input: TensorRef  # what the outermost wrapper reads in a step
    output: TensorRef  # what it hands on
    entrance: TensorRef  # what the first cell reads that a wrapper of several cells may be around
    wrappers: tuple[str, ...] = ()
    states: Mapping[str, WrapperState] = field(default_factory=dict)
    made: tuple[TensorRef, ...] = ()  # what else the wrappers make


#: Judges whether a wrapper of one kind stands directly around what is already found. It is told which tensors are
#: carried on to the next step and belong to no cell. Its answer is the whole, the new wrapper included.
Judge = Callable[[Graph, Wrapped, Collection[TensorRef]], Wrapped | Mismatch]


@dataclass(frozen=True)
class WrapperKind:
    """One entry of the catalogue."""

    name: str
    judge: Judge


def readers(graph: Graph, ref: TensorRef, ops: frozenset[str]) -> Iterator[Node]:
    """The nodes of these ops that read a tensor, itself or through ops that only hand it on."""
    todo = [ref]
    while todo:
        for use in graph.uses.get(todo.pop(), ()):
            node = graph[use.node]
            if node.op in ops:
                yield node
            elif node.op in TRANSPARENT:
                todo.append(TensorRef(node.name))
