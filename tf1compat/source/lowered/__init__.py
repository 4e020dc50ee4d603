"""Functional control flow lowered: `While` and `If` of a file are written with the ops of TensorFlow 1's control flow,
and calls of functions that hold such, or stand there once for each step, are written out.

With control flow v2 a loop or a conditional is one node with functions, which TensorFlow itself lowers before it runs
them (tensorflow/core/common_runtime/lower_while_op.cc, lower_if_op.cc). A training adds results to them that only its
gradients read. Lowered, every value stands by itself, and is found, cut and rewritten as in files of TensorFlow 1.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cached_property

from tf1compat.graph.attributes import Attr, DType, FunctionRef, Shape
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.families import IDENTITY, WHILE
from tf1compat.ops.library import CALLEES, callee_name, calls_to_write_out, library_of
from tf1compat.source.lowered.pasted import Pasted

_UNKNOWN = DType.of_number(0)
_FALSE, _TRUE = 0, 1


def lowered(graph: Graph) -> Graph:
    """The same graph without functional loops and conditionals, those in their functions included.

    What takes a result out keeps its name: `while/Identity_2` is an Exit, `cond/Identity` a Merge. A node that others
    wait for keeps its name, too. What calls itself, or decides by something that is no boolean, is left as it is.
    """
    library = library_of(graph) if graph.library else {}
    written_out = calls_to_write_out(graph.nodes, library)
    if not written_out and not any(node.op in CALLEES for node in graph.nodes if library):
        return graph
    lowering = _Lowering(library, {node.name for node in graph.nodes}, written_out)
    nodes = list(lowering.all(graph.nodes, ()))
    return (
        graph if nodes == list(graph.nodes) else replace(graph, nodes=tuple(map(lowering.redirected, nodes)))
    )


@dataclass
class _Lowering:
    """What is lowered, as it goes: the names that are taken, and what is read in place of each result."""

    library: Mapping[str, Function]
    taken: set[str]
    written_out: frozenset[str] = frozenset()  # the functions whose calls are
    moved: dict[TensorRef, TensorRef] = field(default_factory=dict)
    waited: set[str] = field(default_factory=set)

    def all(self, nodes: Sequence[Node], callers: tuple[str, ...]) -> Iterator[Node]:
        """These nodes of a graph or of a function's place, functional ones lowered."""
        self.waited.update(name for node in nodes for name in node.control_inputs)
        functional = {node.name: each for node in nodes if (each := self._functions(node, callers))}
        takers = _takers(nodes, functional)
        read = {ref for node in nodes for ref in node.inputs}
        for node in nodes:
            callee = callee_name(node)
            if node.name in functional:
                yield from self._lower(node, functional[node.name], takers, callers)
            elif callee in self.written_out and callee not in callers:
                call = _Call(self, node, self.library[callee], read, inside=bool(callers))
                yield from self.all([*call.nodes()], (*callers, callee))
            elif node.name not in takers.values():
                yield node

    def _functions(self, node: Node, callers: tuple[str, ...]) -> tuple[Function, Function] | None:
        """The two functions of a node that can be lowered."""
        refs = (node.attrs.get(key) for key in CALLEES.get(node.op, ()))
        names = [ref.name for ref in refs if isinstance(ref, FunctionRef)]
        if len(names) != 2 or not self.library.keys() >= set(names) or set(names) & set(callers):
            return None
        first, second = (self.library[name] for name in names)
        decides = first.output_types[:1] if node.op in WHILE else (node.dtype("Tcond"),)
        return (first, second) if decides == ("bool",) else None

    def _lower(
        self,
        node: Node,
        functions: tuple[Function, Function],
        takers: Mapping[TensorRef, str],
        callers: tuple[str, ...],
    ) -> Iterator[Node]:
        kind = _Loop if node.op in WHILE else _Conditional
        form = kind(self, node, *functions, takers)
        within = (*callers, *(each.name for each in functions))
        if form.turns:
            self.moved |= form.results
            yield from self.all([*form.frame(), *form.inside()], within)
        else:
            yield node

    def fresh(self, name: str) -> str:
        """The name, or one like it that nothing has."""
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        return name

    def redirected(self, node: Node) -> Node:
        """The node, reading what stands in place of the results of lowered nodes."""
        if not any(ref in self.moved for ref in node.inputs):
            return node
        return replace(node, inputs=tuple(map(self._current, node.inputs)))

    def _current(self, ref: TensorRef) -> TensorRef:
        while ref in self.moved:
            ref = self.moved[ref]
        return ref


