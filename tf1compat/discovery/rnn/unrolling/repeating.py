"""What repeats from step to step of a sequence that is taken apart: a cell that its author wrote, whatever it computes.

The nodes that depend on a step, and on none after it, are that step's. What the second step reads of the first one's is
a state if the second computes it anew in the same way, of the first one's states, its own data and the same variables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tf1compat.discovery.rnn.looping.loops import MULTIPLYING, weights_behind
from tf1compat.discovery.rnn.unrolling.sequences import piece_of
from tf1compat.graph.attributes import TensorValue
from tf1compat.graph.frames import frame_of_nodes
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import descendants, order
from tf1compat.names import TensorRef
from tf1compat.ops import families

#: Fewer steps do not tell what is handed on from what is read once.
_FEWEST = 3
#: How far back from what a step reads of the one before its states are looked for.
_FARTHEST = 16
Steps = tuple[TensorRef, ...]


@dataclass(frozen=True)
class Repeated:
    """The steps of a recurrence: what each reads, and the states before the first and after each."""

    inputs: Steps
    initial: Steps
    states: tuple[Steps, ...]  # by step


def sequences(graph: Graph, training_nodes: Collection[str]) -> Iterator[Steps]:
    """Tensors that may be the steps of a sequence: pieces of one that is given, or placeholders that are alike."""
    looped = frame_of_nodes(graph)
    pieces: dict[tuple[TensorRef, int], dict[int, TensorRef]] = {}
    fed: dict[object, list[TensorRef]] = {}
    for node in graph.nodes:
        if node.name in looped or node.name in training_nodes:
            continue
        if node.op in families.PLACEHOLDER:
            fed.setdefault((node.dtype("dtype"), node.shape().dims), []).append(TensorRef(node.name))
        for ref in _read(graph, node):
            piece = piece_of(graph, ref)
            if piece is not None and graph.producer(ref).op not in (families.RESHAPE | families.SQUEEZE):
                pieces.setdefault((piece.whole, piece.axis), {}).setdefault(piece.index, ref)
    for (whole, _), found in pieces.items():
        if sorted(found) == list(range(len(found))) and not weights_behind(graph, whole):
            fed[whole, len(fed)] = [found[index] for index in sorted(found)]
    yield from (tuple(each) for each in fed.values() if len(each) >= _FEWEST)


def _read(graph: Graph, node: Node) -> list[TensorRef]:
    """The outputs of a node that may be pieces of what it reads."""
    if node.op not in (families.EVEN_SPLIT | families.STRIDED_SLICE | families.UNPACK):
        return []
    uses = graph.uses_of_node.get(node.name, ())
    return sorted({graph[use.node].inputs[use.position] for use in uses})


def repeated(graph: Graph, steps: Steps, training_nodes: Collection[str]) -> Repeated | None:
    """The recurrence over a sequence; None where none is found.

    What the last step does not compute, as it is there for a next one alone, is no state: what it is computed of is.
    """
    search = _Search(graph, steps, training_nodes)
    first: Steps = search.read_of_first
    for _ in range(_FARTHEST):
        found = search.followed(first)
        if isinstance(found, Repeated):
            return found
        if found is None:
            return None
        first = search.moved_back(first, found)
    return None


@dataclass(frozen=True)
class _Search:
    graph: Graph
    steps: Steps
    training: Collection[str]

    @cached_property
    def step_of(self) -> Mapping[str, int]:
        """For each node that depends on a step, the last one that it depends on."""
        graph, begins = self.graph, {ref: step for step, ref in enumerate(self.steps)}
        reach = descendants(graph, {ref.node for ref in self.steps}, stop=self._ends)
        found: dict[str, int] = {}
        places = {graph.places[name] for name in reach}
        for place in order(graph):
            node = graph.nodes[place]
            if place in places and not self._ends(node):
                reads = [begins.get(ref, found.get(ref.node, -1)) for ref in node.inputs]
                if max(reads, default=-1) >= 0:
                    found[node.name] = max(reads)
        return found

    def _ends(self, node: Node) -> bool:
        return node.name in self.training or node.op in families.SHAPES

    @cached_property
    def bodies(self) -> Mapping[int, Sequence[Node]]:
        """The nodes of each step, in the order of the file."""
        found: dict[int, list[Node]] = {}
        for node in self.graph.in_order(self.step_of):
            found.setdefault(self.step_of[node.name], []).append(node)
        return found

    @cached_property
    def read_of_first(self) -> Steps:
        """What the second step reads of the first one's nodes."""
        return self._in_order(ref for node in self.bodies.get(1, ()) for ref in node.inputs)

    def moved_back(self, first: Steps, refs: Collection[TensorRef]) -> Steps:
        """The same tensors of the first step, those that `refs` are computed of in their place."""
        behind = (each for ref in refs for each in self.graph.producer(ref).inputs)
        return self._in_order([*(ref for ref in first if ref not in refs), *behind])

    def _in_order(self, refs: Iterable[TensorRef]) -> Steps:
        """Those of the first step, in the order in which they were made."""
        own = {ref for ref in refs if ref not in self.steps and self.step_of.get(ref.node) == 0}
        return tuple(sorted(own, key=lambda ref: (self.graph.places[ref.node], ref.index)))

    def followed(self, first: Steps) -> Repeated | frozenset[TensorRef] | None:
        """The recurrence with these states after the first step; else those that a later step does not have."""
        states, initial = [first], dict[int, TensorRef]()
        for step in range(1, len(self.steps)):
            after = [self._counterpart(step, at, states, initial) for at in range(len(first))]
            lacking = frozenset(ref for ref, other in zip(first, after, strict=True) if other is None)
            if lacking or not first:
                return lacking or None
            states.append(tuple(ref for ref in after if ref is not None))
        kept = self._recurrent(first, states[1])
        if not kept or not initial.keys() >= set(kept):
            return None
        begin = tuple(initial[at] for at in kept)
        return Repeated(self.steps, begin, tuple(tuple(each[at] for at in kept) for each in states))

    def _counterpart(
        self, step: int, at: int, states: Sequence[Steps], initial: dict[int, TensorRef]
    ) -> TensorRef | None:
        """The state after a step, computed as after the step before; notes what the first step begins with."""
        older = states[step - 2] if step > 1 else None
        reads = self.steps[step], self.steps[step - 1]
        pairing = _Pairing(self, reads, states[step - 1], older, initial)
        old = states[step - 1][at]
        op = self.graph.producer(old).op
        alike = (TensorRef(node.name, old.index) for node in self.bodies.get(step, ()) if node.op == op)
        return next((ref for ref in alike if pairing.matches(ref, old)), None)

    def _recurrent(self, before: Steps, after: Steps) -> tuple[int, ...]:
        """The states that are weighed, by a matrix or by what one made, with those that they are computed of."""
        behind = [
            frozenset(at for at, ref in enumerate(before) if ref in self._behind(each, before))
            for each in after
        ]
        core = {at for at in range(len(before)) if self._is_weighed(before[at], after)}
        core &= frozenset().union(*behind)
        while more := {other for at in core for other in behind[at]} - core:
            core |= more
        return tuple(sorted(core))

    def _behind(self, ref: TensorRef, ends: Collection[TensorRef]) -> set[TensorRef]:
        """What a tensor is computed of in its step, up to the ends."""
        found, todo = {ref}, [ref]
        while todo:
            current = todo.pop()
            if current not in ends and current.node in self.step_of and current not in self.steps:
                fresh = set(self.graph.producer(current).inputs) - found
                found |= fresh
                todo += fresh
        return found

    def _is_weighed(self, state: TensorRef, ends: Collection[TensorRef]) -> bool:
        """Whether a state is multiplied on the way to the next: by a weight, or by what was made with one."""
        felt, todo = {state}, [state]
        for ref in todo:
            for use in self.graph.uses.get(ref, ()) if ref not in ends else ():
                node, made = self.graph[use.node], TensorRef(use.node)
                if made not in felt and self.step_of.get(use.node, _FARTHEST) < 2:
                    if self._weighs(node, felt):
                        return True
                    felt.add(made)
                    todo.append(made)
        return False

    def _weighs(self, node: Node, felt: Collection[TensorRef]) -> bool:
        if node.op in MULTIPLYING:
            return any(weights_behind(self.graph, ref) for ref in node.inputs)
        others = [ref for ref in node.inputs if ref not in felt] if node.op in families.MULTIPLICATION else []
        return any(self._is_of_weights(each) for ref in others for each in self._behind(ref, felt))

    def _is_of_weights(self, ref: TensorRef) -> bool:
        node = self.graph.producer(ref)
        return node.op in MULTIPLYING and any(weights_behind(self.graph, each) for each in node.inputs)


