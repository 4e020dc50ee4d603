"""What the finders of heads share: the head itself, and what each of them is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import OutputRole, Rnn
from tf1compat.discovery.rnn.cells import CellMatch
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef

_NO_COLLECTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True)
class Head:
    """A tensor that may be offered, with its role and why. `predicts`: what comes after it is no result of its own."""

    tensor: TensorRef
    role: OutputRole
    reason: str
    predicts: bool = True


@dataclass(frozen=True)
class Search:
    """The forward part in which heads are looked for, and those that earlier finders have found."""

    flow: ForwardGraph
    rnns: tuple[Rnn, ...] = ()
    collections: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _NO_COLLECTIONS)
    found: Mapping[TensorRef, Head] = field(default_factory=dict)
    cells: tuple[CellMatch, ...] = ()  # single calls of cells, outside of any sequence

    @cached_property
    def known(self) -> frozenset[str]:
        """The nodes of every head found so far."""
        return frozenset(ref.node for ref in self.found)

    @cached_property
    def predicting(self) -> frozenset[str]:
        """The nodes of the heads that are predictions."""
        return frozenset(ref.node for ref, each in self.found.items() if each.predicts)


def is_final(flow: ForwardGraph, node: Node) -> bool:
    """Whether a node predicts, and no variable is applied any more to what it gives."""
    return node.name in flow.predicted and node.name not in flow.before_parameters


def readers(flow: ForwardGraph, node: Node) -> set[str]:
    """The forward nodes that read a node."""
    return {use.node for use in flow.graph.uses_of_node.get(node.name, ())} - flow.training


def tensor_readers(flow: ForwardGraph, ref: TensorRef) -> set[str]:
    """The forward nodes that read one of a node's outputs."""
    return {use.node for use in flow.graph.uses.get(ref, ())} - flow.training
