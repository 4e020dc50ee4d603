"""What a gate adds up before its activation: products of values and weights, biases, and anything else.

A cell may multiply input and state by one matrix, side by side, or each by its own; by one matrix for all gates,
whose product is then cut into parts, or by one for each gate. A linear form says the same of all of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tf1compat.analysis.pattern import Mismatch, capture, match, normalized, source
from tf1compat.analysis.time.same_slice import first_like
from tf1compat.discovery.rnn.cells.weights import columns, is_fixed, whole
from tf1compat.discovery.rnn.states.carrying import outside_branch
from tf1compat.graph.frames import MERGE
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.registry import data_operands

_SUMS = families.ADDITIONS | families.ADD_N | families.BIAS_ADDITION
_CUTS = families.SPLITS | families.SLICES
#: How many sums and cuts are followed, one below the other; no cell has more.
_DEEP = 8
_NORMALIZED = normalized(capture("value"))


@dataclass(frozen=True)
class Product:
    """Values, side by side, times a kernel; of its columns perhaps only a part."""

    node: str
    op: str
    values: tuple[TensorRef, ...]
    kernel: TensorRef
    weights: TensorRef  # what the kernel is a part of, or the kernel
    piece: TensorRef  # the product, or the part that is cut out of it
    parts: int | None  # how many such parts it has; None where that is not known


@dataclass(frozen=True)
class LinearForm:
    """A sum of products and of other tensors."""

    products: tuple[Product, ...]
    added: tuple[TensorRef, ...]
    normalized: bool = False

    @property
    def values(self) -> tuple[TensorRef, ...]:
        """What is multiplied by weights, in the order in which it is added up."""
        return tuple(value for product in self.products for value in product.values)

    @property
    def place(self) -> str:
        """A node by which a reader finds it."""
        nodes = [*(each.piece.node for each in self.products), *(each.node for each in self.added)]
        return nodes[0] if nodes else ""


def linear_form(graph: Graph, ref: TensorRef, cut: TensorRef | None = None) -> LinearForm:
    """The sum that a tensor is; where `cut` is given, only that part of it."""
    terms = list(_terms(graph, source(graph, ref), cut, _DEEP))
    return LinearForm(
        tuple(each for each in terms if isinstance(each, Product)),
        tuple(each for each in terms if isinstance(each, TensorRef)),
        any(each is None for each in terms),
    )


def _terms(
    graph: Graph, ref: TensorRef, cut: TensorRef | None, deep: int
) -> Iterator[Product | TensorRef | None]:
    """The terms of the sum; None stands for a normalization on the way."""
    node = graph.producer(ref)
    if deep == 0:
        yield ref
        return
    inner = _before_normalization(graph, ref) if node.op in families.ADDITIONS else None
    if inner is not None:
        yield None
        yield from _terms(graph, inner, cut, deep - 1)
    elif node.op in _SUMS:
        for each in node.inputs:
            yield from _terms(graph, source(graph, each), cut, deep - 1)
    elif node.op in _CUTS and cut is None and not is_fixed(graph, ref):
        yield from _terms(graph, source(graph, data_operands(node)[0]), ref, deep - 1)
    elif node.op in families.SQUEEZE or (
        node.op in families.CONCATENATIONS and len(data_operands(node)) == 1
    ):
        yield from _terms(graph, source(graph, data_operands(node)[0]), cut, deep - 1)
    else:
        yield _product(graph, node, cut) or ref


def _before_normalization(graph: Graph, ref: TensorRef) -> TensorRef | None:
    found = match(_NORMALIZED, graph, ref)
    return None if isinstance(found, Mismatch) else found["value"]


def _product(graph: Graph, node: Node, cut: TensorRef | None) -> Product | None:
    """The product that a node computes with weights; None when it computes another thing."""
    turned = node.attrs.get("transpose_a") or node.attrs.get("transpose_b")
    if (
        node.op not in families.MATRIX_PRODUCT | families.CONVOLUTIONS
        or turned
        or not is_fixed(graph, node.inputs[1])
    ):
        return None
    kernel = outside_branch(graph, node.inputs[1])
    piece = cut or TensorRef(node.name)
    parts = _parts(graph, cut, kernel) if cut is not None else 1
    return Product(
        node.name, node.op, _values(graph, node.inputs[0]), kernel, whole(graph, kernel), piece, parts
    )


def _parts(graph: Graph, cut: TensorRef, kernel: TensorRef) -> int | None:
    node = graph.producer(cut)
    if node.op in families.SPLITS:
        return node.integer("num_split") or node.integer("num")
    size, dims = columns(graph, kernel), graph.static_shape(cut).dims
    return size // dims[-1] if size and dims and dims[-1] else None


def _values(graph: Graph, ref: TensorRef) -> tuple[TensorRef, ...]:
    ref = source(graph, ref)
    node = graph.producer(ref)
    if node.op in families.EXPAND_DIMS:
        ref = source(graph, node.inputs[0])
        node = graph.producer(ref)
    if node.op in families.CONCATENATIONS:
        return tuple(first_like(graph, source(graph, each)) for each in data_operands(node))
    return (first_like(graph, unmasked(graph, ref)),)


def unmasked(graph: Graph, ref: TensorRef) -> TensorRef:
    """The value before Keras multiplied it by a mask: ones, or in training ones after dropout."""
    node = graph.producer(ref)
    if node.op in families.MULTIPLICATION and _is_mask(graph, node.inputs[1]):
        return source(graph, node.inputs[0])
    return ref


def _is_mask(graph: Graph, ref: TensorRef) -> bool:
    node = graph.producer(source(graph, ref))
    if node.op not in MERGE:
        return False
    return any(
        graph.producer(outside_branch(graph, each)).op in families.FILL | families.ONES_LIKE
        for each in node.inputs
    )
