"""One walk over a graph, from what is fed to the outputs: the dimensions of every tensor, with symbols in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tf1compat.analysis.shapes.dimensions import Dim, Dims, Numbers, any_symbol, dims_of, has_symbol
from tf1compat.analysis.time.time_axis import STILL, Trace
from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import PASS_THROUGH
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import passes_list

_HANDING = PASS_THROUGH | SWITCH | MERGE
#: A shape, or a part of one, that a node reads: one dimension an entry, REST for whatever is left.
Vector = tuple[Dim | None, ...]


@dataclass(frozen=True)
class Want:
    """A tensor that has to have a symbol along an axis, because a node puts it beside one that has."""

    tensor: TensorRef
    axis: int
    dim: Dim
    reader: str


@dataclass(frozen=True)
class Places:
    """Numbers of places in a tensor, as a mask gives those of the entries that hold: a column for each of its axes.

    `rows`: the dimension along which the places stand. `of`: the tensor in which they are, and `grid` its dimensions.
    `columns`: the axes whose numbers are left.
    """

    rows: Dim
    of: TensorRef
    grid: tuple[Dim | None, ...]
    columns: tuple[int, ...]

    @property
    def numbered(self) -> tuple[Dim | None, ...]:
        """The dimensions along which the numbers count."""
        return tuple(self.grid[each] for each in self.columns)

    @property
    def dropped(self) -> tuple[Dim | None, ...]:
        """Those of which the numbers are gone."""
        return tuple(dim for axis, dim in enumerate(self.grid) if axis not in self.columns)

    @property
    def is_whole(self) -> bool:
        """Whether each place is told by all of its numbers."""
        return self.columns == tuple(range(len(self.grid)))


@dataclass(frozen=True)
class Picked:
    """What a node makes of rows that are picked, or put back: dimensions, the operands that it is of, and the places
    that its outputs hold. `together`: the dimensions whose entries come together in one row."""

    outputs: tuple[Dims, ...]
    refs: tuple[TensorRef, ...]
    places: Mapping[int, Places] = field(default_factory=dict)
    together: tuple[Dim | None, ...] = ()


@dataclass
class Changes:
    """What has to change for the graph to take any sizes in the place of the author's.

    `vectors`: what a node reads at an input instead of the author's numbers. `spread`: constants whose rows are all
    alike, with the axes along which there are other numbers of them. `inputs`: the symbol on axes of what is fed.
    """

    vectors: dict[tuple[str, int], Vector] = field(default_factory=dict)
    spread: dict[str, dict[int, Dim]] = field(default_factory=dict)
    inputs: dict[TensorRef, dict[int, str]] = field(default_factory=dict)
    arrays: dict[str, Dim] = field(default_factory=dict)  # how long TensorArrays are, where it has a symbol
    contents: dict[str, Trace] = field(
        default_factory=dict
    )  # what the elements of TensorArrays hold of the steps
    turns: dict[str, Trace] = field(
        default_factory=dict
    )  # the same of what goes round in loops, by the Merge


@dataclass
class Walk:
    """What is found so far: dimensions and time by tensor; what still has to have a symbol, and what cannot.

    `listed`: nodes that put the steps of an unrolled sequence together, of which only one is left.
    """

    graph: Graph
    numbers: Numbers
    changes: Changes
    listed: frozenset[str] = frozenset()
    lengths: frozenset[str] = frozenset()  # nodes that give the sequences' lengths
    any_time: bool = False  # sequences are of any length, not of one step
    dims: dict[TensorRef, Dims] = field(default_factory=dict)
    time: dict[TensorRef, Trace] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)  # nodes that mark which steps each sequence has
    lost: set[str] = field(default_factory=set)  # nodes whose elements could not be followed
    elements: dict[str, Dims] = field(default_factory=dict)  # of TensorArrays, by the node that makes them
    made: dict[tuple[str, int], Vector] = field(
        default_factory=dict
    )  # vectors that follow from the rest alone
    places: dict[TensorRef, Places] = field(default_factory=dict)  # what holds numbers of places
    picked: dict[str, Picked] = field(default_factory=dict)  # nodes that pick rows, or put them back
    wants: list[Want] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)  # (node, reason)

    def of(self, ref: TensorRef) -> Dims:
        """The dimensions of a tensor; as recorded where the walk has not come by."""
        return self.dims[ref] if ref in self.dims else self.recorded(ref)

    def trace(self, ref: TensorRef) -> Trace:
        """What is left of the steps in a tensor."""
        return self.time.get(ref) or self.time.get(TensorRef(ref.node), STILL)

    def rank(self, ref: TensorRef) -> int | None:
        """The number of axes of a tensor."""
        dims = self.of(ref)
        return None if dims is None else len(dims)

    def recorded(self, ref: TensorRef) -> Dims:
        """The dimensions that the file says."""
        return dims_of(self.graph.static_shape(ref).dims)

    def refuse(self, node: Node, reason: str) -> None:
        """Note that a node keeps a size from being free."""
        self.refusals.append((node.name, f"'{node.name}' ({node.op}) {reason}"))

    def want(self, ref: TensorRef, axis: int, dim: Dim, reader: Node) -> None:
        """Note that a tensor has to have a symbol along an axis."""
        self.wants.append(Want(ref, axis, dim, reader.name))

    def merged(self, node: Node, places: Iterable[tuple[TensorRef, int]], *, broadcasts: bool) -> Dim | None:
        """The dimension that several tensors share at these axes; those that lack its symbol are wanted to have it."""
        known = [(ref, axis, self._at(ref, axis)) for ref, axis in places]
        open_one = next((dim for _, _, dim in known if has_symbol(dim)), None)
        if open_one is None:
            wide = [dim for _, _, dim in known if dim != ()]
            return next((dim for dim in wide if dim is not None), None if None in wide else ())
        for ref, axis, dim in known:
            if dim is not None and not has_symbol(dim) and (dim != () or not broadcasts):
                self.want(ref, axis, open_one, node)
        return open_one

    def _at(self, ref: TensorRef, axis: int) -> Dim | None:
        dims = self.of(ref)
        return dims[axis] if dims is not None and -len(dims) <= axis < len(dims) else None

    def any_open(self, refs: Iterable[TensorRef]) -> Dims:
        """The dimensions of the first of these tensors that has a symbol."""
        return next((self.of(ref) for ref in refs if any_symbol(self.of(ref))), None)

    def array_node(self, handle: TensorRef) -> str:
        """The node that makes the TensorArray or the list behind a handle, in loops and branches too."""
        seen = set[TensorRef]()
        while handle not in seen:
            seen.add(handle)
            node = self.graph.producer(handle)
            if not (node.op in _HANDING or passes_list(node)) or not node.inputs:
                break
            handle = node.inputs[0]
        return handle.node
