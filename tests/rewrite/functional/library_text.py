"""Functions as text, and the library of a file that holds them."""

from __future__ import annotations

from dataclasses import replace

from tensorboard.compat.proto import function_pb2, graph_pb2

from tf1compat.graph.attributes import DType
from tf1compat.graph.model import Graph
from tf1compat.graph.protos import write_graph_def
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.ops.registry import output_names


def function(name: str, text: str, outputs: str = "") -> function_pb2.FunctionDef:
    """A function whose arguments are the `_Arg` nodes of the text; `outputs` names tensors, each with its type."""
    graph = from_text(text)
    made = function_pb2.FunctionDef()
    made.signature.name = name
    for node in graph.nodes:
        if node.op == "_Arg":
            made.signature.input_arg.add(name=node.name, type=(node.dtype() or DType("float32")).number)
    body = graph.replacing(node for node in graph.nodes if node.op != "_Arg")
    made.node_def.extend(graph_pb2.GraphDef.FromString(write_graph_def(body)).node)
    for node in made.node_def:
        node.input[:] = [_inner(graph, each) for each in node.input]
    for place, output in enumerate(outputs.split(", ") if outputs else []):
        tensor, dtype = output.split(" ")
        made.signature.output_arg.add(name=f"out_{place}", type=DType(dtype).number)
        made.ret[f"out_{place}"] = _inner(graph, tensor)
    return made


def _inner(graph: Graph, text: str) -> str:
    if text.startswith("^"):
        return text
    ref = TensorRef.parse(text)
    if graph[ref.node].op == "_Arg":
        return ref.node
    names = output_names(graph[ref.node])
    name = names[ref.index] if ref.index < len(names) else "out"
    return f"{ref.node}:{name}:{ref.index - names.index(name) if name in names else ref.index}"


def with_library(text: str, *functions: function_pb2.FunctionDef) -> Graph:
    """The graph of a file with these functions."""
    library = function_pb2.FunctionDefLibrary(function=functions)
    return replace(from_text(text), library=library.SerializeToString())
