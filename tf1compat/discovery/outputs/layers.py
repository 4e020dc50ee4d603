"""Layers beside the last one that are worth fetching: what lies before an activation, and codes and embeddings."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.idioms.noise.dropped import undropped
from tf1compat.analysis.pattern import source
from tf1compat.discovery.outputs.forms import REARRANGING, as_named
from tf1compat.discovery.outputs.head import Head, Search, readers
from tf1compat.discovery.outputs.networks.generated import find_generated
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.control import is_branch_merge, is_branch_switch

_BIASES = families.ADDITIONS | families.BIAS_ADDITION


def find_last_layers(search: Search) -> Iterator[Head]:
    """The results of the last layers, for a model or a judging network whose loss takes them apart without a label."""
    flow = search.flow
    last = (TensorRef(name) for name in flow.parametric & flow.predicted - flow.before_parameters)
    layers = sorted(each for each in last if flow.graph.static_shape(each).rank != 0)
    roles = {each.role for each in search.found.values()}
    if roles <= {"state", "sequence", "loss"} and not search.rnns:
        for ref in dict.fromkeys(_finished(flow, each) for each in layers):
            if ref.node not in flow.inside_branches:
                yield Head(ref, "value", "the result of a last layer")
        return
    taken = _connected(search)
    judging = find_generated(flow).judging if layers else frozenset()
    for ref in (each for each in layers if each.node not in taken and judging):
        yield Head(_finished(flow, ref), "value", "the result of a last layer, as a critic's verdict")


def _connected(search: Search) -> frozenset[str]:
    """The nodes before and after the results that are known."""
    predicting = search.predicting
    return search.flow.ahead(predicting) | search.flow.behind(map(TensorRef, predicting))


def _finished(flow: ForwardGraph, ref: TensorRef) -> TensorRef:
    """A layer's result after its activation, scaled by a length that was made of it alone, and out of branches."""
    while True:
        forms = _forms(flow, ref)
        read = {name for each in forms for name in readers(flow, flow.graph[each])} & flow.predicted
        last = [name for name in read if _finishes(flow, flow.graph[name], forms)]
        if len(last) != 1:
            outside = [each for each in forms if each not in flow.inside_branches]
            return TensorRef(outside[0]) if ref.node in flow.inside_branches and outside else ref
        ref = TensorRef(last[0])


def _forms(flow: ForwardGraph, ref: TensorRef) -> list[str]:
    """The nodes that give the same values, rearranged or handed through branches, the tensor's own first."""
    found = [ref.node]
    for name in found:
        following = (flow.graph[each] for each in readers(flow, flow.graph[name]) & flow.predicted)
        found += [each.name for each in following if _hands_on(flow, each) and each.name not in found]
    return found


def _hands_on(flow: ForwardGraph, node: Node) -> bool:
    return node.op in REARRANGING or is_branch_switch(flow.graph, node) or is_branch_merge(flow.graph, node)


def _finishes(flow: ForwardGraph, node: Node, forms: list[str]) -> bool:
    return node.op in families.ACTIVATIONS or _normalizes(flow, node, forms)


def _normalizes(flow: ForwardGraph, node: Node, forms: list[str]) -> bool:
    """Whether a node scales a tensor by the inverse of a root, as `l2_normalize` does."""
    others = [flow.graph.producer(source(flow.graph, each)) for each in node.inputs if each.node not in forms]
    return (
        node.op in families.SCALING
        and len(others) == 1
        and others[0].op in families.SQUARE_ROOT | families.RECIPROCAL_ROOT
    )


def find_before_activation(search: Search) -> Iterator[Head]:
    """The last layer's result where activation or dropout came after it, before a loss took it for logits."""
    flow = search.flow
    for ref, head in search.found.items():
        if head.role != "logits":
            continue
        layer = _without_activation(flow.graph, ref)
        if layer != ref and layer.node in flow.parametric and layer.node in flow.predicted:
            yield Head(layer, "value", f"the last layer, before the activation that '{ref}' comes out of")


