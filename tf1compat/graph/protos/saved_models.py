"""SavedModel: the message in `saved_model.pb`, which `tensorboard` does not have; described here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory, text_format
from tensorboard.compat.proto import meta_graph_pb2

from tf1compat.graph.protos.meta_graphs import MetaGraph, meta_graph_from


def _saved_model_message() -> Any:
    """SavedModel (tensorflow/core/protobuf/saved_model.proto)."""
    file = descriptor_pb2.FileDescriptorProto(
        name="tf1compat/saved_model.proto",
        package="tf1compat",
        syntax="proto3",
        dependency=[meta_graph_pb2.DESCRIPTOR.name],
    )
    field = descriptor_pb2.FieldDescriptorProto
    saved_model = file.message_type.add(name="SavedModel")
    saved_model.field.add(
        name="saved_model_schema_version", number=1, type=field.TYPE_INT64, label=field.LABEL_OPTIONAL
    )
    graphs = saved_model.field.add(
        name="meta_graphs", number=2, type=field.TYPE_MESSAGE, label=field.LABEL_REPEATED
    )
    graphs.type_name = ".tensorboard.MetaGraphDef"
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("tf1compat.SavedModel"))


SavedModelProto = _saved_model_message()


def read_saved_model(content: bytes) -> tuple[MetaGraph, ...]:
    """The MetaGraphs of a `saved_model.pb`, binary or text, in the file's order; raises DecodeError."""
    return tuple(meta_graph_from(each) for each in _parsed(content).meta_graphs)


def with_methods(content: bytes, methods: Mapping[str, str]) -> bytes:
    """A binary `saved_model.pb` whose signatures of these names have these methods (`tensorflow/serving/classify`)."""
    proto = SavedModelProto.FromString(content)
    for graph in proto.meta_graphs:
        for name in methods.keys() & set(graph.signature_def):
            graph.signature_def[name].method_name = methods[name]
    return bytes(proto.SerializeToString(deterministic=True))


def _parsed(content: bytes) -> Any:
    """The message, which has at least one graph."""
    try:
        proto = SavedModelProto.FromString(content)
    except message.DecodeError:
        proto = SavedModelProto()
    if not _has_graph(proto):
        try:
            proto = text_format.Parse(content.decode("utf-8"), SavedModelProto())
        except (text_format.ParseError, UnicodeDecodeError) as error:
            raise message.DecodeError(str(error).splitlines()[0]) from error
    if not _has_graph(proto):
        raise message.DecodeError("no graph in it")
    return proto


def _has_graph(proto: Any) -> bool:
    return any(each.graph_def.node or each.graph_def.library.function for each in proto.meta_graphs)
