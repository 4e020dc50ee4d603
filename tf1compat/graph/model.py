"""Node, Function and Graph: what every stage reads and writes. All frozen; change by `dataclasses.replace`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, Protocol

from tf1compat.errors import GraphError, UnknownNameError, nearest
from tf1compat.graph.attributes import Attr, DType, Shape, TensorValue
from tf1compat.names import TensorRef

_SCALAR_MEANS_UNKNOWN = 21
_NOTHING: Mapping[str, Attr] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Node:
    """One operation: its type, the tensors it reads, the nodes it waits for, and its attributes."""

    name: str
    op: str
    inputs: tuple[TensorRef, ...] = ()
    control_inputs: tuple[str, ...] = ()
    attrs: Mapping[str, Attr] = field(default_factory=lambda: _NOTHING)
    device: str = ""
    made_by: str = ""  # the rewrite pass that made this node; empty for the author's own

    def dtype(self, attr: str = "T") -> DType | None:
        """The value of a type attribute, or None."""
        value = self.attrs.get(attr)
        return value if isinstance(value, DType) else None

    def shape(self, attr: str = "shape") -> Shape:
        """The value of a shape attribute, or the unknown shape."""
        value = self.attrs.get(attr)
        return value if isinstance(value, Shape) else Shape()

    def integer(self, attr: str, default: int = 0) -> int:
        """The value of an int attribute, or `default`."""
        value = self.attrs.get(attr)
        return value if isinstance(value, int) else default

    def text(self, attr: str, default: str = "") -> str:
        """The value of a string attribute, decoded, or `default`."""
        value = self.attrs.get(attr)
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else default

    def with_attrs(self, **changes: Attr) -> Node:
        """The same node with these attributes set."""
        return replace(self, attrs=MappingProxyType({**self.attrs, **changes}))

    def without_attrs(self, *names: str) -> Node:
        """The same node with these attributes gone."""
        if self.attrs.keys().isdisjoint(names):
            return self
        kept = {key: value for key, value in self.attrs.items() if key not in names}
        return replace(self, attrs=MappingProxyType(kept))


def make_node(
    name: str,
    op: str,
    inputs: Iterable[TensorRef] = (),
    *,
    control_inputs: Iterable[str] = (),
    made_by: str = "",
    **attrs: Attr,
) -> Node:
    """A node with its attributes given by keyword."""
    return Node(name, op, tuple(inputs), tuple(control_inputs), MappingProxyType(dict(attrs)), "", made_by)


class Use(NamedTuple):
    """One use of a tensor: which node reads it, at which of its inputs."""

    node: str
    position: int


@dataclass(frozen=True)
class Versions:
    """The GraphDef's version numbers (`tensorflow/core/framework/versions.proto`)."""

    producer: int = 0
    min_consumer: int = 0
    bad_consumers: tuple[int, ...] = ()


@dataclass(frozen=True)
class Function:
    """A function of the rewritten graph, or of a file's library: `inputs` are names of `_Arg` nodes in `graph`."""

    name: str
    graph: Graph
    inputs: tuple[str, ...]
    outputs: tuple[TensorRef, ...]
    output_types: tuple[DType, ...] = ()  # those of a library's function are recorded


