"""CudnnRNN nodes read the canonical weights, each a variable, in place of cuDNN's opaque buffer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tf1compat.discovery.rnn.cudnn_weights import PARAMS, CudnnWeights, cudnn_weights, params_chain
from tf1compat.graph.attributes import Attr, Shape
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import VARIABLES
from tf1compat.rewrite.base import fresh_name, substitute

_MADE_BY = "canonical_weights"
_OF_THE_BUFFER = ("_class", "container", "shared_name", "_output_shapes")


def read_canonical_weights(graph: Graph, shapes: Mapping[str, Shape]) -> Graph:
    """Each CudnnRNN whose canonical weights are all in `shapes` has them as inputs where it had the buffer.

    They are variables under their own names, read the way the buffer was: through the same loops and branches.
    """
    copies = _Copies(graph, shapes)
    changed = {
        name: copies.with_weights(graph[name], weights)
        for name, weights in cudnn_weights(graph, shapes.keys()).items()
    }
    return substitute(graph, changed, copies.made.values()) if changed else graph


class _Copies:
    """Copies of the nodes between the buffer and a CudnnRNN, a set for each weight; `made` by name."""

    def __init__(self, graph: Graph, shapes: Mapping[str, Shape]) -> None:
        self._graph, self._shapes = graph, shapes
        self._name_of: dict[tuple[str, str], str] = {}
        self.made: dict[str, Node] = {}

    def with_weights(self, node: Node, weights: CudnnWeights) -> Node:
        chain = params_chain(self._graph, node)
        index = node.inputs[PARAMS].index
        read = tuple(TensorRef(self._copied(chain, key), index) for key in weights.keys)
        return replace(node, inputs=(*node.inputs[:PARAMS], *read, *node.inputs[PARAMS + 1 :]))

    def _copied(self, chain: tuple[str, ...], key: str) -> str:
        """The name of the copy, for one weight, of the chain's first node."""
        known = self._name_of.get((chain[0], key))
        if known is not None:
            return known
        node = self._graph[chain[0]]
        variable = node.op in VARIABLES
        name = key if variable else self._free(f"{key}/{node.name.rpartition('/')[2]}")
        self._name_of[chain[0], key] = name
        if variable and key in self._graph:  # the portable twin stands in the same graph
            return name
        inputs = node.inputs
        if not variable:
            inputs = (TensorRef(self._copied(chain[1:], key), inputs[0].index), *inputs[1:])
        self.made[name] = _copy(replace(node, name=name, inputs=inputs, made_by=_MADE_BY), self._shapes[key])
        return name

    def _free(self, wanted: str) -> str:
        return fresh_name({*self._graph.by_name, *self.made}, wanted)


def _copy(node: Node, shape: Shape) -> Node:
    """The copy, saying the weight's shape where it said that of the buffer."""
    attrs: dict[str, Attr] = {"_output_shapes": (shape, shape) if node.op in SWITCH else (shape,)}
    if node.op in VARIABLES:
        attrs["shape"] = shape
    return node.without_attrs(*_OF_THE_BUFFER).with_attrs(**attrs)
