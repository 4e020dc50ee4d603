"""The gates of a cell: sigmoids of linear forms, and what holds when all of them are read from the same values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from tf1compat.analysis.constants import scalar
from tf1compat.analysis.pattern import (
    ANYTHING,
    Captures,
    Mismatch,
    Pattern,
    capture,
    either,
    match,
    op,
    part,
    source,
)
from tf1compat.discovery.rnn.cells.linear_form import LinearForm, linear_form
from tf1compat.discovery.rnn.cells.weights import columns, is_fixed
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.registry import data_operands

#: How far below a cell's output its linear forms lie: a miss there has got further than one in the pattern.
FORM_DEPTH = 6


def _hard_sigmoid(value: Pattern, slope: Pattern, middle: Pattern) -> Pattern:
    """Keras's `hard_sigmoid`: 0.2 * x + 0.5 between 0 and 1."""
    raised = op(families.ADDITIONS, op("Mul", value, slope), middle)
    return either(
        op("Maximum", op("Minimum", raised, op("Const")), op("Const")),
        op("ClipByValue", raised, op("Const"), op("Const")),
    )


_HARD = _hard_sigmoid(ANYTHING, op("Const"), op("Const"))
_HARD_IN_PARTS = _hard_sigmoid(
    capture("value"), capture("slope", op("Const")), capture("middle", op("Const"))
)
_OPENED = either(op("Sigmoid"), _HARD)


def gate(name: str) -> Pattern:
    """A gate: a sigmoid, Keras's hard one included, or a part of the sigmoid of all gates together."""
    return capture(name, either(_OPENED, part(op("Sigmoid"))))


def gate_form(graph: Graph, ref: TensorRef) -> LinearForm:
    """The linear form behind a gate."""
    node = graph.producer(ref)
    if node.op in families.SPLITS | families.SLICES:
        inner = graph.producer(source(graph, data_operands(node)[0]))
        return linear_form(graph, inner.inputs[0], ref)
    if node.op in families.SIGMOID:
        return linear_form(graph, node.inputs[0])
    found = match(_HARD_IN_PARTS, graph, ref)
    if isinstance(found, Mismatch) or not _rises_as_keras_has_it(graph, found):
        return LinearForm((), (ref,))
    return linear_form(graph, found["value"])


def _rises_as_keras_has_it(graph: Graph, found: Captures) -> bool:
    slope, middle = scalar(graph, found["slope"]), scalar(graph, found["middle"])
    return slope is not None and abs(slope - 0.2) < 1e-6 and middle == 0.5


def is_hard(graph: Graph, ref: TensorRef) -> bool:
    """Whether a gate is Keras's hard sigmoid."""
    return graph.producer(ref).op in families.CLIP | families.MAXIMUM


def activated_form(graph: Graph, ref: TensorRef) -> tuple[LinearForm, str]:
    """The linear form behind an activation, or bare, and the activation's name."""
    node = graph.producer(source(graph, ref))
    if node.op in families.ACTIVATIONS:
        return linear_form(graph, node.inputs[0]), node.op.lower()
    return linear_form(graph, ref), "identity"


def values_of(
    forms: Mapping[str, LinearForm], ops: Collection[str]
) -> tuple[TensorRef, TensorRef] | Mismatch:
    """The two values that every form multiplies by weights, the same in all and in the same order."""
    for name, form in forms.items():
        if len(form.values) != 2 or any(each.op not in ops for each in form.products):
            return _miss(f"'{name}' is no linear form of an input and a state", form.place)
    first, *others = forms.values()
    for form in others:
        if form.values != first.values:
            return _miss("the gates read different values", form.place)
    return first.values[0], first.values[1]


def misused_part(forms: Iterable[LinearForm]) -> Mismatch | None:
    """The first part of a product that serves two purposes, or a product of which parts serve none.

    Parts left over belong to a larger cell than the one that is judged.
    """
    products = [each for form in forms for each in form.products]
    uses = Counter((each.node, each.piece) for each in products)
    for each in products:
        if uses[each.node, each.piece] > 1:
            return _late_miss("one part serves two purposes", each.piece.node)
    for each in products:
        used = sum(node == each.node for node, _ in uses)
        if each.parts not in (None, used):
            return _late_miss(f"{used} of {each.parts} parts are used", each.piece.node)
    return None


def units_of(graph: Graph, forms: Iterable[LinearForm]) -> int | None:
    """The columns that the first form has of its weights, which others may share."""
    products = [each for form in forms for each in form.products]
    weights = products[0].weights
    sharing = len({(each.node, each.piece) for each in products if each.weights == weights})
    size = columns(graph, weights)
    return size // sharing if size is not None else None


def strange_term(
    graph: Graph, forms: Mapping[str, LinearForm], peeped: Mapping[str, TensorRef] | None = None
) -> Mismatch | None:
    """The first term that is neither a bias nor a peephole to the cell state that its form may see."""
    for name, form in forms.items():
        for each in form.added:
            seen = (peeped or {}).get(name)
            if not is_fixed(graph, each) and not (seen is not None and is_peephole(graph, each, seen)):
                op_name = graph.producer(each).op
                return _late_miss(f"{op_name} added to '{name}', where only a bias is wanted", each.node)
    return None


def is_peephole(graph: Graph, ref: TensorRef, state: TensorRef) -> bool:
    """Whether a tensor is a cell state times weights."""
    node = graph.producer(source(graph, ref))
    if node.op not in families.MULTIPLICATION:
        return False
    operands = [source(graph, each) for each in node.inputs]
    others = [each for each in operands if each != state]
    return len(others) == 1 and is_fixed(graph, others[0])


def _miss(reason: str, at: str) -> Mismatch:
    return Mismatch(reason, at, FORM_DEPTH)


def _late_miss(reason: str, at: str) -> Mismatch:
    return Mismatch(reason, at, FORM_DEPTH + 1)
