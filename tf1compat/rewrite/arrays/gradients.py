"""Gradients of TensorArrays become TensorArrays of their own, with one flow through all that is written to them.

`TensorArrayGradV3(handle, flow)` gives the array that holds the gradients of another one's elements, the same one
wherever it is asked for; what is written to an element twice adds up. Every write starts from the flow of the forward
pass, and where several come together their flows, which are zeros, are added. A list needs an order instead. Before
and after, of a loop that reads the array `a` at `i`, whose gradient is `g`:

    grad = TensorArrayGradV3(a_enter, a_flow)            a/gradients = TensorArrayV3(size)
    write = TensorArrayWriteV3(grad, i, g, a_flow)       write = TensorArrayWriteV3(a/gradients, i, g, sum_switch:1)
    sum_enter = Enter(zero)                              sum_enter = Enter(a/gradients:1)
    sum_add = Add(sum_switch:1, write)
    sum_next = NextIteration(sum_add)                    sum_next = NextIteration(write)

Source: tensorflow/python/ops/tensor_array_grad.py and tensorflow/core/kernels/tensor_array.h of TensorFlow 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from tf1compat.errors import RewriteError
from tf1compat.graph.frames import ENTER, EXIT, MERGE, SWITCH, Frame, LoopVariable, find_frames
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import array_operation
from tf1compat.ops.families import HAND_ON, IDENTITY, SUMS
from tf1compat.rewrite.arrays.flows import FLOW_INPUT, WRITES, array_behind
from tf1compat.rewrite.base import ELSEWHERE, Outcome, fresh_name, substitute

_MADE_BY = "gradient_arrays"
_GRADIENTS = frozenset({"grad", "gradwithshape"})
#: The attribute of a write that adds to what is in the array.
ADDS = "adds_up"


def gradient_arrays_to_arrays(graph: Graph) -> Outcome:
    """No array of gradients is asked for by what it derives; raises RewriteError where its writes have no order."""
    asked = [node for node in graph.nodes if array_operation(node) in _GRADIENTS]
    if not asked:
        return Outcome(graph)
    conversion = _Conversion(graph)
    for each in _arrays(graph, asked):
        conversion.convert(each)
    result = substitute(graph, conversion.changed, conversion.added)
    return Outcome(result, len(asked), "gradients of TensorArrays became arrays of their own")


# ------------------------------------------------------------------------------------------------------------ find


@dataclass(frozen=True)
class _GradientArray:
    """The array whose elements are derived, and the nodes that give and use the array of their gradients."""

    array: Node
    asked: tuple[str, ...]
    operations: tuple[Node, ...]


def _arrays(graph: Graph, asked: list[Node]) -> Iterator[_GradientArray]:
    by_array: dict[tuple[str, str], list[str]] = {}
    for node in asked:
        by_array.setdefault((array_behind(graph, node), node.text("source")), []).append(node.name)
    users = [node for node in graph.nodes if array_operation(node) in FLOW_INPUT]
    for (array, _), names in by_array.items():
        if graph[array].attrs.get("dynamic_size") is True:
            raise _refusal(graph[names[0]], f"derives '{array}', which grows")
        operations = tuple(node for node in users if _handle(graph, node) in names)
        yield _GradientArray(graph[array], tuple(names), operations)


def _handle(graph: Graph, node: Node) -> str:
    """What gives the handle that an operation takes, through loops and branches."""
    ref = node.inputs[0]
    while graph.producer(ref).op in HAND_ON and graph.producer(ref).inputs:
        ref = graph.producer(ref).inputs[0]
    return ref.node


def _refusal(node: Node, how: str) -> RewriteError:
    return RewriteError(f"'{node.name}' ({node.op}) {how}, so that its gradients have no list; {ELSEWHERE}")


# -------------------------------------------------------------------------------------------------------------- do


@dataclass
class _Conversion:
    graph: Graph
    changed: dict[str, Node] = field(default_factory=dict)
    added: list[Node] = field(default_factory=list)

    @cached_property
    def variables(self) -> dict[str, LoopVariable]:
        """The loop variables by their Switches and Exits."""
        every = [each for frame in find_frames(self.graph) for each in frame.variables]
        return {name: each for each in every for name in (each.switch, each.exit) if name}

    @cached_property
    def loops(self) -> dict[str, Frame]:
        """The loops by their Exits."""
        frames = find_frames(self.graph)
        return {each.exit: frame for frame in frames for each in frame.variables if each.exit}

    def in_order(self, flows: Sequence[TensorRef]) -> list[TensorRef]:
        """The flows of a sum, those first of which another one needs what comes with them."""
        behind = {ref: self._behind(ref) for ref in flows}
        ordered: list[TensorRef] = []
        todo = list(flows)
        while todo:
            free = (
                each
                for each in todo
                if not any(self._core(other) in behind[each] for other in todo if other != each)
            )
            ordered.append(next(free, todo[0]))
            todo.remove(ordered[-1])
        return ordered

    def _core(self, ref: TensorRef) -> str:
        """The node that has to have run: of what leaves a loop, the loop's condition."""
        return self.loops[ref.node].loop_cond if ref.node in self.loops else ref.node

    def _behind(self, ref: TensorRef) -> frozenset[str]:
        """Every node that has to run before, a loop being all that enters it."""
        found: set[str] = set()
        todo = [ref.node]
        while todo:
            name = todo.pop()
            if name in found:
                continue
            found.add(name)
            node = self.graph[name]
            if name in self.loops:
                frame = self.loops[name]
                found.add(frame.loop_cond)
                todo += [*(each.enter for each in frame.variables), *frame.invariants]
            elif node.op not in MERGE:
                todo += [*(each.node for each in node.inputs), *node.control_inputs]
        return frozenset(found)

    def convert(self, each: _GradientArray) -> None:
        """One array of gradients stands for itself."""
        name = fresh_name(self.graph, f"{each.array.name}/{self._source(each)}")
        attrs = {key: value for key, value in each.array.attrs.items() if not key.startswith("_")}
        self.added.append(
            make_node(
                name, "TensorArrayV3", each.array.inputs[:1], control_inputs=each.array.control_inputs,
                made_by=_MADE_BY, **{**attrs, "clear_after_read": False, "tensor_array_name": b""},
            )
        )  # fmt: skip
        thread = _Thread(self, each, TensorRef(name))
        for node in each.operations:
            if array_operation(node) not in WRITES:
                flow = FLOW_INPUT[array_operation(node) or ""]
                self.takes(node, flow, thread.after(node.inputs[flow], None), TensorRef(name))
        for asked in each.asked:
            waits = self.graph[asked].control_inputs
            self.changed[asked] = make_node(asked, "NoOp", control_inputs=waits, made_by=_MADE_BY)

    def _source(self, each: _GradientArray) -> str:
        return self.graph[each.asked[0]].text("source") or "gradients"

    def takes(self, node: Node, position: int, flow: TensorRef, handle: TensorRef) -> None:
        """An operation works on this array, from this flow."""
        inputs = (handle, *node.inputs[1:position], flow, *node.inputs[position + 1 :])
        self.changed[node.name] = replace(node, inputs=inputs, made_by=_MADE_BY)


