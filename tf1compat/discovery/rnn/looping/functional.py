"""Functional loops as frames: a graph in which every `While` is written with the ops of TensorFlow 1's loops.

With control flow v2 switched on, TensorFlow 1.15 writes a loop as one While with functions, and lists in place of
arrays. Written out, it is found like any other. An Identity that takes a result out becomes the Exit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import Rnn
from tf1compat.graph.attributes import DType, FunctionRef
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.library import library_of

WHILES = frozenset({"While", "StatelessWhile"})


def with_frames(graph: Graph, training_nodes: frozenset[str]) -> Graph:
    """The same graph with the loops of its forward part as frames."""
    whiles = [node for node in graph.nodes if node.op in WHILES and node.name not in training_nodes]
    if not whiles:
        return graph
    library = library_of(graph)
    for node in whiles:
        body = node.attrs.get("body")
        if isinstance(body, FunctionRef) and body.name in library:
            graph = _Loop(graph, node, library[body.name]).written_out()
    return graph


def as_in_file(graph: Graph, rnn: Rnn) -> Rnn:
    """The network with the results of a While by the names that they have in the file."""
    layers = (replace(each, final_state=_named(graph, each.final_state)) for each in rnn.layers)
    return replace(rnn, layers=tuple(layers))


def _named(graph: Graph, state: Mapping[str, TensorRef | None]) -> Mapping[str, TensorRef | None]:
    return MappingProxyType(
        {part: None if ref is None else _result(graph, ref) for part, ref in state.items()}
    )


def _result(graph: Graph, ref: TensorRef) -> TensorRef:
    """A tensor of the file, or the output of the While that a made Exit stands for."""
    name, _, place = ref.node.rpartition("/Exit_")
    return ref if ref.node in graph else TensorRef(name, int(place))


@dataclass(frozen=True)
class _Loop:
    graph: Graph
    node: Node
    body: Function

    def written_out(self) -> Graph:
        exits = self._exits
        kept = (each for each in self.graph.nodes if each.name not in {self.node.name, *exits.values()})
        nodes = [self._elsewhere(each) for each in kept]
        return replace(self.graph, nodes=(*nodes, *self._frame(), *map(self._inside, self._steps)))

    @property
    def _steps(self) -> Iterator[Node]:
        return (each for each in self.body.graph.nodes if each.op != "_Arg")

    @cached_property
    def _carried(self) -> frozenset[int]:
        """The places of the values that a step changes; it hands the others through."""
        handed = (TensorRef(name) for name in self.body.inputs)
        pairs = enumerate(zip(handed, self.body.outputs, strict=True))
        return frozenset(place for place, (given, made) in pairs if source(self.body.graph, made) != given)

    @cached_property
    def _exits(self) -> Mapping[int, str]:
        """The Exit of each carried value: the Identity that takes it out, where there is one."""
        found = {}
        for place in self._carried:
            readers = (use.node for use in self.graph.uses.get(TensorRef(self.node.name, place), ()))
            identities = (name for name in readers if self.graph[name].op == "Identity")
            found[place] = next(identities, self._name("Exit", place))
        return found

    def _frame(self) -> Iterator[Node]:
        types = self.node.attrs.get("T", ())
        for place, given in enumerate(self.node.inputs):
            kind = types[place] if isinstance(types, tuple) else None
            kind = kind if isinstance(kind, DType) else DType.of_number(0)
            enter, handed = self._name("Enter", place), place not in self._carried
            frame_name = self.node.name.encode()
            yield make_node(enter, "Enter", [given], T=kind, frame_name=frame_name, is_constant=handed)
            if place in self._carried:
                yield from self._variable(place, TensorRef(enter), kind)
        first = TensorRef(self._name("Merge", min(self._carried, default=0)))
        yield make_node(f"{self.node.name}/LoopCond", "LoopCond", [first])

    def _variable(self, place: int, enter: TensorRef, kind: DType) -> Iterator[Node]:
        merge, switch, back = (self._name(op, place) for op in ("Merge", "Switch", "NextIteration"))
        condition = TensorRef(f"{self.node.name}/LoopCond")
        yield make_node(merge, "Merge", [enter, TensorRef(back)], T=kind)
        yield make_node(switch, "Switch", [TensorRef(merge), condition], T=kind)
        yield make_node(back, "NextIteration", [self._renamed(self.body.outputs[place])], T=kind)
        yield make_node(self._exits[place], "Exit", [TensorRef(switch)], T=kind)

    def _name(self, op: str, place: int) -> str:
        return f"{self.node.name}/{op}_{place}"

    def _elsewhere(self, node: Node) -> Node:
        """A node outside of the loop, reading what comes out of it."""
        inputs = tuple(self._outside(each) for each in node.inputs)
        waits = tuple(each for each in node.control_inputs if each != self.node.name)
        return replace(node, inputs=inputs, control_inputs=waits)

    def _outside(self, ref: TensorRef) -> TensorRef:
        if ref.node != self.node.name:
            return ref
        exit_name = self._exits.get(ref.index)
        return self.node.inputs[ref.index] if exit_name is None else TensorRef(exit_name)

    def _inside(self, node: Node) -> Node:
        waits = tuple(f"{self.node.name}/body/{each}" for each in node.control_inputs)
        inputs = tuple(self._renamed(each) for each in node.inputs)
        return replace(node, name=f"{self.node.name}/body/{node.name}", inputs=inputs, control_inputs=waits)

    def _renamed(self, ref: TensorRef) -> TensorRef:
        """A tensor of the body by its name in the frame."""
        if ref.node not in self.body.inputs:
            return TensorRef(f"{self.node.name}/body/{ref.node}", ref.index)
        place = self.body.inputs.index(ref.node)
        if place in self._carried:
            return TensorRef(self._name("Switch", place), 1)
        return TensorRef(self._name("Enter", place))
