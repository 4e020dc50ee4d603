"""Making nodes one after another: what a pass writes in the place of an op that has to be composed."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any

from tf1compat.graph.attributes import Attr, DType, FunctionRef, Shape, TensorValue
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.rewrite.base import fresh_name
from tf1compat.rewrite.control_flow.functions import named_by_content

INT = DType("int32")
BOOL = DType("bool")
VARIANT = DType("variant")


class Emitter:
    """Collects the nodes that are made under one scope; their names are unlike all in `taken`."""

    def __init__(self, scope: str, made_by: str, taken: Container[str] = ()) -> None:
        self.nodes: list[Node] = []
        self.functions: list[Function] = []
        self._scope, self._made_by = scope, made_by
        self._others, self._taken = taken, set[str]()
        self._constants: dict[tuple[str, str], TensorRef] = {}

    def __call__(self, op: str, *inputs: TensorRef, **attrs: Attr) -> TensorRef:
        """The first output of a new node."""
        name = self._name(op)
        self.nodes.append(make_node(name, op, inputs, control_inputs=(), made_by=self._made_by, **attrs))
        return TensorRef(name)

    def many(self, op: str, *inputs: TensorRef, outputs: int, **attrs: Attr) -> tuple[TensorRef, ...]:
        """All outputs of a new node."""
        made = self(op, *inputs, **attrs)
        return tuple(TensorRef(made.node, index) for index in range(outputs))

    def constant(self, value: Any, dtype: DType = INT) -> TensorRef:
        """A constant; the same one for the same value."""
        key = (repr(value), dtype)
        if key not in self._constants:
            self._constants[key] = self("Const", dtype=dtype, value=TensorValue.of(value, dtype))
        return self._constants[key]

    def dimension(self, value: TensorRef, axis: int, dtype: DType) -> TensorRef:
        """How many entries a tensor has along an axis, as a scalar."""
        shape = self("Shape", value, T=dtype, out_type=INT)
        bounds = (self.constant([each]) for each in (axis, axis + 1, 1))
        return self("StridedSlice", shape, *bounds, T=INT, Index=INT, shrink_axis_mask=1)

    def concat(self, parts: Sequence[TensorRef], axis: int, dtype: DType) -> TensorRef:
        """The parts one after another along an axis; a single part as it is."""
        if len(parts) == 1:
            return parts[0]
        return self("ConcatV2", *parts, self.constant(axis), N=len(parts), T=dtype, Tidx=INT)

    def split(self, value: TensorRef, sizes: Sequence[int], axis: int, dtype: DType) -> tuple[TensorRef, ...]:
        """Pieces of these sizes along an axis."""
        return self.many(
            "SplitV", value, self.constant(list(sizes)), self.constant(axis), outputs=len(sizes),
            num_split=len(sizes), T=dtype, Tlen=INT,
        )  # fmt: skip

    def swapped(self, value: TensorRef, dtype: DType) -> TensorRef:
        """A tensor of rank 3 with its first two axes exchanged."""
        return self("Transpose", value, self.constant([1, 0, 2]), T=dtype, Tperm=INT)

    def loop(
        self,
        turns: TensorRef,
        body: LoopBody,
        carried: Sequence[TensorRef],
        invariants: Sequence[TensorRef],
    ) -> tuple[TensorRef, ...]:
        """What `carried` is after `turns` turns of a functional While, in the form of TF2's own while loops."""
        # The functions are named after their loop: TF2's gradient rewrites them, for each loop in another way.
        title = self._free("While")
        made, condition = body.function(title), _condition(body, title)
        self.functions += [made, condition]
        types = (INT, INT, INT, *body.carried_types, *body.invariant_types)
        shapes = (*(Shape(()),) * 3, *body.shapes, *(Shape() for _ in body.invariant_types))
        outputs = self.many(
            "While", self.constant(0), turns, self.constant(0), *carried, *invariants, outputs=len(types), T=types,
            cond=FunctionRef(condition.name), body=FunctionRef(made.name), output_shapes=shapes,
            parallel_iterations=10,
        )  # fmt: skip
        return outputs[3 : 3 + len(carried)]

    def _name(self, op: str) -> str:
        name = self._free(op)
        self._taken.add(name)
        return name

    def _free(self, op: str) -> str:
        wanted = f"{self._scope}/{op}" if self._scope else op
        return fresh_name(self, wanted)

    def __contains__(self, name: object) -> bool:
        return name in self._taken or name in self._others


class LoopBody(Emitter):
    """The nodes of a loop's body: `turn` counts from 0 to `turns`; set `results` to the next `carried`.

    `turn` is not the counter that TF2's loops begin with: to tf2onnx that one is ONNX's own, of another type.
    """

    def __init__(
        self,
        made_by: str,
        carried_types: Sequence[DType],
        invariant_types: Sequence[DType],
        shapes: Sequence[Shape] = (),
    ) -> None:
        super().__init__("", made_by)
        self.carried_types, self.invariant_types = tuple(carried_types), tuple(invariant_types)
        self.shapes = tuple(shapes) or tuple(Shape() for _ in carried_types)
        self.counter, self.turns, self.turn = (self.argument(INT) for _ in range(3))
        self.carried = tuple(map(self.argument, carried_types))
        self.invariants = tuple(map(self.argument, invariant_types))
        self.results: tuple[TensorRef, ...] = self.carried

    def argument(self, dtype: DType) -> TensorRef:
        return self("_Arg", T=dtype)

    @property
    def arguments(self) -> tuple[TensorRef, ...]:
        return (self.counter, self.turns, self.turn, *self.carried, *self.invariants)

    def function(self, title: str) -> Function:
        """The body as a function that also counts the turns and hands the invariants on."""
        counter, turn = (self("AddV2", each, self.constant(1), T=INT) for each in (self.counter, self.turn))
        results = (counter, self.turns, turn, *self.results, *self.invariants)
        return _function(f"{title}_body", self.nodes, self.arguments, results)


def _condition(body: LoopBody, title: str) -> Function:
    test = LoopBody("", body.carried_types, body.invariant_types)
    going = test("Less", test.turn, test.turns, T=INT)
    return _function(f"{title}_cond", test.nodes, test.arguments, (going,))


def _function(
    title: str, nodes: Sequence[Node], arguments: Sequence[TensorRef], results: tuple[TensorRef, ...]
) -> Function:
    graph = Graph(tuple(nodes))
    name = named_by_content(title, graph, results)
    return Function(name, graph, tuple(ref.node for ref in arguments), results)
