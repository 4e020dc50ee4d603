"""Stacks become TensorLists: what a loop's gradient needs of the loop waits for it as a value.

A stack is named by a handle that goes to its one push and to its one pop, into loops by `Enter` and into branches by
`Switch`. A list is a value instead: it goes the push's way in, comes back with what was pushed, and goes the pop's
way with it. One step of such a way, before and after, of a loop that pushes `h` at each turn:

    stack = StackV2(size) elem_type=float32                  stack = EmptyTensorList(shape, size)
    handle = Enter(stack) frame_name='loop'                  enter = Enter(stack) frame_name='loop'
    push = StackPushV2(handle, h)                            merge = Merge(enter, next)
                                                             switch = Switch(merge, loop/cond)
                                                             push = TensorListPushBack(switch:1, h)
                                                             next = NextIteration(push)
                                                             exit = Exit(switch)

`exit` is what the pop begins with. Source of the graph's form: `GradLoopState` in
tensorflow/python/ops/control_flow_ops.py of TensorFlow 1; of the ops: tensorflow/core/ops/list_ops.cc.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, Shape, TensorValue
from tf1compat.graph.frames import ENTER, EXIT, MERGE, SWITCH, find_frames, frame_of_nodes
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.ops.control import is_loop_switch
from tf1compat.ops.families import IDENTITIES, STACK, STACK_POP, STACK_PUSH
from tf1compat.rewrite.base import ELSEWHERE, Outcome, fresh_name, passing, redirect, substitute

_MADE_BY = "stacks"
_HANDED_ON = ENTER | IDENTITIES
_WAY = SWITCH | _HANDED_ON
_VARIANT, _INT = DType("variant"), DType("int32")


def stacks_to_lists(graph: Graph) -> Outcome:
    """No stack is left; raises RewriteError where one is used in a way that no gradient of a loop uses it."""
    if not any(node.op in STACK for node in graph.nodes):
        return Outcome(graph)
    graph = redirect(graph, dict(_values(graph)))
    uses = _uses(graph)
    conversion = _Conversion(graph)
    for each in uses:
        conversion.convert(each)
    result = substitute(graph, conversion.changed, conversion.added)
    return Outcome(result, len(uses), f"{len(uses)} stacks, on which loops kept values, became lists")


# ------------------------------------------------------------------------------------------------------------ find


@dataclass(frozen=True)
class _Into:
    """A step into a loop, by one of its Enters."""

    enter: str


@dataclass(frozen=True)
class _Aside:
    """A step into a branch: what decides, and which side it is."""

    predicate: TensorRef
    side: int


@dataclass(frozen=True)
class _Way:
    """An operation on a stack, and the loops and branches in which it lies while its stack does not."""

    node: Node
    steps: tuple[_Into | _Aside, ...]


@dataclass(frozen=True)
class _StackUse:
    stack: Node
    push: _Way | None
    pop: _Way | None


def _uses(graph: Graph) -> list[_StackUse]:
    """Every stack with its push and its pop; raises RewriteError where it has several of them."""
    ways: dict[str, list[_Way]] = {node.name: [] for node in graph.nodes if node.op in STACK}
    for node in graph.nodes:
        if node.op in STACK_PUSH | STACK_POP:
            stack, way = _way_to(graph, node)
            ways[stack].append(way)
    return [
        _StackUse(graph[name], _only(found, STACK_PUSH), _only(found, STACK_POP))
        for name, found in ways.items()
    ]


def _values(graph: Graph) -> Iterator[tuple[TensorRef, TensorRef]]:
    """What an operation on a stack gives, and where it is found when the first output is the list."""
    for node in graph.nodes:
        if node.op in STACK_PUSH:
            yield TensorRef(node.name), node.inputs[1]
        elif node.op in STACK_POP:
            yield TensorRef(node.name), TensorRef(node.name, 1)


def _way_to(graph: Graph, node: Node) -> tuple[str, _Way]:
    """The stack of an operation; raises RewriteError where its handle comes from elsewhere."""
    steps: list[_Into | _Aside] = []
    ref = node.inputs[0]
    while graph.producer(ref).op in _WAY:
        passed = graph.producer(ref)
        if passed.op in ENTER:
            steps.insert(0, _Into(passed.name))
        elif passed.op in SWITCH:
            steps.insert(0, _Aside(passed.inputs[1], ref.index))
        ref = passed.inputs[0]
    if graph.producer(ref).op not in STACK:
        raise _refusal(node, f"takes its stack from '{ref.node}' ({graph.producer(ref).op})")
    if node.op in STACK_PUSH:  # what is put on a stack in a branch that is not taken is not put there
        steps += _branches(graph, node.inputs[1])
    return ref.node, _Way(node, _each_once(graph, steps))


def _branches(graph: Graph, ref: TensorRef) -> list[_Aside]:
    """The branches of the innermost loop in which a tensor is computed, the outermost first."""
    found: dict[_Aside, None] = {}
    seen: set[TensorRef] = set()
    todo = [ref]
    while todo:
        each = todo.pop(0)
        node = graph.producer(each)
        if each in seen or node.op in MERGE | ENTER | EXIT:
            continue
        seen.add(each)
        if node.op in SWITCH:
            if is_loop_switch(graph, node):
                continue
            found.setdefault(_Aside(node.inputs[1], each.index))
            todo.append(node.inputs[0])
        else:
            todo += node.inputs
    return list(reversed(found))


def _each_once(graph: Graph, steps: Sequence[_Into | _Aside]) -> tuple[_Into | _Aside, ...]:
    """The same without branches on what is decided by then."""
    decided: set[tuple[TensorRef, int]] = set()
    result: list[_Into | _Aside] = []
    for step in steps:
        if isinstance(step, _Aside):
            origin = (resolve(graph, step.predicate, _HANDED_ON), step.side)
            if origin in decided:
                continue
            decided.add(origin)
        result.append(step)
    return tuple(result)


def _only(ways: Sequence[_Way], ops: frozenset[str]) -> _Way | None:
    found = [each for each in ways if each.node.op in ops]
    if len(found) > 1:
        raise _refusal(found[1].node, f"shares its stack with '{found[0].node.name}'")
    return found[0] if found else None


def _refusal(node: Node, how: str) -> RewriteError:
    return RewriteError(f"'{node.name}' ({node.op}) {how}, which has no form as a list; {ELSEWHERE}")


# -------------------------------------------------------------------------------------------------------------- do


@dataclass
class _Conversion:
    """The nodes that take the place of stacks, as they are made."""

    graph: Graph
    changed: dict[str, Node] = field(default_factory=dict)
    added: list[Node] = field(default_factory=list)

    @cached_property
    def conditions(self) -> dict[str, str]:
        """What drives each loop, by an Enter into it."""
        places = frame_of_nodes(self.graph)
        by_path = {places[frame.loop_cond]: frame.loop_cond for frame in find_frames(self.graph)}
        return {name: by_path[path] for name, path in places.items() if path in by_path}

    @cached_property
    def taken(self) -> set[str]:
        return {node.name for node in self.graph.nodes}

    def convert(self, use: _StackUse) -> None:
        """One stack is a list; where nothing is popped, there is none."""
        if use.pop is None and use.push is not None:
            push = use.push.node
            self.changed[push.name] = passing(push, push.inputs[1], _MADE_BY)
        elif use.pop is not None and use.push is None:
            raise _refusal(use.pop.node, "takes from a stack on which nothing is put")
        elif use.pop is not None and use.push is not None:
            shape = self.graph.static_shape(use.push.node.inputs[1])
            empty = self._empty(use.stack, shape)
            filled = self._through(use.push, use.push.steps, empty, shape)
            self._through(use.pop, use.pop.steps, filled, shape)

    def _empty(self, stack: Node, shape: Shape) -> TensorRef:
        """An empty list in the place of a stack."""
        most = self._constant(f"{stack.name}/max_num_elements", -1, stack)
        self.changed[stack.name] = make_node(
            stack.name, "EmptyTensorList", (self._shape_input(stack, shape), most),
            control_inputs=stack.control_inputs, made_by=_MADE_BY,
            element_dtype=stack.dtype("elem_type") or DType("float32"), shape_type=_INT,
        )  # fmt: skip
        return TensorRef(stack.name)

    def _through(
        self, way: _Way, steps: Sequence[_Into | _Aside], current: TensorRef, shape: Shape
    ) -> TensorRef:
        """The list behind an operation, out of all loops and branches that lie on the way to it."""
        if not steps:
            return self._operation(way.node, current, shape)
        step, *rest = steps
        if isinstance(step, _Into):
            return self._round(way, self.graph[step.enter], rest, current, shape)
        return self._past(way, step, rest, current, shape)

    def _round(
        self, way: _Way, enter: Node, rest: Sequence[_Into | _Aside], current: TensorRef, shape: Shape
    ) -> TensorRef:
        """The list is one more variable of a loop."""
        if enter.name not in self.conditions:
            raise _refusal(way.node, f"lies in a loop without a condition ('{enter.text('frame_name')}')")
        first = self._add(way, "Enter", current, **{**enter.attrs, "T": _VARIANT, "is_constant": False})
        merge, closing = self._free(f"{way.node.name}/Merge"), self._free(f"{way.node.name}/NextIteration")
        self.added.append(
            make_node(merge, "Merge", (first, TensorRef(closing)), made_by=_MADE_BY, T=_VARIANT, N=2)
        )
        condition = TensorRef(self.conditions[enter.name])
        switch = self._add(way, "Switch", TensorRef(merge), condition, T=_VARIANT)
        after = self._through(way, rest, TensorRef(switch.node, 1), shape)
        self.added.append(make_node(closing, "NextIteration", (after,), made_by=_MADE_BY, T=_VARIANT))
        return self._add(way, "Exit", switch, T=_VARIANT)

    def _past(
        self, way: _Way, step: _Aside, rest: Sequence[_Into | _Aside], current: TensorRef, shape: Shape
    ) -> TensorRef:
        """The list goes through one branch, and past the other as it is."""
        side = step.side
        switch = self._add(way, "Switch", current, step.predicate, T=_VARIANT).node
        after = self._through(way, rest, TensorRef(switch, side), shape)
        sides = (TensorRef(switch, 0), after) if side else (after, TensorRef(switch, 1))
        return self._add(way, "Merge", *sides, T=_VARIANT, N=2)

    def _operation(self, node: Node, current: TensorRef, shape: Shape) -> TensorRef:
        push = node.op in STACK_PUSH
        kind = (node.dtype("T" if push else "elem_type") or DType("float32")).base
        given = node.inputs[1] if push else self._shape_input(node, shape)
        self.changed[node.name] = make_node(
            node.name, "TensorListPushBack" if push else "TensorListPopBack", (current, given),
            control_inputs=node.control_inputs, made_by=_MADE_BY, element_dtype=kind,
        )  # fmt: skip
        return TensorRef(node.name)

    def _shape_input(self, node: Node, shape: Shape) -> TensorRef:
        """-1 for what is not known."""
        value = -1 if shape.dims is None else [-1 if dim is None else dim for dim in shape.dims]
        return self._constant(f"{node.name}/element_shape", value, node)

    def _constant(self, name: str, value: object, beside: Node) -> TensorRef:
        free = self._free(name)
        self.added.append(
            make_node(
                free, "Const", control_inputs=beside.control_inputs, made_by=_MADE_BY,
                dtype=_INT, value=TensorValue.of(value, _INT),
            )
        )  # fmt: skip
        return TensorRef(free)

    def _add(self, way: _Way, op: str, *inputs: TensorRef, **attrs: object) -> TensorRef:
        name = self._free(f"{way.node.name}/{op}")
        self.added.append(make_node(name, op, inputs, made_by=_MADE_BY, **attrs))  # type: ignore[arg-type]
        return TensorRef(name)

    def _free(self, wanted: str) -> str:
        name = fresh_name(self.taken, wanted)
        self.taken.add(name)
        return name
