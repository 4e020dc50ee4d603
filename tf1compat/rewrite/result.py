"""Rewritten: the TF2 form of a graph, and the account of what each pass changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef


@dataclass(frozen=True)
class Change:
    """What one pass did, in one line: how many nodes, and a sentence."""

    rewrite: str
    count: int
    summary: str


@dataclass(frozen=True)
class VariableSlot:
    """A variable's value enters the graph at this `Placeholder` node."""

    name: str
    node: str


@dataclass(frozen=True)
class TableSlot:
    """A lookup table's handle enters the graph at this `Placeholder` node."""

    name: str
    node: str


@dataclass(frozen=True)
class SignatureGraph:
    """One signature's own pruned graph: which node each input enters at, which tensor each output is."""

    name: str
    graph: Graph
    inputs: tuple[tuple[str, str], ...]  # (alias, Placeholder node)
    outputs: tuple[tuple[str, TensorRef], ...]  # (alias, tensor)
    variables: tuple[VariableSlot, ...]
    tables: tuple[TableSlot, ...] = ()
    drawn: frozenset[str] = frozenset()  # outputs that differ from run to run


@dataclass(frozen=True)
class Rewritten:
    """One graph for each signature, holding only what TF2 can run, save and differentiate."""

    signatures: tuple[SignatureGraph, ...]
    changes: tuple[Change, ...]
    zero_state: SignatureGraph | None = (
        None  # the original's own initial states; see `plan.start.start_signature`
    )

    @property
    def drawn(self) -> Mapping[str, frozenset[str]]:
        """By signature, the outputs that are drawn at random, or told by the clock."""
        return {each.name: each.drawn for each in self.signatures}
