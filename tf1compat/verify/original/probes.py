"""What a run of the original says of its inside: the rows that are looked up, and the way that each branch goes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

import numpy as np

from tf1compat.analysis.constants import constant
from tf1compat.discovery.findings import TableFinding
from tf1compat.graph.attributes import Array
from tf1compat.graph.frames import SWITCH, frame_of_nodes
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import PASS_THROUGH, ancestors, resolve
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.plan.model import SignaturePlan
from tf1compat.verify.coverage import BranchCoverage, Coverage, TableCoverage, sizes_of
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.inputs.vocabulary_inputs import keys_of

_HANDLES = PASS_THROUGH | SWITCH | families.READ_RESOURCE


class Observer(Protocol):
    """Runs cases on the original."""

    def observe(self, case: Case, tensors: Iterable[TensorRef]) -> Iterator[tuple[TensorRef, Array]]:
        """The values of tensors in a case, of those that have one."""


class Probe(NamedTuple):
    """A tensor to look at: `indices` and `keys` of a table of this name, or the `predicate` of branches."""

    kind: Literal["indices", "keys", "predicate"]
    tensor: TensorRef
    name: str


@dataclass(frozen=True)
class Probes:
    """What is looked at in the runs of a signature, and what was seen so far."""

    signature: str
    probes: tuple[Probe, ...]
    known: Mapping[str, Collection[object]]  # the rows or keys of each table
    unseen: tuple[str, ...]
    seen: dict[str, set[object]] = field(default_factory=dict)

    def look(self, observer: Observer, case: Case) -> bool:
        """Look at a case; whether a branch went a way that none had gone before."""
        before = {name: set(values) for name, values in self.seen.items()}
        wanted = {each.tensor for each in self.probes}
        for ref, value in observer.observe(case, wanted) if wanted else ():
            for each in self.probes:
                if each.tensor == ref:
                    self.seen.setdefault(each.name, set()).update(_values(value))
        branches = {each.name for each in self.probes if each.kind == "predicate"}
        return any(self.seen.get(name, set()) - before.get(name, set()) for name in branches)

    @property
    def one_sided(self) -> tuple[str, ...]:
        """The branches that went one way alone so far."""
        found = {each.name for each in self.probes if each.kind == "predicate"}
        return tuple(sorted(name for name in found if len(self.seen.get(name, ())) == 1))

    def coverage(self, cases: Iterable[Case]) -> Coverage:
        """What was seen over the cases."""
        sizes = [case.sizes for case in cases]
        kinds = {each.name: each.kind for each in self.probes}
        tables = tuple(
            TableCoverage(name, "lookup" if kinds[name] == "keys" else "embedding", len(rows),
                          sum(each in rows for each in self.seen.get(name, ())))
            for name, rows in self.known.items() if rows and name in kinds
        )  # fmt: skip
        branches = tuple(
            BranchCoverage(name, tuple(sorted(bool(each) for each in self.seen[name])))
            for name, kind in kinds.items() if kind == "predicate" and self.seen.get(name)
        )  # fmt: skip
        return Coverage(self.signature, len(sizes), sizes_of(sizes), tables, branches, self.unseen)


def _values(value: Array) -> list[object]:
    """The elements, each once: strings as bytes."""
    if value.dtype.kind == "O":
        return list(set(value.ravel().tolist()))
    found: list[object] = np.unique(value).tolist()
    return found


def probes_of(graph: Graph, tables: Iterable[TableFinding], signature: SignaturePlan) -> Probes:
    """The lookups and the conditionals that a signature's outputs need."""
    cut = {each.tensor.node for each in signature.inputs}
    wanted = [piece.tensor.node for each in signature.outputs for piece in each.pieces]
    needed = ancestors(graph, wanted, control=False, stop=lambda node: node.name in cut)
    inside = frame_of_nodes(graph)
    findings = {each.name: each for each in tables}
    probes: dict[Probe, None] = {}
    known: dict[str, Collection[object]] = {}
    unseen: dict[str, None] = {}
    for node in graph.nodes:
        found = _probe(graph, node, cut) if node.name in needed and node.name not in cut else None
        if found is None:
            continue
        if node.name in inside:
            unseen[found.name] = None
            continue
        if found.kind == "keys":
            known.setdefault(found.name, _keys(graph, findings.get(found.name)))
        elif found.kind == "indices":
            known.setdefault(found.name, range(_rows(graph, node) or 0))
        probes[found] = None
    return Probes(signature.name, tuple(probes), known, tuple(unseen))


def _probe(graph: Graph, node: Node, cut: set[str]) -> Probe | None:
    if node.op in families.TABLE_FINDS:
        return Probe("keys", node.inputs[1], resolve(graph, node.inputs[0], PASS_THROUGH | SWITCH).node)
    if node.op in families.LOOKUPS:
        table = resolve(graph, node.inputs[0], _HANDLES).node
        rows = _rows(graph, node) if graph[table].op in families.VARIABLES | families.CONSTANT else None
        return Probe("indices", node.inputs[1], table) if rows else None
    predicate = _predicate(graph, node)
    if predicate is not None and _is_decided(graph, predicate, cut):
        return Probe("predicate", predicate, predicate.node)
    return None


def _predicate(graph: Graph, node: Node) -> TensorRef | None:
    if node.op in SWITCH:
        return (
            resolve(graph, node.inputs[1], PASS_THROUGH)
            if graph.producer(node.inputs[1]).op not in families.LOOP_CONDITION
            else None
        )
    return node.inputs[0] if node.op in families.IF else None


def _is_decided(graph: Graph, predicate: TensorRef, cut: set[str]) -> bool:
    """Whether an input decides which way to go."""
    return predicate.node in cut or not cut.isdisjoint(ancestors(graph, [predicate.node], control=False))


def _rows(graph: Graph, node: Node) -> int | None:
    """The rows of the table that a lookup along its first axis reads; None where they are not known."""
    axis = constant(graph, node.inputs[2]) if len(node.inputs) > 2 else np.array(0)
    table = graph[resolve(graph, node.inputs[0], _HANDLES).node]
    dims = (
        table.shape().dims
        if table.op in families.VARIABLES
        else graph.static_shape(TensorRef(table.name)).dims
    )
    return dims[0] if dims and axis is not None and int(axis) == 0 else None


def _keys(graph: Graph, table: TableFinding | None) -> frozenset[object]:
    return frozenset() if table is None else frozenset(keys_of(graph, table))
