"""A small language of graph patterns: what a tensor is computed from, read backwards from its producer.

A pattern is matched at a tensor and gives every way in which it fits, each as the tensors captured by name; a
miss is data, the `Mismatch` that got furthest. Ops that only hand a value on, like Identity, are looked through.

    match(op("Mul", op("Sigmoid", capture("gate")), capture("state"), commutative=True), graph, tensor)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import permutations
from types import MappingProxyType
from typing import Protocol

from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef

#: What a pattern looks through: the value goes on unchanged, inside one frame or into it.
TRANSPARENT = frozenset({
    "Identity", "RefIdentity", "StopGradient", "PreventGradient", "Snapshot", "CheckNumerics", "Enter",
    "RefEnter", "ReadVariableOp",
})  # fmt: skip

ADDITIONS = frozenset({"Add", "AddV2"})
ACTIVATIONS = frozenset(
    {"Tanh", "Relu", "Relu6", "Elu", "Selu", "LeakyRelu", "Softsign", "Softplus", "Sigmoid", "Sin"}
)
CONCATENATIONS = frozenset({"Concat", "ConcatV2"})
SELECTIONS = frozenset({"Select", "SelectV2"})
SPLITS = frozenset({"Split", "SplitV", "Unpack"})

Captures = Mapping[str, TensorRef]


@dataclass(frozen=True)
class Mismatch:
    """Why a pattern does not fit, and the node at which that was seen."""

    reason: str
    at: str
    depth: int = 0  # how far below the tensor that was asked about


Outcome = tuple[Captures, ...] | Mismatch


class Pattern(Protocol):
    """Anything that can be matched at a tensor, given what is already captured."""

    def fit(self, graph: Graph, ref: TensorRef, known: Captures) -> Outcome:
        """Every way to fit, at least one; or why there is none."""
        ...


def match(pattern: Pattern, graph: Graph, ref: TensorRef) -> Captures | Mismatch:
    """What the first way to fit captures, or why there is none."""
    outcome = pattern.fit(graph, ref, MappingProxyType({}))
    return outcome if isinstance(outcome, Mismatch) else outcome[0]


def source(graph: Graph, ref: TensorRef) -> TensorRef:
    """The tensor behind the ops that only hand it on."""
    return resolve(graph, ref, TRANSPARENT)


@dataclass(frozen=True)
class Anything:
    """Fits every tensor."""

    def fit(self, graph: Graph, ref: TensorRef, known: Captures) -> Outcome:
        return (known,)


@dataclass(frozen=True)
class Capture:
    """Fits what `inner` fits, and gives it a name; the same name twice must be the same tensor."""

    name: str
    inner: Pattern

    def fit(self, graph: Graph, ref: TensorRef, known: Captures) -> Outcome:
        found = source(graph, ref)
        if self.name in known:
            same = known[self.name] == found
            return (known,) if same else Mismatch(f"'{self.name}' is another tensor elsewhere", found.node)
        outcome = self.inner.fit(graph, found, known)
        if isinstance(outcome, Mismatch):
            return outcome
        return tuple(MappingProxyType({**each, self.name: found}) for each in outcome)


@dataclass(frozen=True)
class Operation:
    """Fits an output of one of `ops` whose operands fit, in the given order or, when commutative, in any."""

    ops: frozenset[str]
    operands: tuple[Pattern, ...]
    commutative: bool = False

    def fit(self, graph: Graph, ref: TensorRef, known: Captures) -> Outcome:
        node = graph.producer(source(graph, ref))
        if node.op not in self.ops:
            return Mismatch(f"{node.op} where {' or '.join(sorted(self.ops))} is wanted", node.name)
        values = data_operands(node)
        if self.operands and len(values) != len(self.operands):
            return Mismatch(f"{len(values)} operands where {len(self.operands)} are wanted", node.name)
        orders = permutations(self.operands) if self.commutative else (self.operands,)
        outcome = _all_of(_fit_each(graph, zip(values, order, strict=False), known) for order in orders)
        return replace(outcome, depth=outcome.depth + 1) if isinstance(outcome, Mismatch) else outcome


@dataclass(frozen=True)
class Alternatives:
    """Fits what any of its patterns fits."""

    patterns: tuple[Pattern, ...]

    def fit(self, graph: Graph, ref: TensorRef, known: Captures) -> Outcome:
        return _all_of(each.fit(graph, ref, known) for each in self.patterns)


def data_operands(node: Node) -> tuple[TensorRef, ...]:
    """A node's inputs without those that only say along which axis, or into what sizes."""
    if node.op in {"Concat", "Split"}:
        return node.inputs[1:]
    if node.op == "ConcatV2":
        return node.inputs[:-1]
    return node.inputs[:1] if node.op == "SplitV" else node.inputs


def _fit_each(graph: Graph, pairs: Iterable[tuple[TensorRef, Pattern]], known: Captures) -> Outcome:
    solutions: tuple[Captures, ...] = (known,)
    for ref, pattern in pairs:
        outcome = _all_of(pattern.fit(graph, ref, each) for each in solutions)
        if isinstance(outcome, Mismatch):
            return outcome
        solutions = outcome
    return solutions


def _all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """All solutions of the outcomes together; the miss that got furthest when there is none."""
    found: tuple[Captures, ...] = ()
    missed = Mismatch("nothing to match", "", -1)
    for outcome in outcomes:
        if not isinstance(outcome, Mismatch):
            found += outcome
        elif outcome.depth > missed.depth:
            missed = outcome
    return found or missed


# ------------------------------------------------------------------------------------------- vocabulary

ANYTHING = Anything()


def capture(name: str, inner: Pattern = ANYTHING) -> Pattern:
    """`inner`, under a name."""
    return Capture(name, inner)


def op(ops: str | frozenset[str], *operands: Pattern, commutative: bool = False) -> Pattern:
    """An output of the op; no operands given means any."""
    return Operation(frozenset({ops}) if isinstance(ops, str) else ops, operands, commutative)


def either(*patterns: Pattern) -> Pattern:
    """Any of these."""
    return Alternatives(patterns)


def product(left: Pattern, right: Pattern) -> Pattern:
    """An elementwise product, in either order."""
    return op("Mul", left, right, commutative=True)


def total(left: Pattern, right: Pattern) -> Pattern:
    """A sum, in either order."""
    return op(ADDITIONS, left, right, commutative=True)


def summand(term: Pattern) -> Pattern:
    """The term, alone or with one or two further terms added to it."""
    return either(term, total(term, ANYTHING), total(total(term, ANYTHING), ANYTHING))


def activated(value: Pattern) -> Pattern:
    """The value after an activation function."""
    return op(ACTIVATIONS, value)


def clipped(value: Pattern) -> Pattern:
    """The value, clipped to a range or not."""
    between = op("Maximum", op("Minimum", value, ANYTHING), ANYTHING)
    return either(value, between, op("ClipByValue", value, ANYTHING, ANYTHING))


def linear(value: Pattern, kernel: str) -> Pattern:
    """The value times a matrix, which is captured as `kernel`; with or without a bias."""
    times = op("MatMul", value, capture(kernel))
    return either(op(ADDITIONS | {"BiasAdd"}, times, ANYTHING), op(ADDITIONS, ANYTHING, times), times)


def joined(first: Pattern, second: Pattern) -> Pattern:
    """Two tensors concatenated, in this order."""
    return op(CONCATENATIONS, first, second)


def piece(value: Pattern) -> Pattern:
    """One of the parts into which a value is split."""
    return op(SPLITS, value)