class NodeTable(Protocol):
    """Nodes by name, and what can be asked of them: of a graph that stands, or of one under change."""

    @property
    def by_name(self) -> Mapping[str, Node]:
        """Every node under its name."""

    @property
    def versions(self) -> Versions:
        """The version numbers of the file."""

    def in_order(self, names: Iterable[str]) -> list[Node]:
        """The nodes of these names, in the order of the graph."""

    def __contains__(self, name: object) -> bool:
        return name in self.by_name

    def __getitem__(self, name: str) -> Node:
        return self.by_name[name]

    def get(self, name: str) -> Node | None:
        """The node of this name, or None."""
        return self.by_name.get(name)

    def producer(self, ref: TensorRef) -> Node:
        """The node that computes a tensor."""
        return self.by_name[ref.node]

    def input(self, node: Node, position: int) -> Node:
        """The node that computes one of a node's inputs."""
        return self.by_name[node.inputs[position].node]

    def static_shape(self, ref: TensorRef) -> Shape:
        """What the file says of a tensor's shape (`_output_shapes`, or a shape attribute); may be unknown."""
        node = self.by_name.get(ref.node)
        if node is None:
            return Shape()
        recorded = node.attrs.get("_output_shapes")
        if isinstance(recorded, tuple) and ref.index < len(recorded):
            shape = recorded[ref.index]
            if isinstance(shape, Shape):
                return shape
        if node.op == "Const":
            value = node.attrs.get("value")
            return Shape(value.array.shape) if isinstance(value, TensorValue) else Shape()
        if self._leaves_shape_open(node):
            return Shape()
        return node.shape()

    def _leaves_shape_open(self, node: Node) -> bool:
        """Until GraphDef version 21 a placeholder of unknown shape was written like a scalar
        (tensorflow/core/ops/array_ops.cc)."""
        return (
            node.op == "Placeholder"
            and self.versions.producer <= _SCALAR_MEANS_UNKNOWN
            and node.shape().dims == ()
        )


@dataclass(frozen=True)
class Graph(NodeTable):
    """Nodes by name, in the order of the file, with the consumers of each tensor indexed once.

    `functions` are those that the rewrite made (bodies of While and If); `library` is the serialized
    FunctionDefLibrary of the file itself, carried along unread.
    """

    nodes: tuple[Node, ...] = ()
    functions: Mapping[str, Function] = field(default_factory=lambda: MappingProxyType({}))
    library: bytes = b""
    versions: Versions = Versions()

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each node in `nodes`; raises GraphError when two nodes share a name."""
        index = {node.name: place for place, node in enumerate(self.nodes)}
        if len(index) != len(self.nodes):
            seen: set[str] = set()
            twice = next(n.name for n in self.nodes if n.name in seen or seen.add(n.name))  # type: ignore[func-returns-value]
            raise GraphError(f"two nodes of the graph are named '{twice}'; the file is damaged")
        return index

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """Every node under its name; raises GraphError when two share one."""
        return dict(zip(self.places, self.nodes, strict=True))

    @cached_property
    def uses(self) -> Mapping[TensorRef, tuple[Use, ...]]:
        """Who reads each tensor."""
        index: dict[TensorRef, list[Use]] = {}
        for node in self.nodes:
            for position, ref in enumerate(node.inputs):
                index.setdefault(ref, []).append(Use(node.name, position))
        return MappingProxyType({ref: tuple(uses) for ref, uses in index.items()})

    @cached_property
    def uses_of_node(self) -> Mapping[str, tuple[Use, ...]]:
        """Who reads any output of each node."""
        index: dict[str, list[Use]] = {}
        for ref, uses in self.uses.items():
            index.setdefault(ref.node, []).extend(uses)
        return MappingProxyType({name: tuple(uses) for name, uses in index.items()})

    @cached_property
    def waiting_for(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes that have each node as a control input."""
        index: dict[str, list[str]] = {}
        for node in self.nodes:
            for name in node.control_inputs:
                index.setdefault(name, []).append(node.name)
        return MappingProxyType({name: tuple(waiting) for name, waiting in index.items()})

    def in_order(self, names: Iterable[str]) -> list[Node]:
        """The nodes of these names, in the order of the graph."""
        places = self.places
        return [self.nodes[place] for place in sorted([places[name] for name in names])]

    def find(self, text: str) -> TensorRef:
        """The tensor of this name; raises UnknownNameError with the nearest names."""
        ref = TensorRef.parse(text)
        if ref.node not in self.by_name:
            hint = nearest(ref.node, self.by_name)
            raise UnknownNameError(f"'{text}' is not in the graph{hint}")
        recorded = self.by_name[ref.node].attrs.get("_output_shapes")
        if isinstance(recorded, tuple) and ref.index >= len(recorded):
            outputs = "1 output" if len(recorded) == 1 else f"{len(recorded)} outputs"
            raise UnknownNameError(f"'{text}' is not in the graph: '{ref.node}' has {outputs}")
        return ref

    def replacing(self, nodes: Iterable[Node]) -> Graph:
        """The same graph with other nodes."""
        return replace(self, nodes=tuple(nodes))
