"""What is fed and what each is for, judged by what it does and never by its name: placeholders, and where examples
come out of the author's input pipeline."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from tf1compat.analysis.constants import constant
from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.entries import Entry
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import (
    Freeze,
    InputFinding,
    InputKind,
    InputRole,
    OutputFinding,
    Rnn,
    SerializedFinding,
    StatePairing,
)
from tf1compat.discovery.input_pipeline.names import name_of
from tf1compat.discovery.input_pipeline.pipeline import fills_pipeline
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import ADDITIONS, CAST, EXTREMES, RESHAPE, SQUEEZE, SUBTRACTION, TRANSPARENT
from tf1compat.ops.pipelines.decoders import fed_shape

#: Ops that lengths may go through between the placeholder and the RNN.
_ADJUSTING = TRANSPARENT | ADDITIONS | EXTREMES | CAST | RESHAPE | SQUEEZE | SUBTRACTION
_OPTIMIZERS = ("Apply", "ResourceApply", "SparseApply", "ResourceSparseApply")


def find_inputs(
    flow: ForwardGraph,
    rnns: Iterable[Rnn],
    pairings: Iterable[StatePairing],
    freezes: Iterable[Freeze],
    outputs: Iterable[OutputFinding],
) -> tuple[InputFinding, ...]:
    """Every placeholder outside the training parts, and what the input pipeline gives, in the order of the file.

    Live are those that an output other than a loss depends on. Of what the pipeline gives, the live and the labels.
    """
    roles: dict[TensorRef, InputRole] = {each.placeholder: "state" for each in pairings}
    lengths = (each.sequence_length for each in rnns if each.sequence_length is not None)
    roles |= {_given_lengths(flow.graph, each): "sequence_length" for each in lengths}
    roles |= {each.tensor: each.role for each in freezes}
    needed = _Needed(flow, [each.tensor for each in outputs if each.role != "loss"])
    found = [_found(flow, each, roles, needed) for each in flow.entries.entries if each.can_be_fed]
    offered = [each for each in found if each.live or each.role == "label" or each.kind in _OF_AUTHOR]
    fed = {each.tensor for each in offered if each.live}
    return (*offered, *_followed(flow, fed))


#: Kinds of inputs that the author fed himself.
_OF_AUTHOR = ("placeholder", "pipeline")


@dataclass(frozen=True)
class _Needed:
    """What the offered outputs depend on, the graph being cut where examples come in."""

    flow: ForwardGraph
    outputs: list[TensorRef]

    @cached_property
    def _readers(self) -> frozenset[str]:
        return self.flow.behind(self.outputs) - self.flow.entries.ends

    def __contains__(self, ref: TensorRef) -> bool:
        uses = self.flow.graph.uses.get(ref, ())
        return ref in self.outputs or any(use.node in self._readers for use in uses)


def _found(
    flow: ForwardGraph, entry: Entry, roles: dict[TensorRef, InputRole], needed: _Needed
) -> InputFinding:
    ref, live = entry.tensor, entry.tensor in needed
    kind: InputKind = entry.kind
    if kind == "placeholder" and not live and fills_pipeline(flow.graph, ref):
        kind = "pipeline"
    role = roles.get(ref) or _role(flow, ref)
    if role == "other" and live and kind != "placeholder":
        role = "data"
    name = name_of(flow.graph, entry) if live else ""
    return InputFinding(ref, dtype_of(flow.graph, ref), fed_shape(flow.graph, ref), role, live, kind, name)


def _followed(flow: ForwardGraph, fed: Container[TensorRef]) -> Iterator[InputFinding]:
    """Placeholders of what the graph decodes: the author fed them, though what is decoded is better fed."""
    decoded: dict[TensorRef, list[TensorRef]] = {}
    for each in flow.entries.entries:
        if each.kind == "placeholder" and each.tensor != each.root:
            decoded.setdefault(each.root, []).append(each.tensor)
    for root, tensors in decoded.items():
        live = any(each in fed for each in tensors)
        dtype, shape = dtype_of(flow.graph, root), fed_shape(flow.graph, root)
        yield InputFinding(root, dtype, shape, "data", live, "serialized")


def find_serialized(flow: ForwardGraph, inputs: Iterable[InputFinding]) -> tuple[SerializedFinding, ...]:
    """The serialized values that live inputs are decoded from, each with these inputs."""
    live = {each.tensor for each in inputs if each.live}
    graph = flow.graph
    return tuple(
        SerializedFinding(
            each.tensor, dtype_of(graph, each.tensor), fed_shape(graph, each.tensor), each.format, decoded
        )
        for each in flow.entries.serialized
        if (decoded := tuple(ref for ref in each.decoded if ref in live))
    )


def _role(flow: ForwardGraph, ref: TensorRef) -> InputRole:
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


def _only_optimizes(flow: ForwardGraph, ref: TensorRef) -> bool:
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


def _reaches_parameter(flow: ForwardGraph, ref: TensorRef) -> bool:
    """Whether a variable is applied to the tensor itself."""
    return any(use.node in flow.parametric for use in flow.graph.uses.get(ref, ()))
