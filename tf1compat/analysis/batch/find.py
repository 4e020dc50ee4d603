"""Whether a graph can take any batch, and what has to change for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tf1compat.analysis.batch.demands import met
from tf1compat.analysis.batch.dims import BATCH, Dim, Dims, has_batch
from tf1compat.analysis.batch.rules import dims_after
from tf1compat.analysis.batch.walk import Changes, Vector, Walk, Want
from tf1compat.analysis.pattern import Mismatch
from tf1compat.graph.frames import MERGE, NEXT_ITERATION
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import ancestors, topological
from tf1compat.names import TensorRef
from tf1compat.ops.families import PLACEHOLDERS

#: How often the walk is repeated with what it found to change; each turn meets every want that it came upon.
_TURNS = 64


@dataclass(frozen=True)
class FreeBatch:
    """What makes a graph take any batch instead of `size` examples.

    `inputs`: the axis of the batch in each fed tensor that has one. `vectors`: what a node reads at an input instead of
    the author's numbers. `spread`: constants of equal rows, with the axis to have as many as there are examples.
    `dims`: the dimensions of every tensor. `elements`: those of what each TensorArray holds.
    """

    size: int
    inputs: Mapping[TensorRef, int]
    vectors: Mapping[tuple[str, int], Vector]
    spread: Mapping[str, int]
    dims: Mapping[TensorRef, Dims]
    elements: Mapping[str, Dims]


def find_free_batch(
    graph: Graph,
    size: int,
    axes: Mapping[TensorRef, int],
    fed: Iterable[TensorRef],
    outputs: Iterable[TensorRef],
) -> FreeBatch | Mismatch:
    """What has to change for the outputs to take any batch in the place of `size`; why not, where that cannot be.

    `axes`: where the batch lies in what is fed, as far as that is known.
    """
    changes, outputs, given = Changes(inputs=dict(axes)), [*outputs], frozenset(fed)
    for _ in range(_TURNS):
        walk = _walked(graph, size, changes, given, outputs)
        if walk.refusals:
            node, reason = walk.refusals[0]
            return Mismatch(reason, node)
        if not walk.wants:
            vectors = {**walk.made, **changes.vectors}
            used = {
                key: each for key, each in vectors.items() if any(map(has_batch, each)) or key in walk.made
            }
            return FreeBatch(size, changes.inputs, used, changes.spread, walk.dims, walk.elements)
        problem = _meet_all(walk, given)
        if problem is not None:
            return problem
    return Mismatch("where the batch lies could not be settled", "")


def _walked(
    graph: Graph, size: int, changes: Changes, fed: frozenset[TensorRef], outputs: Iterable[TensorRef]
) -> Walk:
    walk, ends = Walk(graph, size, changes), {ref.node for ref in fed}
    behind = ancestors(
        graph, [ref.node for ref in outputs], control=False, stop=lambda node: node.name in ends
    )
    for ref in fed:
        _enter(walk, ref)
    for node in topological(graph, within=behind):
        if node.name not in ends and node.op not in PLACEHOLDERS:
            for index, dims in enumerate(dims_after(walk, node)):
                walk.dims[TensorRef(node.name, index)] = dims
    for name in behind:
        if graph[name].op in MERGE:
            _compare_turns(walk, name)
    return walk


def _enter(walk: Walk, ref: TensorRef) -> None:
    """What is fed has the batch along its axis, and is otherwise as the file says."""
    dims, axis = walk.recorded(ref), walk.changes.inputs.get(ref)
    if dims is not None and axis is not None and axis < len(dims):
        batch: Dim = (BATCH,)
        dims = (*dims[:axis], batch, *dims[axis + 1 :])
    walk.dims[ref] = dims


def _compare_turns(walk: Walk, name: str) -> None:
    """What goes round a loop has to have the batch where what enters it has, and the other way about."""
    node = walk.graph[name]
    rounds = [ref for ref in node.inputs if walk.graph.producer(ref).op in NEXT_ITERATION]
    entered, back = walk.of(TensorRef(name)), walk.of(rounds[0]) if rounds else None
    if entered is None or back is None or len(entered) != len(back):
        return
    for axis, (first, last) in enumerate(zip(entered, back, strict=True)):
        if has_batch(last) and not has_batch(first) and first is not None and last is not None:
            walk.want(node.inputs[0], axis, last, node)
        if has_batch(first) and not has_batch(last) and first is not None and last is not None:
            walk.want(rounds[0], axis, first, node)


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


def find_batch_size(
    graph: Graph, axes: Mapping[TensorRef, int], fed: Iterable[TensorRef], outputs: Iterable[TensorRef]
) -> int:
    """How many examples a graph was built for whose inputs do not tell; 0 where nothing in it has a number of rows of
    its own beside the batch."""
    walk = _walked(graph, -1, Changes(inputs=dict(axes)), frozenset(fed), [*outputs])
    for want in walk.wants:
        dims = walk.of(want.tensor)
        dim = dims[want.axis] if dims is not None and want.axis < len(dims) else None
        if dim is not None and len(dim) == 1 and isinstance(dim[0], int) and want.dim == (BATCH,):
            return dim[0]
    return 0
