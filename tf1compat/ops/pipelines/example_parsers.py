"""What the ops that parse serialized Examples give: of each output the feature's key, its type and its shape.

The order of the outputs is that of tensorflow/core/ops/parsing_ops.cc.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.model import Node, NodeTable
from tf1compat.names import TensorRef
from tf1compat.ops.values import constant_of

_INT64 = DType("int64")


@dataclass(frozen=True)
class Feature:
    """One feature that a parse op reads."""

    key: str
    family: str  # sparse, dense, context_dense, ...
    dtype: DType
    shape: Shape  # of one example; unknown for what is sparse or ragged


@dataclass(frozen=True)
class Parsed:
    """One output of a parse op: a feature, or that part of one (`indices`, `values`, ...)."""

    feature: Feature
    part: str  # "" where the output is the feature whole
    dtype: DType
    shape: Shape


@dataclass(frozen=True)
class _Family:
    """Features of one kind: the attributes with their types and shapes, and the parts that each is given in."""

    name: str
    types: str
    shapes: str = ""
    parts: tuple[str, ...] = ("",)
    steps: bool = False  # a sequence: there is an axis of steps in front


@dataclass(frozen=True)
class _Form:
    """One parse op: its families in the order of its outputs, and the input at which their keys begin."""

    families: tuple[_Family, ...]
    keys: tuple[str, ...]  # families in the order of the key inputs
    first_key: int | None  # None: the keys are attributes
    key_vectors: bool = False  # each family's keys are one input
    batch: bool = False


_SPARSE_PARTS = ("indices", "values", "shape")
_SPARSE = _Family("sparse", "sparse_types", parts=_SPARSE_PARTS)
_DENSE = _Family("dense", "Tdense", "dense_shapes")
_RAGGED = _Family("ragged", "ragged_value_types", parts=("values", "row_splits"))
_SEQUENCE = (
    _Family("context_sparse", "context_sparse_types", parts=_SPARSE_PARTS),
    _Family("context_dense", "Tcontext_dense", "context_dense_shapes"),
    _Family("feature_list_sparse", "feature_list_sparse_types", parts=_SPARSE_PARTS),
    _Family("feature_list_dense", "feature_list_dense_types", "feature_list_dense_shapes", steps=True),
)
_LENGTHS = _Family("feature_list_dense", "feature_list_dense_types", parts=("lengths",))
_SEQUENCE_KEYS = ("context_sparse", "context_dense", "feature_list_sparse", "feature_list_dense")
_FORMS = {
    "ParseExample": _Form((_SPARSE, _DENSE), ("sparse", "dense"), 2, batch=True),
    "ParseExampleV2": _Form((_SPARSE, _DENSE, _RAGGED), ("sparse", "dense", "ragged"), 2, True, batch=True),
    "ParseSingleExample": _Form((_SPARSE, _DENSE), ("sparse", "dense"), None),
    "ParseSingleSequenceExample": _Form(_SEQUENCE, _SEQUENCE_KEYS, 2),
    "ParseSequenceExample": _Form((*_SEQUENCE, _LENGTHS), _SEQUENCE_KEYS, None, batch=True),
}
PARSE_OPS = frozenset(_FORMS)


def parsed_outputs(graph: NodeTable, node: Node) -> tuple[Parsed, ...]:
    """What each output of a parse op is, in order; nothing for any other op."""
    if node.op not in _FORMS:
        return ()
    form = _FORMS[node.op]
    keys = _keys(graph, node, form)
    rows = _rows(graph, node) if form.batch else ()
    return tuple(
        Parsed(
            Feature(_key(keys, family, number), family.name, _types(node, family)[number], shape),
            part,
            dtype,
            _whole(rows, family, shape) if part == "" else _shape_of_part(part),
        )
        for (family, part, dtype, number), shape in _with_shapes(node)
    )


def _outputs(node: Node) -> Iterator[tuple[_Family, str, DType, int]]:
    """Family, part, type and place in the family of each output."""
    for family in _FORMS[node.op].families:
        types = _types(node, family)
        for part in family.parts:
            for number, dtype in enumerate(types):
                yield family, part, dtype if part in ("", "values") else _INT64, number


def _with_shapes(node: Node) -> Iterator[tuple[tuple[_Family, str, DType, int], Shape]]:
    for output in _outputs(node):
        family, number = output[0], output[3]
        shapes = node.attrs.get(family.shapes)
        known = shapes[number] if isinstance(shapes, tuple) and number < len(shapes) else Shape()
        yield output, known if isinstance(known, Shape) else Shape()


def _types(node: Node, family: _Family) -> tuple[DType, ...]:
    types = node.attrs.get(family.types)
    return tuple(each for each in types if isinstance(each, DType)) if isinstance(types, tuple) else ()


def _whole(rows: tuple[int | None, ...], family: _Family, shape: Shape) -> Shape:
    """A feature's shape with the axes of examples and of steps in front."""
    if shape.dims is None:
        return shape
    return Shape((*rows, *((None,) if family.steps else ()), *shape.dims))


def _shape_of_part(part: str) -> Shape:
    return {"indices": Shape((None, None)), "shape": Shape((None,))}.get(part, Shape((None,)))


def _rows(graph: NodeTable, node: Node) -> tuple[int | None, ...]:
    dims = graph.static_shape(node.inputs[0]).dims
    return (None,) if dims is None else dims


def _keys(graph: NodeTable, node: Node, form: _Form) -> dict[str, tuple[str, ...]]:
    if form.first_key is None:
        return {name: _texts(node.attrs.get(f"{name}_keys")) for name in form.keys}
    families = {each.name: each for each in form.families}
    found, at = {}, form.first_key
    for name in form.keys:
        count = 1 if form.key_vectors else len(_types(node, families[name]))
        values = (_constant(graph, ref) for ref in node.inputs[at : at + count])
        found[name] = tuple(text for value in values for text in _texts(value))
        at += count
    return found


def _constant(graph: NodeTable, ref: TensorRef) -> tuple[object, ...]:
    array = constant_of(graph.producer(ref))
    return () if array is None else tuple(array.ravel().tolist())


def _texts(values: object) -> tuple[str, ...]:
    given = values if isinstance(values, tuple) else ()
    return tuple(each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each) for each in given)


def _key(keys: dict[str, tuple[str, ...]], family: _Family, number: int) -> str:
    found = keys.get(family.name, ())
    return found[number] if number < len(found) else ""