@dataclass
class _Call:
    """A call, written out: its first result stands under the call's own name."""

    lowering: _Lowering
    node: Node
    function: Function
    read: AbstractSet[TensorRef]
    inside: bool  # in a loop or a branch, where what reads nothing has to wait for what enters

    def nodes(self) -> Iterator[Node]:
        """The function's nodes in their place, and those that give its results."""
        waits = self.node.control_inputs
        pivot = self.lowering.fresh(f"{self.node.name}/pivot") if waits or self.inside else ""
        given = dict(zip(self.function.inputs, self.node.inputs, strict=True))
        pasted = Pasted(self.lowering.fresh, self.function, self.node.name, given, pivot)
        if pivot:
            begun = (*waits, *(ref.node for ref in self.node.inputs))
            yield make_node(pivot, "NoOp", control_inputs=tuple(dict.fromkeys(begun)))
        yield from pasted.nodes()
        yield from self._results(pasted)

    def _results(self, pasted: Pasted) -> Iterator[Node]:
        outputs, types, name = pasted.outputs(), self.function.output_types, self.node.name
        own = [TensorRef(name, place) for place in range(len(outputs))]
        done = pasted.unread() if name in self.lowering.waited else ()
        last = self.read.isdisjoint(own) and "resource" not in types
        if last and len(outputs) > 1:  # who asks for them does so by the call's name
            yield make_node(name, "IdentityN", outputs, control_inputs=done, T=tuple(types))
            return
        first = [(ref, kind) for ref, kind in zip(outputs[:1], types[:1], strict=True) if kind != "resource"]
        self.lowering.moved |= dict(zip(own[len(first) :], outputs[len(first) :], strict=True))
        for ref, kind in first:
            yield make_node(name, "Identity", [ref], control_inputs=done, T=kind)
        if not first:
            yield make_node(name, "NoOp", control_inputs=done)


def _takers(nodes: Iterable[Node], functional: Collection[str]) -> Mapping[TensorRef, str]:
    """For a result of a functional node, the Identity in the node's own scope that takes it out."""
    found: dict[TensorRef, str] = {}
    for node in nodes:
        if node.op in IDENTITY and not node.control_inputs and node.inputs[0].node in functional:
            ref = node.inputs[0]
            if node.name.startswith(f"{ref.node}/Identity"):
                found.setdefault(ref, node.name)
    return found


@dataclass
class _Form:
    """One functional node and its two functions."""

    lowering: _Lowering
    node: Node
    first: Function
    second: Function
    takers: Mapping[TensorRef, str]

    def name(self, text: str) -> str:
        """A name in the node's scope that nothing else has."""
        return self.lowering.fresh(f"{self.node.name}/{text}")

    def taken_out(self, op: str, place: int) -> str:
        """The name of the node that takes a result out."""
        own = self.takers.get(TensorRef(self.node.name, place))
        return self.name(f"{op}_{place}") if own is None else own

    def types(self, attr: str) -> tuple[DType, ...]:
        """The types that an attribute lists."""
        listed = self.node.attrs.get(attr, ())
        each = listed if isinstance(listed, tuple) else ()
        return tuple(one if isinstance(one, DType) else _UNKNOWN for one in each)

    def shaped(self, place: int, count: int) -> Mapping[str, Attr]:
        """What is recorded of a result's shape, for a node with this many outputs of it."""
        listed = self.node.attrs.get("_output_shapes", self.node.attrs.get("output_shapes", ()))
        known = isinstance(listed, tuple) and place < len(listed) and isinstance(listed[place], Shape)
        return {"_output_shapes": (listed[place],) * count} if known and isinstance(listed, tuple) else {}


