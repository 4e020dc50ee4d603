"""A network inside a branch of a `cond`, or inside a loop of the author's: its tensors as they are seen from outside.

What goes into a branch passes a Switch, what comes out of it a Merge; what a loop carries comes in through an Enter
and out through an Exit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from tf1compat.discovery.findings import Layer, Rnn
from tf1compat.discovery.rnn.looping.loops import Loop
from tf1compat.graph.frames import ENTER, EXIT, MERGE, NEXT_ITERATION, SWITCH, Frame
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.control import is_branch_merge, is_branch_switch, is_loop_switch
from tf1compat.ops.families import TRANSPARENT

_HANDED_IN = TRANSPARENT | SWITCH
_HANDED_OUT = TRANSPARENT - ENTER | MERGE | NEXT_ITERATION | EXIT


@dataclass(frozen=True)
class Outside:
    """The world outside of one loop's surroundings: of the branch and of the loops that it runs in."""

    graph: Graph
    branches: frozenset[str]  # the nodes inside branches; none where the loop is in no branch
    frames: tuple[Frame, ...]

    def view(self, rnn: Rnn) -> Rnn:
        """The network by the tensors that are outside.

        What does not come out of a branch is None: it cannot be fetched. What does not come out of a loop is
        left as it is.
        """
        if not self.branches and not self.frames:
            return rnn
        return replace(
            rnn,
            inputs=self._given(rnn.inputs),
            outputs=self._made(rnn.outputs),
            sequence_length=self._given(rnn.sequence_length),
            layers=tuple(self._layer(each) for each in rnn.layers),
        )

    def _layer(self, layer: Layer) -> Layer:
        initial: Mapping[str, TensorRef | None] = {
            part: self._given(each) for part, each in layer.initial_state.items()
        }
        final: Mapping[str, TensorRef | None] = {
            part: self._made(each) for part, each in layer.final_state.items()
        }
        return replace(layer, initial_state=MappingProxyType(initial), final_state=MappingProxyType(final))

    def _given(self, ref: TensorRef | None) -> TensorRef | None:
        """The tensor outside that this one is inside."""
        found = ref
        while found is not None and self._is_inside(found):
            found = self._handed_in(self.graph.producer(found))
        return found if found is not None else self._as_it_is(ref)

    def _handed_in(self, node: Node) -> TensorRef | None:
        if node.op in MERGE:
            return self._initial(node)
        return node.inputs[0] if node.op in _HANDED_IN else None

    def _initial(self, merge: Node) -> TensorRef | None:
        enters = [each for each in merge.inputs if self.graph.producer(each).op in ENTER]
        return enters[0] if enters else None

    def _made(self, ref: TensorRef | None) -> TensorRef | None:
        """The tensor outside that this one becomes: when its branch is taken, after the last turn of its loop."""
        todo = [] if ref is None else [ref]
        seen: set[TensorRef] = set()
        while todo:
            one = todo.pop()
            if not self._is_inside(one):
                return one
            if one not in seen:
                seen.add(one)
                todo.extend(self._handed_on(one))
        return self._as_it_is(ref)

    def _handed_on(self, ref: TensorRef) -> list[TensorRef]:
        onward = []
        for use in self.graph.uses.get(ref, ()):
            node = self.graph[use.node]
            leaves_loop = use.position == 0 and is_loop_switch(self.graph, node)
            if node.op in _HANDED_OUT or leaves_loop:
                onward.append(TensorRef(node.name))
        return onward

    def _is_inside(self, ref: TensorRef) -> bool:
        within = any(ref.node in each.nodes and ref.node not in _exits(each) for each in self.frames)
        return within or ref.node in self.branches

    def _as_it_is(self, ref: TensorRef | None) -> TensorRef | None:
        return None if ref is None or ref.node in self.branches else ref


def outside_of(loop: Loop, enclosing: tuple[Frame, ...], graph: Graph, branches: frozenset[str]) -> Outside:
    """What is outside of a loop's surroundings; `branches` are the nodes inside branches of conditionals."""
    entrances = {each.variable.enter for each in (*loop.counters, *loop.arrays, *loop.states)}
    return Outside(graph, branches if entrances & branches else frozenset(), enclosing)


def nodes_in_branches(graph: Graph) -> frozenset[str]:
    """The nodes inside a branch of a conditional, loops in it included."""
    found: set[str] = set()
    todo = [node.name for node in graph.nodes if is_branch_switch(graph, node)]
    while todo:
        name = todo.pop()
        node = graph[name]
        if name in found or is_branch_merge(graph, node):
            continue
        found.add(name)
        todo.extend(use.node for use in graph.uses_of_node.get(name, ()))
        if node.op in _HANDED_IN:  # a pivot, which the constants of its branch wait for
            todo.extend(graph.waiting_for.get(name, ()))
    return frozenset(found)


def _exits(frame: Frame) -> set[str | None]:
    return {each.exit for each in frame.variables}