@dataclass
class _Thread:
    """The flow of one array of gradients, laid through the nodes of which it was the sum."""

    conversion: _Conversion
    array: _GradientArray
    made: TensorRef
    laid: dict[TensorRef, tuple[TensorRef | None, TensorRef]] = field(default_factory=dict)
    rounds: dict[str, TensorRef | None] = field(default_factory=dict)

    @property
    def graph(self) -> Graph:
        return self.conversion.graph

    @property
    def start(self) -> TensorRef:
        return TensorRef(self.made.node, 1)

    @cached_property
    def gradients(self) -> frozenset[TensorRef]:
        """The flows behind any write to the array, through loops, branches and sums."""
        found: set[TensorRef] = set()
        todo = [TensorRef(node.name) for node in self.array.operations if array_operation(node) in WRITES]
        while todo:
            ref = todo.pop()
            if ref not in found:
                found.add(ref)
                todo += self._onward(ref)
        return frozenset(found)

    def _onward(self, ref: TensorRef) -> Iterator[TensorRef]:
        for use in self.graph.uses.get(ref, ()):
            node = self.graph[use.node]
            if node.op in HAND_ON | SUMS or (array_operation(node) in _GRADIENTS and use.position == 1):
                yield from (TensorRef(node.name), TensorRef(node.name, 1))
            elif (
                FLOW_INPUT.get(array_operation(node) or "") == use.position
                and array_operation(node) in WRITES
            ):
                yield TensorRef(node.name)

    def after(self, ref: TensorRef, before: TensorRef | None) -> TensorRef:
        """The array with everything written to it that `ref` is the flow of, and `before` what was written earlier.

        Raises RewriteError where one write would have to come after two things that have no order.
        """
        if ref in self.laid:
            known, result = self.laid[ref]
            if known != before:
                raise _refusal(self.graph.producer(ref), "is added to two flows")
            return result
        node = self.graph.producer(ref)
        if node.op in SWITCH and node.name in self.conversion.variables:
            return self._inside(ref, before)
        if ref not in self.gradients:
            return before or self.start
        self.laid[ref] = (before, self._laid(node, ref, before))
        return self.laid[ref][1]

    def _laid(self, node: Node, ref: TensorRef, before: TensorRef | None) -> TensorRef:
        if array_operation(node) in WRITES:
            return self._written(node, before)
        if array_operation(node) in _GRADIENTS:
            return self.after(node.inputs[1], before)
        if node.op in IDENTITY:
            return self.after(node.inputs[0], before)
        if node.op in SUMS:
            for each in self.conversion.in_order(node.inputs):
                before = self.after(each, before)
            return before or self.start
        if node.op in EXIT and node.name in self.conversion.variables:
            self._round(self.conversion.variables[node.name], before)
            return ref
        if node.op in ENTER and before is None:
            flow = self.after(node.inputs[0], None)
            self.conversion.changed[node.name] = replace(node, inputs=(flow,), made_by=_MADE_BY)
            return ref
        raise _refusal(node, "leads a flow of gradients another way than loops do")

    def _written(self, node: Node, before: TensorRef | None) -> TensorRef:
        position = FLOW_INPUT[array_operation(node) or ""]
        flow = self.after(node.inputs[position], before)
        adds = flow != self.start
        if adds and array_operation(node) != "write":
            raise _refusal(node, "adds many elements to what was written before")
        self.conversion.takes(node.with_attrs(**{ADDS: True}) if adds else node, position, flow, self.made)
        return TensorRef(node.name)

    def _inside(self, ref: TensorRef, before: TensorRef | None) -> TensorRef:
        """Within a loop: what the loop carries, to which nothing else comes from outside."""
        if ref.node not in self.rounds:
            self._round(self.conversion.variables[ref.node], None)
        return before or ref

    def _round(self, variable: LoopVariable, before: TensorRef | None) -> None:
        """The array goes round with a loop."""
        switch = variable.switch or ""
        if switch in self.rounds:
            if self.rounds[switch] != before and before is not None:
                raise _refusal(self.graph[variable.merge], "is added to two flows")
            return
        self.rounds[switch] = before
        enter, closing = self.graph[variable.enter], self.graph[variable.next_iteration]
        first = self.after(enter.inputs[0], before)
        following = self.after(closing.inputs[0], TensorRef(switch, 1))
        self.conversion.changed[enter.name] = replace(enter, inputs=(first,), made_by=_MADE_BY)
        self.conversion.changed[closing.name] = replace(closing, inputs=(following,), made_by=_MADE_BY)
