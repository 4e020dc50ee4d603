"""The tensors that are worth fetching at inference: few, and the most telling first.

A prediction is a forward tensor outside loops that feels the examples and the variables and no label. Where
several hold the same values, the author's own choice is offered: the last that has a name he gave.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from tf1compat.discovery.findings import OutputFinding, Rnn
from tf1compat.discovery.flow import Flow
from tf1compat.discovery.ops import SHAPES
from tf1compat.discovery.pattern import (
    ANYTHING,
    CONCATENATIONS,
    SELECTIONS,
    TRANSPARENT,
    Mismatch,
    capture,
    data_operands,
    match,
    op,
    source,
)
from tf1compat.discovery.rnn.looping.leftovers import is_left_over
from tf1compat.discovery.rnn.looping.loops import find_loops
from tf1compat.discovery.rnn.looping.surroundings import stack_of
from tf1compat.discovery.tensors import dtype_of
from tf1compat.graph.attributes import Shape
from tf1compat.graph.frames import ENTER, EXIT, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef, is_default_name

#: The order in which outputs are offered.
_IMPORTANCE = ("probabilities", "logits", "class_ids", "value", "sequence", "state", "loss", "other")
_PROBABILITIES = frozenset({"Softmax", "Sigmoid"})
_NO_COLLECTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({})
#: Keys that TensorFlow itself files tensors under (`tf.GraphKeys`).
_STANDARD_COLLECTIONS = frozenset({
    "summaries", "losses", "regularization_losses", "update_ops", "train_op", "activations", "biases",
    "weights", "queue_runners", "global_step", "savers", "ready_op", "init_op", "local_init_op", "summary_op",
    "while_context", "cond_context", "eval_step", "metric_variables", "table_initializer", "asset_filepaths",
    "resources",
})  # fmt: skip
#: Losses that take logits as their first operand.
_ENTROPIES = frozenset({"SoftmaxCrossEntropyWithLogits", "SparseSoftmaxCrossEntropyWithLogits"})
#: The part of `sigmoid_cross_entropy_with_logits` that knows nothing of the labels: log(1 + exp(-|x|)).
_LOGISTIC = op("Log1p", op("Exp", op(SELECTIONS, ANYTHING, op("Neg", capture("logits")), capture("logits"))))
#: Ops that rearrange values without changing them: one form of a result is enough.
_REARRANGING = frozenset({"Reshape", "Squeeze", "ExpandDims", "Transpose"}) | TRANSPARENT
_REDUCTIONS = frozenset({"Mean", "Sum", "Max", "Min", "Prod", "RealDiv", "L2Loss"})
_ARITHMETIC = frozenset({"Mul", "Add", "AddV2", "AddN", "Sub"})
_UNREAD = SHAPES | frozenset({"Assert", "Print", "PrintV2"})
_PLUMBING = frozenset({"NoOp", "LoopCond", "ControlTrigger", "Const"})
_NEVER = _UNREAD | ENTER | EXIT | NEXT_ITERATION | SWITCH | _PLUMBING


def find_outputs(
    flow: Flow, rnns: Iterable[Rnn], collections: Mapping[str, tuple[str, ...]] = _NO_COLLECTIONS
) -> tuple[OutputFinding, ...]:
    """What may be offered for fetching, the most telling first; no tensor twice.

    `collections` holds the names that the author's program filed under keys of its own.
    """
    networks = list(rnns)
    predictions = dict(_predictions(flow))
    decoded = dict(_decoded(flow.graph, networks))
    roles = {**dict(_losses(flow)), **dict(_recurrent(flow, networks)), **decoded, **predictions}
    predictions |= dict.fromkeys((*_compared(flow, predictions), *_declared(flow, collections)), "value")
    roles = {**predictions, **roles}
    ends = _ends(flow, roles, predictions)
    for ref in (each for each in ends if not is_left_over(flow.graph, networks, flow.graph.producer(each))):
        roles.setdefault(ref, "state" if _is_state(flow.graph, ref, networks) else "value")
    if set(roles.values()) <= {"state", "sequence", "loss"} and not networks:
        roles |= dict.fromkeys(_last_layers(flow), "value")
    found = (_finding(flow.graph, ref, role) for ref, role in roles.items())
    return tuple(sorted(found, key=lambda each: _IMPORTANCE.index(each.role)))


def _finding(graph: Graph, ref: TensorRef, role: str) -> OutputFinding:
    shape = graph.static_shape(ref)
    node = graph.producer(ref)
    if shape.dims is None and node.op in EXIT | TRANSPARENT:
        shape = _shape_behind(graph, node)
    return OutputFinding(ref, dtype_of(graph, ref), shape, role)


def _shape_behind(graph: Graph, node: Node) -> Shape:
    return graph.static_shape(source(graph, node.inputs[0]))


# ------------------------------------------------------------------------------------------ predictions


def _predictions(flow: Flow) -> Iterator[tuple[TensorRef, str]]:
    """Probabilities with the logits that they are made of, logits that only a loss reads, and class ids."""
    graph = flow.graph
    finals = {node.name for node in graph.nodes if node.op in _PROBABILITIES and _is_final(flow, node)}
    after = flow.ahead(finals)
    for node in graph.nodes:
        if node.name in finals:
            yield _as_named(flow, node), "probabilities"
            yield _unflattened(graph, node.inputs[0]), "logits"
        elif node.op == "ArgMax" and _is_final(flow, node):
            yield _as_named(flow, node), "class_ids"
        elif node.op in _ENTROPIES and node.name not in flow.training:
            logits = _unflattened(graph, node.inputs[0])
            if logits.node in flow.predicted and logits.node not in after:
                yield logits, "logits"
        elif node.op == "Log1p" and (node.name in flow.judged or node.name in flow.predicted):
            found = match(_LOGISTIC, graph, TensorRef(node.name))
            if not isinstance(found, Mismatch) and found["logits"].node in flow.predicted:
                yield found["logits"], "logits"


def _is_final(flow: Flow, node: Node) -> bool:
    """Whether a node predicts, and no variable is applied any more to what it gives."""
    return node.name in flow.predicted and node.name not in flow.before_parameters


def _as_named(flow: Flow, node: Node) -> TensorRef:
    """The same values in the form and under the name in which the author held them last."""
    chosen = node
    for following in _forms(flow, node):
        named = not is_default_name(following.name, following.op)
        if named or _renames(flow.graph, following) or _restores_shape(flow.graph, node, following):
            chosen = following if named or is_default_name(chosen.name, chosen.op) else chosen
    return TensorRef(chosen.name)


def _forms(flow: Flow, node: Node) -> Iterator[Node]:
    """The nodes that rearrange a node's values one after another, as long as there is one and only one."""
    while True:
        readers = {use.node for use in flow.graph.uses_of_node.get(node.name, ())} & flow.predicted
        forms = [name for name in readers if _keeps_values(flow.graph, flow.graph[name])]
        if len(forms) != 1:
            return
        node = flow.graph[forms[0]]
        yield node


