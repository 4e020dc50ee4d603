"""Draws by which the samples of a Monte Carlo estimate differ: one network is run several times, and the mean taken.

    mean(network(tile(x, [5, 1])), 0)                       the examples are laid out several times
    mean(stack([network(x), network(x), network(x)]), 0)    the same weights are applied several times

Without the noise all samples would be the same: it is the model, even where it is drawn as dropout.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.idioms.noise.sites import Noise
from tf1compat.analysis.pattern import source
from tf1compat.graph.attributes import Attr
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors, descendants
from tf1compat.names import TensorRef
from tf1compat.ops.families import AVERAGE, FEEDERS, PACK, PLACEHOLDERS, TILE, VARIABLES
from tf1compat.ops.values import constant

_IGNORED = ("_output_shapes", "_class", "seed", "seed2")


def sampling_draws(flow: ForwardGraph, noise: Iterable[Noise]) -> frozenset[str]:
    """The draws by which samples differ whose mean is taken."""
    noise = tuple(noise)
    if not noise:
        return frozenset()
    laid_out = [node.name for node in flow.graph.nodes if _lays_out(flow, node)]
    means = [node for node in flow.graph.nodes if _is_mean_of_samples(flow, node)]
    return frozenset(name for mean in means for name in _sampling(flow, mean, laid_out, noise))


def _is_mean_of_samples(flow: ForwardGraph, node: Node) -> bool:
    """Whether a node takes the mean over the first axis, of more than figures."""
    if (
        node.op not in AVERAGE
        or node.name in flow.training
        or flow.graph.static_shape(TensorRef(node.name)).rank == 0
    ):
        return False
    axes = constant(flow.graph, node.inputs[1])
    return axes is not None and axes.reshape(-1).tolist() == [0]


def _sampling(
    flow: ForwardGraph, mean: Node, laid_out: Collection[str], noise: tuple[Noise, ...]
) -> Iterator[str]:
    graph = flow.graph
    stacked = graph.producer(source(graph, mean.inputs[0]))
    if stacked.op in PACK:
        yield from _of_applications(flow, stacked, noise)
    if laid_out:
        between = ancestors(graph, [mean.inputs[0].node], control=False) & descendants(graph, laid_out)
        yield from (name for each in noise if _meets(each, between) for name in each.draws)


def _lays_out(flow: ForwardGraph, node: Node) -> bool:
    """Whether a node repeats what it is given along the first axis alone."""
    counts = constant(flow.graph, node.inputs[1]) if node.op in TILE else None
    if counts is None or not counts.size or int(counts[0]) < 2:
        return False
    return bool((counts[1:] == 1).all())


def _of_applications(flow: ForwardGraph, stacked: Node, noise: tuple[Noise, ...]) -> Iterator[str]:
    """The draws of several applications of the same weights to the same examples, alike but for what is drawn."""
    graph = flow.graph
    first, *others = stacked.inputs
    if others and all(each != first and _is_alike(graph, first, each) for each in others):
        runs = [ancestors(graph, [ref.node], control=False) for ref in stacked.inputs]
        yield from (name for each in noise if any(_meets(each, run) for run in runs) for name in each.draws)


def _is_alike(graph: Graph, left: TensorRef, right: TensorRef) -> bool:
    """Whether two tensors are computed in the same way from the same things, if what is drawn is drawn alike."""
    todo, seen = [(left, right)], set[tuple[TensorRef, TensorRef]]()
    while todo:
        pair = one, other = source(graph, todo[-1][0]), source(graph, todo.pop()[1])
        if one == other or pair in seen:
            continue
        seen.add(pair)
        first, second = graph.producer(one), graph.producer(other)
        if one.index != other.index or _form(first) != _form(second):
            return False
        todo.extend(zip(first.inputs, second.inputs, strict=True))
    return True


def _form(node: Node) -> tuple[str, int, dict[str, Attr], str]:
    """What two nodes have alike that do the same; what is fed or kept is like nothing but itself."""
    own = node.name if node.op in PLACEHOLDERS | VARIABLES | FEEDERS else ""
    return node.op, len(node.inputs), dict(node.without_attrs(*_IGNORED).attrs), own


def _meets(noise: Noise, names: frozenset[str]) -> bool:
    return any(site.node in names for site in noise.sites)
