"""What `tf.data` datasets give, read from the graph and the functions it carries; nothing of them is ever run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tf1compat.graph.attributes import FunctionRef
from tf1compat.graph.model import Function, Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.library import library_of
from tf1compat.ops.pipelines.datasets import ARRANGING, MAPPING, UNFOLDING


@dataclass(frozen=True)
class Place:
    """A tensor of the graph, or of one of its functions' bodies; then `given` is what the function maps."""

    graph: Graph
    tensor: TensorRef
    given: Place | None = None


def component(graph: Graph, iterator: TensorRef, index: int) -> Place | None:
    """Where one component of an iterator's elements is computed, if that can be told."""
    datasets = [*_datasets(graph, iterator)]
    return next((found for each in datasets if (found := _of_dataset(graph, each, index)) is not None), None)


def argument(main: Graph, place: Place, name: str) -> Place | None:
    """Where an argument of the function that a place is in is computed, if that can be told."""
    arguments = [node.name for node in place.graph.nodes if node.op in families.ARGUMENT]
    return None if place.given is None else _of_dataset(main, place.given, arguments.index(name))


def functions_behind(graph: Graph, iterator: TensorRef) -> tuple[Function, ...]:
    """The functions that the elements of an iterator go through, and those that these call."""
    library = library_of(graph)
    found: dict[str, Function] = {}
    todo = [node for place in _datasets(graph, iterator) for node in _behind(place)]
    while todo:
        for value in todo.pop().attrs.values():
            if isinstance(value, FunctionRef) and value.name in library and value.name not in found:
                found[value.name] = library[value.name]
                todo.extend(library[value.name].graph.nodes)
    return tuple(found.values())


def _behind(place: Place) -> list[Node]:
    names, todo = set[str](), [place.tensor.node]
    while todo:
        name = todo.pop()
        if name not in names:
            names.add(name)
            todo.extend(ref.node for ref in place.graph[name].inputs)
    return [place.graph[name] for name in names]


def _datasets(graph: Graph, iterator: TensorRef) -> Iterator[Place]:
    """The datasets that an iterator goes through; for one that a handle chooses, those of iterators of its types."""
    node = graph.producer(iterator)
    if node.op in families.ONE_SHOT_ITERATOR:
        yield from _made_by(graph, node.attrs.get("dataset_factory"))
    elif node.op in families.ITERATOR_BY_HANDLE:
        for other in graph.nodes:
            alike = other.attrs.get("output_types") == node.attrs.get("output_types")
            if other.op in families.ITERATORS and alike:
                yield from _datasets(graph, TensorRef(other.name))
    else:
        for use in graph.uses.get(iterator, ()):
            if graph[use.node].op in families.MAKE_ITERATOR:
                yield Place(graph, graph[use.node].inputs[0])


def _made_by(graph: Graph, function: object) -> Iterator[Place]:
    """What a function returns that makes a dataset."""
    made = library_of(graph).get(function.name) if isinstance(function, FunctionRef) else None
    if made is not None and made.outputs:
        yield Place(made.graph, made.outputs[0])


def _of_dataset(main: Graph, place: Place, index: int) -> Place | None:
    """Where a component of a dataset's elements is computed."""
    graph, ref = place.graph, place.tensor
    while graph.producer(ref).op in families.TRANSPARENT:
        ref = graph.producer(ref).inputs[0]
    node = graph.producer(ref)
    kind = node.op.removeprefix("Experimental")
    if node.op in families.TENSOR_DATASETS:
        return Place(graph, node.inputs[index]) if index < len(node.inputs) else None
    if node.op in families.ZIP_DATASET:
        return _of_zip(main, graph, node, index)
    if kind.startswith(UNFOLDING):
        inner = next(_made_by(main, node.attrs.get("f")), None)
        return None if inner is None else _of_dataset(main, inner, index)
    if kind.startswith(MAPPING):
        return _of_map(main, graph, node, index)
    if kind.startswith(ARRANGING) and node.inputs:
        return _of_dataset(main, Place(graph, node.inputs[0]), index)
    return None


def _of_zip(main: Graph, graph: Graph, node: Node, index: int) -> Place | None:
    for ref in node.inputs:
        types = graph.producer(ref).attrs.get("output_types")
        if types is None:
            types = graph.producer(ref).attrs.get("Toutput_types")
        if not isinstance(types, tuple):
            return None
        if index < len(types):
            return _of_dataset(main, Place(graph, ref), index)
        index -= len(types)
    return None


def _of_map(main: Graph, graph: Graph, node: Node, index: int) -> Place | None:
    """Where the function of a map computes a component."""
    reference = node.attrs.get("f")
    function = library_of(main).get(reference.name) if isinstance(reference, FunctionRef) else None
    if function is None or index >= len(function.outputs):
        return None
    return Place(function.graph, function.outputs[index], Place(graph, node.inputs[0]))
