"""Decodes of whole sequences: CTC, and the transitions that a conditional random field is decoded with."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import OutputRole
from tf1compat.discovery.outputs.head import Head, Search, readers, tensor_readers
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops import families

#: How many sparse tensors' parts a decoder gives for each path: indices, values and shape.
_PARTS = ("indices", "values", "shape")


def find_ctc(search: Search) -> Iterator[Head]:
    """What CTC decoded, path by path: the dense form that the author made, else the sparse one's parts; its scores."""
    flow = search.flow
    for node in flow.graph.nodes:
        if node.op not in families.CTC_DECODERS or node.name not in flow.predicted:
            continue
        yield Head(node.inputs[0], "logits", f"the scores that '{node.name}' ({node.op}) decodes")
        dense = {path: name for path in range(_paths(node)) for name in _dense(flow, node, path)}
        for path in range(_paths(node)):
            if path in dense:
                yield Head(TensorRef(dense[path]), "class_ids", f"what '{node.name}' ({node.op}) decoded")
            elif not dense or not path:
                yield from _sparse(node, path)
        if "top_paths" in node.attrs:
            likely = TensorRef(node.name, len(_PARTS) * _paths(node))
            yield Head(likely, "value", f"how likely each path of '{node.name}' is", predicts=False)


def _paths(node: Node) -> int:
    return node.integer("top_paths", 1)


def _dense(flow: ForwardGraph, node: Node, path: int) -> list[str]:
    """The dense forms that were made of a path."""
    return [
        name
        for name in tensor_readers(flow, TensorRef(node.name, _paths(node) + path))
        if flow.graph[name].op in families.SPARSE_TO_DENSE
    ]


def _sparse(node: Node, path: int) -> Iterator[Head]:
    for number, part in enumerate(_PARTS):
        role: OutputRole = "class_ids" if part == "values" else "value"
        ref = TensorRef(node.name, number * _paths(node) + path)
        yield Head(ref, role, f"the {part} of what '{node.name}' ({node.op}) decoded")


def find_transitions(search: Search) -> Iterator[Head]:
    """The square matrix of a conditional random field, which a decoder outside the graph needs beside the scores.

    Its loss reads it in two ways: flattened, to look up the transitions that the labels take, and with an axis in
    front, to add it to the scores of every step.
    """
    flow, graph = search.flow, search.flow.graph
    for node in graph.nodes:
        dims = node.shape().dims if node.op in families.VARIABLES else None
        if dims is None or len(dims) != 2 or dims[0] != dims[1]:
            continue
        uses = _uses(flow, node)
        if any(each.op in families.EXPAND_DIMS for each in uses) and any(
            _is_looked_up(flow, each) for each in uses
        ):
            yield Head(
                _value(flow, node), "value", "the transitions of a conditional random field", predicts=False
            )


def _uses(flow: ForwardGraph, node: Node) -> list[Node]:
    """The nodes that use a variable's value, inside branches and loops too."""
    found: list[Node] = []
    todo, seen = [node], {node.name}
    while todo:
        for name in readers(flow, todo.pop()) - seen:
            seen.add(name)
            following = flow.graph[name]
            passes = following.op in families.TRANSPARENT or following.op in SWITCH
            (todo if passes else found).append(following)
    return found


def _value(flow: ForwardGraph, variable: Node) -> TensorRef:
    """What a program fetches to get a variable's value: the variable, unless it is a resource's handle."""
    if variable.op not in families.VARIABLE_HANDLE:
        return TensorRef(variable.name)
    read = f"{variable.name}/Read/ReadVariableOp"
    following = (use.node for use in flow.graph.uses_of_node.get(variable.name, ()))
    reads = (name for name in following if flow.graph[name].op in families.READ_RESOURCE)
    return TensorRef(read if read in flow.graph else next(reads, variable.name))


def _is_looked_up(flow: ForwardGraph, node: Node) -> bool:
    """Whether a node flattens a matrix for single entries of it to be looked up."""
    looked_up = (use.node for use in flow.graph.uses_of_node.get(node.name, ()))
    return node.op in families.RESHAPE and any(flow.graph[name].op in families.LOOKUPS for name in looked_up)
