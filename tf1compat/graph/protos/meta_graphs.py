"""MetaGraphDef: the graph, its Saver and its collections, from binary or text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from google.protobuf import message, text_format
from tensorboard.compat.proto import meta_graph_pb2, variable_pb2

from tf1compat.errors import UnknownNameError
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.protos.graphs import graph_from, parsed_graph_def, set_node
from tf1compat.graph.protos.session_bundles import COLLECTION, served_by
from tf1compat.names import TensorRef

DecodeError = message.DecodeError


@dataclass(frozen=True)
class SaverDef:
    """How a Saver's nodes are reached (`tensorflow/core/protobuf/saver.proto`)."""

    filename_tensor: str
    save_tensor: str
    restore_op: str
    version: int  # 0 legacy, 1 = V1, 2 = V2


@dataclass(frozen=True)
class VariableDef:
    """One entry of a variables collection (`tensorflow/core/framework/variable.proto`)."""

    variable: str  # name of the tensor that is the variable: `scope/w:0`
    initializer: str
    snapshot: str
    trainable: bool
    is_resource: bool


@dataclass(frozen=True)
class SignatureDef:
    """An entry point that the author recorded: tensor names by alias (`tensorflow/core/protobuf/meta_graph.proto`)."""

    name: str
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    method: str = ""  # `method_name`: what TensorFlow Serving offers it as


@dataclass(frozen=True)
class MetaGraph:
    """A MetaGraphDef: the graph, and what the author's program knew of it."""

    graph: Graph
    tensorflow_version: str
    saver: SaverDef | None
    variables: Mapping[str, tuple[VariableDef, ...]]  # by collection
    node_collections: Mapping[str, tuple[str, ...]]  # by collection
    serialized: bytes  # the message whole, for `tf.compat.v1.train.import_meta_graph`
    signatures: Mapping[str, SignatureDef] = field(default_factory=lambda: MappingProxyType({}))
    unlowered: Graph | None = None  # the file's own graph, where `graph` has functional control flow lowered
    tags: tuple[str, ...] = ()  # of a SavedModel's graph, in alphabetical order
    assets: Mapping[str, str] = field(
        default_factory=lambda: MappingProxyType({})
    )  # of a SavedModel: the file in its `assets` folder, by the tensor that holds the file's name
    is_object_based: bool = False  # written by TensorFlow 2's `tf.saved_model.save`

    @property
    def written(self) -> Graph:
        """The graph as the file has it."""
        return self.graph if self.unlowered is None else self.unlowered


_RELEASE = re.compile(r"\d+(\.\d+)*")
_ASSETS = "saved_model_assets"
_VARIABLE_COLLECTIONS = (
    "variables", "trainable_variables", "local_variables", "model_variables", "moving_average_variables",
)  # fmt: skip


def read_meta_graph(content: bytes) -> MetaGraph:
    """A MetaGraph from a `.meta` file's bytes, binary or text; raises DecodeError when they are neither."""
    proto = meta_graph_pb2.MetaGraphDef()
    try:
        proto.ParseFromString(content)
        parsed = bool(proto.graph_def.node)
    except message.DecodeError:
        parsed = False
    if not parsed:
        proto = _text_meta_graph(content)
    if not proto.graph_def.node:
        raise message.DecodeError("no graph in it")
    return meta_graph_from(proto)


def of_graph_def(content: bytes) -> MetaGraph:
    """A MetaGraph that is no more than a GraphDef, binary or text; raises DecodeError when it is neither."""
    graph_def = parsed_graph_def(content)
    proto = meta_graph_pb2.MetaGraphDef(graph_def=graph_def)
    return meta_graph_from(proto)


def _text_meta_graph(content: bytes) -> Any:
    try:
        return text_format.Parse(content.decode("utf-8"), meta_graph_pb2.MetaGraphDef())
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise message.DecodeError(str(error).splitlines()[0]) from error


def meta_graph_from(proto: Any) -> MetaGraph:
    """Our own value of a MetaGraphDef."""
    collections = proto.collection_def
    saver = None
    if proto.HasField("saver_def"):
        each = proto.saver_def
        saver = SaverDef(each.filename_tensor_name, each.save_tensor_name, each.restore_op_name, each.version)
    variables = {
        key: tuple(_variable_from(value, key) for value in collections[key].bytes_list.value)
        for key in _VARIABLE_COLLECTIONS
        if key in collections
    }
    graph = graph_from(proto.graph_def)
    nodes = {key: names for key in sorted(collections) if (names := _names_in(collections[key], key, graph))}
    return MetaGraph(
        graph,
        proto.meta_info_def.tensorflow_version,
        saver,
        MappingProxyType(variables),
        MappingProxyType(nodes),
        bytes(proto.SerializeToString(deterministic=True)),
        MappingProxyType(_signatures(proto)),
        tags=tuple(sorted(proto.meta_info_def.tags)),
        assets=MappingProxyType({each.tensor_info.name: each.filename for each in _assets(proto)}),
        is_object_based=bool(proto.object_graph_def.nodes),
    )


