"""Ops that TF2 does not have, or has no kernels for, and that ops which it runs express exactly: one file an op."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from tf1compat.graph.attributes import Attr, DType
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import ACCUMULATION, MASKED_PRODUCT, PROJECTION, RESAMPLING, by_op
from tf1compat.rewrite.base import Outcome, substitute
from tf1compat.rewrite.emit import Emitter
from tf1compat.rewrite.expressed.unregistered.accumulate_n import accumulated
from tf1compat.rewrite.expressed.unregistered.image_projective_transform import projected
from tf1compat.rewrite.expressed.unregistered.masked_matmul import multiplied_where_asked
from tf1compat.rewrite.expressed.unregistered.resampler import resampled

_MADE_BY = "unregistered"

#: By op, what emits its value; it raises RewriteError where it cannot.
FORMS: Mapping[str, Callable[[Emitter, Graph, Node], TensorRef]] = by_op({
    ACCUMULATION: accumulated,
    PROJECTION: projected,
    MASKED_PRODUCT: multiplied_where_asked,
    RESAMPLING: resampled,
})  # fmt: skip


def express_unregistered(graph: Graph) -> Outcome:
    """No op of `FORMS` is left: each is made of ops that TF2 has, and its name is an Identity of the result."""
    found = [node for node in graph.nodes if node.op in FORMS]
    for node in found:
        emitter = Emitter(node.name, _MADE_BY, graph.by_name)
        value = FORMS[node.op](emitter, graph, node)
        made = replace(node, op="Identity", inputs=(value,), attrs=_attrs(node), made_by=_MADE_BY)
        graph = substitute(graph, {node.name: made}, emitter.nodes)
    ops = ", ".join(sorted({node.op for node in found}))
    return Outcome(graph, len(found), f"{ops} became ops that TensorFlow 2 has")


def _attrs(node: Node) -> Mapping[str, Attr]:
    shapes = {"_output_shapes": node.attrs["_output_shapes"]} if "_output_shapes" in node.attrs else {}
    return MappingProxyType({**shapes, "T": node.dtype() or node.dtype("dtype") or DType("float32")})
