"""The one door to protobuf: GraphDef, MetaGraphDef and checkpoint messages become our own frozen values.

The message classes come TensorFlow-free from `tensorboard.compat.proto`, whose messages are wire-compatible copies
of TensorFlow's own; those of checkpoints are not in it and are described in `bundles` and
`saved_slices`.
"""

from __future__ import annotations

from tf1compat.graph.protos.bundles import BundleEntry, BundleHeader, read_bundle_entry, read_bundle_header
from tf1compat.graph.protos.functions import function_names, read_library
from tf1compat.graph.protos.graphs import read_graph_def, write_graph_def
from tf1compat.graph.protos.meta_graphs import (
    DecodeError,
    MetaGraph,
    SaverDef,
    SignatureDef,
    VariableDef,
    bundled_signatures,
    meta_graph_text,
    of_graph_def,
    read_meta_graph,
    scrubbed_meta_graph,
)
from tf1compat.graph.protos.saved_models import read_saved_model
from tf1compat.graph.protos.saved_slices import Extents, StoredTensor, read_stored_slice, read_stored_tensors
from tf1compat.graph.protos.tensors import array_from_tensor, tensor_from_array

__all__ = [
    "BundleEntry",
    "BundleHeader",
    "DecodeError",
    "Extents",
    "MetaGraph",
    "SaverDef",
    "SignatureDef",
    "StoredTensor",
    "VariableDef",
    "array_from_tensor",
    "bundled_signatures",
    "function_names",
    "meta_graph_text",
    "of_graph_def",
    "read_bundle_entry",
    "read_bundle_header",
    "read_graph_def",
    "read_library",
    "read_meta_graph",
    "read_saved_model",
    "read_stored_slice",
    "read_stored_tensors",
    "scrubbed_meta_graph",
    "tensor_from_array",
    "write_graph_def",
]
