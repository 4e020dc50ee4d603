"""What losses and metrics hold against labels first: everything after it is a step of theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tf1compat.analysis.constants import constant
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.discovery.outputs.forms import REARRANGING, before_selection
from tf1compat.discovery.outputs.head import Head, Search, tensor_readers
from tf1compat.discovery.outputs.judged.mixed import before_mixing, unjoined, whole_columns
from tf1compat.discovery.outputs.judged.ranked import find_rankings
from tf1compat.discovery.outputs.networks.generated import find_generated
from tf1compat.discovery.outputs.result import is_penalty, kind_of, may_result, results_of, role_of
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef, is_default_name, is_parameter_name, strip_number
from tf1compat.ops.families import (
    ABSOLUTE,
    CLIP,
    COMPARISONS,
    CONCATENATIONS,
    CONSTANT,
    CONVOLUTIONS,
    EXPONENTIAL,
    EXTREMES,
    IDENTITY,
    LOG1P,
    LOGARITHM,
    MATRIX_PRODUCTS,
    MULTIPLICATION,
    NEGATION,
    POWER,
    RECIPROCAL,
    RECIPROCAL_ROOT,
    RESHAPE,
    SCALING,
    SIGMOID,
    SPLITS,
    SQUARE,
    SQUARE_ROOT,
    SQUARED_DIFFERENCE,
    STRIDED_SLICE,
    SUBTRACTION,
    SUMS,
    TANH,
)
from tf1compat.ops.registry import data_operands

#: What a likelihood does with a result before labels come in.
_LOSS_STEPS = (
    NEGATION | LOGARITHM | LOG1P | SQUARE | POWER | ABSOLUTE | RECIPROCAL | RECIPROCAL_ROOT | SQUARE_ROOT
)
#: Those that a result itself hardly ever ends with, though it may be held against a label so.
_OF_SIZE = LOGARITHM | LOG1P | SQUARE | SQUARE_ROOT
_ONE_OPERAND = _LOSS_STEPS | EXTREMES | CLIP | EXPONENTIAL | MULTIPLICATION | SCALING | SUMS | SUBTRACTION
#: What makes a result of its parameter: a rate of its logarithm, a share of its logit.
_LINKS = EXPONENTIAL | SIGMOID | TANH
#: What keeps a logarithm or a quotient finite, and changes no result.
_LITTLE = 1e-3
_LAYERS = MATRIX_PRODUCTS | CONVOLUTIONS
_AGAINST = COMPARISONS | SUBTRACTION | SQUARED_DIFFERENCE


def find_compared(search: Search) -> Iterator[Head]:
    """What is held against labels first, tensor by tensor, in the form that the author had before the loss."""
    flow = search.flow
    held = {ref for name in flow.predicted for ref in _held(flow, flow.graph[name])}
    ranked = frozenset[str]().union(*(each.steps for each in find_rankings(flow)))
    outside = {each for ref in held for each in _outside_branches(flow, ref) if each.node not in ranked}
    parts = {part for ref in outside for part in unjoined(flow, before_mixing(flow, ref))}
    forms = whole_columns(flow, {ref: _form(flow, _before_loss_steps(flow, ref)) for ref in parts})
    found = [
        ref for ref in _ordered(flow.graph, set(forms.values())) if may_result(flow, flow.graph[ref.node])
    ]
    predicting = {ref for ref, each in search.found.items() if each.predicts}
    made = {use.node for ref in find_generated(flow).tensors for use in flow.graph.uses.get(ref, ())}
    later = _after(flow, predicting.union(found)) | flow.ahead(made)
    for each in found:
        apart = each.node not in later or _is_linked(flow, each, found) or _is_scaled(flow, each, predicting)
        if each not in predicting and apart:
            yield Head(each, role_of(flow, each), f"held against the labels{kind_of(flow.graph[each.node])}")
            for ref in _ordered(flow.graph, {ref for ref, form in forms.items() if form == each != ref}):
                if _is_held_as(flow, ref, each):
                    yield Head(ref, role_of(flow, ref), f"'{each}' as it is held against the labels")


def _ordered(graph: Graph, refs: Collection[TensorRef]) -> list[TensorRef]:
    return [
        ref
        for node in graph.in_order({ref.node for ref in refs})
        for ref in sorted(refs)
        if ref.node == node.name
    ]


def _held(flow: ForwardGraph, node: Node) -> Iterator[TensorRef]:
    """The results of a node that are compared with something, but for figures that a loss is the sum of."""
    for ref in results_of(flow.graph, node):
        against = tensor_readers(flow, ref) & flow.judged
        added = all(flow.graph[name].op in SUMS for name in against)
        if against and not (added and is_penalty(flow.graph, node)):
            yield ref


def _after(flow: ForwardGraph, refs: Iterable[TensorRef]) -> frozenset[str]:
    """The nodes that are computed from these tensors without a layer in between; each output of an op by itself."""
    todo = [use.node for ref in refs for use in flow.graph.uses.get(ref, ())]
    found = set[str]()
    while todo:
        name = todo.pop()
        if name not in found and not (name in flow.parametric and flow.graph[name].op in _LAYERS):
            found.add(name)
            todo += [use.node for use in flow.graph.uses_of_node.get(name, ())]
    return frozenset(found)


def _is_scaled(flow: ForwardGraph, ref: TensorRef, predicting: Collection[TensorRef]) -> bool:
    """Whether a tensor is a score in the scale of the labels that it is held against, or such put together."""
    node = flow.graph[ref.node]
    if node.op in CONCATENATIONS:
        return all(_is_made_of(flow, each, predicting) for each in data_operands(node))
    return _is_compared_as_it_is(flow, ref) and _is_made_of(flow, ref, predicting)


def _is_made_of(flow: ForwardGraph, ref: TensorRef, predicting: Collection[TensorRef]) -> bool:
    """Whether arithmetic with constants alone makes a tensor of a result that is known."""
    at: TensorRef | None = ref
    while at is not None and at not in predicting:
        at = _only_operand(flow, at)
    return at is not None and at != ref


def _is_linked(flow: ForwardGraph, ref: TensorRef, found: Collection[TensorRef]) -> bool:
    """Whether a tensor is the rate or share of which the parameter is held against labels too."""
    node = flow.graph[ref.node]
    return node.op in _LINKS and source(flow.graph, node.inputs[0]) in found


def _outside_branches(flow: ForwardGraph, ref: TensorRef) -> list[TensorRef]:
    """The tensor itself, or the predictions that a branch of a `cond` makes it of."""
    found, todo, seen = [], [ref], set[TensorRef]()
    while todo:
        each = todo.pop()
        if each in seen or each.node not in flow.predicted:
            continue
        seen.add(each)
        if each.node not in flow.inside_branches:
            found.append(each)
        else:
            todo.extend(flow.graph[each.node].inputs)
    return found


# --------------------------------------------------------------------------------- before the steps of a loss


def _before_loss_steps(flow: ForwardGraph, ref: TensorRef) -> TensorRef:
    """The tensor before a likelihood took its logarithm, square or inverse to weigh a difference by it."""
    if len(tensor_readers(flow, ref)) > 1:
        return ref
    chosen, at = ref, ref
    if _is_compared_as_it_is(flow, ref) and flow.graph[ref.node].op not in _OF_SIZE:
        return ref
    while (before := _only_operand(flow, at)) is not None:
        step = flow.graph[at.node]
        if step.op in _LOSS_STEPS or (chosen != ref and _is_margin(flow, step)):
            chosen = before
        at = before
        if len(tensor_readers(flow, at)) > 1:
            break
    return chosen


def _is_margin(flow: ForwardGraph, node: Node) -> bool:
    """Whether a step keeps a value within bounds, or says how far it stays from one: `p + 1e-6`, a clip, a hinge."""
    if node.op in EXTREMES | CLIP:
        return True
    bound = constant(flow.graph, _constant_of(flow, node))
    if bound is None or bound.size != 1:
        return False
    return node.op in SUBTRACTION or (node.op in SUMS and abs(bound.item()) <= _LITTLE)


def _constant_of(flow: ForwardGraph, node: Node) -> TensorRef:
    return next((each for each in node.inputs if each.node not in flow.computed), node.inputs[0])


def _is_compared_as_it_is(flow: ForwardGraph, ref: TensorRef) -> bool:
    """Whether a tensor is compared with a label that did not go through the same step as it did."""
    own = flow.graph[ref.node].op
    for name in tensor_readers(flow, ref) & flow.judged:
        others = [each for each in flow.graph[name].inputs if each != ref and each.node not in flow.computed]
        alike = any(flow.graph.producer(source(flow.graph, each)).op == own for each in others)
        if flow.graph[name].op in _AGAINST and others and not (own in _LOSS_STEPS and alike):
            return True
    return False


def _only_operand(flow: ForwardGraph, ref: TensorRef) -> TensorRef | None:
    """The one tensor that an unnamed step of arithmetic is made of, constants apart; None at a layer or a name."""
    node = flow.graph[ref.node]
    if node.op not in _ONE_OPERAND or node.name in flow.parametric or not is_default_name(node.name, node.op):
        return None
    computed = {source(flow.graph, each) for each in node.inputs if each.node in flow.computed}
    constant = all(
        each.node in flow.computed or flow.graph.producer(source(flow.graph, each)).op in CONSTANT
        for each in node.inputs
    )
    only = next(iter(computed)) if constant and len(computed) == 1 else None
    return only if only is not None and only.node in flow.predicted else None


# ------------------------------------------------------------------------------------------ forms of a result


def _is_held_as(flow: ForwardGraph, ref: TensorRef, whole: TensorRef) -> bool:
    """Whether authors hold a result in this form too: without its axis of one, or as it is compared with a label."""
    ranks = [flow.graph.static_shape(each).rank or 0 for each in (ref, whole)]
    column = _is_column(flow.graph, whole) and ranks[0] == ranks[1] - 1
    return column or (flow.graph[ref.node].op in _LOSS_STEPS and _is_compared_as_it_is(flow, ref))


def _is_column(graph: Graph, ref: TensorRef) -> bool:
    dims = graph.static_shape(ref).dims
    return bool(dims) and dims is not None and len(dims) > 1 and dims[-1] == 1


def _form(flow: ForwardGraph, ref: TensorRef) -> TensorRef:
    """The tensor before a loss rearranged it: where it was computed, named or given axes, or others read it too."""
    while True:
        node = flow.graph[ref.node]
        rearranged = node.op in REARRANGING or _drops_axis(flow.graph, node)
        if is_parameter_name(node.name) and node.op in IDENTITY:
            ref = node.inputs[0]
            continue
        held = not is_default_name(node.name, node.op) or (
            node.op in IDENTITY and strip_number(node.name) == node.op
        )
        if node.op not in SPLITS and (len(tensor_readers(flow, ref)) > 1 or held):
            return ref
        whole = _before_parting(flow, before_selection(flow, ref))
        if whole == ref and (not rearranged or _gives_axes(flow.graph, node)):
            return ref
        ref = whole if whole != ref else node.inputs[0]


def _before_parting(flow: ForwardGraph, ref: TensorRef) -> TensorRef:
    """What was put together before a loss took it apart again."""
    node = flow.graph[ref.node]
    whole = data_operands(node)[0] if node.op in SPLITS else ref
    return whole if flow.graph.producer(whole).op in CONCATENATIONS else ref


def _gives_axes(graph: Graph, node: Node) -> bool:
    """Whether a Reshape makes more axes of a tensor, at least three: the anchors of a map, the actions' atoms."""
    if node.op not in RESHAPE:
        return False
    dims = graph.static_shape(TensorRef(node.name)).dims
    return dims is not None and len(dims) > 2 and dims[-1] is not None


def _drops_axis(graph: Graph, node: Node) -> bool:
    """Whether a slice only takes the one entry that there is along an axis: `values[:, 0]` of a column."""
    if node.op not in STRIDED_SLICE:
        return False
    before, after = (graph.static_shape(ref).dims for ref in (node.inputs[0], TensorRef(node.name)))
    return before is not None and after is not None and before[-1] == 1 and before[:-1] == after
