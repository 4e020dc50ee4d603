"""The while loops of a graph as an RNN sees them: what each carries from step to step, and reads in each.

Loops of gradients are left out: they run the forward loops backwards and belong to the training.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.pattern import source
from tf1compat.analysis.time.in_turn import collected_along, taken_in_turn
from tf1compat.graph.attributes import DType
from tf1compat.graph.frames import ENTER, EXIT, MERGE, SWITCH, Frame, LoopVariable, find_frames
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef, leaf, scope_of
from tf1compat.ops import families
from tf1compat.ops.arrays import array_role, stored, works_on_array

#: Ops that multiply by a matrix or a filter.
MULTIPLYING = families.CONTRACTIONS | families.CONVOLUTIONS | families.LSTM_CELL | families.GRU_CELL
#: What TensorFlow calls the Enter nodes of the values that a loop carries.
_NUMBERED_ENTER = re.compile(r"(?P<scope>(?:.*/)?)Enter(?:_(?P<number>\d+))?")
#: Ops behind which lies what the model is given or has computed, not its weights alone.
_FED = EXIT | MERGE | families.PLACEHOLDERS | families.FEEDERS


@dataclass(frozen=True)
class Carried:
    """One value that a loop carries, by the tensors it has around and inside the loop."""

    variable: LoopVariable
    dtype: DType | None
    initial: TensorRef  # outside, before the first step
    value: TensorRef  # inside, at the beginning of a step
    next: TensorRef  # inside, at the end of a step
    final: TensorRef | None  # outside, after the last step; None where nothing takes it out


@dataclass(frozen=True)
class Loop:
    """One forward loop: counters of steps, arrays it writes, what it puts end to end, and what else it carries."""

    frame: Frame
    scope: str
    counters: tuple[Carried, ...]
    arrays: tuple[Carried, ...]
    states: tuple[Carried, ...]
    collected: tuple[Carried, ...] = ()
    inner: frozenset[str] = frozenset()  # the nodes of the loops inside this one

    @property
    def start_of_step(self) -> frozenset[str]:
        """The nodes at which a step begins: walking backwards stops here."""
        carried = self.counters + self.arrays + self.collected + self.states
        return frozenset(each.value.node for each in carried)


def find_loops(graph: Graph, training_nodes: frozenset[str]) -> tuple[Loop, ...]:
    """Every while loop that is no part of the training, in the order of the file."""
    pops = frozenset(node.name for node in graph.nodes if node.op in families.STACK_POP)
    frames = [each for each in find_frames(graph) if each.loop_cond not in training_nodes]
    forward = [each for each in frames if each.nodes.isdisjoint(pops)]
    ordered = sorted(forward, key=lambda each: graph.places[each.loop_cond])
    children: dict[str | None, list[Frame]] = {}
    for each in frames:
        children.setdefault(each.parent, []).append(each)
    return tuple(_loop(graph, each, _inside(each, children.get(each.name, ()))) for each in ordered)


def _inside(frame: Frame, children: Iterable[Frame]) -> frozenset[str]:
    """The nodes of a frame that run in frames of their own."""
    inner = (each.nodes for each in children if each.nodes < frame.nodes)
    return frozenset().union(*inner)


def _loop(graph: Graph, frame: Frame, inner: frozenset[str]) -> Loop:
    ordered = as_passed([each for each in frame.variables if each.switch is not None])
    carried = [_carried(graph, frame, each) for each in ordered]
    counters = tuple(each for each in carried if _is_counter(graph, each))
    arrays = tuple(each for each in carried if _writes_array(graph, each))
    collected = tuple(each for each in carried if collected_along(graph, frame, each.variable) is not None)
    states = tuple(each for each in carried if each not in (*counters, *arrays, *collected))
    return Loop(frame, _scope(frame), counters, arrays, states, collected, inner)


def as_passed(variables: list[LoopVariable]) -> list[LoopVariable]:
    """Loop variables in the order in which the author's program passed them to the loop.

    TensorFlow numbers the Enter nodes as it makes them, in that order. A tool that wrote the file anew may have
    sorted the nodes; where the names are not those that TensorFlow gives, the order of the file stands.
    """
    numbered = [(each, _NUMBERED_ENTER.fullmatch(each.enter)) for each in variables]
    scopes = {found["scope"] if found else None for _, found in numbered}
    if len(scopes) != 1 or None in scopes:
        return variables
    numbers = {each.enter: int(found["number"] or 0) for each, found in numbered if found}
    return sorted(variables, key=lambda each: numbers[each.enter])


def _scope(frame: Frame) -> str:
    """The name scope in which the loop was made: that of its LoopCond, without a `while` at its end."""
    scope = scope_of(frame.loop_cond)
    return scope_of(scope) if leaf(scope) == "while" and "/" in scope else scope


def _carried(graph: Graph, frame: Frame, variable: LoopVariable) -> Carried:
    initial = frame.initial(graph, variable)
    return Carried(
        variable,
        dtype_of(graph, TensorRef(variable.enter)),
        initial,
        TensorRef(variable.switch or variable.merge, 1),
        frame.next(graph, variable),
        TensorRef(variable.exit) if variable.exit else None,
    )


def _is_counter(graph: Graph, carried: Carried) -> bool:
    """An integer that every step adds a constant to."""
    node = graph.producer(source(graph, carried.next))
    if carried.dtype is None or not carried.dtype.is_integer or node.op not in families.ADDITIONS:
        return False
    operands = [source(graph, each) for each in node.inputs]
    return carried.value in operands and any(
        graph.producer(each).op in families.CONSTANT for each in operands
    )


def _writes_array(graph: Graph, carried: Carried) -> bool:
    return written_value(graph, carried) is not None


def written_value(graph: Graph, carried: Carried) -> TensorRef | None:
    """What a step writes into the array that is carried, or None when it carries no array."""
    node = graph.producer(source(graph, carried.next))
    return stored(node) if array_role(node) == "write" else None


def reads_steps(graph: Graph, loop: Loop) -> bool:
    """Whether the loop takes an entry of a sequence in each step: of an array, or by a slice."""
    nodes = (graph[name] for name in loop.frame.nodes - loop.inner)
    return any(array_role(node) == "read" or taken_in_turn(graph, node) is not None for node in nodes)


def step_ancestors(graph: Graph, loop: Loop, ref: TensorRef, stops: Collection[str] = ()) -> frozenset[str]:
    """What a tensor inside a loop is computed from within one step, up to where values enter the loop.

    The nodes named in `stops` are not passed either.
    """
    starts, inside = loop.start_of_step.union(stops), loop.frame.nodes
    found = ancestors(
        graph,
        [ref.node],
        control=False,
        stop=lambda node: node.name in starts or node.name not in inside or node.op in ENTER,
    )
    return found & inside


def multiplies_by_variable(graph: Graph, node: Node) -> bool:
    """Whether a node contracts with a weight matrix that is a variable."""
    return node.op in MULTIPLYING and any(weights_behind(graph, each) for each in node.inputs)


def weights_behind(graph: Graph, ref: TensorRef) -> frozenset[str]:
    """The variables that a tensor is computed from alone: itself one, or parts of one joined or scaled.

    Which branch of a `cond` it is used in does not matter.
    """
    seen: set[str] = set()
    todo = [ref.node]
    while todo:
        name = todo.pop()
        node = graph[name]
        if node.op in _FED or works_on_array(node):
            return frozenset()
        if name not in seen:
            seen.add(name)
            if node.op not in families.VARIABLES:
                todo.extend(each.node for each in (node.inputs[:1] if node.op in SWITCH else node.inputs))
    return frozenset(name for name in seen if graph[name].op in families.VARIABLES)
