"""Every application of a known cell that stands outside of while loops, as one call of the cell makes it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from tf1compat.discovery.rnn.cells import CELLS, CellMatch
from tf1compat.discovery.rnn.unrolling.isomorphism import forms
from tf1compat.discovery.rnn.unrolling.sequences import piece_of
from tf1compat.graph.frames import SWITCH, frame_of_nodes
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import SHAPES, VARIABLES

#: How many ops deep two tensors are compared; no cell's pattern goes deeper.
_DEPTH = 12


@dataclass(frozen=True)
class Application:
    """One call of a cell; its tensors are those outside of the branch of a `cond` in which it may stand."""

    match: CellMatch
    position: int  # of the output's node in the file, where nodes stand in the order in which they were made
    variables: frozenset[str]

    @property
    def input(self) -> TensorRef:
        """What the call reads besides its state."""
        return self.match.input


def find_applications(graph: Graph, training_nodes: frozenset[str]) -> tuple[tuple[Application, ...], ...]:
    """The calls of cells, each with every way to read it, in the order in which they were made.

    A call can be read in several ways when something behind the cell could be part of it: a projection, a clip.
    """
    looped = frame_of_nodes(graph)
    names = [each for each in graph.places if each not in looped and each not in training_nodes]
    judges = _Judges(graph, names)
    found: dict[tuple[object, ...], list[list[Application]]] = {}
    for name in names:
        match = judges.verdict(graph[name])
        if match is not None and _reads_from_outside(match, looped):
            application = Application(match, graph.places[name], _variables(graph, match))
            _sort_in(found.setdefault(_read_by(match), []), application)
    calls = (tuple(each) for alike in found.values() for each in alike)
    return tuple(sorted(calls, key=lambda call: call[0].position))


def _read_by(match: CellMatch) -> tuple[object, ...]:
    return (match.cell, match.input, *(step.before for step in match.states.values()))


def _sort_in(calls: list[list[Application]], reading: Application) -> None:
    """Among calls that read the same, a reading belongs to one all of whose variables it has too."""
    for call in calls:
        if call[0].variables <= reading.variables:
            call.append(reading)
            return
    calls.append([reading])


class _Judges:
    """The judges of all cells, none of which is asked twice about tensors that are computed alike."""

    def __init__(self, graph: Graph, names: Collection[str]) -> None:
        self._graph = graph
        self._forms = forms(graph, names, _DEPTH)
        self._rejected: dict[tuple[int, int], set[int]] = {}

    def verdict(self, node: Node) -> CellMatch | None:
        """The first cell that has one of the node's outputs as its new state.

        Of a cell that takes input and state side by side either may stand first.
        """
        found: list[CellMatch] = []
        for number, kind in enumerate(CELLS):
            if node.op in kind.roots:
                for ref in _outputs(self._graph, node):
                    rejected = self._rejected.setdefault((self._forms[node.name], ref.index), set())
                    match = None if number in rejected else kind.judge(self._graph, ref)
                    if isinstance(match, CellMatch):
                        found.append(match)
                    else:
                        rejected.add(number)
            if found and not _doubts(self._graph, found[-1]):
                return found[-1]
        return min(found, key=lambda each: _doubts(self._graph, each), default=None)


def _doubts(graph: Graph, match: CellMatch) -> bool:
    """Whether what a cell takes for its `h` is a step of a sequence, where its `c` is none."""
    pieces = {part: piece_of(graph, step.before) is not None for part, step in match.states.items()}
    return pieces == {"c": False, "h": True}


def _outputs(graph: Graph, node: Node) -> Iterable[TensorRef]:
    """The outputs of a node that are read, and the first."""
    uses = graph.uses_of_node.get(node.name, ())
    return sorted({TensorRef(node.name), *(graph[use.node].inputs[use.position] for use in uses)})


def _reads_from_outside(match: CellMatch, looped: dict[str, tuple[str, ...]]) -> bool:
    return not any(step.before.node in looped for step in match.states.values())


def _variables(graph: Graph, match: CellMatch) -> frozenset[str]:
    ends = [match.output, *(step.after for step in match.states.values())]
    return variables_between(graph, ends, [match.input, *(step.before for step in match.states.values())])


def variables_between(graph: Graph, ends: Iterable[TensorRef], starts: Iterable[TensorRef]) -> frozenset[str]:
    """The variables that the ends are computed with, where what lies behind the starts does not count."""
    seen = {ref.node for ref in starts}
    todo = [ref.node for ref in ends if ref.node not in seen]
    found = set()
    while todo:
        node = graph[todo.pop()]
        if node.name in seen:
            continue
        seen.add(node.name)
        if node.op in VARIABLES:
            found.add(node.name)
        elif node.op not in SHAPES:
            todo.extend(_values(node))
    return frozenset(found)


def _values(node: Node) -> Iterator[str]:
    """What a node computes with; which way a Switch sends its value is no part of that."""
    inputs = node.inputs[:1] if node.op in SWITCH else node.inputs
    yield from (ref.node for ref in inputs)
