"""Where a signature enters and leaves the graph: frozen constants, fed tensors, stacked states, class labels."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

from tf1compat.analysis.idioms.noise.sites import is_drawn
from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import Attr, DType, TensorValue
from tf1compat.graph.draft import Draft
from tf1compat.graph.frames import frame_of_nodes
from tf1compat.graph.model import Graph, Node, Use, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.families import CONSTANT, PLACEHOLDER_WITH_DEFAULT
from tf1compat.plan.model import (
    ConstantPlan,
    InputBinding,
    LabelPlan,
    OutputBinding,
    SignaturePlan,
)
from tf1compat.rewrite.base import fresh_name, passing, rewired, substitute


def freeze(graph: Graph, constants: Sequence[ConstantPlan]) -> Graph:
    """Each constant's tensor is a `Const`; one that stood in a loop or a branch still does.

    What is drawn keeps its sizes: it is filled with the constant.
    """
    draft, inside = Draft(graph), frame_of_nodes(graph) if constants else {}
    for constant in constants:
        if is_drawn(graph, constant.tensor):
            _fill(draft, constant)
            continue
        place = _place(graph.producer(constant.tensor), inside)
        _replace_tensor(draft, constant.tensor, _const(constant, place))
    return draft.graph()


def _const(constant: ConstantPlan, waiting: Sequence[str]) -> Node:
    value = TensorValue.of(constant.value, constant.dtype)
    return make_node("", "Const", control_inputs=waiting, made_by="freeze", dtype=constant.dtype, value=value)


def _fill(draft: Draft, constant: ConstantPlan) -> None:
    """A tensor's own node, moved aside, gives the shape alone in which the constant is filled."""
    node = draft.producer(constant.tensor)
    aside, sizes, one = (fresh_name(draft, f"{node.name}/{each}") for each in ("drawn", "shape", "constant"))
    shape = make_node(
        sizes, "Shape", (TensorRef(aside),), made_by="freeze", T=constant.dtype, out_type=DType("int32")
    )
    attrs: dict[str, Any] = {k: v for k, v in node.attrs.items() if k == "_output_shapes"}
    filled = make_node(
        node.name, "Fill", (TensorRef(sizes), TensorRef(one)), made_by="freeze",
        T=constant.dtype, index_type=DType("int32"), **attrs,
    )  # fmt: skip
    draft.put(replace(node, name=aside), shape, replace(_const(constant, (aside,)), name=one), filled)


def _place(node: Node, inside: Container[str]) -> tuple[str, ...]:
    """What a constant waits for in a node's stead, so that it stands in the same loop or branch."""
    if node.op in CONSTANT:
        return node.control_inputs
    return tuple(ref.node for ref in node.inputs[:1]) if node.name in inside else ()


def feed(graph: Graph, inputs: Sequence[InputBinding]) -> tuple[Graph, tuple[tuple[str, str], ...]]:
    """Each input's tensor is a `Placeholder`; gives the graph and (alias, node) for each input.

    Raises RewriteError where two inputs are the same tensor.
    """
    draft, entries = Draft(graph), dict[str, str]()
    aliases: dict[tuple[TensorRef, tuple[Use, ...]], str] = {}
    # A node's first output last: the node itself makes way for what is fed there.
    for binding in sorted(inputs, key=lambda each: each.tensor.index == 0):
        other = aliases.setdefault((binding.tensor, binding.readers), binding.alias)
        if other != binding.alias:
            raise RewriteError(
                f"the inputs '{other}' and '{binding.alias}' are both '{binding.tensor}', which takes one value; "
                "leave one of them out"
            )
        node = make_node("", "Placeholder", made_by="feed", dtype=binding.dtype, shape=binding.shape)
        if binding.readers:
            entries[binding.alias] = _feed_readers(draft, binding, node)
        else:
            entries[binding.alias] = _replace_tensor(draft, binding.tensor, node)
    return draft.graph(), tuple((each.alias, entries[each.alias]) for each in inputs)


def _feed_readers(draft: Draft, binding: InputBinding, node: Node) -> str:
    """`node` gives an input's value to its readers alone, under the name told; raises RewriteError for no reader."""
    name = fresh_name(draft, f"{binding.tensor.node}/{binding.alias}")
    draft.put(replace(node, name=name))
    draft.put(*rewired(draft, binding.readers, TensorRef(name)).values())
    return name


def use_defaults(graph: Graph) -> Graph:
    """`PlaceholderWithDefault` nodes that no signature feeds pass their default on."""
    changed = {
        node.name: passing(
            node.with_attrs(T=node.dtype("dtype") or DType("float32")), node.inputs[0], "use_defaults"
        )
        for node in graph.nodes
        if node.op in PLACEHOLDER_WITH_DEFAULT
    }
    return substitute(graph, changed)


