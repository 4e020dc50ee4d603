"""One result in several forms: reshaped, squeezed, renamed; and which of them its author held last."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.idioms.noise.dropped import undropped
from tf1compat.analysis.pattern import source
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef, is_default_name
from tf1compat.ops import families

#: Ops that rearrange values without changing them: one form of a result is enough.
REARRANGING = families.RESHAPES | families.TRANSPOSE | families.TRANSPARENT


def as_named(flow: ForwardGraph, node: Node) -> TensorRef:
    """The same values in the form and under the name in which the author held them last."""
    chosen = node
    for following in _forms(flow, node):
        named = not is_default_name(following.name, following.op) or following.op in families.PACK
        if named or _renames(flow.graph, following) or _restores_shape(flow.graph, node, following):
            chosen = following if named or is_default_name(chosen.name, chosen.op) else chosen
    return TensorRef(chosen.name)


def held_forms(flow: ForwardGraph, node: Node) -> Iterator[TensorRef]:
    """The forms of a result that its author went on with: several nodes read them, or they lost an axis of one."""
    for each in _forms(flow, node):
        reading = {use.node for use in flow.graph.uses_of_node.get(each.name, ())} - flow.training
        reading -= {name for name in reading if flow.graph[name].op in families.SHAPES}
        if each.op in REARRANGING and (len(reading) > 1 or (reading and _drops_ones(flow.graph, each))):
            yield TensorRef(each.name)


def _drops_ones(graph: Graph, node: Node) -> bool:
    """Whether a node takes off axes of one entry."""
    before, after = (graph.static_shape(ref).dims for ref in (node.inputs[0], TensorRef(node.name)))
    if node.op in families.SQUEEZE:
        return True
    if node.op not in families.RESHAPE or before is None or after is None or len(after) >= len(before):
        return False
    return [size for size in before if size != 1] == list(after)


def _forms(flow: ForwardGraph, node: Node) -> Iterator[Node]:
    """The nodes that rearrange a node's values one after another, as long as there is one and only one."""
    while True:
        following = {use.node for use in flow.graph.uses_of_node.get(node.name, ())} & flow.predicted
        forms = [
            name
            for name in following
            if _keeps_values(flow.graph, flow.graph[name]) or stacks_alike(flow.graph, node, flow.graph[name])
        ]
        if len(forms) != 1:
            return
        node = flow.graph[forms[0]]
        yield node


def _keeps_values(graph: Graph, node: Node) -> bool:
    return node.op in REARRANGING or _renames(graph, node)


def stacks_alike(graph: Graph, node: Node, following: Node) -> bool:
    """Whether a node's value is stacked with others of its kind, as those of every step of an unrolled network are."""
    if following.op not in families.PACK or len(following.inputs) < 2:
        return False
    return {graph.producer(source(graph, ref)).op for ref in following.inputs} == {node.op}


def _renames(graph: Graph, node: Node) -> bool:
    if node.op in families.CAST:
        given, made = dtype_of(graph, node.inputs[0]), dtype_of(graph, TensorRef(node.name))
        return given.is_integer and made.is_integer
    return node.op in families.IDENTITY


def _restores_shape(graph: Graph, softmax: Node, node: Node) -> bool:
    """Whether a node undoes the flattening, or the turning, before a softmax: TensorFlow's or the author's."""
    if softmax.op not in families.SOFTMAX:
        return False
    if node.op in families.TRANSPOSE:
        return before_turning(graph, softmax.inputs[0]) is not None
    if node.op not in families.RESHAPE:
        return False
    return _undoes(graph, softmax, node) or _adds_axes(graph, softmax, node)


def _undoes(graph: Graph, softmax: Node, node: Node) -> bool:
    before = graph.input(softmax, 0)
    if before.op not in families.RESHAPE:
        return False
    shape = graph.producer(source(graph, node.inputs[1]))
    return shape.op in families.SHAPE and source(graph, shape.inputs[0]) == source(graph, before.inputs[0])


def _adds_axes(graph: Graph, softmax: Node, node: Node) -> bool:
    """Whether a matrix of scores gets its axes of batch and time back, the classes staying the last."""
    flat = graph.static_shape(TensorRef(softmax.name)).dims
    made = graph.static_shape(TensorRef(node.name)).dims
    if flat is None or made is None or len(flat) != 2 or len(made) <= 2:
        return False
    return flat[-1] is not None and flat[-1] == made[-1]


