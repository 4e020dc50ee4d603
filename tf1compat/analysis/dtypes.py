"""Element types of tensors, as the attributes of the ops that make them say."""

from __future__ import annotations

from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph, Node, NodeTable
from tf1compat.names import TensorRef
from tf1compat.ops.decoders import decoded_type
from tf1compat.ops.families import MUTABLE_TABLES, STATIC_TABLES

#: Ops whose result has a type of its own, whatever they read.
_FIXED: dict[str, str] = {
    **dict.fromkeys(
        (
            "Equal", "NotEqual", "Less", "LessEqual", "Greater", "GreaterEqual", "LogicalAnd", "LogicalOr",
            "LogicalNot", "All", "Any", "InTopK", "InTopKV2", "IsFinite", "IsNan", "IsInf", "LoopCond",
        ),
        "bool",
    ),
    **dict.fromkeys(("Rank", "TensorArraySize", "TensorArraySizeV2", "TensorArraySizeV3"), "int32"),
    **dict.fromkeys(("AsString", "StringJoin", "DecodeBase64"), "string"),
    **dict.fromkeys(STATIC_TABLES | MUTABLE_TABLES, "resource"),
    **dict.fromkeys(("HashTable", "MutableHashTable", "MutableHashTableOfTensors", "MutableDenseHashTable"), "string"),
}  # fmt: skip
#: Ops whose type attribute may be left out when it has its default.
_DEFAULTS: dict[str, tuple[str, str]] = {
    "ArgMax": ("output_type", "int64"),
    "ArgMin": ("output_type", "int64"),
    "Shape": ("out_type", "int32"),
    "ShapeN": ("out_type", "int32"),
    "Size": ("out_type", "int32"),
    "Multinomial": ("output_dtype", "int64"),
    "Range": ("Tidx", "int32"),
    "TensorListStack": ("element_dtype", "float32"),
    "TensorListGetItem": ("element_dtype", "float32"),
}
_ATTRIBUTES = ("DstT", "Tparams", "Tvalues", "dtype", "T", "out_type", "value_dtype", "Toutput", "Tout")
#: Ops whose first output is a list, and whose second one is what was on it.
_WITH_LIST = {"TensorListPopBack": "element_dtype"}
_LISTS = ("component_types", "output_types", "Tout", "out_types", "dtypes", "OUT_TYPE")
_UNKNOWN = DType.of_number(0)


def dtype_of(graph: NodeTable, ref: TensorRef) -> DType:
    """The element type of a tensor; `type_0` when its op does not say."""
    node = graph.producer(ref)
    if node.op in _FIXED:
        return DType(_FIXED[node.op])
    if node.op in {"TopK", "TopKV2"} and ref.index == 1:
        return DType("int32")
    decoded = decoded_type(node, ref.index)
    if decoded is not None:
        return decoded
    if node.op in _WITH_LIST:
        return (node.dtype(_WITH_LIST[node.op]) if ref.index else DType("variant")) or _UNKNOWN
    if node.op in _DEFAULTS:
        attribute, default = _DEFAULTS[node.op]
        return node.dtype(attribute) or DType(default)
    for attribute in _ATTRIBUTES:
        found = node.dtype(attribute)
        if found is not None:
            return found.base
    return _listed(graph, ref)


def _listed(graph: NodeTable, ref: TensorRef) -> DType:
    for attribute in _LISTS:
        types = graph.producer(ref).attrs.get(attribute)
        if isinstance(types, tuple) and ref.index < len(types):
            found = types[ref.index]
            return found.base if isinstance(found, DType) else _UNKNOWN
    return _UNKNOWN


def dtype_as_read(graph: Graph, ref: TensorRef) -> DType:
    """The element type of a tensor; where its own op does not say, that of the ops that read it."""
    own = dtype_of(graph, ref)
    if own != _UNKNOWN:
        return own
    readers = [graph[use.node] for use in graph.uses.get(ref, ())]
    read = {dtype.base for each in readers if (dtype := _one_type(each)) is not None}
    return read.pop() if len(read) == 1 else own


def _one_type(node: Node) -> DType | None:
    """The type of all that a node reads, if it has but one type."""
    types = [value for value in node.attrs.values() if isinstance(value, DType)]
    return node.dtype() if len(types) == 1 else None
