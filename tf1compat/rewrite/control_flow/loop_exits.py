"""One way out of each loop for each of its variables: one Switch, and one Exit that reads it.

That is what `tf.while_loop` writes. Graphs made by hand, or by tools, may switch a variable twice, let it leave by
several Exits, or compute something on the way out:

    h_switch = Switch(h_merge, cond)                h_switch = Switch(h_merge, cond)
    last = Relu(h_switch)                      →    h_exit = Exit(h_switch)
    h_exit = Exit(last)                             last = Relu(h_exit/outside)      # outside the loop

The side of a Switch that leads out has a value in the last turn alone, so what depends on it runs once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType
from tf1compat.graph.frames import ENTER, EXIT, NEXT_ITERATION, SWITCH, Frame, find_frames
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.families import LOOP_CONDITION
from tf1compat.rewrite.base import ELSEWHERE, Outcome, fresh_name, passing, redirect, substitute

_MADE_BY = "ways_out"


def lead_out_once(graph: Graph) -> Outcome:
    """Each loop variable has one Switch and one Exit; what was computed between them is computed outside."""
    count = 0
    while straightened := _first_straightened(graph):
        graph, changed = straightened
        count += changed
    return Outcome(graph, count, "each variable of a loop leaves it by one Exit" if count else "")


def _first_straightened(graph: Graph) -> tuple[Graph, int] | None:
    """The graph with the first loop that needs it put straight, and how many nodes that took; None if none does."""
    for frame in find_frames(graph):
        twice = _switched_twice(graph, frame)
        if twice:
            return redirect(graph, twice), len(twice)
        odd = _odd_ways(graph, frame)
        if odd:
            return _WayOut(graph, frame).straightened(odd), len(odd)
    return None


def _loop_switches(graph: Graph, frame: Frame) -> Iterator[Node]:
    for use in graph.uses.get(TensorRef(frame.loop_cond), ()):
        if graph[use.node].op in SWITCH and use.position == 1:
            yield graph[use.node]


def _switched_twice(graph: Graph, frame: Frame) -> dict[TensorRef, TensorRef]:
    """The outputs of each further Switch of a variable, with those of its first."""
    first: dict[TensorRef, str] = {}
    found = {}
    for node in _loop_switches(graph, frame):
        other = first.setdefault(node.inputs[0], node.name)
        if other != node.name and (node.name in graph.uses_of_node):
            found.update({TensorRef(node.name, side): TensorRef(other, side) for side in (0, 1)})
    return found


def _odd_ways(graph: Graph, frame: Frame) -> tuple[str, ...]:
    """The nodes that a variable passes on its way out, all but the first Exit of each."""
    plain = {each.exit for each in frame.variables}
    found: dict[str, None] = {}
    todo = [TensorRef(node.name) for node in _loop_switches(graph, frame)]
    while todo:
        for use in graph.uses.get(todo.pop(), ()):
            node = graph[use.node]
            if use.node not in plain and use.node not in found:
                found[use.node] = None
                if node.op not in EXIT:
                    todo += {ref for ref in graph.uses if ref.node == node.name}
    return tuple(found)


@dataclass
class _WayOut:
    """Moves what lies between the Switches of a loop and its Exits out of it."""

    graph: Graph
    frame: Frame
    outside: dict[TensorRef, TensorRef] = field(default_factory=dict)  # where inner values are found outside
    added: list[Node] = field(default_factory=list)

    def straightened(self, odd: tuple[str, ...]) -> Graph:
        """The graph in which the `odd` nodes stand outside the loop; raises RewriteError where they cannot."""
        self._know_variables()
        changed = {name: self._moved(self.graph[name], set(odd)) for name in odd}
        return substitute(self.graph, changed, self.added)

    def _know_variables(self) -> None:
        for each in self.frame.variables:
            if each.switch is not None:
                out = TensorRef(each.exit or self._exit_of(each.switch))
                self.outside[TensorRef(each.switch)] = self.outside[TensorRef(each.merge)] = out
        for name in self.frame.invariants:
            self.outside[TensorRef(name)] = self.graph[name].inputs[0]

    def _exit_of(self, switch: str) -> str:
        name = fresh_name(self.graph, f"{switch}/outside")
        dtype = (self.graph[switch].dtype() or DType("float32")).base
        self.added.append(make_node(name, "Exit", (TensorRef(switch),), made_by=_MADE_BY, T=dtype))
        return name

    def _moved(self, node: Node, odd: set[str]) -> Node:
        if node.op in ENTER | NEXT_ITERATION:
            raise RewriteError(
                f"'{node.name}' ({node.op}) reads what leaves the loop '{self.frame.name}' without passing an Exit; "
                f"TF2 has no form for that; {ELSEWHERE}"
            )
        inputs = tuple(ref if ref.node in odd else self._outside(ref) for ref in node.inputs)
        if node.op in EXIT:
            return passing(replace(node, control_inputs=()), inputs[0], _MADE_BY)
        waits = tuple(name for name in node.control_inputs if name in odd or name not in self.frame.nodes)
        return replace(node, inputs=inputs, control_inputs=waits)

    def _outside(self, ref: TensorRef) -> TensorRef:
        """Where a value of the last turn is found outside; made anew there, if it is computed from such values."""
        if ref.node not in self.frame.nodes:
            return ref
        if ref not in self.outside:
            node = self.graph.producer(ref)
            if node.op in SWITCH | ENTER | EXIT | NEXT_ITERATION | LOOP_CONDITION:
                raise RewriteError(
                    f"'{node.name}' ({node.op}) is read on the way out of the loop '{self.frame.name}', where it has "
                    f"no value; {ELSEWHERE}"
                )
            self._copy(node)
        return self.outside[ref]

    def _copy(self, node: Node) -> None:
        inputs = tuple(self._outside(ref) for ref in node.inputs)
        taken = {each.name for each in self.added} | set(self.graph.by_name)
        copied = replace(
            node, name=fresh_name(taken, f"{node.name}/outside"), inputs=inputs, control_inputs=()
        )
        self.added.append(copied)
        for ref in self.graph.uses:
            if ref.node == node.name:
                self.outside[ref] = TensorRef(copied.name, ref.index)
