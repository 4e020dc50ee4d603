"""Whether a graph can take any sizes where its author had numbers, and what has to change for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tf1compat.analysis.pattern import Mismatch
from tf1compat.analysis.shapes.branches import taken_branches
from tf1compat.analysis.shapes.copies.folding import folded
from tf1compat.analysis.shapes.dimensions import BATCH, Dim, Dims, Numbers, has_symbol
from tf1compat.analysis.shapes.forward import dims_after
from tf1compat.analysis.shapes.loops import compare_turns, time_the_loops
from tf1compat.analysis.shapes.requirements import met
from tf1compat.analysis.shapes.rows.picked import hand_on_places
from tf1compat.analysis.shapes.walk import Changes, Vector, Walk, Want
from tf1compat.analysis.time.follow import traces_after
from tf1compat.analysis.time.networks import Network, Networks
from tf1compat.analysis.time.time_axis import KEPT, STILL, Trace
from tf1compat.analysis.time.turns import note_the_turns
from tf1compat.graph.frames import MERGE
from tf1compat.graph.model import Function, Graph, Node
from tf1compat.graph.walk import ancestors, topological
from tf1compat.names import TensorRef
from tf1compat.ops.families import PLACEHOLDERS
from tf1compat.ops.library import called_function

#: How often the walk is repeated with what it found to change; each turn meets every want that it came upon.
_TURNS = 64
#: The symbols on the axes of what is fed.
Axes = Mapping[TensorRef, Mapping[int, str]]


@dataclass(frozen=True)
class FreeSizes:
    """What makes a graph take any sizes in the place of the author's `numbers`.

    `inputs`: the symbols on the axes of each fed tensor. `vectors`: what a node reads at an input instead of the
    author's numbers. `spread`: constants of equal rows, with the axes to have other numbers of them. `dims`: the
    dimensions of every tensor. `elements`: those of what each TensorArray holds. `graph`: what was asked about, with
    loops over the examples where it had a copy of a computation for each.
    """

    graph: Graph
    numbers: Numbers
    inputs: Axes
    vectors: Mapping[tuple[str, int], Vector]
    spread: Mapping[str, Mapping[int, Dim]]
    dims: Mapping[TensorRef, Dims]
    elements: Mapping[str, Dims]


@dataclass(frozen=True)
class Question:
    """What is fed, with the symbols on its axes, and what is asked for.

    `listed`: nodes that put the steps of an unrolled sequence together, of which one is left. `traces`: what fed
    tensors hold of the steps, where their axes do not tell. `lengths`: nodes that give the sequences' lengths.
    `required`: symbols that outputs must have, though nothing that is fed leads to them. `any_time`: sequences may
    be of any length, so that none is taken apart into the author's steps.
    """

    graph: Graph
    numbers: Numbers
    axes: Axes
    fed: frozenset[TensorRef]
    outputs: tuple[TensorRef, ...]
    listed: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    traces: Mapping[TensorRef, Trace] | None = None
    lengths: frozenset[str] = frozenset()
    required: Axes = field(default_factory=dict)
    any_time: bool = False


def find_free_sizes(question: Question) -> FreeSizes | Mismatch:
    """What has to change for the outputs to take any sizes; why not, where that cannot be."""
    changes = Changes(inputs={ref: dict(axes) for ref, axes in question.axes.items()})
    for _ in range(_TURNS):
        walk, grown = walked(question, changes)
        if grown:
            continue
        if walk.refusals:
            looped = folded(walk, question.graph)
            if not isinstance(looped, Graph):
                node, reason = walk.refusals[0]
                return looped or Mismatch(reason, node)
            question = replace(question, graph=looped)
            continue
        if not walk.wants:
            return _found(question, walk)
        problem = _meet_all(walk, question.fed)
        if problem is not None:
            return problem
    return Mismatch("where the batch lies could not be settled", "")


def _found(question: Question, walk: Walk) -> FreeSizes:
    vectors, changes = {**walk.made, **walk.changes.vectors}, walk.changes
    used = {key: each for key, each in vectors.items() if any(map(has_symbol, each)) or key in walk.made}
    return FreeSizes(
        question.graph, question.numbers, changes.inputs, used, changes.spread, walk.dims, walk.elements
    )


def walked(question: Question, changes: Changes) -> tuple[Walk, bool]:
    """One walk with what is to change so far, and whether it found more loops over the steps."""
    graph = taken_branches(question.graph)
    walk = Walk(graph, question.numbers, changes, question.listed, question.lengths, question.any_time)
    networks, contents = Networks(question.networks), dict(changes.contents)
    ends = {ref.node for ref in question.fed}
    behind = ancestors(
        graph, [ref.node for ref in question.outputs], control=False, stop=lambda node: node.name in ends
    )
    for ref in question.fed:
        _enter(walk, ref, question.traces or {})
    for node in topological(graph, within=behind):
        if node.name not in ends and node.op not in PLACEHOLDERS:
            _visit(walk, node)
        networks.visit(walk, node)
    for name in behind:
        if graph[name].op in MERGE:
            compare_turns(walk, name)
    _require(walk, question)
    if time_the_loops(walk, behind):
        changes.contents.clear()  # what loops hold of the steps is told anew where more of them go over steps
        changes.turns.clear()
        return walk, True
    return walk, note_the_turns(walk, behind) or contents != changes.contents


def _require(walk: Walk, question: Question) -> None:
    for ref, axes in question.required.items():
        dims = walk.of(ref)
        for axis, symbol in axes.items():
            if dims is None or axis >= len(dims) or dims[axis] != (symbol,):
                walk.want(ref, axis, (symbol,), walk.graph.producer(ref))


def _enter(walk: Walk, ref: TensorRef, traces: Mapping[TensorRef, Trace]) -> None:
    """What is fed has symbols along its axes; any other that is open is a symbol of its own."""
    dims, axes = walk.recorded(ref), walk.changes.inputs.get(ref, {})
    if dims is None and axes:
        dims = (None,) * (max(axes) + 1)
    if dims is not None:
        dims = tuple(
            (axes[axis],) if axis in axes else (f"{ref} {axis}",) if dim is None else dim
            for axis, dim in enumerate(dims)
        )
    walk.dims[ref] = dims
    walk.time[ref] = traces.get(ref) or (STILL if set(axes.values()) <= {BATCH} else KEPT)


def _visit(walk: Walk, node: Node) -> None:
    function = called_function(walk.graph, node)
    if function is not None and _follow_call(walk, node, function):
        return
    found, dims = dims_after(walk, node)
    for index, each in enumerate(dims):
        walk.dims[TensorRef(node.name, index)] = each
    if node.name not in walk.picked:
        hand_on_places(walk, node)
    traces = traces_after(walk, node, found, dims)
    for index, trace in enumerate(traces):
        walk.time[TensorRef(node.name, index)] = trace


def _follow_call(walk: Walk, node: Node, function: Function) -> bool:
    """Note what a function makes of its arguments; whether that is all that there is to it.

    A function in which something would have to change, or that refuses a size, is told as a whole.
    """
    inner = Walk(function.graph, walk.numbers, Changes(), any_time=walk.any_time)
    for name, given in zip(function.inputs, node.inputs, strict=True):
        inner.dims[TensorRef(name)], inner.time[TensorRef(name)] = walk.of(given), walk.trace(given)
    for each in topological(function.graph):
        if each.name not in function.inputs:
            _visit(inner, each)
    changes = inner.changes
    if inner.wants or inner.refusals or inner.made or changes.vectors or changes.turns or changes.contents:
        return False
    for index, ref in enumerate(function.outputs):
        walk.dims[TensorRef(node.name, index)] = inner.of(ref)
        walk.time[TensorRef(node.name, index)] = inner.trace(ref)
    return True


def _meet_all(walk: Walk, fed: frozenset[TensorRef]) -> Mismatch | None:
    """Notes a change for every want; the first reason where there is none."""
    todo, seen = [*walk.wants], set[Want]()
    while todo:
        want = todo.pop()
        if want in seen:
            continue
        seen.add(want)
        answer = met(walk, want, fed)
        if isinstance(answer, tuple):
            node, reason = answer
            return Mismatch(reason, node)
        todo.extend(answer)
    return None


def find_batch_size(graph: Graph, axes: Axes, fed: Iterable[TensorRef], outputs: Sequence[TensorRef]) -> int:
    """How many examples a graph was built for whose inputs do not tell; 0 where nothing in it has a number of rows of
    its own beside the batch."""
    question = Question(graph, {}, axes, frozenset(fed), tuple(outputs))
    walk, _ = walked(question, Changes(inputs={ref: dict(each) for ref, each in axes.items()}))
    batch: Dim = (BATCH,)
    for want in walk.wants:
        dims = walk.of(want.tensor)
        dim = dims[want.axis] if dims is not None and want.axis < len(dims) else None
        if dim is not None and len(dim) == 1 and isinstance(dim[0], int) and want.dim == batch:
            return dim[0]
    return 0
