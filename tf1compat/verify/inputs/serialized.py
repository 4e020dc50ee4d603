"""Serialized values that the graph can take apart: what decodes them says what must be in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.graph.attributes import Array, DType
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.pipelines.decoders import DECODERS
from tf1compat.ops.pipelines.example_parsers import PARSE_OPS, parsed_outputs
from tf1compat.verify.inputs import encodings
from tf1compat.verify.inputs.shapes import Dims, Walk

#: What a value goes through on its way to its decoder, and what hands decoded values on unchanged in number.
_CARRYING = families.RESHAPES | families.IDENTITY | families.STOP_GRADIENT
_KEEPING = families.CAST | families.IDENTITY | families.STOP_GRADIENT
_LONGEST = 4
_PICTURE = (6, 5)
_SAMPLES = 16


@dataclass(frozen=True)
class Part:
    """One feature, column or picture: how many values, of which type; strings are encoded themselves or text."""

    key: str
    family: str  # dense, sparse, context_dense, ...; empty outside of Examples
    dtype: DType
    dims: Dims  # None: as many as the example has steps
    tensor: TensorRef  # where the graph has its values
    content: Encoding | None = None


@dataclass(frozen=True)
class Encoding:
    """How a serialized value is made of its parts; `option` is what its format leaves open."""

    format: str
    parts: tuple[Part, ...]
    option: str = ""


#: Makes values of a part in a shape, the number of steps given.
Make = Callable[[Part, tuple[int, ...], int], Array]


def encoding_of(walk: Walk, ref: TensorRef) -> Encoding | None:
    """What must be in the strings of a tensor; None where nothing takes them apart."""
    node = _decoder(walk.graph, ref)
    if node is None or node.op not in DECODERS:
        return None
    kind = DECODERS[node.op]
    if node.op in PARSE_OPS:
        return Encoding(kind, tuple(_features(walk, node)))
    parts = tuple(_part(walk, node, index) for index in range(_outputs(node)))
    return Encoding(kind, parts, _option(node)) if kind in _MAKERS else None


def leaves(encoding: Encoding) -> Iterator[Part]:
    """The parts that are made up, those of serialized parts too."""
    for each in encoding.parts:
        if each.content is None:
            yield each
        else:
            yield from leaves(each.content)


def _decoder(graph: Graph, ref: TensorRef) -> Node | None:
    """The op that takes a value apart: the nearest, or any that comes after, as in a loop over all values."""
    todo = [ref]
    while todo:
        for use in graph.uses.get(todo.pop(), ()):
            node = graph[use.node]
            if node.op in DECODERS and use.position == 0:
                return node
            if node.op in _CARRYING and use.position == 0:
                todo.append(TensorRef(node.name))
    later = descendants(graph, [use.node for use in graph.uses.get(ref, ())])
    return next((node for node in graph.nodes if node.name in later and node.op in DECODERS), None)


def _features(walk: Walk, node: Node) -> Iterator[Part]:
    """The features of a parse op, each once."""
    batch = 1 if node.op in families.BATCH_PARSERS else 0
    for index, each in enumerate(parsed_outputs(walk.graph, node)):
        if each.part not in ("", "values"):
            continue
        ref, feature = TensorRef(node.name, index), each.feature
        known = walk.symbols.found(walk.of(ref)) if each.part == "" else None
        steps = 1 if feature.family == "feature_list_dense" else 0
        dims = feature.shape.dims if known is None or len(known) < batch + steps else known[batch + steps :]
        content = encoding_of(walk, ref) if feature.dtype == "string" else None
        yield Part(feature.key, feature.family, feature.dtype, dims, ref, content)


def _outputs(node: Node) -> int:
    types = node.attrs.get("OUT_TYPE")
    return len(types) if isinstance(types, tuple) else 1


def _part(walk: Walk, node: Node, index: int) -> Part:
    ref = TensorRef(node.name, index)
    dtype = dtype_of(walk.graph, ref)
    content = encoding_of(walk, ref) if dtype == "string" else None
    return Part(str(index), "", dtype, _decoded_dims(walk, node, ref), ref, content)


def _decoded_dims(walk: Walk, node: Node, ref: TensorRef) -> Dims:
    """The shape of one decoded value, as it is recorded or as the first reshaping of it demands."""
    dims, channels = walk.symbols.found(walk.of(ref)), node.integer("channels") or None
    if DECODERS[node.op] == "raw":
        count = _demanded(walk, ref)
        return (count if count is not None else dims[-1] if dims else None,)
    known = dims[-3:] if dims and len(dims) >= 3 else (None, None, channels)
    return (*known[:2], known[2] or channels or 3)


def _demanded(walk: Walk, ref: TensorRef) -> int | None:
    """How many values a constant shape leaves room for that the tensor is brought into, or its last field ends with."""
    found = [_taken(walk, walk.graph[use.node], use.position) for use in walk.graph.uses.get(ref, ())]
    return max((each for each in found if each is not None), default=None)


def _taken(walk: Walk, node: Node, position: int) -> int | None:
    """How many values of one example a node takes."""
    if node.op in families.RESHAPE and position == 0:
        sizes = walk.integers(node.inputs[1])
        if sizes and (len(sizes) > 1 or sizes[0] >= 0):  # -1: the examples of a batch
            return int(np.prod([size for size in sizes if size >= 0]))
    if node.op in families.SLICES and position == 0:
        begin, end = (walk.integers(ref) for ref in node.inputs[1:3])
        if begin and end and len(begin) == 1 and end[0] > 0:
            return end[0] + (begin[0] if node.op in families.SLICE else 0)
    return _demanded(walk, TensorRef(node.name)) if node.op in _KEEPING else None


def _option(node: Node) -> str:
    if node.op in families.DECODE_RAW:
        return "" if node.attrs.get("little_endian", True) else "big"
    return node.text("compression_type") or node.text("field_delim") or (node.dtype("dtype") or DType(""))


# ---------------------------------------------------------------------------------------------------- making


def encoded(encoding: Encoding, random: np.random.Generator, make: Make) -> bytes:
    """One serialized value."""
    return _MAKERS[encoding.format](encoding, random, make)


def _values(part: Part, random: np.random.Generator, make: Make, steps: int) -> Array:
    """The values of a part, in its shape; strings that are taken apart again are encoded."""
    shape = (
        tuple(dim if isinstance(dim, int) else steps for dim in part.dims)
        if part.dims is not None
        else (steps,)
    )
    if part.content is None:
        return make(part, shape, steps)
    strings = [encoded(part.content, random, make) for _ in range(int(np.prod(shape)))]
    return np.array([*strings, b""], object)[:-1].reshape(shape)


def _example(encoding: Encoding, random: np.random.Generator, make: Make) -> bytes:
    steps = int(random.integers(1, _LONGEST + 1))
    return encodings.example({each.key: _values(each, random, make, steps) for each in encoding.parts})


def _sequence_example(encoding: Encoding, random: np.random.Generator, make: Make) -> bytes:
    steps = int(random.integers(1, _LONGEST + 1))
    context = {
        each.key: _values(each, random, make, steps)
        for each in encoding.parts
        if each.family.startswith("context")
    }
    lists = {
        each.key: [_values(each, random, make, 1) for _ in range(steps)]
        for each in encoding.parts
        if each.family.startswith("feature_list")
    }
    return encodings.sequence_example(context, lists)


def _pixels(encoding: Encoding, random: np.random.Generator) -> Array:
    (part,) = encoding.parts
    rows, columns, channels = part.dims or (None, None, 3)
    sizes = [
        dim if isinstance(dim, int) else size for dim, size in zip((rows, columns), _PICTURE, strict=True)
    ]
    kind = np.dtype(np.uint16 if encoding.option == "uint16" else np.uint8)
    depth = channels if isinstance(channels, int) else 3
    return random.integers(0, np.iinfo(kind).max, (*sizes, depth), endpoint=True).astype(kind)


def _picture(encoding: Encoding, random: np.random.Generator, make: Make) -> bytes:
    return encodings.png(_pixels(encoding, random))


def _bitmap(encoding: Encoding, random: np.random.Generator, make: Make) -> bytes:
    return encodings.bmp(_pixels(encoding, random))


def _sound(encoding: Encoding, random: np.random.Generator, make: Make) -> bytes:
    return encodings.wav(random.uniform(-1, 1, (_SAMPLES, 1)))


def _raw(encoding: Encoding, random: np.random.Generator, make: Make) -> bytes:
    (part,) = encoding.parts
    values = _values(part, random, make, _LONGEST)
    return encodings.raw(values, little_endian=encoding.option != "big")


def _csv(encoding: Encoding, random: np.random.Generator, make: Make) -> bytes:
    columns = [make(each, (), 1) for each in encoding.parts]
    return encodings.csv(columns, encoding.option or ",")


def _base64(encoding: Encoding, random: np.random.Generator, make: Make) -> bytes:
    return encodings.web_safe_base64(_inner(encoding, random, make))


def _compressed(encoding: Encoding, random: np.random.Generator, make: Make) -> bytes:
    return encodings.compressed(_inner(encoding, random, make), encoding.option)


def _inner(encoding: Encoding, random: np.random.Generator, make: Make) -> bytes:
    (part,) = encoding.parts
    if part.content is not None:
        return encoded(part.content, random, make)
    content = make(part, (), 1).item()
    return content if isinstance(content, bytes) else str(content).encode()


_MAKERS = {
    "example": _example, "sequence_example": _sequence_example, "image": _picture, "bmp": _bitmap, "wav": _sound,
    "raw": _raw, "csv": _csv, "base64": _base64, "compressed": _compressed,
}  # fmt: skip
