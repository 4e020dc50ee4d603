"""Choices between many branches become choices between two, one inside the other.

    zero, one, two = _SwitchN(x, which)          is_zero = Equal(which, 0)
                                                 zero, rest = Switch(x, is_zero)      # output 1, output 0
    y = Merge(f, g, h)                      →    is_one = Equal(which, 1)
                                                 one, two = Switch(rest, is_one)
                                                 y = Merge(f, Merge(g, h))

A `_SwitchN` sends its value to the output that the number names, to the last where the number names none
(tensorflow/core/ops/control_flow_ops.cc). A Merge of more than two is parted by the predicate whose sides its inputs
all are on, then each part again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tf1compat.graph.attributes import DType, TensorValue
from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.families import SWITCH_N
from tf1compat.rewrite.base import Outcome, fresh_name, redirect, substitute
from tf1compat.rewrite.control_flow.joins import begins_outside, predicate_of

_MADE_BY = "many_branches"
_INT = DType("int32")


def choose_between_two(graph: Graph) -> Outcome:
    """No `_SwitchN` is left, and no Merge of more than two whose predicates are seen to choose between all."""
    switches = [node for node in graph.nodes if node.op in SWITCH_N]
    parting = _Parting(graph)
    for node in switches:
        parting.switch(node)
    graph = parting.result() if switches else graph
    merges = [node for node in graph.nodes if node.op in MERGE and len(node.inputs) > _TWO]
    joining = _Joining(graph)
    count = sum(joining.merge(node) for node in merges)
    summary = "choices between many branches became choices between two"
    return Outcome(joining.result() if count else graph, len(switches) + count, summary)


_TWO = 2


@dataclass
class _Making:
    """Nodes that come to a graph, and the tensors that take others' places."""

    graph: Graph
    changed: dict[str, Node] = field(default_factory=dict)
    moved: dict[TensorRef, TensorRef] = field(default_factory=dict)
    added: dict[str, Node] = field(default_factory=dict)

    def result(self) -> Graph:
        return redirect(substitute(self.graph, self.changed, self.added.values()), self.moved)

    def name(self, wanted: str) -> str:
        return fresh_name({*self.graph.by_name, *self.added}, wanted)

    def add(self, node: Node) -> TensorRef:
        self.added[node.name] = node
        return TensorRef(node.name)

    def constant(self, name: str, value: int, waits: tuple[str, ...] = ()) -> TensorRef:
        return self.add(
            make_node(
                self.name(name), "Const", control_inputs=waits, made_by=_MADE_BY, dtype=_INT,
                value=TensorValue.of(value, _INT),
            )
        )  # fmt: skip


class _Parting(_Making):
    """Takes `_SwitchN` nodes apart."""

    def switch(self, node: Node) -> None:
        """Each output of a `_SwitchN` is one side of a Switch, the first of a row; the last, the other side."""
        value, which = node.inputs
        last = node.integer("num_outs") - 1
        for number in range(last):
            predicate = self._predicate(which, number)
            name = node.name if number == 0 else self.name(f"{node.name}/{number}")
            made = make_node(
                name, "Switch", (value, predicate), control_inputs=node.control_inputs, made_by=_MADE_BY,
                T=node.dtype() or DType("float32"),
            )  # fmt: skip
            if number == 0:
                self.changed[name] = made
            else:
                self.add(made)
            self.moved[TensorRef(node.name, number)] = TensorRef(name, 1)
            value = TensorRef(name)
        self.moved[TensorRef(node.name, last)] = value

    def result(self) -> Graph:
        """The graph with the readers of the old outputs reading the new ones, whose first nodes keep their names."""
        self.changed = {name: self._kept(node) for name, node in self.changed.items()}
        before = redirect(self.graph, self.moved)
        return substitute(before, self.changed, self.added.values())

    def _kept(self, node: Node) -> Node:
        inputs = tuple(self.moved.get(ref, ref) for ref in node.inputs)
        return make_node(
            node.name, node.op, inputs, control_inputs=node.control_inputs, made_by=_MADE_BY, **node.attrs
        )

    def _predicate(self, which: TensorRef, number: int) -> TensorRef:
        name = f"{which.node}/is_{number}"
        if name not in self.added:
            constant = self.constant(f"{name}/number", number)
            self.add(make_node(name, "Equal", (which, constant), made_by=_MADE_BY, T=_INT))
        return TensorRef(name)


