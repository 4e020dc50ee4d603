"""The tensors at which a graph is cut so that it needs no queue, iterator or reader: its entries.

An entry is what an author would feed at inference: a placeholder, or else what comes out of the input pipeline. A
serialized value that nothing but decoding ops read is followed to what they make of it, an index into the training
data to the example that it picks, and what `tf.cond` chooses among two pipelines to the choice. All that happens to
an entry afterwards is the model's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.held import Held, held_variables
from tf1compat.graph.frames import SWITCH, frame_of_nodes
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef, is_default_name, leaf, strip_number
from tf1compat.ops import families
from tf1compat.ops.control import is_branch_merge
from tf1compat.ops.pipelines.decoders import DECODERS

#: What a serialized value goes through on its way to the op that decodes it.
_CARRYING = families.TRANSPARENT | families.RESHAPES
#: What an index is computed with, and what does not stand behind data that the graph itself holds.
_INDEXING = (
    families.TRANSPARENT | families.ADDITIONS | families.CAST | families.EXPAND_DIMS | families.MULTIPLICATION
    | families.PACK | families.RESHAPE | families.SUBTRACTION | families.MODULO
)  # fmt: skip
_NO_DATA = families.PLACEHOLDERS | families.FEEDERS | families.VARIABLES
#: Types whose values only mean something within one run.
_NEVER_FED = frozenset({"resource", "variant", "type_0"})
#: Names that TensorFlow's functions give to what hands a value on, and to what the input pipeline is made of.
_MADE_NAMES = re.compile(
    r"sequence_length|checkseqlen|control_dependency|pred_id|switch_[tf]|read|readvariableop|get_?next|"
    r"iterator_get_next|batch_processing|dequeue(_top)?|\w+_dequeue(many|upto)?|"
    r"(fifo|random_shuffle|padding_fifo|priority)_queue(_\w+)?|"
    r"(maybe_)?(shuffle_)?batch(_join)?|input_producer(_\w+)?|component(_\d+)?|contents|tensors?|record_defaults|"
    r"padded_shape|prefetch_queue(_\w+)?|enqueue_input|strided_slice|staging_?area(_\w+)?|unstage"
)
#: What an entry comes from.
EntryKind = Literal["placeholder", "queue", "iterator", "reader", "held"]
_FEEDER_KINDS: Final[tuple[tuple[str, EntryKind], ...]] = (("Queue", "queue"), ("Reader", "reader"))


@dataclass(frozen=True)
class Entry:
    """A tensor through which examples come in. `root`: what the pipeline gave; the tensor itself for a placeholder.

    What is taken out of a pipeline inside a loop, or is a handle, cannot be fed.
    """

    tensor: TensorRef
    root: TensorRef
    kind: EntryKind
    can_be_fed: bool = True


@dataclass(frozen=True)
class Serialized:
    """A tensor of serialized values, and the entries that are decoded from it."""

    tensor: TensorRef
    format: str  # one of the values of `DECODERS`
    decoded: tuple[TensorRef, ...]


@dataclass(frozen=True)
class Entries:
    """Every entry, in the order of the file, and the serialized values that some are decoded from.

    `ends` are the nodes at which a walk back from the outputs ends, because their tensors are fed.
    """

    entries: tuple[Entry, ...]
    serialized: tuple[Serialized, ...]
    ends: frozenset[str]


def find_entries(graph: Graph, training: frozenset[str]) -> Entries:
    """Where examples come into the forward part of a graph."""
    finder = _Finder(graph, training)
    starts = [entry for node in graph.nodes for entry in finder.starting_at(node)]
    found = [entry for start in starts for entry in finder.following(start)]
    chosen = list(finder.chosen(found))
    held = [Entry(each, each, "held") for each in Held(graph, training).examples()]
    unique = {each.tensor: each for each in (*held, *found, *chosen)}
    ordered = graph.in_order({each.node for each in unique})
    place = {node.name: index for index, node in enumerate(ordered)}
    entries = tuple(sorted(unique.values(), key=lambda each: (place[each.tensor.node], each.tensor.index)))
    return Entries(entries, tuple(finder.serialized), _ends(graph, entries))


def kind_of(op: str) -> EntryKind:
    """What sort of pipeline an op takes its examples from."""
    if op in families.PLACEHOLDERS:
        return "placeholder"
    return next((kind for start, kind in _FEEDER_KINDS if op.startswith(start)), "iterator")


def _ends(graph: Graph, entries: tuple[Entry, ...]) -> frozenset[str]:
    """The nodes of the entries that something of the pipeline stands behind."""
    given = (each for each in entries if each.kind != "placeholder" or each.tensor != each.root)
    fed = {each.tensor.node for each in given if each.can_be_fed}
    return frozenset(fed | {each.tensor.node for each in entries if is_fed_by_pipeline(graph, each.tensor)})


def is_fed_by_pipeline(graph: Graph, ref: TensorRef) -> bool:
    """Whether a tensor is a placeholder that passes on what the pipeline gives unless it is fed."""
    node = graph.producer(ref)
    if node.op not in families.PLACEHOLDER_WITH_DEFAULT:
        return False
    return any(graph[name].op in families.FEEDERS for name in ancestors(graph, [node.name], control=False))


@dataclass
class _Finder:
    """Follows what comes in to where it is best fed, and notes the serialized values on the way."""

    graph: Graph
    training: frozenset[str]
    serialized: list[Serialized] = field(default_factory=list)

    def starting_at(self, node: Node) -> Iterator[Entry]:
        """The tensors that a node brings in by itself."""
        if node.op in families.PLACEHOLDERS:
            if node.name not in self.training:
                yield Entry(TensorRef(node.name), TensorRef(node.name), "placeholder")
        elif node.op in families.FEEDERS:
            uses = self.graph.uses_of_node.get(node.name, ())
            read = sorted({self.graph[use.node].inputs[use.position] for use in uses})
            yield from (Entry(ref, ref, kind_of(node.op)) for ref in read)

    def following(self, start: Entry) -> list[Entry]:
        """The entries that a tensor that comes in leads to; itself, where it is fed best as it is."""
        if not self._may_cut(self.graph.producer(start.tensor)):
            return [replace(start, can_be_fed=False)]
        found = self._decoded(start.tensor, outermost=True)
        types = {each: dtype_of(self.graph, each) for each in found}
        return [Entry(each, start.root, start.kind, types[each] not in _NEVER_FED) for each in found]

    def chosen(self, entries: list[Entry]) -> Iterator[Entry]:
        """What a `tf.cond` gives that does nothing but choose among entries."""
        pipelines = {each.tensor: each for each in entries if each.kind != "placeholder" and each.can_be_fed}
        for node in self.graph.nodes if pipelines else ():
            if node.name not in self.training and is_branch_merge(self.graph, node):
                origins = [self._origin(ref, pipelines) for ref in node.inputs]
                known = [each for each in origins if each is not None]
                if known and len(known) == len(origins):
                    choice = Entry(TensorRef(node.name), known[0].root, known[0].kind)
                    pipelines[choice.tensor] = choice
                    yield choice

    def _origin(self, ref: TensorRef, entries: dict[TensorRef, Entry]) -> Entry | None:
        """The entry that a branch hands on."""
        while ref not in entries:
            node = self.graph.producer(ref)
            if node.op not in SWITCH | families.TRANSPARENT or not node.inputs:
                return None
            ref = node.inputs[0]
        return entries[ref]

    def _decoded(self, ref: TensorRef, *, outermost: bool) -> list[TensorRef]:
        readers = self._decoders(ref) or self._picks(ref)
        if not readers:
            return [self._named(ref)]
        formats = {DECODERS.get(node.op, "") for node in readers} - {""}
        told = outermost and bool(formats)
        results = sorted({read for node in readers for read in self._outputs(node)})
        found = [
            each for result in results for each in self._decoded(result, outermost=outermost and not told)
        ]
        found = self._put_together(found) if "csv" in formats else found
        if told and found:
            self.serialized.append(Serialized(ref, sorted(formats)[0], tuple(found)))
        return found

    def _put_together(self, columns: list[TensorRef]) -> list[TensorRef]:
        """Columns that nobody named, those replaced by the row that they do nothing but make up."""
        rows = {
            node.name: node for ref in columns for node in self._forward_uses(ref) if node.op in families.PACK
        }
        whole = [
            node for node in rows.values() if all(self._goes_only_into(ref, node) for ref in node.inputs)
        ]
        parts = {ref for node in whole for ref in node.inputs}
        return [*(TensorRef(node.name) for node in whole), *(ref for ref in columns if ref not in parts)]

    def _goes_only_into(self, ref: TensorRef, node: Node) -> bool:
        return self.graph.producer(ref).op in families.DECODE_CSV and {
            each.name for each in self._forward_uses(ref)
        } == {node.name}

    def _outputs(self, node: Node) -> list[TensorRef]:
        """What of a decoding node's outputs is read."""
        return [
            TensorRef(node.name, index) for index in range(self._count(node)) if self._is_read(node, index)
        ]

    def _count(self, node: Node) -> int:
        uses = self.graph.uses_of_node.get(node.name, ())
        return 1 + max((self.graph[use.node].inputs[use.position].index for use in uses), default=-1)

    def _is_read(self, node: Node, index: int) -> bool:
        return TensorRef(node.name, index) in self.graph.uses

    def _forward_uses(self, ref: TensorRef) -> list[Node]:
        uses = self.graph.uses.get(ref, ())
        return [self.graph[use.node] for use in uses if use.node not in self.training]

    def _decoders(self, ref: TensorRef) -> list[Node]:
        """The nodes that decode a tensor, if that is all that happens to it, and outside loops."""
        found: list[Node] = []
        todo = [ref]
        while todo:
            at = todo.pop()
            for node in self._forward_uses(at):
                if node.op in DECODERS and node.inputs[0] == at and self._may_cut(node):
                    found.append(node)
                elif node.op in _CARRYING and node.inputs[0] == at:
                    todo.append(TensorRef(node.name))
                else:
                    return []
        return found

    def _may_cut(self, node: Node) -> bool:
        return node.name not in frame_of_nodes(self.graph)

    def _picks(self, ref: TensorRef) -> list[Node]:
        """The nodes that pick examples by an index from the pipeline, if it serves for nothing else."""
        if not dtype_of(self.graph, ref).is_integer or self.graph.producer(ref).op not in families.FEEDERS:
            return []
        found: dict[str, Node] = {}
        todo, seen = [ref], set[TensorRef]()
        while todo:
            at = todo.pop()
            seen.add(at)
            for node in self._forward_uses(at):
                if self._picks_data(node, at):
                    found[node.name] = node
                elif node.op in _INDEXING:
                    todo += {TensorRef(node.name)} - seen
                else:
                    return []
        return list(found.values())

    def _picks_data(self, node: Node, index: TensorRef) -> bool:
        """Whether a node takes a part of data that the graph holds, at a place that depends on the index."""
        if node.op not in families.GATHER | families.SLICES or node.inputs[0] == index:
            return False
        behind = ancestors(self.graph, [node.inputs[0].node], control=False)
        held = held_variables(self.graph) if self._is_counted(index) else frozenset[str]()
        return all(self.graph[name].op not in _NO_DATA or name in held for name in behind)

    def _is_counted(self, index: TensorRef) -> bool:
        """Whether a number out of a queue is one of a range, as `range_input_producer` puts them in."""
        behind = ancestors(self.graph, [index.node], control=False)
        queues = {
            ref
            for name in behind
            if self.graph[name].op in families.FEEDERS
            for ref in self.graph[name].inputs[:1]
        }
        uses = (self.graph[use.node] for ref in queues for use in self.graph.uses.get(ref, ()))
        entered = [ref.node for node in uses for ref in node.inputs[1:]]
        return any(
            self.graph[name].op in families.RANGE for name in ancestors(self.graph, entered, control=False)
        )

    def _named(self, ref: TensorRef) -> TensorRef:
        """The same value where the author named it last, or is rid of an axis, if that is the only way on."""
        while self.graph.producer(ref).op not in families.PLACEHOLDERS:
            readers, producer = self._forward_uses(ref), self.graph.producer(ref)
            named = len(readers) == 1 and readers[0].op in families.IDENTITY and is_author_s(readers[0])
            if not named and not (len(readers) == 1 and _is_single(producer, readers[0])):
                break
            ref = TensorRef(readers[0].name)
        return ref


def _is_single(parse: Node, reader: Node) -> bool:
    """Whether a node takes off the axis that `parse_single_example` put on to parse one Example (until 1.4)."""
    return (
        parse.op in families.PARSE_EXAMPLE
        and reader.op in families.SQUEEZE
        and leaf(reader.name).startswith("Squeeze_")
    )


def is_author_s(node: Node) -> bool:
    """Whether the author, not TensorFlow, named a node: one that hands a value on is made by many functions."""
    bare = strip_number(leaf(node.name)).lower()
    return not is_default_name(node.name, node.op) and _MADE_NAMES.fullmatch(bare) is None
