"""Ops that make features of a serialized value: what they read, and the type and shape of what they give."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tf1compat.graph.attributes import Shape
from tf1compat.graph.model import Node, NodeTable
from tf1compat.names import TensorRef
from tf1compat.ops.families import QUEUE_TAKES
from tf1compat.ops.pipelines.example_parsers import PARSE_OPS, parsed_outputs

#: Decoding ops with what they take apart. What has no name here makes no sense outside the author's program: names of
#: his files, and handles of sparse tensors that his pipeline kept.
DECODERS: Mapping[str, str] = MappingProxyType({
    **dict.fromkeys(PARSE_OPS, "example"),
    "ParseSingleSequenceExample": "sequence_example", "ParseSequenceExample": "sequence_example",
    "DecodeJSONExample": "json_example", "DecodeJpeg": "image", "DecodeAndCropJpeg": "image", "DecodePng": "image",
    "DecodeImage": "image", "DecodeGif": "gif", "DecodeBmp": "bmp", "DecodeWav": "wav", "DecodeRaw": "raw",
    "DecodePaddedRaw": "raw", "DecodeCSV": "csv", "DecodeCompressed": "compressed", "DecodeBase64": "base64",
    "ReadFile": "", "DeserializeSparse": "", "DeserializeManySparse": "", "TakeManySparseFromTensorsMap": "",
})  # fmt: skip
#: Ops whose three outputs are a sparse tensor.
SPARSE_OPS = frozenset({"DeserializeSparse", "DeserializeManySparse", "TakeManySparseFromTensorsMap"})
SPARSE_PARTS = ("indices", "values", "shape")


def fed_shape(graph: NodeTable, ref: TensorRef) -> Shape:
    """The shape of a tensor that examples come in by: recorded, or as its queue, iterator or features have it."""
    node, known = graph.producer(ref), graph.static_shape(ref)
    if known.dims is not None or "_output_shapes" in node.attrs:
        return known
    if node.op in PARSE_OPS:
        parsed = parsed_outputs(graph, node)
        return parsed[ref.index].shape if ref.index < len(parsed) else known
    shapes = node.attrs.get("output_shapes")
    if isinstance(shapes, tuple) and ref.index < len(shapes):
        found = shapes[ref.index]
        return found if isinstance(found, Shape) else known
    return _of_queue(graph, node, ref.index)


def _of_queue(graph: NodeTable, node: Node, index: int) -> Shape:
    """The shape of a component, with the number of examples in front where several are taken."""
    if node.op not in QUEUE_TAKES:
        return Shape()
    shapes = graph.input(node, 0).attrs.get("shapes")
    component = shapes[index] if isinstance(shapes, tuple) and index < len(shapes) else None
    if not isinstance(component, Shape) or component.dims is None:
        return Shape()
    return Shape((None, *component.dims)) if len(node.inputs) > 1 else component