class _Loop(_Form):
    """A `While`: `first` is its condition, `second` its body."""

    @cached_property
    def carried(self) -> tuple[int, ...]:
        """The places of the values that a turn changes; it hands the others through."""
        pairs = enumerate(zip(self.second.inputs, self.second.outputs, strict=True))
        return tuple(
            place for place, (name, made) in pairs if _behind(self.second.graph, made) != TensorRef(name)
        )

    @property
    def turns(self) -> bool:
        """Whether there is anything that a turn changes."""
        return bool(self.carried)

    @cached_property
    def names(self) -> Mapping[tuple[str, int], str]:
        """The names of the frame's nodes by what they are, and for which value."""
        found = {("Enter", place): self.name(f"Enter_{place}") for place in range(len(self.node.inputs))}
        for place in self.carried:
            for op in ("Merge", "Switch", "NextIteration"):
                found[op, place] = self.name(f"{op}_{place}")
            found["Exit", place] = self.taken_out("Exit", place)
        return found

    @cached_property
    def condition_name(self) -> str:
        return self.name("LoopCond")

    @cached_property
    def results(self) -> Mapping[TensorRef, TensorRef]:
        """What is read in place of each of the node's results."""
        return {
            TensorRef(self.node.name, place): TensorRef(self.names["Exit", place])
            if place in self.carried
            else given
            for place, given in enumerate(self.node.inputs)
        }

    def frame(self) -> Iterator[Node]:
        """The nodes that enter, turn and leave."""
        turns, frame_name = self.node.integer("parallel_iterations", 10), self.node.name.encode()
        types = dict(enumerate(self.types("T")))
        for place, given in enumerate(self.node.inputs):
            yield make_node(
                self.names["Enter", place], "Enter", [given], control_inputs=self.node.control_inputs,
                T=types.get(place, _UNKNOWN), frame_name=frame_name, is_constant=place not in self.carried,
                parallel_iterations=turns,
            )  # fmt: skip
        for place in self.carried:
            yield from self._variable(place, types.get(place, _UNKNOWN))
        yield make_node(self.condition_name, "LoopCond", self._test.outputs())
        yield make_node(self._pivot, "Identity", [self._inside(self.carried[0])], T=types[self.carried[0]])
        if self.node.name in self.lowering.waited:
            exits = [self.names["Exit", place] for place in self.carried]
            yield make_node(self.node.name, "NoOp", control_inputs=exits)

    def _variable(self, place: int, kind: DType) -> Iterator[Node]:
        names = {op: self.names[op, place] for op in ("Enter", "Merge", "Switch", "NextIteration", "Exit")}
        around, condition = (
            [TensorRef(names["Enter"]), TensorRef(names["NextIteration"])],
            TensorRef(self.condition_name),
        )
        yield make_node(names["Merge"], "Merge", around, T=kind, N=2)
        switched = [TensorRef(names["Merge"]), condition]
        yield make_node(names["Switch"], "Switch", switched, T=kind).with_attrs(**self.shaped(place, 2))
        made = self._body.outputs()[place]
        yield make_node(names["NextIteration"], "NextIteration", [made], T=kind)
        left = [TensorRef(names["Switch"], _FALSE)]
        yield make_node(names["Exit"], "Exit", left, T=kind).with_attrs(**self.shaped(place, 1))

    def inside(self) -> Iterator[Node]:
        """The nodes of the condition and of the body."""
        yield from self._test.nodes()
        yield from self._body.nodes()

    @cached_property
    def _test(self) -> Pasted:
        given = {name: self._before(place) for place, name in enumerate(self.first.inputs)}
        pivot = self.names["Merge", self.carried[0]]
        return Pasted(self.lowering.fresh, self.first, f"{self.node.name}/cond", given, pivot)

    @cached_property
    def _body(self) -> Pasted:
        given = {name: self._inside(place) for place, name in enumerate(self.second.inputs)}
        return Pasted(self.lowering.fresh, self.second, f"{self.node.name}/body", given, self._pivot)

    @cached_property
    def _pivot(self) -> str:
        return self.name("pivot")

    def _before(self, place: int) -> TensorRef:
        """A value as the condition sees it."""
        return TensorRef(self.names["Merge" if place in self.carried else "Enter", place])

    def _inside(self, place: int) -> TensorRef:
        """A value as the body sees it."""
        if place in self.carried:
            return TensorRef(self.names["Switch", place], _TRUE)
        return TensorRef(self.names["Enter", place])


