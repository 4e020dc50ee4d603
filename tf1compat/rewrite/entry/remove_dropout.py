"""Noise that changes nothing is gone: a mask that keeps everything, a factor of one, a term of zero.

`tf.nn.dropout` up to TF 1.12 computes `floor(keep_prob + uniform)`, later versions `uniform >= rate`, and multiply the
input by it (tensorflow/python/ops/nn_ops.py). With keep_prob = 1 (rate = 0) and uniform in (0, 1), both are one,
whatever is drawn; so is what authors wrote by hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.idioms.noise.ranges import Ranges
from tf1compat.analysis.idioms.noise.scalars import operands
from tf1compat.analysis.idioms.noise.settled import find_settled
from tf1compat.analysis.idioms.noise.sites import Noise, find_noise
from tf1compat.analysis.same_value import same_value
from tf1compat.graph.attributes import Attr, DType, TensorValue
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.pointwise import POINTWISE, QUOTIENTS
from tf1compat.rewrite.base import Outcome, fresh_name, passing, substitute

_MADE_BY = "remove_dropout"
_INT = DType("int32")
_SHAPELESS = families.TRANSPARENT | frozenset(POINTWISE) | families.CAST


def remove_dropout(graph: Graph, outputs: Sequence[TensorRef] = ()) -> Outcome:
    """Ops that noise does not change pass their value on; what else reads noise of one number reads that number.

    Draws of which no number counts are filled with one, for their sizes may.
    """
    noise = find_noise(graph)
    settled = find_settled(graph, outputs=outputs) if noise else None
    if settled is None or not (settled.points or settled.draws):
        return Outcome(graph)
    ranges = Ranges(graph)
    changed = {node.name: node for each in noise for node in _passing(graph, each, ranges)}
    passed = len(changed)
    fill = _Fill(graph)
    for each in noise:
        for ref in sorted(each.alone & settled.points.keys()):
            fill.noise(each, ref, settled.points[ref])
        for name in sorted(each.draws & settled.draws):
            fill.draw(graph[name])
    if not (changed or fill.changed):
        return Outcome(graph)
    changed.update(fill.changed)
    summary = "dropout that keeps everything is gone"
    return Outcome(substitute(graph, changed, fill.added), passed or len(fill.changed), summary)


def _passing(graph: Graph, noise: Noise, ranges: Ranges) -> Iterator[Node]:
    """The sites at which noise changes nothing, each passing its value on."""
    for site in noise.sites:
        stays = site.kind != "factor" or site.wanted == 1
        if site.kept is None or not stays or ranges.point(site.drawn) != site.wanted:
            continue
        node = graph[site.node]
        if node.op in families.SELECT_V1 or _has_shape_of(graph, node, noise, site.kept):
            yield passing(node, site.kept, _MADE_BY)


def _has_shape_of(graph: Graph, node: Node, noise: Noise, kept: TensorRef) -> bool:
    """Whether noise does not make what a node gives larger than the value that it keeps."""
    mine, whole = graph.static_shape(kept), graph.static_shape(TensorRef(node.name))
    if mine.dims is not None and mine == whole:
        return True
    scaled = graph.producer(kept)
    given = [kept, *(scaled.inputs if scaled.op in families.MULTIPLICATION or scaled.op in QUOTIENTS else ())]
    shapes = [graph.input(graph[name], 0) for name in noise.draws]
    return all(
        shape.op in families.SHAPE and any(same_value(graph, shape.inputs[0], each) for each in given)
        for shape in shapes
    )


class _Fill:
    """Nodes that give one number in the place of random ones, and the constants that they fill in."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.changed: dict[str, Node] = {}
        self.added: list[Node] = []

    def noise(self, noise: Noise, ref: TensorRef, value: float) -> None:
        """A tensor that is made of one draw entry by entry has that draw's sizes, and one number."""
        drawn = _drawn_alike(self._graph, noise, ref)
        if drawn is not None and drawn.name != ref.node:
            dtype = dtype_of(self._graph, ref)
            node = self._graph[ref.node]
            one = self._constant(f"{ref.node}/kept", value, dtype, drawn.inputs[0].node)
            self.changed[ref.node] = self._filled(node, drawn.inputs[0], one, dtype, drawn.dtype("T"))

    def draw(self, node: Node) -> None:
        """A draw gives a number that it might have drawn."""
        if node.op in families.MULTINOMIAL:
            self._first_class(node)
        elif node.op in families.RANDOM:
            dtype = dtype_of(self._graph, TensorRef(node.name))
            low = node.inputs[1] if node.op in families.UNIFORM_INT else None
            middle = 0.5 if node.op in families.UNIFORM else 0.0
            one = low or self._constant(f"{node.name}/drawn", middle, dtype, node.inputs[0].node)
            kind = node.dtype("T")
            self.changed[node.name] = self._filled(node, node.inputs[0], one, dtype, kind)

    def _first_class(self, node: Node) -> None:
        """A draw by scores gives the first class: of each row as many as were to be drawn."""
        dtype = dtype_of(self._graph, TensorRef(node.name))
        first, last, axis = (
            self._constant(f"{node.name}/{name}", value, DType("int32"), node.inputs[0].node, 1)
            for name, value in (("first", 0), ("last", 1), ("step", 1))
        )
        sizes = self._added(
            f"{node.name}/sizes", "Shape", (node.inputs[0],), T=node.dtype("T"), out_type=_INT
        )
        rows = self._added(
            f"{node.name}/rows", "StridedSlice", (sizes, first, last, axis),
            T=_INT, Index=_INT, shrink_axis_mask=1, begin_mask=0, end_mask=0, ellipsis_mask=0, new_axis_mask=0,
        )  # fmt: skip
        shape = self._added(f"{node.name}/shape", "Pack", (rows, node.inputs[1]), T=_INT, N=2, axis=0)
        one = self._constant(f"{node.name}/drawn", 0, dtype, node.inputs[0].node)
        self.changed[node.name] = self._filled(node, shape, one, dtype, _INT)

    def _added(self, name: str, op: str, inputs: Sequence[TensorRef], **attrs: Attr | None) -> TensorRef:
        kept: dict[str, Any] = {key: value for key, value in attrs.items() if value is not None}
        node = make_node(fresh_name(self._graph, name), op, inputs, made_by=_MADE_BY, **kept)
        self.added.append(node)
        return TensorRef(node.name)

    def _constant(self, name: str, value: float, dtype: DType, beside: str, length: int = 0) -> TensorRef:
        number = value if dtype.is_floating else int(value)
        node = make_node(
            fresh_name(self._graph, name), "Const", control_inputs=(beside,), made_by=_MADE_BY,
            dtype=dtype, value=TensorValue.of([number] * length if length else number, dtype),
        )  # fmt: skip
        self.added.append(node)
        return TensorRef(node.name)

    def _filled(
        self, node: Node, shape: TensorRef, one: TensorRef, dtype: DType, sizes: DType | None
    ) -> Node:
        attrs: dict[str, Any] = {k: v for k, v in node.attrs.items() if k == "_output_shapes"}
        return make_node(
            node.name, "Fill", (shape, one), control_inputs=node.control_inputs, made_by=_MADE_BY,
            T=dtype, index_type=sizes or DType("int32"), **attrs,
        )  # fmt: skip


def _drawn_alike(graph: Graph, noise: Noise, ref: TensorRef) -> Node | None:
    """The draw by shape that a tensor is made of entry by entry, if it is one."""
    node = graph.producer(ref)
    if node.op in families.RANDOM:
        return node
    random = [each for each in operands(node) if each in noise.alone]
    others = [each for each in operands(node) if each not in noise.alone]
    if node.op not in _SHAPELESS or len(random) != 1 or not all(_is_figure(graph, each) for each in others):
        return None
    return _drawn_alike(graph, noise, random[0])


def _is_figure(graph: Graph, ref: TensorRef, depth: int = 8) -> bool:
    """Whether a tensor has no axes."""
    dims, node = graph.static_shape(ref).dims, graph.producer(ref)
    if dims is not None or node.op not in _SHAPELESS:
        return dims == ()
    return depth > 0 and all(_is_figure(graph, each, depth - 1) for each in node.inputs)