def _assets(proto: Any) -> list[Any]:
    """The AssetFileDefs, which stood in a collection before they had a field."""
    found = list(proto.asset_file_def)
    if not found and _ASSETS in proto.collection_def:
        packed = proto.collection_def[_ASSETS].any_list.value
        found = [meta_graph_pb2.AssetFileDef.FromString(each.value) for each in packed]
    return found


def _names_in(collection: Any, key: str, graph: Graph) -> tuple[str, ...]:
    """The nodes and tensors that a collection lists: by themselves, by their names as text, or as TensorInfo."""
    if key in _VARIABLE_COLLECTIONS or collection.node_list.value:
        return tuple(collection.node_list.value)
    texts = [each.decode("utf-8", "replace") for each in collection.bytes_list.value]
    for each in collection.any_list.value:
        if each.type_url.endswith("TensorInfo"):
            texts.append(meta_graph_pb2.TensorInfo.FromString(each.value).name)
    return tuple(each for each in texts if _is_tensor(each, graph))


def _is_tensor(text: str, graph: Graph) -> bool:
    try:
        return TensorRef.parse(text).node in graph
    except UnknownNameError:
        return False  # a text of another kind


def _signatures(proto: Any) -> dict[str, SignatureDef]:
    """The signatures whose tensors have names, less those that TensorFlow records for itself."""
    found = {
        name: SignatureDef(
            name,
            MappingProxyType({alias: info.name for alias, info in sorted(each.inputs.items())}),
            MappingProxyType({alias: info.name for alias, info in sorted(each.outputs.items())}),
            each.method_name,
        )
        for name, each in sorted(proto.signature_def.items())
        if not name.startswith("__saved_model")
    }
    return {
        name: each for name, each in found.items() if all((*each.inputs.values(), *each.outputs.values()))
    }


def bundled_signatures(meta_graph: MetaGraph, is_fed: Callable[[str], bool]) -> Mapping[str, SignatureDef]:
    """The signatures that a session bundle has in a collection, those of tensors of the graph."""
    collections = meta_graph_pb2.MetaGraphDef.FromString(meta_graph.serialized).collection_def
    served = served_by(collections[COLLECTION], is_fed) if COLLECTION in collections else {}
    return MappingProxyType(
        {
            name: SignatureDef(name, MappingProxyType(each.inputs), MappingProxyType(each.outputs))
            for name, each in served.items()
            if all(
                _is_tensor(tensor, meta_graph.graph)
                for tensor in (*each.inputs.values(), *each.outputs.values())
            )
        }
    )


def _variable_from(serialized: bytes, collection: str) -> VariableDef:
    proto = variable_pb2.VariableDef.FromString(serialized)
    trainable = collection == "trainable_variables" or proto.trainable
    return VariableDef(
        proto.variable_name, proto.initializer_name, proto.snapshot_name, trainable, proto.is_resource
    )


def scrubbed_meta_graph(serialized: bytes, nodes: Iterable[Node] | None = None) -> bytes:
    """A MetaGraphDef that TF2 imports: without `_output_shapes`, devices, and collections of Python objects, and with a
    version that it can read.

    `nodes` replaces the graph's own nodes when given.
    """
    proto = meta_graph_pb2.MetaGraphDef.FromString(serialized)
    if nodes is not None:
        del proto.graph_def.node[:]
        for each in nodes:
            set_node(proto.graph_def.node.add(), each)
    for node in proto.graph_def.node:
        node.device = ""
        node.attr.pop("_output_shapes", None)
        node.attr.pop("_class", None)
    for key in list(proto.collection_def):
        if key not in _VARIABLE_COLLECTIONS:
            del proto.collection_def[key]
    # Builds between releases called themselves `0.12.head`, which TensorFlow 2 takes for no version at all.
    release = _RELEASE.match(proto.meta_info_def.tensorflow_version)
    proto.meta_info_def.tensorflow_version = release[0] if release else ""
    return bytes(proto.SerializeToString())


def meta_graph_text(meta_graph: MetaGraph) -> str:
    """The MetaGraphDef in protobuf's text format."""
    return str(text_format.MessageToString(meta_graph_pb2.MetaGraphDef.FromString(meta_graph.serialized)))