def _replace_tensor(draft: Draft, ref: TensorRef, node: Node) -> str:
    """`node`, under the fitting name told, gives a tensor's value."""
    if ref.index:
        name = fresh_name(draft, f"{ref.node}/output_{ref.index}")
        draft.put(replace(node, name=name))
        draft.redirect({ref: TensorRef(name)})
        return name
    others = _other_outputs(draft, ref.node)
    if others:
        _move_aside(draft, ref.node, others)
    draft.put(replace(node, name=ref.node))
    return ref.node


def _other_outputs(draft: Draft, name: str) -> set[TensorRef]:
    """The outputs of a node other than the first that somebody reads."""
    read = (ref for reader in draft.readers(name) for ref in draft[reader].inputs)
    return {ref for ref in read if ref.node == name and ref.index}


def _move_aside(draft: Draft, name: str, others: Iterable[TensorRef]) -> None:
    """The node is under another name, and the readers of its outputs other than the first follow it."""
    aside = fresh_name(draft, name + "/computed")
    draft.put(replace(draft[name], name=aside))
    draft.redirect({ref: TensorRef(aside, ref.index) for ref in others})


@dataclass
class _Additions:
    """Nodes to be added to a graph, each with a free name."""

    graph: Graph
    made_by: str
    nodes: list[Node] = field(default_factory=list)
    names: set[str] = field(default_factory=set)

    def add(self, name: str, op: str, inputs: Sequence[TensorRef] = (), **attrs: Attr) -> TensorRef:
        node = make_node(fresh_name(self, name), op, inputs, made_by=self.made_by).with_attrs(**attrs)
        self.nodes.append(node)
        self.names.add(node.name)
        return TensorRef(node.name)

    def __contains__(self, name: object) -> bool:
        return name in self.names or name in self.graph

    def constant(self, name: str, value: object, dtype: str) -> TensorRef:
        kind = DType(dtype)
        return self.add(name, "Const", dtype=kind, value=TensorValue.of(value, kind))


def outputs(
    graph: Graph, signature: SignaturePlan, labels: LabelPlan | None
) -> tuple[Graph, tuple[tuple[str, TensorRef], ...]]:
    """The graph with stacked states and label outputs added, and (alias, tensor) for each output."""
    additions = _Additions(graph, "outputs")
    found = [(binding.alias, _stacked(additions, binding)) for binding in signature.outputs]
    if labels is not None and labels.exclusive:
        scores = next((ref for alias, ref in found if alias == labels.scores), None)
        if scores is not None:
            found += _label_outputs(additions, scores, labels, signature)
    return substitute(graph, {}, additions.nodes), tuple(found)


def _stacked(additions: _Additions, binding: OutputBinding) -> TensorRef:
    """The one tensor of an output; of several, their stack. Raises RewriteError where the places do not fill it."""
    if binding.tensor is not None:
        return binding.tensor
    if binding.softmax:
        return additions.add(
            f"{binding.alias}/softmax", "Softmax", (binding.pieces[0].tensor,), T=binding.dtype
        )
    if binding.joined is not None:
        return _joined(additions, binding, binding.joined)
    parts = {piece.index: piece.tensor for piece in binding.pieces}
    sizes = tuple(max(place) + 1 for place in zip(*parts, strict=False))
    places = list(product(*map(range, sizes)))
    if len(binding.pieces) != len(places) or not sizes or set(places) != set(parts):
        raise RewriteError(
            f"output '{binding.alias}' is put together of {len(binding.pieces)} tensors, whose places in it leave gaps "
            "or lie over each other; give each of them an alias of its own with --signature"
        )
    return _stack(additions, binding, parts, ())


def _joined(additions: _Additions, binding: OutputBinding, axis: int) -> TensorRef:
    """The tensors of an output side by side along an axis, in the order of their places."""
    ordered = [piece.tensor for piece in sorted(binding.pieces, key=lambda piece: piece.index)]
    along = additions.constant(f"{binding.alias}/axis", axis, "int32")
    return additions.add(
        f"{binding.alias}/joined",
        "ConcatV2",
        (*ordered, along),
        T=binding.dtype,
        N=len(ordered),
        Tidx=DType("int32"),
    )


def _stack(
    additions: _Additions,
    binding: OutputBinding,
    parts: Mapping[tuple[int, ...], TensorRef],
    place: tuple[int, ...],
) -> TensorRef:
    """What lies at a place: the tensor itself, or the stack of what lies one axis further in."""
    if place in parts:
        return parts[place]
    count = 1 + max(each[len(place)] for each in parts)
    rows = [_stack(additions, binding, parts, (*place, row)) for row in range(count)]
    return additions.add(f"{binding.alias}/stack", "Pack", rows, T=binding.dtype, N=count, axis=0)


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