def _without_activation(graph: Graph, ref: TensorRef) -> TensorRef:
    """What was activated and dropped out, step by step; the tensor itself where nothing was."""
    while True:
        node = graph.producer(source(graph, ref))
        kept = undropped(graph, ref)
        if kept is not None:
            ref = kept
        elif node.op in families.ACTIVATIONS - families.SIGMOID and node.inputs:
            ref = node.inputs[0]
        else:
            return ref


def find_linear_codes(search: Search) -> Iterator[Head]:
    """What the last layer takes as the layer before left it, without an activation: an embedding."""
    flow = search.flow
    for ref, head in search.found.items():
        if head.role in ("probabilities", "logits", "value") and head.predicts:
            taken = _taken_by(flow, _layer_at(flow, ref))
            if taken is not None and _layer_at(flow, taken) is not None:
                yield Head(taken, "value", f"the layer before '{ref}', which takes it without an activation")


def _layer_at(flow: ForwardGraph, ref: TensorRef) -> Node | None:
    """The multiplication by weights that a tensor comes out of, as it is or with a bias."""
    node = flow.graph.producer(source(flow.graph, ref))
    if node.op in _BIASES and node.name in flow.parametric:
        operands = [each for each in node.inputs if each.node not in flow.weights]
        node = flow.graph.producer(source(flow.graph, operands[0])) if len(operands) == 1 else node
    return node if node.op in families.MATRIX_PRODUCT and node.name in flow.parametric else None


def _taken_by(flow: ForwardGraph, layer: Node | None) -> TensorRef | None:
    operands = [] if layer is None else [each for each in layer.inputs if each.node not in flow.weights]
    found = source(flow.graph, operands[0]) if len(operands) == 1 else None
    return found if found is not None and found.node in flow.predicted else None


def find_codes(search: Search) -> Iterator[Head]:
    """An autoencoder's code: the narrowest of its layers, narrower than the example and than what is made again."""
    flow = search.flow
    made = [ref for ref in search.found if ref.node in flow.reconstructed]
    stepped = _in_steps(search) if made else frozenset()
    for ref in made:
        layers = [name for name in _layers_before(flow, ref) if name not in stepped]
        widths = {name: _width(flow.graph, TensorRef(name)) for name in layers}
        known = {name: width for name, width in widths.items() if width is not None}
        least = min(known.values(), default=0)
        whole = _width(flow.graph, ref)
        if whole is not None and known and least < whole and max(known.values()) > least:
            for name in (each for each, width in known.items() if width == least):
                code = as_named(flow, flow.graph[_activated(flow, name)])
                yield Head(code, "value", f"the narrowest layer before '{ref}', which is made of it again")


def _in_steps(search: Search) -> frozenset[str]:
    """The nodes of the steps of unrolled networks: they stand there again and again, and are no layers one behind the
    other."""
    flow, unrolled = search.flow, [each for each in search.rnns if each.kind == "static"]
    made = [ref for rnn in unrolled for ref in rnn.step_outputs]
    return flow.behind(made) - flow.behind([ref for rnn in unrolled for ref in rnn.step_inputs])


def _layers_before(flow: ForwardGraph, ref: TensorRef) -> list[str]:
    """The layers' results that a tensor is made of, each with its bias."""
    behind = flow.behind([ref]) & flow.predicted & flow.parametric
    read = {each.node for name in behind for each in flow.graph[name].inputs}
    return [node.name for node in flow.graph.in_order(behind) if node.name not in read]


def _width(graph: Graph, ref: TensorRef) -> int | None:
    dims = graph.static_shape(ref).dims
    return dims[-1] if dims is not None and len(dims) == 2 else None


def _activated(flow: ForwardGraph, name: str) -> str:
    """The layer's result after its activation, where it has one and nothing else reads the result before."""
    following = {use.node for use in flow.graph.uses_of_node.get(name, ())} - flow.training
    only = flow.graph[following.pop()] if len(following) == 1 else None
    return only.name if only is not None and only.op in families.ACTIVATIONS else name
