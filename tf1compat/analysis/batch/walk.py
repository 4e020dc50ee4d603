"""One walk over a graph, from what is fed to the outputs, that tells where the batch lies in every tensor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tf1compat.analysis.batch.dims import Dim, Dims, any_batch, dims_of, has_batch, size_of
from tf1compat.graph.frames import SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import PASS_THROUGH
from tf1compat.names import TensorRef

#: A shape, or a part of one, that a node reads: one dimension an entry, (-1,) for whatever is left.
Vector = tuple[Dim | None, ...]


@dataclass(frozen=True)
class Want:
    """A tensor that has to have the batch along an axis, because a node puts it beside one that has."""

    tensor: TensorRef
    axis: int
    dim: Dim
    reader: str


@dataclass
class Changes:
    """What has to change for the graph to take any batch.

    `vectors`: what a node reads at an input instead of the author's numbers. `spread`: constants whose rows are all
    alike, with the axis along which there is one for each example. `inputs`: axes of what is fed.
    """

    vectors: dict[tuple[str, int], Vector] = field(default_factory=dict)
    spread: dict[str, int] = field(default_factory=dict)
    inputs: dict[TensorRef, int] = field(default_factory=dict)


@dataclass
class Walk:
    """The dimensions found so far, by tensor; what still has to have the batch, and what cannot."""

    graph: Graph
    batch: int
    changes: Changes
    dims: dict[TensorRef, Dims] = field(default_factory=dict)
    elements: dict[str, Dims] = field(default_factory=dict)  # of TensorArrays, by the node that makes them
    made: dict[tuple[str, int], Vector] = field(
        default_factory=dict
    )  # vectors that follow from the batch alone
    wants: list[Want] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)  # (node, reason)

    def of(self, ref: TensorRef) -> Dims:
        """The dimensions of a tensor; as recorded where the walk has not come by."""
        return self.dims[ref] if ref in self.dims else self.recorded(ref)

    def recorded(self, ref: TensorRef) -> Dims:
        """The dimensions that the file says."""
        return dims_of(self.graph.static_shape(ref).dims)

    def refuse(self, node: Node, reason: str) -> None:
        """Note that a node keeps the batch from being free."""
        self.refusals.append((node.name, f"'{node.name}' ({node.op}) {reason}"))

    def merged(self, node: Node, places: Iterable[tuple[TensorRef, int]], *, broadcasts: bool) -> Dim | None:
        """The dimension that several tensors share at these axes; those that lack the batch are wanted to have it."""
        known = [(ref, axis, _at(self.of(ref), axis)) for ref, axis in places]
        batched = next((dim for _, _, dim in known if has_batch(dim)), None)
        if batched is None:
            wide = [dim for _, _, dim in known if dim != ()]
            return next((dim for dim in wide if dim is not None), None if None in wide else ())
        for ref, axis, dim in known:
            if dim is not None and not has_batch(dim) and (dim != () or not broadcasts):
                self.want(ref, axis, batched, node)
        return batched

    def want(self, ref: TensorRef, axis: int, dim: Dim, reader: Node) -> None:
        """Note that a tensor has to have the batch along an axis."""
        self.wants.append(Want(ref, axis, dim, reader.name))

    def broadcast(self, node: Node, refs: Iterable[TensorRef]) -> Dims:
        """The dimensions of tensors that are combined entry by entry."""
        refs = [*refs]
        ranks = {ref: None if (dims := self.of(ref)) is None else len(dims) for ref in refs}
        if None in ranks.values():
            return self._batched_one(refs)
        rank = max((each or 0 for each in ranks.values()), default=0)
        return tuple(
            self.merged(
                node,
                [
                    (ref, axis - rank + (ranks[ref] or 0))
                    for ref in refs
                    if axis - rank + (ranks[ref] or 0) >= 0
                ],
                broadcasts=True,
            )
            for axis in range(rank)
        )

    def _batched_one(self, refs: Iterable[TensorRef]) -> Dims:
        return next((self.of(ref) for ref in refs if any_batch(self.of(ref))), None)

    def array_node(self, handle: TensorRef) -> str:
        """The node that makes the TensorArray behind a handle, in loops and branches too."""
        seen = set[TensorRef]()
        while handle not in seen:
            seen.add(handle)
            node = self.graph.producer(handle)
            if node.op not in PASS_THROUGH | SWITCH or not node.inputs:
                break
            handle = node.inputs[0]
        return handle.node

    def size(self, dim: Dim) -> int:
        """The number that a dimension was for the author."""
        return size_of(dim, self.batch)


def _at(dims: Dims, axis: int) -> Dim | None:
    return dims[axis] if dims is not None and -len(dims) <= axis < len(dims) else None