def before_turning(graph: Graph, ref: TensorRef) -> TensorRef | None:
    """Logits before the axis of their classes was made the last one for the softmax; None where nothing was turned."""
    node = graph.producer(ref)
    while node.op in families.RESHAPE:
        node = graph.producer(node.inputs[0])
    return node.inputs[0] if node.op in families.TRANSPOSE else None


def unflattened(flow: ForwardGraph, ref: TensorRef) -> TensorRef:
    """Logits before TensorFlow flattened them to a matrix for its softmax, or as the author had them for a choice."""
    graph = flow.graph
    while graph.producer(ref).op in families.RESHAPE and _flattens(graph, ref):
        if any(graph[use.node].op in families.ARG_MAX for use in graph.uses.get(ref, ())):
            break
        ref = graph.producer(ref).inputs[0]
    return ref


def _flattens(graph: Graph, ref: TensorRef) -> bool:
    """Whether a Reshape makes a matrix of a tensor that is at least one, and keeps its last axis."""
    before = graph.static_shape(graph.producer(ref).inputs[0]).dims
    after = graph.static_shape(ref).dims
    if before is None or len(before) < 2 or (after is not None and len(after) != 2):
        return False
    return not after or after[-1] is None or after[-1] == before[-1]


def before_selection(flow: ForwardGraph, ref: TensorRef) -> TensorRef:
    """A result before a loss took some of its steps or examples only: all but the last step, those of a mask.

    Nobody named what was taken, and nothing else reads it.
    """
    node = flow.graph.producer(ref)
    readers = {use.node for use in flow.graph.uses.get(ref, ())} - flow.training
    readers = {name for name in readers if flow.graph[name].op not in families.SHAPES}
    if len(readers) != 1 or not is_default_name(node.name, node.op) or node.name not in flow.predicted:
        return ref
    if node.op in families.SLICES and _keeps_entries(flow.graph, node):
        return node.inputs[0]
    if node.op in families.GATHER and not _feels_variables(flow, node.inputs[1]):
        return _before_mask(flow, node.inputs[0])
    masked = (
        [each for each in node.inputs if _feels_variables(flow, each)]
        if node.op in families.MULTIPLICATION and undropped(flow.graph, ref) is None
        else []
    )
    return masked[0] if len(masked) == 1 and _is_mask(flow, node, masked[0]) else ref


def _feels_variables(flow: ForwardGraph, ref: TensorRef) -> bool:
    return ref.node in flow.computed


def _keeps_entries(graph: Graph, node: Node) -> bool:
    """Whether a slice keeps all axes and the whole of the last one, and leaves out some steps or examples."""
    before, after = (graph.static_shape(ref).dims for ref in (node.inputs[0], TensorRef(node.name)))
    if before is None or after is None or len(before) != len(after) or len(after) < 3 or after[-1] is None:
        return False
    return before[-1] == after[-1] and before != after


def _before_mask(flow: ForwardGraph, ref: TensorRef) -> TensorRef:
    """What a mask picked entries of, before `boolean_mask` flattened the masked axes."""
    node = flow.graph.producer(ref)
    return node.inputs[0] if node.op in families.RESHAPE and _feels_variables(flow, node.inputs[0]) else ref


def _is_mask(flow: ForwardGraph, node: Node, masked: TensorRef) -> bool:
    """Whether a product is with ones and zeros that were made of lengths or of what is there."""
    other = next(each for each in node.inputs if each != masked)
    maker = flow.graph.producer(source(flow.graph, other))
    while maker.op in REARRANGING and maker.inputs:
        maker = flow.graph.producer(source(flow.graph, maker.inputs[0]))
    return maker.op in families.CAST and dtype_of(flow.graph, maker.inputs[0]) == "bool"


def before_arranging(graph: Graph, ref: TensorRef) -> Node:
    """The node that computed a tensor, before its lost axis was put back and tiled."""
    node = graph.producer(source(graph, ref))
    while node.op in families.TILE | families.EXPAND_DIMS | families.RESHAPE:
        node = graph.producer(source(graph, node.inputs[0]))
    return node


def unshifted(graph: Graph, ref: TensorRef) -> TensorRef:
    """Logits before their largest was subtracted from them, which changes neither their softmax nor what is drawn."""
    node = graph.producer(source(graph, ref))
    shifted = (
        node.op in families.SUBTRACTION and before_arranging(graph, node.inputs[1]).op in families.GREATEST
    )
    return node.inputs[0] if shifted else ref
