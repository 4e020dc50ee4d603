"""What may be a result at all, tensor by tensor, and what its op says of it."""

from __future__ import annotations

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import OutputRole
from tf1compat.graph.frames import ENTER, EXIT, MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.registry import output_count
from tf1compat.ops.updates import is_update

_REDUCTIONS = (
    families.AVERAGE | families.GREATEST | families.L2_LOSS | families.LEAST | families.PRODUCT | families.SUM
    | families.DIVISION
)  # fmt: skip
_ARITHMETIC = families.SUMS | families.MULTIPLICATION | families.SUBTRACTION
_UNREAD = families.SHAPES | families.ASSERT | families.PRINTS
_PLUMBING = families.CONSTANT | families.CONTROL_TRIGGER | families.LOOP_CONDITION | families.NO_OP
_NEVER = _UNREAD | ENTER | EXIT | NEXT_ITERATION | SWITCH | _PLUMBING
_HANDLES = ("variant", "resource")
#: What a result's last op says of it; anything else is a result by its place alone.
_SPEAKING = families.by_op({
    families.TANH: "values between -1 and 1, as images and bounded actions are",
    families.SIGMOID: "values between 0 and 1",
    families.RELU: "values from 0 up",
    families.LOG_SOFTMAX: "the logarithms of probabilities",
})  # fmt: skip


def results_of(graph: Graph, node: Node) -> tuple[TensorRef, ...]:
    """The tensors of a node that may be results: all, but those that are there for gradients or are handles."""
    count = 1 if node.op in families.FIRST_ALONE else max(output_count(node) or 1, 1)
    tensors = (TensorRef(node.name, index) for index in range(count))
    return tuple(each for each in tensors if dtype_of(graph, each) not in _HANDLES)


def may_result(flow: ForwardGraph, node: Node) -> bool:
    """Whether a node predicts something for its examples, outside loops and branches."""
    if node.name not in flow.predicted or node.name in flow.inside_branches or node.op in _NEVER:
        return False
    if output_count(node) == 0:  # an enqueue, an assignment to a resource
        return False
    if node.op in MERGE and dtype_of(flow.graph, TensorRef(node.name)) == "bool":
        return False  # the result of a guard
    return not is_reduced(flow.graph, node) and not _is_watched(flow, node)


def _is_watched(flow: ForwardGraph, node: Node) -> bool:
    """Whether a single figure is there for training alone: the share of zeros in a layer, a rate of learning."""
    uses = {use.node for use in flow.graph.uses_of_node.get(node.name, ())}
    scalar = flow.graph.static_shape(TensorRef(node.name)).rank == 0
    updating = (is_update(flow.graph[name].op) for name in uses)
    return bool(uses) and uses <= flow.training and (scalar or any(updating))


def is_reduced(graph: Graph, node: Node) -> bool:
    """Whether a node gives a scalar reduction, or a sum or product with one: a statistic or a term of a loss."""
    node = graph.producer(source(graph, TensorRef(node.name)))
    if graph.static_shape(TensorRef(node.name)).rank != 0:
        return False
    if node.op in _ARITHMETIC:
        return any(is_reduced(graph, graph.producer(ref)) for ref in node.inputs)
    return node.op in _REDUCTIONS


def is_penalty(graph: Graph, node: Node) -> bool:
    """Whether a node reduces something to a figure for each example, scaled or not."""
    while node.op in _ARITHMETIC:
        computed = [
            ref for ref in node.inputs if graph.producer(source(graph, ref)).op not in families.CONSTANT
        ]
        if len(computed) != 1:
            return False
        node = graph.producer(source(graph, computed[0]))
    return node.op in _REDUCTIONS and graph.static_shape(TensorRef(node.name)).rank in (0, 1)


def role_of(flow: ForwardGraph, ref: TensorRef) -> OutputRole:
    """Whole numbers at a model's end are choices, but for the bytes of a picture; anything else is a value."""
    dtype = dtype_of(flow.graph, ref)
    return "class_ids" if dtype.is_integer and dtype != "uint8" else "value"


def kind_of(node: Node) -> str:
    """What a result's op says of it, to go on with after its reason."""
    return f"; {_SPEAKING[node.op]}" if node.op in _SPEAKING else ""


def shape_behind(graph: Graph, ref: TensorRef) -> TensorRef:
    """The tensor that says the shape where an op only hands a value on without recording it."""
    node = graph.producer(ref)
    unknown = graph.static_shape(ref).dims is None
    return (
        source(graph, node.inputs[0])
        if unknown and node.op in EXIT | families.TRANSPARENT and node.inputs
        else ref
    )
