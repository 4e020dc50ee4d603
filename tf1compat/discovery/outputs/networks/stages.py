"""Stages of a model that its author runs one after another, each with inputs of its own: an encoder, a decoder's step.

initial = encode(picture)                     the author feeds `initial` as `state`,
scores, following = step(word, state)         then `following`, again and again
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import OutputFinding
from tf1compat.discovery.outputs.networks.applications import Application, find_applications
from tf1compat.discovery.outputs.networks.find import Left, are_buckets
from tf1compat.graph.attributes import Shape
from tf1compat.names import TensorRef

#: What is no state, though it may have the shape of what is fed.
_SCORES = frozenset({"probabilities", "logits", "class_ids"})


def find_stages(
    flow: ForwardGraph, applications: Sequence[Application]
) -> tuple[list[tuple[Application, ...]], list[Left]]:
    """The applications of shared weights that belong into one signature each, and the results that only training has.

    Apart are those of which neither is fed with all that the other is, and those that hand a state on to each other.
    """
    stages: list[list[Application]] = []
    whole, left = _without_teaching(flow, applications)
    for each in whole:
        stage = next((every for every in stages if all(_go_together(flow, each, one) for one in every)), None)
        if stage is None:
            stages.append([each])
        else:
            stage.append(each)
    return [tuple(each) for each in stages], left


def _go_together(flow: ForwardGraph, one: Application, other: Application) -> bool:
    if are_buckets([one, other]):
        return True
    mine, others = _data(flow, one.sources), _data(flow, other.sources)
    comparable = mine <= others or others <= mine
    return comparable and not hands_on(flow, one.heads, one.sources, other.heads, other.sources)


def hands_on(
    flow: ForwardGraph,
    heads: Sequence[OutputFinding],
    sources: Iterable[TensorRef],
    others: Sequence[OutputFinding],
    other_sources: Iterable[TensorRef],
) -> bool:
    """Whether one of two gives what the other is fed with, and gives again itself: a state."""
    mine, theirs = frozenset(sources), frozenset(other_sources)
    return bool(
        _states(flow, theirs - mine, others) & _shapes(heads)
        or _states(flow, mine - theirs, heads) & _shapes(others)
    )


def _states(
    flow: ForwardGraph, sources: Iterable[TensorRef], heads: Sequence[OutputFinding]
) -> frozenset[tuple[str, tuple[int, ...]]]:
    """The kinds of tensors that are both fed and given."""
    fed = (
        _kind(str(flow.graph[each.node].dtype("dtype")), flow.graph.static_shape(each)) for each in sources
    )
    return frozenset(each for each in fed if each is not None) & _shapes(heads)


def _shapes(heads: Sequence[OutputFinding]) -> frozenset[tuple[str, tuple[int, ...]]]:
    kinds = (_kind(str(each.dtype), each.shape) for each in heads if each.role not in _SCORES)
    return frozenset(each for each in kinds if each is not None)


def _kind(dtype: str, shape: Shape) -> tuple[str, tuple[int, ...]] | None:
    """Type and sizes of each example; None where a size is open, or where there is one figure for each example."""
    sizes = tuple(each for each in (shape.dims or ())[1:] if each is not None)
    whole = shape.dims is not None and len(sizes) == len(shape.dims) - 1 > 0
    return (dtype, sizes) if whole and "float" in dtype else None


def _data(flow: ForwardGraph, sources: Iterable[TensorRef]) -> frozenset[TensorRef]:
    """What is fed, less numbers such as rates and sizes."""
    return frozenset(each for each in sources if flow.graph.static_shape(each).rank != 0)


def _without_teaching(
    flow: ForwardGraph, applications: Sequence[Application]
) -> tuple[list[Application], list[Left]]:
    """The applications, those that training goes through less what it computes with a teacher's words of all steps.

    That is where a step of the same weights stands beside it, to which the first part of it hands a state on.
    """
    whole: list[Application] = []
    left: list[Left] = []
    for each in applications:
        steps = [other for other in applications if other is not each and not other.differentiated]
        parts = (
            [part for other in steps for part in _handing(flow, each, other)] if each.differentiated else []
        )
        if parts:
            whole += find_applications(flow, list(dict.fromkeys(parts)))
            others = tuple(head for head in each.heads if head not in parts)
            reason = "in training form, of all steps at once; a step of the same weights is run instead"
            left += [Left(others, reason, "teacher_forcing")] if others else []
        else:
            whole.append(each)
    return whole, left


def _handing(flow: ForwardGraph, one: Application, step: Application) -> list[OutputFinding]:
    """The results of an application that need the least to be fed, if a step is fed with such and gives such again."""
    if not one.sources.isdisjoint(step.sources):
        return []
    states = _states(flow, step.sources, step.heads)
    needed = {each: _sources(flow, each) for each in one.heads}
    giving = [each for each in one.heads if _shapes([each]) & states]
    least = min((needed[each] for each in giving), key=len, default=None)
    if least is None or least == one.sources:
        return []
    return [each for each in one.heads if needed[each] <= least]


def _sources(flow: ForwardGraph, head: OutputFinding) -> frozenset[TensorRef]:
    behind = flow.behind([head.tensor])
    return frozenset(each for each in flow.sources if each.node in behind)