class _Conditional(_Form):
    """An `If`: `first` is what is done where it holds, `second` where not."""

    turns = True

    @cached_property
    def merges(self) -> Sequence[str]:
        """The names of the nodes that take the results out."""
        return [self.taken_out("Merge", place) for place in range(len(self.first.outputs))]

    @cached_property
    def results(self) -> Mapping[TensorRef, TensorRef]:
        """What is read in place of each of the node's results."""
        return {TensorRef(self.node.name, place): TensorRef(name) for place, name in enumerate(self.merges)}

    @cached_property
    def _switches(self) -> Sequence[str]:
        return [self.name(f"Switch_{place}") for place in range(len(self.node.inputs) - 1)]

    @cached_property
    def _pivots(self) -> Mapping[int, str]:
        return {_FALSE: self.name("switch_f"), _TRUE: self.name("switch_t")}

    @cached_property
    def _branches(self) -> Mapping[int, Pasted]:
        return {
            _FALSE: self._branch(self.second, "else", _FALSE),
            _TRUE: self._branch(self.first, "then", _TRUE),
        }

    def _branch(self, function: Function, title: str, side: int) -> Pasted:
        given = {
            name: TensorRef(switch, side)
            for name, switch in zip(function.inputs, self._switches, strict=True)
        }
        return Pasted(self.lowering.fresh, function, f"{self.node.name}/{title}", given, self._pivots[side])

    def frame(self) -> Iterator[Node]:
        """The nodes that part the branches and join them."""
        predicate, values = self.node.inputs[0], self.node.inputs[1:]
        decision, waits, boolean = self.name("Switch"), self.node.control_inputs, DType("bool")
        yield make_node(decision, "Switch", [predicate, predicate], control_inputs=waits, T=boolean)
        for side, name in self._pivots.items():
            yield make_node(name, "Identity", [TensorRef(decision, side)], T=boolean)
        types = dict(enumerate(self.types("Tin")))
        for place, (name, value) in enumerate(zip(self._switches, values, strict=True)):
            kind = types.get(place, _UNKNOWN)
            yield make_node(name, "Switch", [value, predicate], control_inputs=waits, T=kind)
        kinds = dict(enumerate(self.types("Tout")))
        outputs = zip(self._branches[_FALSE].outputs(), self._branches[_TRUE].outputs(), strict=True)
        for place, joined in enumerate(outputs):
            kind = kinds.get(place, _UNKNOWN)
            merge = make_node(self.merges[place], "Merge", joined, T=kind, N=2)
            yield merge.with_attrs(**self.shaped(place, 1))
        yield from self._whole()

    def _whole(self) -> Iterator[Node]:
        """The node under its old name, for those who wait for what its branches do."""
        if self.node.name not in self.lowering.waited and self.merges:
            return
        done = []
        for side, branch in self._branches.items():
            done.append(self.name(f"done_{side}"))
            pivot = TensorRef(self._pivots[side])
            yield make_node(done[-1], "Identity", [pivot], control_inputs=branch.unread(), T=DType("bool"))
        yield make_node(self.node.name, "Merge", map(TensorRef, done), T=DType("bool"), N=2)

    def inside(self) -> Iterator[Node]:
        """The nodes of both branches."""
        for each in self._branches.values():
            yield from each.nodes()


def _behind(graph: Graph, ref: TensorRef) -> TensorRef:
    """The tensor behind Identities."""
    while graph.producer(ref).op in IDENTITY:
        ref = graph.producer(ref).inputs[0]
    return ref
