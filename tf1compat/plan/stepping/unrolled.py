"""The last application of an unrolled network, held against its first: computed alike, of other data and states."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tf1compat.analysis.pattern import Mismatch
from tf1compat.analysis.same_value import are_alike
from tf1compat.analysis.shapes.lists import parts_of, puts_steps_together
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.analysis.time.application import TAKERS, Application
from tf1compat.analysis.time.time_axis import LAST_STEP
from tf1compat.discovery.findings import Rnn
from tf1compat.graph.attributes import TensorValue
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops.families import CONSTANT, SLICES
from tf1compat.plan.stepping.states import State

#: A tensor of the first application, and what stands in its place in the last.
Pair = tuple[TensorRef, TensorRef]


def steps_of(rnns: Iterable[Rnn]) -> int:
    """How often unrolled networks are applied; 0 where none is."""
    counts = {len(each.step_inputs) for each in rnns if each.kind == "static" and len(each.step_inputs) > 1}
    return counts.pop() if len(counts) == 1 else 0


def last_application(
    walk: Walk, rnns: Iterable[Rnn], outputs: Iterable[TensorRef], steps: int
) -> Application | Mismatch:
    """The last application, as far as these outputs need it; or where the first is computed in another way.

    What it reads of the one before stands in `exchanged` with the initial state that the first reads there.
    """
    graph = walk.graph
    unrolled = [each for each in rnns if each.kind == "static"]
    found = _Pairs(walk, frozenset(_initial(unrolled)))
    behind = ancestors(graph, [ref.node for ref in outputs], control=False)
    joined = tuple(node.name for node in graph.in_order(behind) if puts_steps_together(walk, node))
    pairs = [(parts[0], parts[-1]) for name in joined if (parts := parts_of(graph[name]))]
    miss = found.follow((*pairs, *_states(unrolled)))
    if miss is not None:
        return miss
    return Application(steps, _taken(walk, found.taken), joined, found.exchanged)


def _taken(walk: Walk, last: Iterable[TensorRef]) -> tuple[TensorRef, ...]:
    """What the last application takes of sequences, and what is taken beside it: of one step all are the same."""
    found = dict.fromkeys(last)
    sources = {walk.graph.producer(ref).inputs[0] for ref in last if walk.graph.producer(ref).op in SLICES}
    nodes = {ref.node for ref in last}
    for ref, trace in walk.time.items():
        if trace.kind == "single" and ref not in found:
            node = walk.graph.producer(ref)
            if node.name in nodes or (node.op in SLICES and node.inputs[0] in sources):
                found[ref] = None
    return tuple(found)


def _initial(rnns: Iterable[Rnn]) -> Iterator[TensorRef]:
    for rnn in rnns:
        for layer in rnn.layers:
            yield from (ref for ref in layer.initial_state.values() if ref is not None)


def _states(rnns: Iterable[Rnn]) -> Iterator[Pair]:
    """The state after the first application, and after the last."""
    for rnn in rnns:
        for layer in rnn.layers:
            for part, final in layer.final_state.items():
                if final is not None and part in layer.step_state:
                    yield layer.step_state[part], final


@dataclass
class _Pairs:
    """Walks back from both applications at once."""

    walk: Walk
    initial: Collection[TensorRef]
    taken: dict[TensorRef, None] = field(default_factory=dict)
    exchanged: dict[TensorRef, TensorRef] = field(default_factory=dict)

    def follow(self, pairs: Iterable[Pair]) -> Mismatch | None:
        """Notes where the two begin to differ; tells where they are not computed alike."""
        todo, seen = [*pairs], set[Pair]()
        while todo:
            pair = todo.pop()
            if pair in seen:
                continue
            seen.add(pair)
            further = self._behind(*pair)
            if isinstance(further, Mismatch):
                return further
            todo += further
        return None

    def _behind(self, first: TensorRef, last: TensorRef) -> list[Pair] | Mismatch:
        if first == last:
            return self._shared(first)
        if first in self.initial:
            self.exchanged[last] = first
            return []
        one, other = self._graph.producer(first), self._graph.producer(last)
        if self._is_a_step_of_the_data(first, last):
            if other.op in TAKERS and self.walk.trace(last).number == LAST_STEP:
                self.taken[last] = None
            return []
        if {one.op, other.op} <= CONSTANT:
            return self._constants(one, other)
        if first.index != last.index or not are_alike(one, other) or not one.inputs:
            return Mismatch("the steps of the unrolled network are not all computed alike", other.name)
        return list(zip(one.inputs, other.inputs, strict=True))

    def _shared(self, ref: TensorRef) -> list[Pair] | Mismatch:
        """What both applications read has to be the same for every step."""
        if self.walk.trace(ref).kind in ("still", "counted", "position"):
            return []
        return Mismatch("a step of the unrolled network reads what belongs to another", ref.node)

    @property
    def _graph(self) -> Graph:
        return self.walk.graph

    def _is_a_step_of_the_data(self, first: TensorRef, last: TensorRef) -> bool:
        """Whether these are the first and the last step of a sequence where it is taken apart, or fed so."""
        one, other = self._graph.producer(first), self._graph.producer(last)
        numbers = self.walk.trace(first), self.walk.trace(last)
        if any(each.kind != "single" for each in numbers) or numbers[0].number != 0:
            return False
        if one.name == other.name:
            return one.op in TAKERS
        if not one.inputs and not other.inputs:
            return True
        return one.op == other.op and one.op in TAKERS and one.inputs[0] == other.inputs[0]

    def _constants(self, one: Node, other: Node) -> list[Pair] | Mismatch:
        """Equal constants are one; a number that counts the applications is the first one's."""
        values = [each.attrs.get("value") for each in (one, other)]
        arrays = [each.array for each in values if isinstance(each, TensorValue)]
        if len(arrays) < 2 or arrays[0].shape != arrays[1].shape:
            return Mismatch("the steps of the unrolled network read different constants", other.name)
        if (arrays[0] == arrays[1]).all():
            return []
        counts = arrays[0].dtype.kind in "iu" and arrays[0].size == 1
        if not counts:
            return Mismatch("the steps of the unrolled network read different constants", other.name)
        self.exchanged[TensorRef(other.name)] = TensorRef(one.name)
        return []


def state_before_the_last(
    walk: Walk, application: Application, state: State, sharing: Sequence[State]
) -> TensorRef | None:
    """What a state has become when the last application begins; None where it is not told from others.

    `sharing`: the states that begin with the same tensor. Of what they have become, a state's own is computed as it is
    after the first application.
    """
    found = [before for before, first in application.exchanged.items() if first == state.initial]
    if len(found) == len(sharing) == 1:
        return found[0]
    after = state.layer.step_state.get(state.part)
    own = [each for each in found if after is not None and _is_computed_as(walk, after, each, state.initial)]
    return own[0] if len(own) == 1 else None


def _is_computed_as(walk: Walk, first: TensorRef, other: TensorRef, initial: TensorRef) -> bool:
    pairs = _Pairs(walk, {initial})
    return pairs.follow([(first, other)]) is None