class _Joining(_Making):
    """Takes Merges of many apart."""

    def merge(self, node: Node) -> bool:
        """Whether a Merge of many could be told in Merges of two; then it is the outermost of them."""
        sides = [_sides_behind(self.graph, ref) for ref in node.inputs]
        order = _parted(range(len(node.inputs)), sides)
        if order is None:
            return False
        self.changed[node.name] = self._nested(node, order, node.inputs, node.name)
        chosen = TensorRef(node.name, 1)
        if chosen in self.graph.uses:
            self.moved[chosen] = self._choice(node, order)
        return True

    def _nested(
        self, node: Node, order: _Order, inputs: Sequence[TensorRef], name: str, **attrs: DType
    ) -> Node:
        first, second = (self._input(node, each, inputs, name, **attrs) for each in order)
        shapes = {key: value for key, value in node.attrs.items() if key == "_output_shapes"}
        given = attrs or {"T": node.dtype() or DType("float32")}
        return make_node(
            name, node.op, (first, second), control_inputs=node.control_inputs, made_by=_MADE_BY,
            N=_TWO, **given, **(shapes if not attrs else {}),
        )  # fmt: skip

    def _input(
        self, node: Node, order: _Order | int, inputs: Sequence[TensorRef], name: str, **attrs: DType
    ) -> TensorRef:
        if isinstance(order, int):
            return inputs[order]
        return self.add(self._nested(node, order, inputs, self.name(f"{name}/joined"), **attrs))

    def _choice(self, node: Node, order: _Order) -> TensorRef:
        """Which input the Merge took: numbers that each stand in the branch of one input, merged like these."""
        name = f"{node.name}/value_index"
        numbers = []
        for position, ref in enumerate(node.inputs):
            dtype = node.dtype() or DType("float32")
            beside = self.add(
                make_node(self.name(f"{name}/beside"), "Identity", (ref,), made_by=_MADE_BY, T=dtype)
            )
            numbers.append(self.constant(f"{name}/{position}", position, (beside.node,)))
        return self.add(self._nested(node, order, numbers, self.name(name), T=_INT))


#: How a Merge of many is parted: two parts, each an input's number or parted again.
_Order = tuple["_Order | int", "_Order | int"]
_Sides = dict[TensorRef, frozenset[int]]


def _parted(numbers: Sequence[int], sides: Sequence[_Sides]) -> _Order | None:
    """Two parts of the inputs that a predicate chooses between, each parted again; None where none does."""
    for predicate in sides[numbers[0]]:
        if all(len(sides[number].get(predicate, ())) == 1 for number in numbers):
            halves = [[each for each in numbers if side in sides[each][predicate]] for side in (1, 0)]
            parts = [_part(half, sides) for half in halves]
            if parts[0] is not None and parts[1] is not None:
                return parts[0], parts[1]
    return None


def _part(numbers: Sequence[int], sides: Sequence[_Sides]) -> _Order | int | None:
    if not numbers:
        return None
    return numbers[0] if len(numbers) == 1 else _parted(numbers, sides)


def _sides_behind(graph: Graph, ref: TensorRef) -> _Sides:
    """By predicate, the sides whose Switches stand anywhere behind a tensor, inside its frame."""
    found: _Sides = {}
    todo, seen = [ref], set[TensorRef]()
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        node = graph.producer(current)
        if node.op in SWITCH:
            predicate = predicate_of(graph, node)
            found[predicate] = found.get(predicate, frozenset()) | {current.index}
            todo.append(node.inputs[0])
        elif not begins_outside(graph, node):
            todo.extend(node.inputs)
            todo.extend(TensorRef(name) for name in node.control_inputs)
    return found
