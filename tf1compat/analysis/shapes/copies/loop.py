"""A loop over the entries of tensors, as `tf.map_fn` writes it: what many copies computed, computed by one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from tf1compat.analysis.shapes.copies.maker import INT, MADE_BY, Maker
from tf1compat.analysis.shapes.copies.pairing import Copies
from tf1compat.analysis.shapes.copies.pieces import Piece
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.frames import ENTER
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.names import TensorRef
from tf1compat.ops.families import CONSTANT

Sizes = tuple[int | None, ...]


class Joined(NamedTuple):
    """What puts the results of all copies together: a node, along which axis; `stacked`: a new one."""

    node: Node
    axis: int
    stacked: bool


class _Array(NamedTuple):
    """A TensorArray: its handle, and the flow that orders what is done with it."""

    handle: TensorRef
    flow: TensorRef


def in_loop(graph: Graph, copies: Copies, made: TensorRef, sizes: Sizes, joined: Joined) -> Graph:
    """The graph in which a loop makes what was joined; `made` is the result of the first copy, with its sizes."""
    maker = Maker(graph, f"{joined.node.name}/each")
    flat = not joined.stacked and sizes[joined.axis] == 1
    dtype = maker.dtype(made)
    results = _Loop(maker, copies).results(made, joined.axis if flat else None)
    order = [*range(1, joined.axis + 1), 0, *range(joined.axis + 1, len(sizes) + (not flat))]
    whole = maker.transposed(results, order)
    if not joined.stacked and not flat:
        whole = _end_to_end(maker, whole, sizes, joined.axis)
    shapes = joined.node.attrs.get("_output_shapes")
    said = {} if shapes is None else {"_output_shapes": shapes}
    return maker.graph_with(
        make_node(
            joined.node.name, "Identity", (whole,), control_inputs=joined.node.control_inputs,
            made_by=MADE_BY, T=dtype, **said,
        )
    )  # fmt: skip


def _end_to_end(maker: Maker, whole: TensorRef, sizes: Sizes, axis: int) -> TensorRef:
    """The entries of two axes, the results of all copies and an axis of their own, in one."""
    others = [
        maker.constant(size) if size is not None else maker.dimension(whole, at + (at > axis))
        for at, size in enumerate(sizes)
    ]
    others[axis] = maker.constant(-1)
    shape = maker.make("Pack", *others, T=INT, N=len(others), axis=0)
    return maker.make("Reshape", whole, shape, T=maker.dtype(whole), Tshape=INT)


@dataclass
class _Loop:
    """One copy in a loop over the entries that it reads."""

    maker: Maker
    copies: Copies

    def results(self, made: TensorRef, squeezed: int | None) -> TensorRef:
        """The results of all turns, along a new first axis."""
        maker, dtype = self.maker, self.maker.dtype(made)
        wholes = {(each.whole, each.axis): self._first(each) for each in self.copies.pieces.values()}
        count = maker.dimension(next(iter(wholes.values())), 0)
        numbers = maker.make("Range", maker.constant(0), count, maker.constant(1), Tidx=INT)
        arrays = {key: self._filled(whole, count, numbers) for key, whole in wholes.items()}
        kept = self._array(dtype, Shape(), count)
        turn = maker.begin(maker.constant(0), [each for each in self.copies.waits if each in maker.draft])
        flow = maker.begin(kept.flow)
        going = maker.make("LoopCond", maker.make("Less", turn, maker.enter(count), T=INT))
        now, _ = maker.switched(turn, going)
        flow_now, left = maker.switched(flow, going)
        maker.pivot = now.node
        result = self._copied(
            made, {key: self._read(array, now, wholes[key]) for key, array in arrays.items()}
        )
        if squeezed is not None:
            result = maker.make("Squeeze", result, T=dtype, squeeze_dims=(squeezed,))
        written = maker.make("TensorArrayWriteV3", maker.enter(kept.handle), now, result, flow_now, T=dtype)
        maker.close(turn, maker.make("Add", now, maker.constant(1, inside=True), T=INT))
        maker.close(flow, written)
        return maker.make(
            "TensorArrayGatherV3", kept.handle, numbers, left, dtype=dtype, element_shape=Shape()
        )

    def _first(self, piece: Piece) -> TensorRef:
        """A tensor with the axis of its entries in front."""
        rank = len(self.maker.draft.static_shape(piece.whole).dims or ())
        order = [piece.axis, *(axis for axis in range(max(rank, piece.axis + 1)) if axis != piece.axis)]
        return self.maker.transposed(piece.whole, order)

    def _array(self, dtype: DType, element: Shape, count: TensorRef) -> _Array:
        made = self.maker.make(
            "TensorArrayV3", count, dtype=dtype, element_shape=element, dynamic_size=False, clear_after_read=True,
            identical_element_shapes=True, tensor_array_name=b"",
        )  # fmt: skip
        return _Array(made, TensorRef(made.node, 1))

    def _filled(self, whole: TensorRef, count: TensorRef, numbers: TensorRef) -> _Array:
        array = self._array(self.maker.dtype(whole), self._entry(whole), count)
        flow = self.maker.make(
            "TensorArrayScatterV3", array.handle, numbers, whole, array.flow, T=self.maker.dtype(whole)
        )
        return _Array(array.handle, flow)

    def _entry(self, whole: TensorRef) -> Shape:
        dims = self.maker.draft.static_shape(whole).dims
        return Shape(None if dims is None else dims[1:])

    def _read(self, array: _Array, turn: TensorRef, whole: TensorRef) -> TensorRef:
        enter = self.maker.enter
        return self.maker.make(
            "TensorArrayReadV3", enter(array.handle), turn, enter(array.flow), shape=self._entry(whole),
            dtype=self.maker.dtype(whole),
        )  # fmt: skip

    # ----------------------------------------------------------------------------------------- the copy

    def _copied(self, made: TensorRef, entries: Mapping[tuple[TensorRef, int], TensorRef]) -> TensorRef:
        """The result of the first copy, computed of these entries inside of the loop."""
        given = {ref: self._as_taken(piece, entries) for ref, piece in self.copies.pieces.items()}
        scope, draft = self.maker.scope, self.maker.draft
        body = (node.name for node in draft.in_order(self.copies.body))
        names = {name: draft.free_name(f"{scope}/copy/{name}") for name in body}

        def inside(ref: TensorRef) -> TensorRef:
            if ref not in given:
                given[ref] = (
                    TensorRef(names[ref.node], ref.index) if ref.node in names else self._entered(ref)
                )
            return given[ref]

        for name, other in names.items():
            node = draft[name]
            waits = [names[each] for each in node.control_inputs if each in names]
            draft.put(self._renamed(node, other, tuple(map(inside, node.inputs)), waits))
        return inside(made)

    def _as_taken(self, piece: Piece, entries: Mapping[tuple[TensorRef, int], TensorRef]) -> TensorRef:
        entry = entries[piece.whole, piece.axis]
        if not piece.kept:
            return entry
        dims = self.maker.draft.static_shape(entry).dims
        shape = Shape(None if dims is None else (*dims[: piece.axis], 1, *dims[piece.axis :]))
        at = self.maker.constant(piece.axis, inside=True)
        return self.maker.make("ExpandDims", entry, at, shape=shape, T=self.maker.dtype(entry), Tdim=INT)

    def _entered(self, ref: TensorRef) -> TensorRef:
        """What all copies read; a constant is made anew inside, where it is seen to be one."""
        node = self.maker.draft.producer(ref)
        if node.op not in CONSTANT:
            return self.maker.enter(ref)
        name = self.maker.draft.free_name(f"{self.maker.scope}/copy/{node.name}")
        self.maker.draft.put(self._renamed(node, name, (), ()))
        return TensorRef(name)

    def _renamed(
        self, node: Node, name: str, inputs: tuple[TensorRef, ...], waits: list[str] | tuple[()]
    ) -> Node:
        waits = waits or ([self.maker.pivot] if not inputs else [])
        node = replace(node, name=name, inputs=inputs, control_inputs=tuple(waits), made_by=MADE_BY)
        node = node.without_attrs("_class")
        if node.op in ENTER:
            return node.with_attrs(frame_name=f"{self.maker.scope}/{node.text('frame_name')}".encode())
        return node
