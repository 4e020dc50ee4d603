"""What stands between a cell and the state that is carried from step to step.

Before a step, a cell's state may be a slice of the tensor that is carried. After it, the new state may be held back
for sequences that have ended, joined with others, dropped out, or put in the order of the beams that go on.
"""

from __future__ import annotations

from dataclasses import dataclass

from tf1compat.analysis.constants import constant, scalar
from tf1compat.analysis.idioms.noise.dropped import undropped
from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import StateSlice
from tf1compat.graph.frames import MERGE
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.control import is_branch_switch
from tf1compat.ops.registry import data_operands

# ---------------------------------------------------------------------------------------------- before


@dataclass(frozen=True)
class Place:
    """A tensor as columns of another: all of them, unless `begin` says where it begins and `size` how wide it is."""

    base: TensorRef
    begin: int | None = None
    size: int | None = None

    @property
    def slice(self) -> StateSlice | None:
        """The columns as a finding; None where they are all."""
        if self.begin is None or self.size is None:
            return None
        return StateSlice(1, self.begin, self.size)


def outside_branch(graph: Graph, ref: TensorRef) -> TensorRef:
    """The tensor behind pass-through ops, those into the branch of a `cond` among them."""
    while True:
        ref = source(graph, ref)
        node = graph.producer(ref)
        if not is_branch_switch(graph, node):
            return ref
        ref = node.inputs[0]


def place_of(graph: Graph, ref: TensorRef) -> Place:
    """Where a tensor lies in the one that it is cut out of, through any number of cuts; itself when in none."""
    ref = outside_branch(graph, ref)
    node = graph.producer(ref)
    if node.op in families.RESHAPE and _keeps_last_axis(graph, ref, node.inputs[0]):
        return place_of(graph, node.inputs[0])  # the beams of each example, taken as so many examples
    cut = _CUTS.get(node.op)
    found = cut(graph, node, ref.index) if cut is not None else None
    if found is None:
        return Place(ref)
    outer = place_of(graph, data_operands(node)[0])
    return Place(outer.base, (outer.begin or 0) + found[0], found[1])


def _split(graph: Graph, node: Node, output: int) -> tuple[int, int] | None:
    width = _width(graph, TensorRef(node.name, output))
    if scalar(graph, node.inputs[0]) not in (1, -1) or width is None:
        return None
    return output * width, width


def _split_unevenly(graph: Graph, node: Node, output: int) -> tuple[int, int] | None:
    sizes = constant(graph, node.inputs[1])
    if scalar(graph, node.inputs[2]) not in (1, -1) or sizes is None or (sizes < 0).any():
        return None
    return int(sizes[:output].sum()), int(sizes[output])


def _slice(graph: Graph, node: Node, output: int) -> tuple[int, int] | None:
    begin, size = constant(graph, node.inputs[1]), constant(graph, node.inputs[2])
    width = _width(graph, TensorRef(node.name))
    if begin is None or begin[:-1].any():
        return None
    if size is not None and size[-1] >= 0:
        width = int(size[-1])
    return None if width is None else (int(begin[-1]), width)


def _strided_slice(graph: Graph, node: Node, output: int) -> tuple[int, int] | None:
    begin, strides = constant(graph, node.inputs[1]), constant(graph, node.inputs[3])
    width = _width(graph, TensorRef(node.name))
    other = node.integer("ellipsis_mask") | node.integer("new_axis_mask") | node.integer("shrink_axis_mask")
    if begin is None or strides is None or other or (strides != 1).any() or len(begin) < 2 or width is None:
        return None
    last = len(begin) - 1
    masked = node.integer("begin_mask") >> last & 1
    whole = all(node.integer("begin_mask") >> axis & 1 or begin[axis] == 0 for axis in range(last))
    return (0 if masked else int(begin[last]), width) if whole else None


_CUTS = families.by_op(
    {
        families.EVEN_SPLIT: _split,
        families.UNEVEN_SPLIT: _split_unevenly,
        families.SLICE: _slice,
        families.STRIDED_SLICE: _strided_slice,
    }
)


def _width(graph: Graph, ref: TensorRef) -> int | None:
    dims = graph.static_shape(ref).dims
    return dims[-1] if dims else None


# ----------------------------------------------------------------------------------------------- after


def made_of(graph: Graph, ref: TensorRef, old: TensorRef) -> tuple[TensorRef, ...]:
    """The tensors that cells made and a new state is joined of, in order; one, unless it is a concatenation.

    `old` is the state before the step.
    """
    whole = undressed(graph, ref, old)
    node = graph.producer(whole)
    if node.op not in families.CONCATENATIONS:
        return (whole,)
    return tuple(part for each in data_operands(node) for part in made_of(graph, each, old))


def undressed(graph: Graph, ref: TensorRef, old: TensorRef) -> TensorRef:
    """What a cell itself gives for a state, before dropout, before copying past a sequence's end, before beams
    are put in order."""
    ref = source(graph, ref)
    while True:
        inner = _fresh(graph, ref, old) or undropped(graph, ref) or _unordered(graph, ref)
        if inner is None:
            return ref
        ref = source(graph, inner)


def _fresh(graph: Graph, ref: TensorRef, old: TensorRef) -> TensorRef | None:
    """The new value of a Select, or of a `cond`, whose other branch is the old value."""
    node = graph.producer(ref)
    if node.op in families.SELECTIONS:
        branches = node.inputs[1:]
    elif node.op in MERGE:
        branches = node.inputs
    else:
        return None
    new = [each for each in branches if outside_branch(graph, each) != outside_branch(graph, old)]
    return new[0] if len(new) == len(branches) - 1 else None


def _unordered(graph: Graph, ref: TensorRef) -> TensorRef | None:
    """The states of all beams, one row each, before those that go on were taken from them."""
    node = graph.producer(ref)
    if node.op in families.RESHAPE:
        node = graph.producer(source(graph, node.inputs[0]))
    if node.op not in families.GATHER:
        return None
    rows = source(graph, node.inputs[0])
    while graph.producer(rows).op in families.RESHAPE:
        rows = source(graph, graph.producer(rows).inputs[0])
    return rows


def _keeps_last_axis(graph: Graph, after: TensorRef, before: TensorRef) -> bool:
    widths = {_width(graph, after), _width(graph, before)}
    return len(widths - {None}) <= 1