def _keeps_values(graph: Graph, node: Node) -> bool:
    return node.op in _REARRANGING or _renames(graph, node)


def _renames(graph: Graph, node: Node) -> bool:
    if node.op == "Cast":
        given, made = dtype_of(graph, node.inputs[0]), dtype_of(graph, TensorRef(node.name))
        return given.is_integer and made.is_integer
    return node.op == "Identity"


def _restores_shape(graph: Graph, softmax: Node, node: Node) -> bool:
    """Whether a Reshape undoes the flattening that TensorFlow does before a softmax."""
    before = graph.input(softmax, 0) if softmax.op == "Softmax" else None
    if before is None or before.op != "Reshape" or node.op != "Reshape":
        return False
    shape = graph.producer(source(graph, node.inputs[1]))
    return shape.op == "Shape" and source(graph, shape.inputs[0]) == source(graph, before.inputs[0])


def _unflattened(graph: Graph, ref: TensorRef) -> TensorRef:
    """Logits before TensorFlow flattened them to a matrix for its softmax."""
    while graph.producer(ref).op == "Reshape" and _flattens(graph, ref):
        ref = graph.producer(ref).inputs[0]
    return ref


def _flattens(graph: Graph, ref: TensorRef) -> bool:
    """Whether a Reshape makes a matrix of a tensor that is at least one, and keeps its last axis."""
    before = graph.static_shape(graph.producer(ref).inputs[0]).dims
    after = graph.static_shape(ref).dims
    if before is None or len(before) < 2 or (after is not None and len(after) != 2):
        return False
    return not after or after[-1] is None or after[-1] == before[-1]


