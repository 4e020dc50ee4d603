"""Copies of one computation, held against each other: of another entry each, and otherwise the same.

What all copies read is no copy's own. What each reads of one tensor at its own index is an entry. All else has to be
the same op with the same attributes and constants in every copy, reading what is alike in turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tf1compat.analysis.pattern import Mismatch
from tf1compat.analysis.same_value import are_alike
from tf1compat.analysis.shapes.copies.pieces import Piece, piece_of
from tf1compat.analysis.shapes.dimensions import BATCH
from tf1compat.analysis.shapes.walk import Walk
from tf1compat.graph.attributes import TensorValue
from tf1compat.graph.frames import frame_of_nodes
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import CONSTANT, FEEDERS
from tf1compat.ops.registry import output_count
from tf1compat.ops.updates import writes_variable

#: The same tensor of every copy, the first copy's first.
Alike = tuple[TensorRef, ...]


@dataclass
class Copies:
    """The first of `count` copies: what it reads as its entry of other tensors, an example in front; the nodes that it
    consists of, and what it waits for besides."""

    count: int
    pieces: dict[TensorRef, Piece] = field(default_factory=dict)
    body: dict[str, None] = field(default_factory=dict)
    waits: dict[str, None] = field(default_factory=dict)


def copies_behind(walk: Walk, graph: Graph, made: Alike) -> Copies | Mismatch | None:
    """The copies that made these tensors of the examples of a batch, one each; None where no examples are read."""
    pairing = _Pairing(walk, graph, Copies(len(made)))
    pairing.follow(made)
    if pairing.example is None:
        return None
    pairing.keep_apart()
    if pairing.miss is not None:
        return pairing.miss
    pieces = pairing.copies.pieces
    return replace(pairing.copies, pieces={pairing.example: pieces[pairing.example], **pieces})


@dataclass
class _Pairing:
    """Walks back from all copies at once."""

    walk: Walk
    graph: Graph
    copies: Copies
    miss: Mismatch | None = None  # the first that was found
    example: TensorRef | None = None  # an entry that is an example of the batch
    shared: set[TensorRef] = field(default_factory=set)  # what all copies read

    def follow(self, made: Alike) -> None:
        """Note what the copies consist of, and where they are not alike."""
        todo, seen = [made], set[Alike]()
        while todo:
            alike = todo.pop()
            if alike not in seen:
                seen.add(alike)
                todo += self._behind(alike)

    def _behind(self, alike: Alike) -> Iterable[Alike]:
        first, nodes = alike[0], [self.graph.producer(ref) for ref in alike]
        if all(ref == first for ref in alike):
            self.shared.add(first)
            return self._shared(nodes[0])
        if self._are_entries(alike):
            return ()
        other = next((each for each in nodes if not are_alike(nodes[0], each)), None)
        if other is None:
            self._same(alike, nodes)
        else:
            self._miss(
                f"the examples of the batch are not all computed alike: where the first has '{nodes[0].name}' "
                f"({nodes[0].op}), another has '{other.name}' ({other.op})", other,
            )  # fmt: skip
        return self._operands(nodes)

    def _shared(self, node: Node) -> Iterable[Alike]:
        if node.name in frame_of_nodes(self.graph):
            self._miss(
                f"'{node.name}' ({node.op}) goes round in one loop with all examples of the batch", node
            )
        return ()

    def _are_entries(self, alike: Alike) -> bool:
        """Whether each copy reads an entry of one tensor; a mismatch where these are not all entries in their order."""
        found = [piece for ref in alike if (piece := piece_of(self.walk, ref)) is not None]
        first = found[0] if len(found) == len(alike) else None
        if first is None or any(each._replace(place=first.place) != first for each in found):
            return False
        if len({each.place for each in found}) == 1:
            return False  # the same entry, taken anew in each copy
        dims, size = self.walk.of(first.whole), self.copies.count
        dim = None if dims is None else dims[first.axis]
        if dim == (BATCH,):
            self.example = self.example or alike[0]
        node = self.graph.producer(alike[0])
        if [each.place for each in found] != [*range(size)]:
            self._miss(f"what '{node.name}' ({node.op}) and others take out of '{first.whole}' is not put together "
                       "again in the old order", node)  # fmt: skip
        elif dim not in ((BATCH,), (size,)) or node.name in frame_of_nodes(self.graph):
            return False
        else:
            self.copies.pieces[alike[0]] = first
        return True

    def _same(self, alike: Alike, nodes: Sequence[Node]) -> None:
        """Note a node of the first copy that is the same op in every other."""
        one = nodes[0]
        if any(ref.index != alike[0].index for ref in alike):
            self._miss(f"of '{one.name}' ({one.op}), the examples of the batch read different outputs", one)
        elif one.op in CONSTANT:
            other = next((each for each in nodes if not _are_equal(one, each)), None)
            if other is not None:
                self._miss(f"'{other.name}' ({other.op}) is another number for an example of the batch than "
                           f"'{one.name}' is for the first", other)  # fmt: skip
        elif (not one.inputs and output_count(one)) or one.op in FEEDERS or writes_variable(one.op):
            self._miss(f"'{one.name}' ({one.op}) is there for one example of the batch alone", one)
        self.copies.body[one.name] = None

    def _operands(self, nodes: Sequence[Node]) -> Iterable[Alike]:
        """What each of the nodes reads and waits for, in the same place."""
        yield from zip(*(node.inputs for node in nodes), strict=False)
        waits = [node.control_inputs for node in nodes]
        if len({len(each) for each in waits}) > 1:
            self._miss(f"'{nodes[0].name}' ({nodes[0].op}) waits for more or less in other copies", nodes[0])
        for names in zip(*waits, strict=False):
            if len(set(names)) > 1:
                yield tuple(map(TensorRef, names))
            else:
                self._shared(self.graph[names[0]])
                self.copies.waits[names[0]] = None

    def keep_apart(self) -> None:
        """What is the first copy's own must not be what all copies read too."""
        for ref in self.shared:
            if ref in self.copies.pieces or ref.node in self.copies.body:
                node = self.graph.producer(ref)
                self._miss(f"'{ref}' ({node.op}) is of the first example, and is read for all of them", node)

    def _miss(self, reason: str, node: Node) -> None:
        self.miss = self.miss or Mismatch(reason, node.name)


def _are_equal(one: Node, other: Node) -> bool:
    values = [each.attrs.get("value") for each in (one, other)]
    arrays = [each.array for each in values if isinstance(each, TensorValue)]
    return len(arrays) == 2 and arrays[0].dtype == arrays[1].dtype and np.array_equal(arrays[0], arrays[1])
