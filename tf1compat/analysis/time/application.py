"""One application of an unrolled network: the last one, alone, in the place of all of them.

What took the sequence apart gives its one step, and what put the steps together holds one. The weights are shared, so
that the last application, begun with the first one's state, is what each of them computes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from tf1compat.analysis.shapes.lists import parts_of
from tf1compat.graph.attributes import DType, TensorValue
from tf1compat.graph.draft import Draft
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.families import CUTS, PACK, SLICES, STRIDED_SLICE, UNPACK, by_op
from tf1compat.ops.registry import data_operands, operand

_MADE_BY = "one_application"


@dataclass(frozen=True)
class Application:
    """The last of `steps` applications.

    `taken`: what it takes of sequences. `joined`: nodes that put all steps together. `exchanged`: what it reads of the
    application before it, with what the first application read there.
    """

    steps: int
    taken: tuple[TensorRef, ...] = ()
    joined: tuple[str, ...] = ()
    exchanged: Mapping[TensorRef, TensorRef] = field(default_factory=dict)

    @property
    def nodes(self) -> frozenset[str]:
        """The nodes that it names."""
        read = (*self.taken, *self.exchanged, *self.exchanged.values())
        return frozenset((*(ref.node for ref in read), *self.joined))


def one_application(graph: Graph, application: Application) -> Graph:
    """The graph in which a sequence of one step goes through the last application alone."""
    draft = Draft(graph)
    instead = dict(application.exchanged)
    for ref in application.taken:
        instead[ref] = _single_step(draft, ref)
    draft.redirect({ref: other for ref, other in instead.items() if ref.node in draft})
    for name in application.joined:
        if name in draft:
            draft.put(_of_one_part(draft, draft[name]))
    return draft.graph()


def _single_step(draft: Draft, ref: TensorRef) -> TensorRef:
    """The one step of a sequence that is no longer than that, as the node gave its last."""
    node = draft[ref.node]
    name = draft.free_name(f"{node.name}/only_step")
    draft.put(*_TAKERS[node.op](node, name, draft))
    return TensorRef(name)


def _unstacked(node: Node, name: str, draft: Draft) -> Iterator[Node]:
    yield make_node(
        name, "Squeeze", node.inputs[:1], control_inputs=node.control_inputs, made_by=_MADE_BY,
        T=node.dtype() or DType("float32"), squeeze_dims=(node.integer("axis"),),
    )  # fmt: skip


def _split(node: Node, name: str, draft: Draft) -> Iterator[Node]:
    yield make_node(
        name,
        "Identity",
        data_operands(node),
        control_inputs=node.control_inputs,
        made_by=_MADE_BY,
        T=node.dtype() or DType("float32"),
    )


def _sliced(node: Node, name: str, draft: Draft) -> Iterator[Node]:
    """A slice from the same axes' first entry: of one step there is no other."""
    changed = []
    for position in (1, 2) if node.op in STRIDED_SLICE else (1,):
        constant = draft.input(node, position)
        value = constant.attrs.get("value")
        assert isinstance(value, TensorValue), "a step's number is a constant"
        bounds = f"{name}/{('begin', 'end')[position - 1]}"
        moved = _from_first(node, value.array, position)
        changed.append(TensorRef(bounds))
        dtype = constant.dtype("dtype") or DType("int32")
        yield replace(
            constant.without_attrs("_output_shapes").with_attrs(value=TensorValue.of(moved.tolist(), dtype)),
            name=bounds, made_by=_MADE_BY,
        )  # fmt: skip
    yield replace(
        node, name=name, inputs=(node.inputs[0], *changed, *node.inputs[1 + len(changed) :]), made_by=_MADE_BY
    )


def _from_first(node: Node, bounds: np.ndarray, position: int) -> np.ndarray:
    """Bounds from the first entry on, for axes that are not taken whole."""
    first = position - 1 if node.op in STRIDED_SLICE else 0
    masks = node.integer("begin_mask") | node.integer("end_mask")
    return np.array([
        first if bound > 0 and not masks >> place & 1 else bound for place, bound in enumerate(bounds.ravel().tolist())
    ])  # fmt: skip


_TAKERS: Mapping[str, Callable[[Node, str, Draft], Iterator[Node]]] = by_op(
    {UNPACK: _unstacked, CUTS: _split, SLICES: _sliced}
)
#: Ops that take one step out of a sequence.
TAKERS = frozenset(_TAKERS)


def _of_one_part(draft: Draft, node: Node) -> Node:
    """What puts steps together, of the last one alone."""
    last = parts_of(node)[-1:]
    if node.op in PACK:
        return replace(node, inputs=last, made_by=_MADE_BY).with_attrs(N=1)
    operand_of_axis = operand(node, "concat_dim", "axis")
    along = draft.producer(operand_of_axis).attrs.get("value") if operand_of_axis else None
    axis = int(along.array.ravel()[0]) if isinstance(along, TensorValue) else 0
    return make_node(
        node.name, "Identity", last, control_inputs=node.control_inputs, made_by=_MADE_BY,
        T=node.dtype() or DType("float32"), _axis=axis,
    )  # fmt: skip