# -------------------------------------------------------------------------------------------- recurrence


def _recurrent(flow: Flow, rnns: Iterable[Rnn]) -> Iterator[tuple[TensorRef, str]]:
    """Outputs and final states, as far as they come out of the author's loops and branches."""
    for rnn in rnns:
        if rnn.outputs is not None and _comes_out(flow, rnn.outputs):
            yield rnn.outputs, "sequence" if dtype_of(flow.graph, rnn.outputs).is_floating else "class_ids"
        for layer in rnn.layers:
            finals = (each for each in layer.final_state.values() if each is not None)
            yield from ((final, "state") for final in finals if _comes_out(flow, final))


def _comes_out(flow: Flow, ref: TensorRef) -> bool:
    return ref.node not in flow.inside_loops and ref.node not in flow.inside_branches


def _decoded(graph: Graph, rnns: Iterable[Rnn]) -> Iterator[tuple[TensorRef, str]]:
    """The ids that decoders chose, step after step."""
    for rnn in rnns:
        if rnn.kind == "decoder" and rnn.outputs is not None and dtype_of(graph, rnn.outputs).is_floating:
            yield from ((ref, "class_ids") for ref in _chosen(graph, rnn))


def _chosen(graph: Graph, rnn: Rnn) -> list[TensorRef]:
    """The first array of integers that the decoder's loop wrote, stacked and turned like its outputs."""
    loops = [each for each in find_loops(graph, frozenset()) if each.scope == rnn.scope]
    for array in (each for loop in loops for each in loop.arrays):
        stacked = stack_of(graph, array)
        if stacked is not None and dtype_of(graph, stacked).is_integer:
            turned = (use.node for use in graph.uses.get(stacked, ()) if not rnn.time_major)
            return [TensorRef(next((each for each in turned if graph[each].op == "Transpose"), stacked.node))]
    return []


def _is_state(graph: Graph, ref: TensorRef, rnns: Collection[Rnn]) -> bool:
    """Whether a tensor is nothing but final states put together."""
    finals = {final for rnn in rnns for layer in rnn.layers for final in layer.final_state.values()}
    found = source(graph, ref)
    node = graph.producer(found)
    if node.op == "Pack" or node.op in CONCATENATIONS:
        values = node.inputs if node.op == "Pack" else data_operands(node)
        return all(_is_state(graph, each, rnns) for each in values)
    return found in finals


# ------------------------------------------------------------------------------------------ other results


def _ends(flow: Flow, offered: Collection[TensorRef], predictions: Collection[TensorRef]) -> list[TensorRef]:
    """What nothing of the forward part reads; a tensor made for its shape is no end."""
    known = frozenset(ref.node for ref in offered)
    after = flow.ahead(ref.node for ref in predictions)
    results = _loop_results(flow)
    ends = (
        node
        for node in flow.graph.nodes
        if (_may_result(flow, node) or node.name in results) and not _readers(flow, node)
    )
    origins = ((node, _unarranged(flow.graph, node, known)) for node in ends)
    return [
        TensorRef(node.name)
        for node, origin in origins
        if origin.name not in known and not _is_left_over(origin, after)
    ]


def _loop_results(flow: Flow) -> frozenset[str]:
    """What outermost loops of the author's own carry out: those that write no array, as RNNs and maps do."""
    loops = (each for each in find_loops(flow.graph, flow.training) if each.frame.parent is None)
    finals = {state.final for loop in loops if not loop.arrays for state in loop.states}
    return frozenset(ref.node for ref in finals if ref is not None) & flow.predicted


