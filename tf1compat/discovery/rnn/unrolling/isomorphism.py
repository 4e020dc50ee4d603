"""Which tensors of a graph are computed alike: by the same ops from the same ops, and so on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tf1compat.graph.attributes import TensorValue
from tf1compat.graph.edges import turned
from tf1compat.graph.model import Graph, Node
from tf1compat.ops.families import CONSTANT


def forms(graph: Graph, names: Collection[str], depth: int) -> Mapping[str, int]:
    """A number for each of these nodes; those with the same number are computed alike, as far as `depth` ops back.

    Constants of one number are alike if they are equal, all others if they are constants; so are nodes with a name
    that is not given, if they have the same op.
    """
    partition = _begun(graph, [graph[name] for name in names])
    readers = turned(partition.reads)
    todo: Iterable[int] = range(len(names))
    for _ in range(depth):
        told_apart = partition.split(todo)
        if not told_apart:
            break
        # Only what reads these can differ in the next round from what it was like until now.
        todo = {reader for each in told_apart for reader in readers[each]}
    return dict(zip(names, partition.numbers, strict=False))


@dataclass(frozen=True)
class _Partition:
    """Nodes by place, the given ones first, then one for each op outside; those with one number are alike so far."""

    numbers: list[int]
    sizes: list[int]  # by number, how many nodes have it
    reads: Sequence[Sequence[int]]
    outputs: Sequence[tuple[int, ...]]  # which output of each node that is read

    def split(self, places: Iterable[int]) -> list[int]:
        """Nodes that read what is not alike have different numbers; gives those whose number is new.

        Of `places` are all nodes that read one whose number is new since the last call.
        """
        alike: dict[int, dict[tuple[object, ...], list[int]]] = {}
        for place in places:
            parts = alike.setdefault(self.numbers[place], {})
            parts.setdefault(self._reading(place), []).append(place)
        return [each for number, parts in alike.items() for each in self._renumbered(number, parts.values())]

    def _reading(self, place: int) -> tuple[object, ...]:
        return self.outputs[place], *[self.numbers[each] for each in self.reads[place]]

    def _renumbered(self, number: int, parts: Collection[list[int]]) -> list[int]:
        """Each part has a number of its own; the largest keeps the old one if no other node has that."""
        moving = sorted(parts, key=len)
        if sum(map(len, moving)) == self.sizes[number]:
            moving.pop()
        for part in moving:
            for place in part:
                self.numbers[place] = len(self.sizes)
            self.sizes.append(len(part))
            self.sizes[number] -= len(part)
        return [place for part in moving for place in part]


def _begun(graph: Graph, nodes: Sequence[Node]) -> _Partition:
    """The nodes told apart by what they are, not yet by what they read."""
    places = {node.name: place for place, node in enumerate(nodes)}
    others: dict[str, int] = {}  # the place that stands for each op outside
    for node in nodes:
        for ref in node.inputs:
            if ref.node not in places:
                others.setdefault(graph[ref.node].op, len(nodes) + len(others))
    reads = [
        tuple([places[ref.node] if ref.node in places else others[graph[ref.node].op] for ref in node.inputs])
        for node in nodes
    ]
    known: dict[object, int] = {}
    labels = [*map(_label, nodes), *((op,) for op in others)]
    numbers = [known.setdefault(label, len(known)) for label in labels]
    sizes = [0] * len(known)
    for number in numbers:
        sizes[number] += 1
    nothing: list[tuple[int, ...]] = [()] * len(others)
    outputs = [tuple([ref.index for ref in node.inputs]) for node in nodes]
    return _Partition(numbers, sizes, [*reads, *nothing], [*outputs, *nothing])


def _label(node: Node) -> object:
    value = node.attrs.get("value")
    if node.op in CONSTANT and isinstance(value, TensorValue) and value.array.size == 1:
        return node.op, str(value.array.ravel()[0])
    return node.op
