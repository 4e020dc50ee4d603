"""v1 while loops become functional `While` nodes, inner loops first.

The node keeps the convention of TF2's own while loops (tensorflow/python/ops/while_v2.py), which its gradient relies
on: a turn counter and the maximum number of turns come before the loop variables, loop invariants after them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, FunctionRef, Shape, TensorValue
from tf1compat.graph.frames import Frame, LoopVariable, find_frames
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.names import TensorRef, scope_of
from tf1compat.rewrite.base import Outcome, fresh_name, passing
from tf1compat.rewrite.control_flow.conditionals import functionalise_conditionals
from tf1compat.rewrite.control_flow.functions import (
    Argument,
    cut_function,
    recorded_shapes,
    with_functions,
)

_INT = DType("int32")
_MADE_BY = "loops"
_PREFIX = 2  # the turn counter and the maximum number of turns


def functionalise_loops(graph: Graph) -> Outcome:
    """No frame is left: each is a `While` node with its condition and its body as functions."""
    count = 0
    while frames := find_frames(graph):
        graph = functionalise_conditionals(graph, frames[0].nodes).graph
        (frame,) = (each for each in find_frames(graph) if each.name == frames[0].name)
        graph = _Loop(graph, frame).converted()
        count += 1
    return Outcome(graph, count, "v1 while loops became functional While")


@dataclass(frozen=True)
class _Loop:
    graph: Graph
    frame: Frame

    def converted(self) -> Graph:
        condition, body = self._condition(), self._body()
        name = fresh_name(self.graph, scope_of(self.frame.loop_cond) or self.frame.name.replace("/", "_"))
        counter = self._constant(self._free(f"{name}/loop_counter"), 0)
        most = self._constant(self._free(f"{name}/maximum_iterations"), -1)
        node = self._while_node(name, (counter, most), condition, body)
        exits = self._exits(name)
        gone = self.frame.nodes - set(exits)
        kept = [exits.get(each.name, each) for each in self.graph.nodes if each.name not in gone]
        result = with_functions(self.graph.replacing([*kept, counter, most, node]), condition, body)
        _reject_strays(result, gone)
        return result

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


def _reject_strays(graph: Graph, gone: frozenset[str]) -> None:
    for node in graph.nodes:
        for name in (*(ref.node for ref in node.inputs), *node.control_inputs):
            if name in gone:
                raise RewriteError(
                    f"'{node.name}' reads '{name}' out of a while loop without passing an Exit; "
                    "TF2 has no form for that"
                )