def _is_left_over(node: Node, after: frozenset[str]) -> bool:
    """Whether a node gives all steps of a loop over predictions, of which a loss took only the last."""
    return node.op.startswith("TensorArray") and any(ref.node in after for ref in node.inputs)


def _unarranged(graph: Graph, node: Node, known: frozenset[str]) -> Node:
    """The node whose values these are: the first offered one, or the one that computed them."""
    while node.name not in known and node.op in _REARRANGING and node.inputs:
        node = graph.producer(node.inputs[0])
    return node


def _compared(flow: Flow, predictions: Collection[TensorRef]) -> list[TensorRef]:
    """What is held against labels first: everything after it is a step of a loss or of a metric."""
    known = frozenset(ref.node for ref in predictions)
    judged = [flow.graph[name] for name in flow.predicted if _readers(flow, flow.graph[name]) & flow.judged]
    held = {name for node in judged for name in _outside_branches(flow, node)}
    whole = {_before_rearranging(flow, flow.graph[name]).name for name in held}
    ordered = [node for node in flow.graph.nodes if node.name in whole and _may_result(flow, node)]
    later = flow.ahead(known.union(node.name for node in ordered))
    first = [
        each
        for each in ordered
        if each.name not in known and all(ref.node not in later for ref in each.inputs)
    ]
    return [TensorRef(node.name) for node in first]


def _declared(flow: Flow, collections: Mapping[str, tuple[str, ...]]) -> list[TensorRef]:
    """Final tensors that the author filed in a collection of his own."""
    names = [name for key, each in collections.items() if key not in _STANDARD_COLLECTIONS for name in each]
    refs = [TensorRef.parse(name) for name in names if ":" in name]
    return [each for each in refs if each.node in flow.graph and _is_final(flow, flow.graph[each.node])]


def _outside_branches(flow: Flow, node: Node) -> list[str]:
    """The node itself, or the predictions that a branch of a `cond` makes it of."""
    found, todo, seen = [], [node.name], set()
    while todo:
        name = todo.pop()
        if name in seen or name not in flow.predicted:
            continue
        seen.add(name)
        if name not in flow.inside_branches:
            found.append(name)
        else:
            todo.extend(ref.node for ref in flow.graph[name].inputs)
    return found


def _before_rearranging(flow: Flow, node: Node) -> Node:
    """The tensor before a loss rearranged it: where it was computed or named, or others read it too."""
    while node.op in _REARRANGING and len(_readers(flow, node)) <= 1 and is_default_name(node.name, node.op):
        node = flow.graph.input(node, 0)
    return node


def _may_result(flow: Flow, node: Node) -> bool:
    if node.name not in flow.predicted or node.name in flow.inside_branches or node.op in _NEVER:
        return False
    ref = TensorRef(node.name)
    if node.op == "Merge" and dtype_of(flow.graph, ref) == "bool":
        return False  # the result of a guard
    return not _is_reduced(flow.graph, node)


def _is_reduced(graph: Graph, node: Node) -> bool:
    """Whether a node gives a scalar reduction, or a sum or product with one: a statistic or a term of a loss."""
    if graph.static_shape(TensorRef(node.name)).rank != 0:
        return False
    if node.op in _ARITHMETIC:
        return any(_is_reduced(graph, graph.producer(source(graph, ref))) for ref in node.inputs)
    return node.op in _REDUCTIONS


def _readers(flow: Flow, node: Node) -> set[str]:
    return {use.node for use in flow.graph.uses_of_node.get(node.name, ())} - flow.training


def _losses(flow: Flow) -> Iterator[tuple[TensorRef, str]]:
    """Where gradients start, scalars only."""
    for node in flow.graph.nodes:
        if node.name in flow.losses and flow.graph.static_shape(TensorRef(node.name)).rank in (0, None):
            yield TensorRef(node.name), "loss"


def _last_layers(flow: Flow) -> list[TensorRef]:
    """The results of the last layers, for a model whose loss takes them apart without a label."""
    graph = flow.graph
    earlier = flow.before_parameters
    last = (TensorRef(name) for name in flow.parametric & flow.predicted - earlier)
    return sorted(ref for ref in last if graph.static_shape(ref).rank != 0)