@dataclass
class _Pairing:
    """Two steps held against each other: `inputs` and `before` of the later one, `older` of the one before it."""

    search: _Search
    inputs: tuple[TensorRef, TensorRef]
    before: Steps
    older: Steps | None
    initial: dict[int, TensorRef]

    def matches(self, later: TensorRef, earlier: TensorRef) -> bool:
        """Whether both are computed alike; notes what the first step reads in place of states."""
        noted = dict(self.initial)
        todo, seen = [(later, earlier)], set[tuple[TensorRef, TensorRef]]()
        while todo:
            pair = todo.pop()
            if pair in seen:
                continue
            seen.add(pair)
            further = self._behind(*pair)
            if further is None:
                self.initial.clear()
                self.initial.update(noted)
                return False
            todo += further
        return True

    def _behind(self, later: TensorRef, earlier: TensorRef) -> Iterable[tuple[TensorRef, TensorRef]] | None:
        if later in self.before:
            return () if self._is_state_before(self.before.index(later), earlier) else None
        if later == self.inputs[0]:
            return () if earlier == self.inputs[1] else None
        if later == earlier:
            return () if later.node not in self.search.step_of else None
        one, other = self.search.graph.producer(later), self.search.graph.producer(earlier)
        if one.op != other.op or later.index != earlier.index or len(one.inputs) != len(other.inputs):
            return None
        if not one.inputs:
            return () if one.op in families.CONSTANT and _are_equal(one, other) else None
        return zip(one.inputs, other.inputs, strict=True)

    def _is_state_before(self, at: int, earlier: TensorRef) -> bool:
        if self.older is not None:
            return self.older[at] == earlier
        return earlier.node not in self.search.step_of and self.initial.setdefault(at, earlier) == earlier


def _are_equal(one: Node, other: Node) -> bool:
    """Whether two constants are one, or number the steps."""
    values = [each.attrs.get("value") for each in (one, other)]
    arrays = [each.array for each in values if isinstance(each, TensorValue)]
    if len(arrays) < 2 or arrays[0].shape != arrays[1].shape:
        return False
    return bool((arrays[0] == arrays[1]).all()) or (arrays[0].dtype.kind in "iu" and arrays[0].size == 1)
