"""Chains of calls, told from what merely looks like one, and stacked into networks of several layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tf1compat.discovery.rnn.states.carrying import outside_branch
from tf1compat.discovery.rnn.unrolling.chains import Chain
from tf1compat.discovery.rnn.unrolling.sequences import piece_of
from tf1compat.graph.frames import ENTER
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import ADDITIONS, SCALING, SHAPES, SUBTRACTION, TRANSPARENT

#: The layers of one network, the first below.
Network = tuple[Chain, ...]
#: Cells whose arithmetic feed-forward layers with shared weights have too.
_PLAIN = frozenset({"RNN", "UGRNN"})
#: What the wrappers of a cell do between its output and the next layer's input: scale, drop out, add, gate.
_WRAPPING = ADDITIONS | SCALING | SUBTRACTION
_FAR = 24
#: Where a cell's output stands: its position in the file, the number of its chain, the step.
_Place = tuple[int, int, int]


def networks(graph: Graph, chains: tuple[Chain, ...]) -> tuple[Network, ...]:
    """The recurrent networks among the chains, in the order of their making."""
    found = _stacked(graph, tuple(each for each in chains if _is_recurrent(graph, each)))
    cut = (part for each in found for part in _by_sequence(graph, each))
    return tuple(each for each in cut if len(each[0].calls) > 1 or not _is_trial(graph, each))


def _by_sequence(graph: Graph, network: Network) -> Iterator[Network]:
    """The parts of a network that read different sequences: one cell, called again where it had left off."""
    pieces = [piece_of(graph, call.input) for call in network[0].calls]
    begin = 0
    for at in range(1, len(pieces) + 1):
        before, after = pieces[at - 1], pieces[at] if at < len(pieces) else None
        if at == len(pieces) or (before and after and before.whole != after.whole):
            yield tuple(replace(chain, calls=chain.calls[begin:at]) for chain in network)
            begin = at


def _is_trial(graph: Graph, network: Network) -> bool:
    """Whether a network of one step was made to see what a step is like: Keras does so before it makes a loop.

    Nothing is made of its output, or a loop begins with the very states that it does.
    """
    states = [step.before for chain in network for step in chain.first.match.states.values()]
    loops = all(any(graph[use.node].op in ENTER for use in graph.uses.get(each, ())) for each in states)
    return loops or not _is_used(graph, network[-1].last.match.output)


def _is_recurrent(graph: Graph, chain: Chain) -> bool:
    """Whether no feed-forward layers make such a chain: they may where the cell is a plain one and stands alone, or
    where its steps have no inputs of their own."""
    if chain.first.match.cell not in _PLAIN:
        return True
    inputs = {outside_branch(graph, each.input) for each in chain.calls}
    return len(chain.calls) > 1 and len(inputs) == len(chain.calls)


def _is_used(graph: Graph, output: TensorRef) -> bool:
    """Whether more is made of a tensor than is asked about its shape: Keras makes one step only for that."""
    todo = [output]
    for ref in todo:
        for use in graph.uses.get(ref, ()):
            node = graph[use.node]
            if node.op not in SHAPES and node.op not in TRANSPARENT:
                return True
            if node.op in TRANSPARENT:
                todo.append(TensorRef(node.name))
    return False


def _stacked(graph: Graph, chains: tuple[Chain, ...]) -> tuple[Network, ...]:
    below = _below(graph, chains)
    above: dict[int, list[int]] = {}
    for upper, lower in below.items():
        above.setdefault(lower, []).append(upper)
    only = {lower: uppers[0] for lower, uppers in above.items() if len(uppers) == 1}
    tops = set(only.values())
    return tuple(
        tuple(chains[each] for each in _upwards(only, number))
        for number in range(len(chains))
        if number not in tops
    )


def _upwards(above: Mapping[int, int], number: int) -> Iterator[int]:
    yield number
    while number in above:
        number = above[number]
        yield number


def _below(graph: Graph, chains: tuple[Chain, ...]) -> dict[int, int]:
    """For each chain the one that it is the next layer of, if there is one."""
    made = {
        call.match.output: (call.position, number, step)
        for number, chain in enumerate(chains)
        for step, call in enumerate(chain.calls)
    }
    found = {}
    for number, chain in enumerate(chains):
        lower = _one_below(graph, chain, made)
        if lower is not None and _together(chains[lower], chain):
            found[number] = lower
    return found


def _one_below(graph: Graph, chain: Chain, made: Mapping[TensorRef, _Place]) -> int | None:
    """The chain whose output at each step is this chain's input at that step."""
    origins = [_origin(graph, call.input, made) for call in chain.calls]
    numbers = {origin[1] for origin in origins if origin is not None}
    steps = [origin[2] for origin in origins if origin is not None]
    return numbers.pop() if len(numbers) == 1 and steps == list(range(len(chain.calls))) else None


def _origin(graph: Graph, ref: TensorRef, made: Mapping[TensorRef, _Place]) -> _Place | None:
    """The last output of a cell that an input is made from, through what wrappers of a cell do."""
    todo = [outside_branch(graph, ref)]
    found = []
    for ref in todo:
        node = graph.producer(ref)
        if ref in made:
            found.append(made[ref])
        elif node.op in _WRAPPING and len(todo) < _FAR:
            todo.extend(outside_branch(graph, each) for each in node.inputs)
    return max(found, default=None)


def _together(lower: Chain, upper: Chain) -> bool:
    """Whether both were unrolled in one go, step by step, and not one after the other."""
    if len(lower.calls) != len(upper.calls):
        return False
    return len(lower.calls) == 1 or upper.first.position < lower.calls[1].position
