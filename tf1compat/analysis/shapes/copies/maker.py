"""Making the nodes of a while loop of TensorFlow 1 under a scope of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.graph.attributes import Attr, DType, Shape, TensorValue
from tf1compat.graph.draft import Draft
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef

MADE_BY = "copies_in_loop"
INT = DType("int32")


class Maker:
    """Adds nodes to a graph; what it makes inside of its loop waits for `pivot` where nothing else keeps it there."""

    def __init__(self, graph: Graph, scope: str) -> None:
        self.graph, self.draft = graph, Draft(graph)
        self.scope = self.draft.free_name(scope)
        self.pivot = ""
        self._entered: dict[TensorRef, TensorRef] = {}

    def make(
        self,
        op: str,
        *inputs: TensorRef,
        waits: Iterable[str] = (),
        shape: Shape | None = None,
        **attrs: Attr,
    ) -> TensorRef:
        """The first output of a new node."""
        name = self.draft.free_name(f"{self.scope}/{op}")
        said: dict[str, Attr] = {} if shape is None else {"_output_shapes": (shape,)}
        self.draft.put(
            make_node(name, op, inputs, control_inputs=tuple(waits), made_by=MADE_BY, **said, **attrs)
        )
        return TensorRef(name)

    def graph_with(self, last: Node) -> Graph:
        """The graph with all that was made in front of a node, which takes the place of the one of its name.

        A walk comes by a loop before it comes by what is read of it, as it does where an author wrote the loop.
        """
        made = [node for name, node in self.draft.by_name.items() if name not in self.graph]
        nodes = (
            each
            for node in self.graph.nodes
            for each in ((*made, last) if node.name == last.name else (node,))
        )
        return self.graph.replacing(nodes)

    def constant(self, value: object, *, inside: bool = False) -> TensorRef:
        """Integers, outside of the loop or inside."""
        made = TensorValue.of(value, INT)
        waits = (self.pivot,) if inside else ()
        return self.make("Const", waits=waits, shape=Shape(made.array.shape), dtype=INT, value=made)

    def enter(self, ref: TensorRef) -> TensorRef:
        """A tensor inside of the loop, the same in every turn."""
        if ref not in self._entered:
            self._entered[ref] = self._enter(ref, is_constant=True)
        return self._entered[ref]

    def begin(self, ref: TensorRef, waits: Iterable[str] = ()) -> TensorRef:
        """What a loop variable is in the present turn: this tensor, until `close` says what it is next."""
        entered = self._enter(ref, is_constant=False, waits=waits)
        return self.make("Merge", entered, T=self.dtype(ref), N=2)

    def _enter(self, ref: TensorRef, *, is_constant: bool, waits: Iterable[str] = ()) -> TensorRef:
        return self.make(
            "Enter", ref, waits=waits, shape=self.draft.static_shape(ref), T=self.dtype(ref),
            frame_name=self.scope.encode(), is_constant=is_constant, parallel_iterations=10,
        )  # fmt: skip

    def switched(self, merged: TensorRef, condition: TensorRef) -> tuple[TensorRef, TensorRef]:
        """A loop variable for one more turn, and as it leaves the loop."""
        dtype = self.dtype(merged)
        switch = self.make("Switch", merged, condition, T=dtype)
        again = self.make("Identity", TensorRef(switch.node, 1), T=dtype)
        return again, self.make("Exit", switch, T=dtype)

    def close(self, merged: TensorRef, after: TensorRef) -> None:
        """The loop variable is this tensor in the next turn."""
        node = self.draft[merged.node]
        following = self.make("NextIteration", after, T=self.dtype(merged))
        self.draft.put(replace(node, inputs=(*node.inputs, following)))

    def dimension(self, ref: TensorRef, axis: int) -> TensorRef:
        """How many entries a tensor has along an axis."""
        shape = self.make("Shape", ref, T=self.dtype(ref), out_type=INT)
        bounds = (self.constant([each]) for each in (axis, axis + 1, 1))
        return self.make(
            "StridedSlice", shape, *bounds, shape=Shape(()), T=INT, Index=INT, shrink_axis_mask=1
        )

    def transposed(self, ref: TensorRef, order: Sequence[int]) -> TensorRef:
        """The axes in this order."""
        if [*order] == [*range(len(order))]:
            return ref
        dims = self.draft.static_shape(ref).dims
        shape = Shape(None if dims is None else tuple(dims[each] for each in order))
        return self.make("Transpose", ref, self.constant([*order]), shape=shape, T=self.dtype(ref), Tperm=INT)

    def dtype(self, ref: TensorRef) -> DType:
        """The element type of a tensor."""
        return dtype_of(self.draft, ref).base
