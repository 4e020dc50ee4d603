"""Which nodes of a rewritten model a consumer cannot take, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from tf1compat.consumers.taken_ops import Answer, answer, onnx_handler_since
from tf1compat.graph.attributes import DType, FunctionRef
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import array_role, makes_list
from tf1compat.ops.families import ADDITIONS, CONCATENATIONS, IF, TABLE_FINDS, WHILE
from tf1compat.ops.registry import attribute, has_kernel
from tf1compat.ops.values import constant, known_scalar
from tf1compat.rewrite.result import Rewritten


@dataclass(frozen=True)
class Obstacle:
    """A node that keeps a signature from a consumer."""

    consumer: str
    signature: str
    node: str
    op: str
    reason: str


@dataclass(frozen=True)
class Place:
    """Where a node stands."""

    signature: Graph  # holds all functions
    graph: Graph
    in_loop: bool


#: Why a consumer cannot take a node, or None.
Judge = Callable[[Place, Node], str | None]


def obstacles(rewritten: Rewritten, consumer: str) -> tuple[Obstacle, ...]:
    """Every node that a consumer cannot take, those of loops and branches included; `consumer` is in CONSUMERS."""
    if not rewritten.signatures:
        return (
            Obstacle(consumer, "", "", "", "no tensor is offered as an output, so that nothing is migrated"),
        )
    judge = _JUDGES[consumer]
    found = (
        Obstacle(consumer, signature.name, node.name, node.op, reason)
        for signature in rewritten.signatures
        for place, node in _every_node(signature.graph)
        if (reason := judge(place, node)) is not None
    )
    return tuple(dict.fromkeys(found))


def _every_node(graph: Graph) -> Iterator[tuple[Place, Node]]:
    yield from ((Place(graph, graph, in_loop=False), node) for node in graph.nodes)
    loops = _in_loops(graph)
    for name, function in graph.functions.items():
        place, arguments = Place(graph, function.graph, name in loops), frozenset(function.inputs)
        yield from ((place, node) for node in function.graph.nodes if node.name not in arguments)


def _in_loops(graph: Graph) -> frozenset[str]:
    """The functions that run inside a loop."""
    found: set[str] = set()
    todo = [name for part in (graph, *(each.graph for each in graph.functions.values()))
            for node in part.nodes if node.op in WHILE for name in _called(node)]  # fmt: skip
    while todo:
        name = todo.pop()
        if name not in found and name in graph.functions:
            found.add(name)
            todo += [each for node in graph.functions[name].graph.nodes for each in _called(node)]
    return frozenset(found)


def _called(node: Node) -> tuple[str, ...]:
    return tuple(value.name for value in node.attrs.values() if isinstance(value, FunctionRef))


# --------------------------------------------------------------------------------------------------- by the op


def _tflite_op(node: Node) -> str | None:
    found = answer(node.op, "tflite")
    if found.verdict == "unasked":
        return "TensorFlow Lite is not known to take it"
    if found.verdict == "flex":
        return "TensorFlow Lite has no built-in op for it, only the kernel of TensorFlow (SELECT_TF_OPS)"
    if found.verdict == "refused":
        return "TensorFlow Lite has no built-in op for it"
    return _of_type(node, found, "TensorFlow Lite has no built-in op for it")


def _onnx_op(node: Node) -> str | None:
    found = answer(node.op, "onnx")
    if onnx_handler_since(node.op) is None and found.verdict != "taken":
        return "tf2onnx does not know it"
    if found.verdict == "refused":
        return "tf2onnx gives nothing that ONNX Runtime takes for it"
    return _of_type(node, found, "ONNX Runtime has no kernel for it")


def _xla_op(node: Node) -> str | None:
    found = answer(node.op, "xla")
    if not (has_kernel(node.op, "xla") or found.verdict == "taken"):
        return "XLA has no kernel for it"
    if found.verdict == "refused":
        return "XLA asks for sizes that are not known before it runs, or gives something else"
    compiled = replace(found, refused_types=found.refused_types - {"string"})  # names are looked up around it
    return _of_type(node, compiled, "XLA has no kernel for it")


def _of_type(node: Node, found: Answer, reason: str) -> str | None:
    """The reason where a consumer takes an op, but not for the type of this node's data."""
    held = attribute(node, found.attr)
    if isinstance(held, DType) and held.base in found.refused_types:
        return f"{reason} in {held.base}"
    return None


# ------------------------------------------------------------------------------------------------ by the graph


def _tflite(place: Place, node: Node) -> str | None:
    if reason := _tflite_op(node):
        return reason
    if makes_list(node) and _has_open_element(place.graph, node):
        return "the shape of its elements is not known before the first is written"
    if node.op in IF and _carries_list(node):
        return "a list that comes out of a branch has no built-in form"
    if node.op in TABLE_FINDS and {node.dtype("Tin"), node.dtype("Tout")} != {"string", "int64"}:
        return "TensorFlow Lite has only tables between strings and int64"
    return None


def _onnx(place: Place, node: Node) -> str | None:
    if reason := _onnx_op(node):
        return reason
    is_written = array_role(node) == "write"
    if is_written and not place.in_loop:
        return "an array that is written outside a loop has no form in ONNX"
    if is_written and not _is_in_order(place, node):
        return "tf2onnx takes the elements in the order in which they are written"
    if node.op in IF and _outputs(node) > 1:
        return "tf2onnx loses the outputs of a branch but the first"
    if node.op in IF and place.in_loop:
        return "around a branch, the shapes of a loop are lost on the way to tf2onnx"
    return None


def _xla(place: Place, node: Node) -> str | None:
    if node.op in WHILE and _grows(place.signature, node):
        return "a value of the loop has another shape after each turn"
    return _xla_op(node)


def _is_in_order(place: Place, write: Node) -> bool:
    """Whether a loop writes at an index that grows by one each turn."""
    index = resolve(place.graph, write.inputs[1])
    body = next(each for each in place.signature.functions.values() if each.graph is place.graph)
    if index.node not in body.inputs:
        return False
    position = body.inputs.index(index.node)
    after = resolve(place.graph, body.outputs[position]) if position < len(body.outputs) else index
    step = place.graph.producer(after)
    if step.op not in ADDITIONS:
        return False
    sides = [resolve(place.graph, ref) for ref in step.inputs]
    return index in sides and any(known_scalar(place.graph, ref) == 1 for ref in sides)


def _outputs(node: Node) -> int:
    types = node.attrs.get("Tout")
    return len(types) if isinstance(types, tuple) else 0


def _carries_list(node: Node) -> bool:
    types = node.attrs.get("Tout")
    return isinstance(types, tuple) and "variant" in types


def _has_open_element(graph: Graph, node: Node) -> bool:
    shape = constant(graph, node.inputs[0])
    return shape is not None and bool((shape < 0).any())


def _grows(graph: Graph, loop: Node) -> bool:
    """Whether a loop appends to one of its values."""
    name = getattr(loop.attrs["body"], "name", "")
    body = graph.functions[name]
    pairs = zip(body.inputs, body.outputs, strict=True)
    return any(_is_appended(body.graph, TensorRef(before), after) for before, after in pairs)


def _is_appended(graph: Graph, before: TensorRef, after: TensorRef) -> bool:
    node = graph.producer(resolve(graph, after))
    return node.op in CONCATENATIONS and before in (resolve(graph, ref) for ref in node.inputs)


_JUDGES: Mapping[str, Judge] = MappingProxyType({"tflite": _tflite, "onnx": _onnx, "xla": _xla})
#: The consumers that something is known of, by the name that `inspect --for` takes.
CONSUMERS = tuple(_JUDGES)
