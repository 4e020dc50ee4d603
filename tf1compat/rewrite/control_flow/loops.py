"""v1 while loops become functional `While` nodes, inner loops first.

`tf1compat.graph.frames` finds the loops, `judgement` says which have a functional form, and this file makes it. One
loop, `x` times `w` for `n` turns, before:

    zero = Const() dtype=int32; value=tensor(int32, 0)
    one = Const() dtype=int32; value=tensor(int32, 1)
    n = Placeholder() dtype=int32
    x = Placeholder() dtype=float32
    w = Placeholder() dtype=float32
    loop/limit = Enter(n) T=int32; frame_name='loop'; is_constant=True
    loop/w = Enter(w) T=float32; frame_name='loop'; is_constant=True
    loop/i_enter = Enter(zero) T=int32; frame_name='loop'
    loop/h_enter = Enter(x) T=float32; frame_name='loop'
    loop/i = Merge(loop/i_enter, loop/i_next) T=int32
    loop/h = Merge(loop/h_enter, loop/h_next) T=float32
    loop/less = Less(loop/i, loop/limit) T=int32
    loop/cond = LoopCond(loop/less)
    loop/i_switch = Switch(loop/i, loop/cond) T=int32
    loop/h_switch = Switch(loop/h, loop/cond) T=float32
    loop/add = Add(loop/i_switch:1, one) T=int32
    loop/product = MatMul(loop/h_switch:1, loop/w) T=float32
    loop/i_next = NextIteration(loop/add) T=int32
    loop/h_next = NextIteration(loop/product) T=float32
    y = Exit(loop/h_switch) T=float32

and after, in the graph, in the function of the condition, whose result is `loop/less`, and in that of the body, whose
results are `loop_counter/next`, `maximum_iterations`, `loop/add`, `loop/product` and the invariants as they were:

    loop = While(loop/loop_counter, loop/maximum_iterations, zero, x, n, w)
    y = Identity(loop:3)

    loop/less = Less(loop_variable_0, loop_invariant_0)

    loop_counter/next = AddV2(loop_counter, loop_counter/one)
    loop/add = Add(loop_variable_0, one)
    loop/product = MatMul(loop_variable_1, loop_invariant_1)

The node keeps the convention of TF2's own while loops (tensorflow/python/ops/while_v2.py), which its gradient relies
on: a turn counter and the maximum number of turns come before the loop variables, loop invariants after them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, FunctionRef, Shape, TensorValue
from tf1compat.graph.draft import Draft
from tf1compat.graph.frames import Frame, LoopVariable, find_frames
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.names import TensorRef, scope_of
from tf1compat.rewrite.base import ELSEWHERE, Outcome, fresh_name, passing
from tf1compat.rewrite.control_flow.conditionals import convert_conditionals
from tf1compat.rewrite.control_flow.functions import (
    Argument,
    cut_function,
    recorded_shapes,
)
from tf1compat.rewrite.control_flow.judgement import objection

_INT = DType("int32")
_MADE_BY = "loops"
_PREFIX = 2  # the turn counter and the maximum number of turns


def functionalise_loops(graph: Graph) -> Outcome:
    """No frame is left: each is a `While` node with its condition and its body as functions."""
    frames = find_frames(graph)
    if not frames:
        return Outcome(graph)
    draft = Draft(graph)
    made: dict[str | None, list[str]] = {}  # by frame, the While nodes of the loops in it
    for frame in frames:
        nodes = [*(name for name in frame.nodes if name in draft), *made.get(frame.name, ())]
        nodes += convert_conditionals(draft, frozenset(nodes))
        mismatch = objection(draft, frame, nodes)
        if mismatch is not None:
            raise RewriteError(f"'{mismatch.at}' {mismatch.reason}; {ELSEWHERE}")
        made.setdefault(frame.parent, []).append(_Loop(draft, frame).converted(nodes))
    return Outcome(draft.graph(), len(frames), "v1 while loops became functional While")


@dataclass(frozen=True)
class _Loop:
    graph: Draft
    frame: Frame

    def converted(self, nodes: Collection[str]) -> str:
        """One `While` stands in the place of the loop's `nodes`, but for its Exits; gives its name."""
        condition, body = self._condition(), self._body()
        name = fresh_name(self.graph, scope_of(self.frame.loop_cond) or self.frame.name.replace("/", "_"))
        counter = self._constant(self._free(f"{name}/loop_counter"), 0)
        most = self._constant(self._free(f"{name}/maximum_iterations"), -1)
        node = self._while_node(name, (counter, most), condition, body)
        exits = self._exits(name)
        gone = frozenset(nodes).difference(exits)
        self.graph.put(*exits.values(), counter, most, node)
        self.graph.remove(gone)
        self.graph.know(condition, body)
        return name

    @property
    def variables(self) -> Sequence[LoopVariable]:
        return self.frame.variables

    def _free(self, name: str) -> str:
        return fresh_name(self.graph, name)

    def _dtype(self, enter: str) -> DType:
        return self.graph[enter].dtype() or DType("float32")

    def _constant(self, name: str, value: int) -> Node:
        return make_node(name, "Const", made_by=_MADE_BY, dtype=_INT, value=TensorValue.of(value, _INT))

    def _arguments(self) -> list[Argument]:
        counter = Argument(self._free("loop_counter"), _INT)
        most = Argument(self._free("maximum_iterations"), _INT)
        carried = [
            Argument(self._free(f"loop_variable_{number}"), self._dtype(each.enter), self._stood_for(each))
            for number, each in enumerate(self.variables)
        ]
        invariant = [
            Argument(self._free(f"loop_invariant_{number}"), self._dtype(enter), (TensorRef(enter),))
            for number, enter in enumerate(self.frame.invariants)
        ]
        return [counter, most, *carried, *invariant]

    @staticmethod
    def _stood_for(variable: LoopVariable) -> tuple[TensorRef, ...]:
        """Inside the loop, a variable's value is the Merge's output, and past the Switch its second."""
        merged = TensorRef(variable.merge)
        return (merged, TensorRef(variable.switch, 1)) if variable.switch else (merged,)

    def _condition(self) -> Function:
        test = self.graph[self.frame.loop_cond].inputs[0]
        return cut_function(self.graph, f"{scope_of(self.frame.loop_cond)}_cond", self._arguments(), [test])

    def _body(self) -> Function:
        arguments = self._arguments()
        counter, most = (TensorRef(each.name) for each in arguments[:_PREFIX])
        one = self._constant(self._free("loop_counter/one"), 1)
        counted = make_node(
            self._free("loop_counter/next"), "AddV2", (counter, TensorRef(one.name)), made_by=_MADE_BY, T=_INT
        )
        outputs = [TensorRef(counted.name), most]
        outputs += [self.frame.next(self.graph, each) for each in self.variables]
        outputs += [TensorRef(each.name) for each in arguments[_PREFIX + len(self.variables) :]]
        title = f"{scope_of(self.frame.loop_cond)}_body"
        return cut_function(self.graph, title, arguments, outputs, extra=(one, counted))

    def _while_node(self, name: str, prefix: tuple[Node, Node], condition: Function, body: Function) -> Node:
        initial = [self.frame.initial(self.graph, each) for each in self.variables]
        invariant = [self.graph[enter].inputs[0] for enter in self.frame.invariants]
        merges = [TensorRef(each.merge) for each in self.variables]
        shapes = [
            Shape(()),
            Shape(()),
            *recorded_shapes(self.graph, merges),
            *map(self.graph.static_shape, invariant),
        ]
        first = self.graph[self.variables[0].enter] if self.variables else None
        return make_node(
            name, "While", [*(TensorRef(each.name) for each in prefix), *initial, *invariant],
            control_inputs=self._waits(), made_by=_MADE_BY,
            T=tuple(each.dtype for each in self._arguments()),
            cond=FunctionRef(condition.name), body=FunctionRef(body.name), output_shapes=tuple(shapes),
            parallel_iterations=first.integer("parallel_iterations", 10) if first else 10,
        )  # fmt: skip

    def _waits(self) -> tuple[str, ...]:
        """What has to run before the loop starts."""
        enters = [*(each.enter for each in self.variables), *self.frame.invariants]
        return tuple(dict.fromkeys(name for enter in enters for name in self.graph[enter].control_inputs))

    def _exits(self, name: str) -> dict[str, Node]:
        """Each Exit keeps its name, as the While's output."""
        return {
            each.exit: passing(self.graph[each.exit], TensorRef(name, number + _PREFIX), _MADE_BY)
            for number, each in enumerate(self.variables)
            if each.exit
        }
