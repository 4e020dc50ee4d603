"""A small language of graph patterns: what a tensor is computed from, read backwards from its producer.

A pattern is matched at a tensor and gives every way in which it fits, each as the tensors captured by name; a
miss is data, the `Mismatch` that got furthest. Ops that only hand a value on, like Identity, are looked through.

    match(op("Mul", op("Sigmoid", capture("gate")), capture("state"), commutative=True), graph, tensor)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from types import MappingProxyType
from typing import Protocol, TypeVar

from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.ops.families import ACTIVATIONS, ADDITIONS, CONCATENATIONS, SLICES, SPLITS, TRANSPARENT
from tf1compat.ops.registry import data_operands

Captures = Mapping[str, TensorRef]
Found = TypeVar("Found")


@dataclass(frozen=True)
class Mismatch:
    """Why a pattern does not fit, and the node at which that was seen."""

    reason: str
    at: str
    depth: int = 0  # how far below the tensor that was asked about


Outcome = tuple[Captures, ...] | Mismatch


class Pattern(Protocol):
    """Anything that can be matched at a tensor, given what is already captured."""

    @property
    def roots(self) -> frozenset[str] | None:
        """The ops at whose outputs it can fit; None where it says nothing of the op."""
        ...

    def fit(self, graph: Graph, ref: TensorRef, known: Captures) -> Outcome:
        """Every way to fit, at least one; or why there is none."""
        ...


def match(pattern: Pattern, graph: Graph, ref: TensorRef) -> Captures | Mismatch:
    """What the first way to fit captures, or why there is none."""
    outcome = every_match(pattern, graph, ref)
    return outcome if isinstance(outcome, Mismatch) else outcome[0]


def every_match(pattern: Pattern, graph: Graph, ref: TensorRef) -> Outcome:
    """What each way to fit captures, or why there is none."""
    return pattern.fit(graph, ref, MappingProxyType({}))


def furthest(misses: Iterable[Mismatch]) -> Mismatch:
    """The miss that got furthest, the first of those that got equally far."""
    return max(misses, key=lambda miss: miss.depth)


def first_or_furthest(outcomes: Iterable[Found | Mismatch]) -> Found | Mismatch:
    """The first that is no miss; else the miss that got furthest."""
    misses = []
    for each in outcomes:
        if not isinstance(each, Mismatch):
            return each
        misses.append(each)
    return furthest(misses)


def source(graph: Graph, ref: TensorRef) -> TensorRef:
    """The tensor behind the ops that only hand it on."""
    if graph.producer(ref).op not in TRANSPARENT:
        return ref
    return resolve(graph, ref, TRANSPARENT)


@dataclass(frozen=True)
class Anything:
    """Fits every tensor."""

    roots: None = None

    def fit(self, graph: Graph, ref: TensorRef, known: Captures) -> Outcome:
        return (known,)


@dataclass(frozen=True)
class Capture:
    """Fits what `inner` fits, and gives it a name; the same name twice must be the same tensor."""

    name: str
    inner: Pattern

    @property
    def roots(self) -> frozenset[str] | None:
        return self.inner.roots

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
    """Fits an output of one of `roots` whose operands fit, in the given order or, when commutative, in any."""

    roots: frozenset[str]
    operands: tuple[Pattern, ...]
    commutative: bool = False

    @cached_property
    def _orders(self) -> tuple[tuple[Pattern, ...], ...]:
        return tuple(permutations(self.operands)) if self.commutative else (self.operands,)

    def fit(self, graph: Graph, ref: TensorRef, known: Captures) -> Outcome:
        node = graph.producer(source(graph, ref))
        if node.op not in self.roots:
            return _wrong_op(node, self.roots)
        values = data_operands(node)
        if self.operands and len(values) != len(self.operands):
            return Mismatch(f"{len(values)} operands where {len(self.operands)} are wanted", node.name)
        outcome = _all_of(_fit_each(graph, values, order, known) for order in self._orders)
        if isinstance(outcome, Mismatch):
            return Mismatch(outcome.reason, outcome.at, outcome.depth + 1)
        return outcome


@dataclass(frozen=True)
class Alternatives:
    """Fits what any of its patterns fits."""

    patterns: tuple[Pattern, ...]

    @cached_property
    def roots(self) -> frozenset[str] | None:
        roots = [each.roots for each in self.patterns]
        known = [each for each in roots if each is not None]
        return frozenset().union(*known) if len(known) == len(roots) else None

    def fit(self, graph: Graph, ref: TensorRef, known: Captures) -> Outcome:
        node = graph.producer(source(graph, ref))
        if self.roots is not None and node.op not in self.roots:
            return _wrong_op(node, self.roots)
        likely = (each for each in self.patterns if each.roots is None or node.op in each.roots)
        return _all_of(each.fit(graph, ref, known) for each in likely)


def _wrong_op(node: Node, wanted: frozenset[str]) -> Mismatch:
    return Mismatch(f"{node.op} where {' or '.join(sorted(wanted))} is wanted", node.name)


def _fit_each(
    graph: Graph, values: tuple[TensorRef, ...], patterns: tuple[Pattern, ...], known: Captures
) -> Outcome:
    """Every way in which each value fits its pattern; values that cannot for their op alone are seen first."""
    for ref, pattern in zip(values, patterns, strict=False):
        if pattern.roots is not None:
            node = graph.producer(source(graph, ref))
            if node.op not in pattern.roots:
                return _wrong_op(node, pattern.roots)
    solutions: tuple[Captures, ...] = (known,)
    for ref, pattern in zip(values, patterns, strict=False):
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


def part(value: Pattern) -> Pattern:
    """A part of a value, split off or sliced."""
    return op(SPLITS | SLICES, value)


def normalized(value: Pattern) -> Pattern:
    """The value after `tf.nn.batch_normalization` with a scale and an offset, as in `layer_norm`."""
    scaled = op("Mul", value, op("Mul", op("Rsqrt"), ANYTHING))
    return op(ADDITIONS, scaled, op("Sub"))
