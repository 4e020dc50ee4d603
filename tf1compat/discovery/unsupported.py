"""The ops that TensorFlow 2 cannot run, or not to the same effect, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.replicas import averages_over_replicas
from tf1compat.discovery.callees import called_functions
from tf1compat.discovery.findings import UnsupportedKind, UnsupportedOp
from tf1compat.graph.model import Graph, Node
from tf1compat.ops.families import CUDNN_RNN, FEEDERS, PIPELINE_STATES, PYTHON_FUNCTION
from tf1compat.ops.registry import Lack
from tf1compat.ops.unregistered import lack_of, unregistered_nodes


def find_unsupported(graph: Graph) -> tuple[UnsupportedOp, ...]:
    """Every such op, whether or not an output needs it; those of a kind together and in the order of the file."""
    nodes = graph.nodes
    projecting = (node for node in nodes if node.op in CUDNN_RNN and node.integer("num_proj") > 0)
    return (
        *(UnsupportedOp(node.name, "python") for node in nodes if node.op in PYTHON_FUNCTION),
        *(UnsupportedOp(node.name, "pipeline") for node in nodes if node.op in FEEDERS),
        *(UnsupportedOp(node.name, "pipeline-state") for node in nodes if node.op in PIPELINE_STATES),
        *(UnsupportedOp(node.name, "opaque-weights") for node in projecting),
        *_calling(graph),
        *(UnsupportedOp(node.name, "replicas", divisor=by) for node, by in averages_over_replicas(graph)),
        *(UnsupportedOp(node.name, "unregistered") for node in unregistered_nodes(graph)),
        *(
            UnsupportedOp(node.name, "no-kernel", lack=lack)
            for node in nodes
            if (lack := lack_of(node)) is not None
        ),
    )


def _calling(graph: Graph) -> Iterator[UnsupportedOp]:
    """The nodes that run a function of the file in which such an op stands, with the first of each kind."""
    for node, functions in called_functions(graph):
        found: dict[UnsupportedKind, UnsupportedOp] = {}
        for function in functions:
            for inner, kind, lack in _inside(function.graph):
                calls = UnsupportedOp(node.name, kind, function.name, inner.name, inner.op, lack=lack)
                found.setdefault(kind, calls)
        yield from found.values()


def _inside(graph: Graph) -> Iterator[tuple[Node, UnsupportedKind, Lack | None]]:
    for node in graph.nodes:
        lack = lack_of(node)
        if node.op in PYTHON_FUNCTION:
            yield node, "python", None
        elif lack is not None:
            yield node, "no-kernel", lack
