"""Where a signature enters and leaves the graph: frozen constants, fed tensors, stacked states, class labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tf1compat.graph.attributes import Attr, DType, TensorValue
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.plan.model import (
    ConstantPlan,
    InputBinding,
    LabelPlan,
    OutputBinding,
    Piece,
    SignaturePlan,
)
from tf1compat.rewrite.base import fresh_name, redirect, substitute


def freeze(graph: Graph, constants: Sequence[ConstantPlan]) -> Graph:
    """Each constant's tensor is a `Const`; defaults of `PlaceholderWithDefault` that nobody feeds hold."""
    for constant in constants:
        value = TensorValue.of(constant.value, constant.dtype)
        graph = _replace_tensor(graph, constant.tensor, "Const", "freeze", dtype=constant.dtype, value=value)
    return graph


def feed(graph: Graph, inputs: Sequence[InputBinding]) -> tuple[Graph, tuple[tuple[str, str], ...]]:
    """Each input's tensor is a `Placeholder`; gives the graph and (alias, node) for each input."""
    entries = []
    for binding in inputs:
        graph = _replace_tensor(
            graph, binding.tensor, "Placeholder", "feed", dtype=binding.dtype, shape=binding.shape
        )
        entries.append((binding.alias, graph_entry(graph, binding.tensor)))
    return graph, tuple(entries)


def graph_entry(graph: Graph, ref: TensorRef) -> str:
    """The node that stands for a tensor which was replaced."""
    return ref.node if ref.index == 0 else entry_name(ref)


def entry_name(ref: TensorRef) -> str:
    """The name of a node that stands for an output other than the first."""
    return f"{ref.node}/output_{ref.index}"


def use_defaults(graph: Graph) -> Graph:
    """`PlaceholderWithDefault` nodes that no signature feeds pass their default on."""
    changed = {
        node.name: make_node(
            node.name,
            "Identity",
            node.inputs,
            made_by="use_defaults",
            T=node.dtype("dtype") or DType("float32"),
        )
        for node in graph.nodes
        if node.op == "PlaceholderWithDefault"
    }
    return substitute(graph, changed)


def _replace_tensor(graph: Graph, ref: TensorRef, op: str, made_by: str, **attrs: Attr) -> Graph:
    name = graph_entry(graph, ref)
    node = make_node(name, op, made_by=made_by).with_attrs(**attrs)
    if ref.index == 0:
        others = _other_outputs(graph, ref)
        if others:
            graph = _move_aside(graph, ref.node)
        return substitute(graph, {name: node}, () if name in graph else (node,))
    return redirect(substitute(graph, {}, (node,)), {ref: TensorRef(name)})


def _other_outputs(graph: Graph, ref: TensorRef) -> bool:
    return any(use.node == ref.node and use.index for use in graph.uses)


def _move_aside(graph: Graph, name: str) -> Graph:
    """The node under another name, with the readers of its outputs other than the first following it."""
    aside = fresh_name(graph, name + "/computed")
    moved = {ref: TensorRef(aside, ref.index) for ref in graph.uses if ref.node == name and ref.index}
    original = graph[name]
    copy = Node(aside, original.op, original.inputs, original.control_inputs, original.attrs)
    return redirect(substitute(graph, {}, (copy,)), moved)


@dataclass
class _Additions:
    """Nodes to be added to a graph, each with a free name."""

    graph: Graph
    made_by: str
    nodes: list[Node] = field(default_factory=list)

    def add(self, name: str, op: str, inputs: Sequence[TensorRef] = (), **attrs: Attr) -> TensorRef:
        taken = {node.name for node in self.nodes} | set(self.graph.by_name)
        node = make_node(fresh_name(taken, name), op, inputs, made_by=self.made_by).with_attrs(**attrs)
        self.nodes.append(node)
        return TensorRef(node.name)

    def constant(self, name: str, value: object, dtype: str) -> TensorRef:
        kind = DType(dtype)
        return self.add(name, "Const", dtype=kind, value=TensorValue.of(value, kind))


def outputs(
    graph: Graph, signature: SignaturePlan, labels: LabelPlan | None
) -> tuple[Graph, tuple[tuple[str, TensorRef], ...]]:
    """The graph with stacked states and label outputs added, and (alias, tensor) for each output."""
    additions = _Additions(graph, "outputs")
    found = [(binding.alias, _stacked(additions, binding)) for binding in signature.outputs]
    if labels is not None:
        scores = next((ref for alias, ref in found if alias == labels.scores), None)
        if scores is not None:
            found += _label_outputs(additions, scores, labels, signature)
    return substitute(graph, {}, additions.nodes), tuple(found)


def _stacked(additions: _Additions, binding: OutputBinding) -> TensorRef:
    return _stack(additions, binding.alias, binding.dtype, binding.pieces)


def _stack(additions: _Additions, alias: str, dtype: DType, pieces: Sequence[Piece]) -> TensorRef:
    if len(pieces) == 1 and not pieces[0].index:
        return pieces[0].tensor
    rows = sorted({piece.index[0] for piece in pieces})
    parts = [
        _stack(
            additions,
            alias,
            dtype,
            [Piece(piece.index[1:], piece.tensor) for piece in pieces if piece.index[0] == row],
        )
        for row in rows
    ]
    return additions.add(f"{alias}/stack", "Pack", parts, T=dtype, N=len(parts), axis=0)


def _label_outputs(
    additions: _Additions, scores: TensorRef, labels: LabelPlan, signature: SignaturePlan
) -> list[tuple[str, TensorRef]]:
    binding = next(each for each in signature.outputs if each.alias == labels.scores)
    names = additions.constant("all_classes", [name.encode() for name in labels.names], "string")
    last = additions.constant("class_ids/axis", -1, "int32")
    ids = additions.add(
        "class_ids",
        "ArgMax",
        (scores, last),
        T=binding.dtype,
        Tidx=DType("int32"),
        output_type=DType("int64"),
    )
    first = additions.constant("classes/axis", 0, "int32")
    classes = additions.add(
        "classes", "GatherV2", (names, ids, first),
        Tparams=DType("string"), Tindices=DType("int64"), Taxis=DType("int32"), batch_dims=0,
    )  # fmt: skip
    return [("class_ids", ids), ("classes", classes)]
