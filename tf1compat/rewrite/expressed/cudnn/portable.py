"""CudnnRNN (V1 to V3) becomes matrix products and functional loops under its own name.

Dropout between layers is left out, as cuDNN leaves it out at inference.
"""

from __future__ import annotations

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import Attr
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.families import CUDNN_RNN
from tf1compat.rewrite.base import ELSEWHERE, Outcome, substitute
from tf1compat.rewrite.control_flow.functions import with_functions
from tf1compat.rewrite.emit import Emitter
from tf1compat.rewrite.expressed.cudnn.network import network
from tf1compat.rewrite.expressed.cudnn.weights import form_of

_MADE_BY = "portable_cudnn"
_OUTPUTS = 3  # outputs, h and c; what follows serves the gradient alone


def portable_cudnn(graph: Graph) -> Outcome:
    """No CudnnRNN is left; raises RewriteError where one has no portable form."""
    found = [node for node in graph.nodes if node.op in CUDNN_RNN]
    for node in found:
        _check_read(graph, node)
        form = form_of(graph, node)
        emitter = Emitter(node.name, _MADE_BY, graph.by_name)
        results = network(emitter, node, form)
        if len(results) < _OUTPUTS:  # cuDNN gives an empty c where there is none
            results = (*results, emitter.constant([], form.dtype))
        graph = substitute(graph, {node.name: _standing_in(node, results)}, emitter.nodes)
        graph = with_functions(graph, *emitter.functions)
    return Outcome(
        graph, len(found), "CudnnRNN became matrix products and functional loops that run anywhere"
    )


def _standing_in(node: Node, results: tuple[TensorRef, ...]) -> Node:
    """A node in the CudnnRNN's place that gives each result as the output of the same number."""
    dtype = node.attrs["T"]
    attrs: dict[str, Attr] = {"T": (dtype,) * len(results)}  # type: ignore[dict-item]
    shapes = node.attrs.get("_output_shapes")
    if isinstance(shapes, tuple):
        attrs["_output_shapes"] = shapes[: len(results)]
    return make_node(
        node.name, "IdentityN", results, control_inputs=node.control_inputs, made_by=_MADE_BY, **attrs
    )


def _check_read(graph: Graph, node: Node) -> None:
    for use in graph.uses_of_node.get(node.name, ()):
        ref = graph[use.node].inputs[use.position]
        if ref.index >= _OUTPUTS:
            raise RewriteError(f"'{use.node}' reads '{ref}', which cuDNN keeps for its gradient; {ELSEWHERE}")
