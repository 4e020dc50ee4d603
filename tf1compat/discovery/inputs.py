"""Placeholders and what each is for, judged by what it does and never by its name."""

from __future__ import annotations

from collections.abc import Iterable

from tf1compat.discovery.constants import constant
from tf1compat.discovery.findings import Freeze, InputFinding, OutputFinding, Rnn, StatePairing
from tf1compat.discovery.flow import Flow
from tf1compat.discovery.ops import PLACEHOLDERS
from tf1compat.discovery.pattern import ADDITIONS, TRANSPARENT
from tf1compat.discovery.tensors import dtype_of
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef

#: Ops that lengths may go through between the placeholder and the RNN.
_ADJUSTING = TRANSPARENT | ADDITIONS | frozenset({"Cast", "Sub", "Minimum", "Maximum", "Reshape", "Squeeze"})
_OPTIMIZERS = ("Apply", "ResourceApply", "SparseApply", "ResourceSparseApply")


def find_inputs(
    flow: Flow,
    rnns: Iterable[Rnn],
    pairings: Iterable[StatePairing],
    freezes: Iterable[Freeze],
    outputs: Iterable[OutputFinding],
) -> tuple[InputFinding, ...]:
    """Every placeholder outside the training parts, in the order of the file.

    Live are those that an output other than a loss depends on.
    """
    roles = {each.placeholder: "state" for each in pairings}
    lengths = (each.sequence_length for each in rnns if each.sequence_length is not None)
    roles |= {_given_lengths(flow.graph, each): "sequence_length" for each in lengths}
    roles |= {each.tensor: each.role for each in freezes}
    needed = flow.behind(each.tensor for each in outputs if each.role != "loss")
    found = []
    for ref in flow.sources:
        node = flow.graph.producer(ref)
        if node.op in PLACEHOLDERS:
            role = roles.get(ref) or _role(flow, ref)
            shape = flow.graph.static_shape(ref)
            found.append(InputFinding(ref, dtype_of(flow.graph, ref), shape, role, node.name in needed))
    return tuple(found)


def _role(flow: Flow, ref: TensorRef) -> str:
    if ref in flow.labels:
        return "label"
    if _only_optimizes(flow, ref):
        return "learning_rate"
    scalar = flow.graph.static_shape(ref).rank == 0
    if not flow.reaches(ref, flow.before_applied) or (scalar and not _reaches_parameter(flow, ref)):
        return "other"
    return "data"


def _given_lengths(graph: Graph, ref: TensorRef) -> TensorRef:
    """The tensor that lengths were computed from, step by step and by constants alone."""
    while True:
        open_operands = [each for each in graph.producer(ref).inputs if constant(graph, each) is None]
        if graph.producer(ref).op not in _ADJUSTING or len(open_operands) != 1:
            return ref
        ref = open_operands[0]


def _only_optimizes(flow: Flow, ref: TensorRef) -> bool:
    """Whether a floating scalar goes into update steps and nowhere else."""
    if not dtype_of(flow.graph, ref).is_floating or (flow.graph.static_shape(ref).rank or 0) != 0:
        return False
    todo = [use.node for use in flow.graph.uses_of_node.get(ref.node, ())]
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in flow.training and not _hands_on(flow.graph[name]):
            return False
        if name not in reached:
            reached.add(name)
            todo.extend(use.node for use in flow.graph.uses_of_node.get(name, ()))
    return any(flow.graph[name].op.startswith(_OPTIMIZERS) for name in reached)


def _hands_on(node: Node) -> bool:
    """Whether a node only passes a value on, as to a summary."""
    return node.op in TRANSPARENT


def _reaches_parameter(flow: Flow, ref: TensorRef) -> bool:
    """Whether a variable is applied to the tensor itself."""
    return any(use.node in flow.parametric for use in flow.graph.uses.get(ref, ()))
