"""Results that no op names: what is held against labels, what nothing reads any more, the last layers."""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.constants import constant
from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.pattern import source
from tf1compat.analysis.training import SUMMARIES
from tf1compat.discovery.findings import OutputRole
from tf1compat.discovery.outputs.forms import REARRANGING
from tf1compat.discovery.outputs.head import Head, Search, is_final, readers
from tf1compat.discovery.outputs.sequences import is_state
from tf1compat.discovery.rnn.looping.leftovers import is_left_over
from tf1compat.discovery.rnn.looping.loops import find_loops
from tf1compat.graph.frames import ENTER, EXIT, MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef, is_default_name
from tf1compat.ops import families
from tf1compat.ops.arrays import array_operation, is_array
from tf1compat.ops.registry import data_operands, output_count

_REDUCTIONS = (
    families.AVERAGE | families.GREATEST | families.L2_LOSS | families.LEAST | families.PRODUCT | families.SUM
    | families.DIVISION
)  # fmt: skip
_ARITHMETIC = families.SUMS | families.MULTIPLICATION | families.SUBTRACTION
_UNREAD = families.SHAPES | families.ASSERT | families.PRINTS
_PLUMBING = families.CONSTANT | families.CONTROL_TRIGGER | families.LOOP_CONDITION | families.NO_OP
_NEVER = _UNREAD | ENTER | EXIT | NEXT_ITERATION | SWITCH | _PLUMBING
#: What a result's last op says of it; anything else is a result by its place alone.
_SPEAKING = families.by_op({
    families.TANH: "values between -1 and 1, as images and bounded actions are",
    families.SIGMOID: "values between 0 and 1",
    families.RELU: "values from 0 up",
    families.LOG_SOFTMAX: "the logarithms of probabilities",
})  # fmt: skip


def find_losses(search: Search) -> Iterator[Head]:
    """Where gradients start, scalars only."""
    flow = search.flow
    for node in flow.graph.nodes:
        if node.name in flow.losses and flow.graph.static_shape(TensorRef(node.name)).rank in (0, None):
            yield Head(TensorRef(node.name), "loss", "where gradients start", predicts=False)


def find_joined(search: Search) -> Iterator[Head]:
    """Results that are put together at the end: boxes beside scores, the anchors of every scale."""
    flow = search.flow
    for node in flow.graph.nodes:
        if (
            node.op in families.CONCATENATIONS
            and is_final(flow, node)
            and node.name not in flow.inside_branches
        ):
            parts = {ref.node for ref in data_operands(node)}
            if len(parts) > 1 and parts <= flow.predicted and parts & search.predicting:
                yield Head(TensorRef(node.name), "value", "puts results together at the end")


def find_compared(search: Search) -> Iterator[Head]:
    """What is held against labels first: everything after it is a step of a loss or of a metric."""
    flow, known = search.flow, search.predicting
    judged = [flow.graph[name] for name in flow.predicted if _is_held(flow, flow.graph[name])]
    held = {name for node in judged for name in _outside_branches(flow, node)}
    whole = {_before_rearranging(flow, _before_logarithm(flow, flow.graph[name])).name for name in held}
    ordered = [node for node in flow.graph.nodes if node.name in whole and _may_result(flow, node)]
    later = flow.ahead(known.union(node.name for node in ordered))
    for each in ordered:
        if each.name not in known and all(ref.node not in later for ref in each.inputs):
            yield Head(TensorRef(each.name), _role(flow, each), f"held against the labels{_kind(each)}")


def _is_held(flow: ForwardGraph, node: Node) -> bool:
    """Whether a node is compared with something, and is no figure for each example that a loss is the sum of."""
    against = readers(flow, node) & flow.judged
    added = all(flow.graph[name].op in families.SUMS for name in against)
    return bool(against) and not (added and _is_penalty(flow.graph, node))


def _is_penalty(graph: Graph, node: Node) -> bool:
    """Whether a node reduces something to a figure for each example, scaled or not."""
    while node.op in _ARITHMETIC:
        computed = [
            ref for ref in node.inputs if graph.producer(source(graph, ref)).op not in families.CONSTANT
        ]
        if len(computed) != 1:
            return False
        node = graph.producer(source(graph, computed[0]))
    return node.op in _REDUCTIONS and graph.static_shape(TensorRef(node.name)).rank in (0, 1)


def _role(flow: ForwardGraph, node: Node) -> OutputRole:
    """Whole numbers at a model's end are choices; anything else is a value."""
    return "class_ids" if dtype_of(flow.graph, TensorRef(node.name)).is_integer else "value"


def find_ends(search: Search) -> Iterator[Head]:
    """What nothing of the forward part reads; a tensor made for its shape is no end."""
    flow, graph = search.flow, search.flow.graph
    after, detected = flow.ahead(search.predicting), flow.ahead(_suppressing(graph))
    results = _loop_results(flow)
    for node in graph.nodes:
        if (not _may_result(flow, node) and node.name not in results) or readers(flow, node):
            continue
        origin = _unarranged(graph, node, search.known)
        if origin.name in search.known or _is_of_one_step(origin, after):
            continue
        if _is_idle_lookup(search, origin) or _is_watched(flow, node):
            continue
        if not is_left_over(graph, search.rnns, node):
            state = is_state(graph, TensorRef(node.name), search.rnns)
            reason = "final states put together" if state else _end_reason(node, detected)
            yield Head(TensorRef(node.name), "state" if state else _role(flow, node), reason)


