"""What the author called what comes out of his input pipeline: the keys of features, and names that he chose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tf1compat.analysis.entries import Entry, is_author_s
from tf1compat.discovery.input_pipeline.datasets import Place, argument, component
from tf1compat.discovery.input_pipeline.queues import enqueued
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef, leaf, strip_number
from tf1compat.ops import families
from tf1compat.ops.pipelines.decoders import DECODERS, SPARSE_OPS, SPARSE_PARTS
from tf1compat.ops.pipelines.example_parsers import PARSE_OPS, parsed_outputs

#: Scopes in which feature columns transform each feature under its own name.
_COLUMN = re.compile(r"(?:^|.*/)(?:input_layer|linear_model|sequence_input_layer)(?:_\d+)?/([^/]+)/")
_COLUMN_SUFFIX = re.compile(r"(_embedding|_indicator|_bucketized|_weighted_by_.*)+\Z")
#: What keys of encoded values end with, which what is decoded from them no longer is.
_ENCODED = re.compile(r"[/_](encoded|raw|string|bytes|jpeg|jpg|png)\Z")
#: What is decoded from values that nobody named.
_OF_FORMATS = {"image": ("image",), "gif": ("image",), "bmp": ("image",), "wav": ("audio", "sample_rate")}
_DEEPEST = 64


def name_of(graph: Graph, entry: Entry) -> str:
    """The name of what comes in at an entry, empty where nothing tells one."""
    node = graph.producer(entry.tensor)
    own = (
        node.op in families.PLACEHOLDERS
        or node.op in families.IDENTITY
        or (entry.kind == "held" and is_author_s(node))
    )
    if own and not (node.inputs and graph.producer(node.inputs[0]).op in families.VARIABLES):
        return ""  # its own, as far as the author chose it
    told = _Search(graph).told(Place(graph, entry.tensor), _DEEPEST)
    return (
        told or _of_columns(graph, entry.tensor) or _of_format(node, entry.tensor) or _own(node, entry.tensor)
    )


def _own(node: Node, ref: TensorRef) -> str:
    """The name that the author gave the op by which examples come in, if he did."""
    return leaf(node.name) if node.op in families.FEEDERS and ref.index == 0 and is_author_s(node) else ""


def _of_format(node: Node, ref: TensorRef) -> str:
    if node.op in families.DECODE_CSV:
        return f"column_{ref.index}"
    names = _OF_FORMATS.get(DECODERS.get(node.op, ""), ())
    return names[ref.index] if ref.index < len(names) else ""


def _of_columns(graph: Graph, ref: TensorRef) -> str:
    """The feature that feature columns make of a tensor, where one reads it."""
    uses = graph.uses.get(ref, ())
    for use in uses:
        column = _COLUMN.match(use.node)
        if column is not None:
            return _COLUMN_SUFFIX.sub("", _unnumbered(graph, column))
    shaped = [use.node for use in uses if graph[use.node].op in families.RESHAPES]
    return next(filter(None, (_of_columns(graph, TensorRef(each)) for each in shaped)), "")


def _unnumbered(graph: Graph, column: re.Match[str]) -> str:
    """The column's scope, less a number that every column beside it has, too: then the layer was built again."""
    layer = column[0].removesuffix(f"{column[1]}/")
    matches = (each for name in graph.by_name if (each := _COLUMN.match(name)) and each[0].startswith(layer))
    beside = {each[1] for each in matches if layer + each[1] not in graph}
    numbers = {each.removeprefix(strip_number(each)) for each in beside}
    return strip_number(column[1]) if len(beside) > 1 and len(numbers) == 1 else column[1]


@dataclass(frozen=True)
class _Search:
    """Looks back through a pipeline for what a value was called where it came in.

    What is decoded has the name of the feature that it is decoded from, but not that of a file or of any other string.
    """

    main: Graph
    features_only: bool = False

    def told(self, place: Place, depth: int) -> str:
        """The name, by the first operands of what made the value; empty where it leads nowhere."""
        graph, ref = place.graph, place.tensor
        node = graph.producer(ref)
        if node.op in families.SIZE and depth:
            counted = self._of_operand(place, node, depth)
            return f"{counted}_length" if counted else ""
        if depth == 0 or node.op in families.SHAPES:
            return ""
        if node.op in PARSE_OPS:
            return _feature(graph, node, ref.index)
        if node.op in families.VARIABLES or node.op in families.CONSTANT:
            return leaf(node.name) if is_author_s(node) and not self.features_only else ""
        if node.op in families.PLACEHOLDERS or node.op in families.IDENTITY:
            if is_author_s(node) and not self.features_only:
                return _first_of_its_name(graph, node)
            return self._of_operand(place, node, depth) if node.inputs else ""
        if node.op in SPARSE_OPS:
            whole = self._of_operand(place, node, depth).removesuffix("_indices")
            return f"{whole}_{SPARSE_PARTS[ref.index]}" if whole else ""
        if node.op in families.FEEDERS or node.op in families.ARGUMENT:
            return next(filter(None, (self.told(each, depth - 1) for each in self._before(place, node))), "")
        return self._of_operand(place, node, depth)

    def _of_operand(self, place: Place, node: Node, depth: int) -> str:
        """The name of what a node is computed from; of several things put together there is none."""
        several = node.op in families.JOINING
        if not node.inputs or (several and len(node.inputs) > 1):
            return ""
        chosen = node.op in families.GATHER | families.SLICES
        first = place.graph.input(node, 0).op in families.CONSTANT and len(node.inputs) > 1 and not chosen
        operand = Place(place.graph, node.inputs[first], place.given)
        if node.op in families.SPARSE_TO_DENSE:
            return self.told(operand, depth - 1).removesuffix("_indices")
        if DECODERS.get(node.op, "other") in ("other", ""):
            return self.told(operand, depth - 1) if node.op not in families.READ_FILE else ""
        return _ENCODED.sub("", _Search(self.main, True).told(operand, depth - 1))

    def _before(self, place: Place, node: Node) -> Iterator[Place]:
        """The tensors that what a feeder gives, or a function is given, may have been put in as."""
        if node.op in families.ARGUMENT:
            found = argument(self.main, place, node.name)
        elif node.op in families.QUEUE_TAKES:
            yield from (Place(place.graph, ref) for ref in enqueued(place.graph, node, place.tensor.index))
            return
        else:
            iterates = node.op in families.ITERATOR_TAKES
            found = component(self.main, node.inputs[0], place.tensor.index) if iterates else None
        yield from () if found is None else (found,)


def _first_of_its_name(graph: Graph, node: Node) -> str:
    """A node's name, without the number that it has because another of its kind had the name before."""
    plain = strip_number(node.name)
    other = graph.get(plain)
    return leaf(plain) if other is not None and other.op == node.op else leaf(node.name)


def _feature(graph: Graph, node: Node, index: int) -> str:
    parsed = parsed_outputs(graph, node)
    if index >= len(parsed):
        return ""
    found = parsed[index]
    return f"{found.feature.key}_{found.part}" if found.part else found.feature.key
