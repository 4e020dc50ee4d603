"""The strings of a signature apart from its numbers: XLA compiles numbers alone."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import CONSTANT
from tf1compat.rewrite.cleanup.prune import prune
from tf1compat.rewrite.result import SignatureGraph


class Apart(NamedTuple):
    """A signature's numbers, and its strings, which are made of the signature's inputs and of those numbers."""

    numbers: SignatureGraph
    strings: SignatureGraph


def apart(signature: SignatureGraph) -> Apart | None:
    """The two parts of a signature; None where it gives no strings, or gives nothing else."""
    graph = signature.graph
    texts = [(alias, ref) for alias, ref in signature.outputs if _is_string(graph, ref)]
    numbers = [(alias, ref) for alias, ref in signature.outputs if not _is_string(graph, ref)]
    if not texts or not numbers:
        return None
    read = _numbers_read(graph, [ref for _, ref in texts])
    if any(ref.index for ref in read):
        return None
    handed = [(str(ref), ref) for ref in read]
    entries = [(alias, ref.node) for alias, ref in handed]
    return Apart(
        _part(signature, signature.inputs, [*numbers, *handed]),
        _part(signature, (*signature.inputs, *entries), texts),
    )


def _is_string(graph: Graph, ref: TensorRef) -> bool:
    return dtype_of(graph, ref) == "string"


def _numbers_read(graph: Graph, texts: list[TensorRef]) -> list[TensorRef]:
    """The numbers that strings are made of directly."""
    found: dict[TensorRef, None] = {}
    todo, seen = list(texts), set[TensorRef]()
    while todo:
        ref = todo.pop()
        if ref in seen:
            continue
        seen.add(ref)
        if _is_string(graph, ref):
            todo += graph.producer(ref).inputs
        elif graph.producer(ref).op not in CONSTANT and dtype_of(graph, ref) != "resource":
            found[ref] = None
    return list(found)


def _part(
    signature: SignatureGraph,
    inputs: tuple[tuple[str, str], ...],
    outputs: list[tuple[str, TensorRef]],
) -> SignatureGraph:
    """The part of a signature that computes these outputs; an input that is computed elsewhere is an entry here."""
    entries = dict(inputs).values()
    bare = signature.graph.replacing(
        replace(node, inputs=(), control_inputs=()) if node.name in entries else node
        for node in signature.graph.nodes
    )
    graph = prune(bare, [ref.node for _, ref in outputs]).graph
    kept = tuple((alias, node) for alias, node in inputs if node in graph)
    variables = tuple(each for each in signature.variables if each.node in graph)
    tables = tuple(each for each in signature.tables if each.node in graph)
    return replace(
        signature, graph=graph, inputs=kept, outputs=tuple(outputs), variables=variables, tables=tables
    )
