"""What a loss makes of several examples, of several layers' results or of single columns, and what lies before.

y - transpose(y);  log(cumsum(exp(y)))       every example is held against others: the score of each is the result
concat([reshape(a, [-1, c]), reshape(b, [-1, c])], 0)      rows of all examples: a and b are the results
y[:, 0] - label;  y[:, 1] - label            all columns of y
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from tf1compat.analysis.constants import constant
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.outputs.head import tensor_readers
from tf1compat.discovery.outputs.judged.ranked import is_score
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef, is_default_name
from tf1compat.ops.families import CONCATENATIONS, RESHAPE, RUNNING_SUM, SHAPES, STRIDED_SLICE
from tf1compat.ops.registry import data_operands


def before_mixing(flow: ForwardGraph, ref: TensorRef) -> TensorRef:
    """The score of each example, before a loss held the examples of a batch against each other."""
    todo, seen, scores, mixed = [ref], set[TensorRef](), set[TensorRef](), False
    while todo:
        each = todo.pop()
        if each in seen or each.node not in flow.computed:
            continue
        seen.add(each)
        node = flow.graph.producer(each)
        if node.name in flow.parametric or not is_default_name(node.name, node.op):
            scores.add(each)
            continue
        mixed = mixed or node.op in RUNNING_SUM or _holds_pairs(flow, each)
        todo.extend(node.inputs)
    only = scores.pop() if len(scores) == 1 else ref
    return only if mixed and only.node in flow.predicted and is_score(flow, only) else ref


def _holds_pairs(flow: ForwardGraph, ref: TensorRef) -> bool:
    """Whether a tensor has two axes of as many entries as there are examples, as far as that is known."""
    dims = flow.graph.static_shape(ref).dims
    return dims is not None and len(dims) == 2 and dims[0] == dims[1]


def unjoined(flow: ForwardGraph, ref: TensorRef) -> tuple[TensorRef, ...]:
    """The results of several layers, before their entries were made rows and put end to end; else the tensor itself."""
    node = flow.graph.producer(ref)
    if node.op not in CONCATENATIONS or not is_default_name(node.name, node.op):
        return (ref,)
    parts = data_operands(node)
    ends = len(parts) > 1 and _axis(flow, node) == 0 and all(_is_rows(flow, each) for each in parts)
    return tuple(flow.graph.producer(each).inputs[0] for each in parts) if ends else (ref,)


def _axis(flow: ForwardGraph, node: Node) -> int | None:
    ref = next((each for each in node.inputs if each not in data_operands(node)), None)
    value = None if ref is None else constant(flow.graph, ref)
    return None if value is None or value.size != 1 else int(value.item())


def _is_rows(flow: ForwardGraph, ref: TensorRef) -> bool:
    """Whether a tensor is a matrix or a list that a Reshape made of more axes."""
    node = flow.graph.producer(ref)
    if node.op not in RESHAPE:
        return False
    before, after = (flow.graph.static_shape(each).rank for each in (node.inputs[0], ref))
    return before is not None and after is not None and after < 3 <= before


def whole_columns(flow: ForwardGraph, forms: Mapping[TensorRef, TensorRef]) -> dict[TensorRef, TensorRef]:
    """The forms, with a layer's result in place of its columns where a loss takes these one by one, and no one else."""
    columns: dict[TensorRef, set[TensorRef]] = defaultdict(set)
    for form in forms.values():
        node = flow.graph.producer(form)
        if node.op in STRIDED_SLICE and node.inputs[0].node in flow.parametric & flow.predicted:
            columns[node.inputs[0]].add(form)
    whole = {
        form: layer
        for layer, held in columns.items()
        if len(held) > 1 and _readers(flow, layer) == {each.node for each in held}
        for form in held
    }
    return {ref: whole.get(form, form) for ref, form in forms.items()}


def _readers(flow: ForwardGraph, ref: TensorRef) -> set[str]:
    return {name for name in tensor_readers(flow, ref) if flow.graph[name].op not in SHAPES}
