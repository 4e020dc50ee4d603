"""A graph as text, for tests and reports: one node a line, and back.

    x = Placeholder() dtype=float32; shape=shape(None, 3)
    y = MatMul(x, scope/w:0, ^init) T=float32; transpose_a=False

Attributes are Python literals, with `shape(...)`, `tensor(dtype, value)` and `function(name)` for the other kinds.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from tf1compat.errors import GraphError
from tf1compat.graph.attributes import Attr, DType, FunctionRef, Scalar, Shape, TensorValue
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef

_LINE = re.compile(r"(?P<name>\S+) = (?P<op>\w+)\((?P<inputs>[^)]*)\)(?: @(?P<device>\S+))?(?P<attrs>.*)\Z")


def to_text(graph: Graph) -> str:
    """One line a node; `from_text` reads it back (library and made functions are not shown)."""
    return "".join(_node_text(node) + "\n" for node in graph.nodes)


def _node_text(node: Node) -> str:
    inputs = [ref.graph_def_name for ref in node.inputs]
    inputs += ["^" + name for name in node.control_inputs]
    attrs = "; ".join(f"{key}={_attr_text(value)}" for key, value in node.attrs.items())
    device = f" @{node.device}" if node.device else ""
    return f"{node.name} = {node.op}({', '.join(inputs)}){device}" + (f" {attrs}" if attrs else "")


def _attr_text(value: Attr) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_attr_text(item) for item in value) + "]"
    if isinstance(value, DType):
        return str(value)
    if isinstance(value, Shape):
        return "shape(...)" if value.dims is None else f"shape({', '.join(map(str, value.dims))})"
    if isinstance(value, TensorValue):
        return f"raw({value.serialized!r})"
    if isinstance(value, FunctionRef):
        return f"function({value.name!r})"
    return repr(value)


def from_text(text: str) -> Graph:
    """A graph from its text; raises GraphError with the line that cannot be read."""
    lines = (line.strip() for line in text.splitlines())
    return Graph(tuple(_node_from(line) for line in lines if line and not line.startswith("#")))


def _node_from(line: str) -> Node:
    match = _LINE.match(line)
    if match is None:
        raise GraphError(f"not a node: {line!r}")
    inputs = [each.strip() for each in match["inputs"].split(",") if each.strip()]
    return Node(
        match["name"],
        match["op"],
        tuple(TensorRef.parse(each) for each in inputs if not each.startswith("^")),
        tuple(each[1:] for each in inputs if each.startswith("^")),
        _attrs_from(match["attrs"]),
        match["device"] or "",
    )


@cache
def _attrs_from(text: str) -> Mapping[str, Attr]:
    if not text.strip():
        return MappingProxyType({})
    statements = ast.parse(text.strip()).body
    assigned = (each for each in statements if isinstance(each, ast.Assign))
    return MappingProxyType({_target(each): _value(each.value) for each in assigned})


def _target(statement: ast.Assign) -> str:
    (target,) = statement.targets
    if not isinstance(target, ast.Name):
        raise GraphError("an attribute needs a plain name")
    return target.id


def _value(expression: ast.expr) -> Attr:
    if isinstance(expression, ast.List):
        return tuple(_scalar(item) for item in expression.elts)
    return _scalar(expression)


def _scalar(expression: ast.expr) -> Scalar:
    if isinstance(expression, ast.Name):
        return DType(expression.id)
    if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Name):
        return _call(expression.func.id, expression.args)
    value = ast.literal_eval(expression)
    return value.encode() if isinstance(value, str) else value


def _call(name: str, arguments: list[ast.expr]) -> Scalar:
    if name == "shape":
        values = [ast.literal_eval(each) for each in arguments]
        return Shape() if values == [...] else Shape(tuple(values))
    if name == "tensor":
        dtype, value = arguments
        if not isinstance(dtype, ast.Name):
            raise GraphError("tensor(dtype, value) needs a type name first")
        return TensorValue.of(ast.literal_eval(value), DType(dtype.id))
    (argument,) = (ast.literal_eval(each) for each in arguments)
    return TensorValue(argument) if name == "raw" else FunctionRef(argument)