def _end_reason(node: Node, detected: frozenset[str]) -> str:
    found = ", what non-maximum suppression left" if node.name in detected else ""
    return f"nothing reads it any more{found}{_kind(node)}"


def _kind(node: Node) -> str:
    return f"; {_SPEAKING[node.op]}" if node.op in _SPEAKING else ""


def _suppressing(graph: Graph) -> list[str]:
    return [node.name for node in graph.nodes if node.op in families.SUPPRESSIONS]


def _loop_results(flow: ForwardGraph) -> frozenset[str]:
    """What outermost loops of the author's own carry out: those that write no array, as RNNs and maps do."""
    loops = (each for each in find_loops(flow.graph, flow.training) if each.frame.parent is None)
    finals = {state.final for loop in loops if not loop.arrays for state in loop.states}
    return frozenset(ref.node for ref in finals if ref is not None) & flow.predicted


def _is_of_one_step(node: Node, after: frozenset[str]) -> bool:
    """Whether a node gives all steps of a loop over predictions, of which a loss took only the last."""
    return (is_array(node) or array_operation(node) is not None) and any(
        ref.node in after for ref in node.inputs
    )


def _is_idle_lookup(search: Search, node: Node) -> bool:
    """Whether a node looks up what is given, or was chosen, for a step that never followed."""
    if node.op not in families.LOOKUPS or not search.predicting:
        return False
    return node.inputs[1].node in search.known or node.inputs[1].node not in search.flow.computed


def _is_watched(flow: ForwardGraph, node: Node) -> bool:
    """Whether a single figure is there for summaries alone, as the share of zeros in a layer."""
    uses = [flow.graph[use.node].op for use in flow.graph.uses_of_node.get(node.name, ())]
    scalar = flow.graph.static_shape(TensorRef(node.name)).rank == 0
    return scalar and bool(uses) and all(each.endswith(SUMMARIES) for each in uses)


def _unarranged(graph: Graph, node: Node, known: frozenset[str]) -> Node:
    """The node whose values these are: the first offered one, or the one that computed them."""
    while node.name not in known and node.op in REARRANGING and node.inputs:
        node = graph.producer(node.inputs[0])
    return node


def _outside_branches(flow: ForwardGraph, node: Node) -> list[str]:
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


def _before_rearranging(flow: ForwardGraph, node: Node) -> Node:
    """The tensor before a loss rearranged it: where it was computed or named, or others read it too."""
    while (
        (node.op in REARRANGING or _drops_axis(flow.graph, node))
        and len(readers(flow, node)) <= 1
        and is_default_name(node.name, node.op)
    ):
        node = flow.graph.input(node, 0)
    return node


def _before_logarithm(flow: ForwardGraph, node: Node) -> Node:
    """The values of which a loss took the logarithm, kept above zero by hand: `log(p + 1e-6)`, `log(clip(p))`."""
    if (
        node.op not in families.LOGARITHM
        or len(readers(flow, node)) > 1
        or not is_default_name(node.name, node.op)
    ):
        return node
    inner = flow.graph.input(node, 0)
    keeps = inner.op in families.ADDITIONS | families.EXTREMES | families.CLIP and is_default_name(
        inner.name, inner.op
    )
    given = [ref for ref in inner.inputs if constant(flow.graph, ref) is None] if keeps else []
    found = flow.graph.producer(given[0]) if len(given) == 1 else node
    return found if found.name in flow.predicted else node


def _drops_axis(graph: Graph, node: Node) -> bool:
    """Whether a slice only takes the one entry that there is along an axis: `values[:, 0]` of a column."""
    if node.op not in families.STRIDED_SLICE:
        return False
    before, after = (graph.static_shape(ref).dims for ref in (node.inputs[0], TensorRef(node.name)))
    return before is not None and after is not None and before[-1] == 1 and before[:-1] == after


def _may_result(flow: ForwardGraph, node: Node) -> bool:
    if node.name not in flow.predicted or node.name in flow.inside_branches or node.op in _NEVER:
        return False
    if output_count(node) == 0:  # an enqueue, an assignment to a resource
        return False
    ref = TensorRef(node.name)
    if node.op in MERGE and dtype_of(flow.graph, ref) == "bool":
        return False  # the result of a guard
    return not _is_reduced(flow.graph, node)


def _is_reduced(graph: Graph, node: Node) -> bool:
    """Whether a node gives a scalar reduction, or a sum or product with one: a statistic or a term of a loss."""
    if graph.static_shape(TensorRef(node.name)).rank != 0:
        return False
    if node.op in _ARITHMETIC:
        return any(_is_reduced(graph, graph.producer(source(graph, ref))) for ref in node.inputs)
    return node.op in _REDUCTIONS


def shape_behind(graph: Graph, ref: TensorRef) -> TensorRef:
    """The tensor that says the shape where an op only hands a value on without recording it."""
    node = graph.producer(ref)
    unknown = graph.static_shape(ref).dims is None
    return (
        source(graph, node.inputs[0])
        if unknown and node.op in EXIT | families.TRANSPARENT and node.inputs
        else ref
    )
