"""Which tensors hold one number, and which operands a node's values are made of."""

from __future__ import annotations

from collections.abc import Sequence

from tf1compat.analysis.pattern import source
from tf1compat.analysis.training import find_training_nodes
from tf1compat.analysis.value_sources import ARRANGING
from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.pointwise import POINTWISE
from tf1compat.ops.registry import data_operands
from tf1compat.ops.values import constant

#: Ops that draw numbers out of which dropout and noise are made.
DRAWS_OF_NOISE = families.RANDOM | families.MULTINOMIAL
COMPUTED = frozenset(POINTWISE) | families.CAST
_DEPTH = 12  # ops between a scalar and what it is worked out from


def is_scalar(graph: Graph, ref: TensorRef, *, threshold: bool = False, depth: int = _DEPTH) -> bool:
    """Whether a tensor holds one number: by its shape, or as arithmetic makes it of such tensors.

    A placeholder of any shape holds one where it is a `threshold`, which random numbers are held against, and where
    nothing but elementwise arithmetic is done with it.
    """
    ref = source(graph, ref)
    node = graph.producer(ref)
    dims = (node.shape() if node.op in families.VARIABLES else graph.static_shape(ref)).dims
    if node.op in families.RANDOM:
        return False
    if dims is not None and all(size == 1 for size in dims):
        return True
    if node.op in families.CONSTANT:
        value = constant(graph, ref)
        return value is not None and value.size > 0 and bool((value == value.flat[0]).all())
    if node.op in families.PLACEHOLDERS:
        return dims is None and (threshold or _is_only_computed_with(graph, ref))
    return depth > 0 and _is_made_of_scalars(graph, node, threshold, depth - 1)


def _is_only_computed_with(graph: Graph, ref: TensorRef) -> bool:
    """Whether the forward part does nothing with a tensor that needs axes, and does not ask for its shape."""
    todo, computing, training = [ref], COMPUTED | families.SELECTIONS | SWITCH, find_training_nodes(graph)
    for each in todo:
        for use in graph.uses.get(each, ()):
            if graph[use.node].op in families.TRANSPARENT:
                todo.append(TensorRef(use.node))
            elif graph[use.node].op not in computing and use.node not in training:
                return False
    return True


def _is_made_of_scalars(graph: Graph, node: Node, threshold: bool, depth: int) -> bool:
    if node.op in families.FILLS_LIKE:
        return True
    computed = node.op in COMPUTED or node.op in families.SELECTIONS or node.op in MERGE
    if not computed and node.op not in ARRANGING and node.op not in families.FILL:
        return False
    return all(is_scalar(graph, each, threshold=threshold, depth=depth) for each in operands(node))


def operands(node: Node) -> Sequence[TensorRef]:
    """The operands whose values make a node's, not those that say its shape; a draw has none."""
    if node.op in DRAWS_OF_NOISE:
        return ()
    if node.op in ARRANGING | families.CAST:
        return data_operands(node)[:1]
    if node.op in families.JOINING:
        return data_operands(node)
    return node.inputs[1:] if node.op in families.FILL else node.inputs
