"""A loop that an author made of functions by himself gets the turn counter that TF2's gradient relies on.

`tf.while_loop` puts a counter and the maximum number of turns before its own values
(tensorflow/python/ops/while_v2.py); a `While` made directly has neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tf1compat.graph.attributes import DType, FunctionRef, Scalar, Shape, TensorValue
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.ops.families import ADDITIONS
from tf1compat.ops.values import known_scalar
from tf1compat.rewrite.base import fresh_name, substitute
from tf1compat.rewrite.control_flow.functions import named_by_content

_FIRST = {"loop_counter": 0, "maximum_iterations": -1}
_MADE_BY = "functional_control_flow"
_INT = DType("int32")


def is_counted(node: Node, body: Function) -> bool:
    """Whether a loop begins with a counter and a maximum that it hands on."""
    types = node.attrs.get("T", ())
    if not isinstance(types, tuple) or types[:2] != (_INT, _INT):
        return False
    counter, most = (TensorRef(name) for name in body.inputs[:2])
    made = body.graph.producer(resolve(body.graph, body.outputs[0]))
    by_one = any(known_scalar(body.graph, each) == 1 for each in made.inputs)
    return (
        made.op in ADDITIONS
        and counter in made.inputs
        and by_one
        and resolve(body.graph, body.outputs[1]) == most
    )


def counted(
    graph: Graph, node: Node, condition: Function, body: Function
) -> tuple[Graph, Mapping[str, Function]]:
    """The graph with a counter and a maximum in front of a loop's values, which keep their names outside; the loop's
    functions by their attributes."""
    name = fresh_name(graph, f"{node.name}/counted")
    start, most = (_constant(fresh_name(graph, f"{name}/{each}"), value) for each, value in _FIRST.items())
    functions = {"cond": _with_counter(condition, counts=False), "body": _with_counter(body, counts=True)}
    loop = replace(
        node, name=name, inputs=(TensorRef(start.name), TensorRef(most.name), *node.inputs)
    ).with_attrs(
        T=(_INT, _INT, *_listed(node, "T")),
        output_shapes=(Shape(()), Shape(()), *_listed(node, "output_shapes")),
        **{key: FunctionRef(each.name) for key, each in functions.items()},
    )
    given = [TensorRef(name, place + 2) for place in range(len(node.inputs))]
    whole = make_node(node.name, "IdentityN", given, made_by=_MADE_BY, T=_listed(node, "T"))
    return substitute(graph, {node.name: whole}, [start, most, loop]), functions


def _listed(node: Node, attr: str) -> tuple[Scalar, ...]:
    found = node.attrs.get(attr, ())
    return found if isinstance(found, tuple) else ()


def _constant(name: str, value: int) -> Node:
    return make_node(name, "Const", made_by=_MADE_BY, dtype=_INT, value=TensorValue.of(value, _INT))


def _with_counter(function: Function, *, counts: bool) -> Function:
    """The function with the two arguments; a body gives the counter's next value and the maximum."""
    graph = function.graph
    names = [fresh_name(graph, each) for each in _FIRST]
    added = [make_node(name, "_Arg", made_by=_MADE_BY, T=_INT) for name in names]
    outputs = function.outputs
    if counts:
        one = _constant(fresh_name(graph, "loop_counter/one"), 1)
        inputs = (TensorRef(names[0]), TensorRef(one.name))
        turn = make_node(fresh_name(graph, "loop_counter/next"), "AddV2", inputs, made_by=_MADE_BY, T=_INT)
        added += [one, turn]
        outputs = (TensorRef(turn.name), TensorRef(names[1]), *outputs)
    made = graph.replacing([*added, *graph.nodes])
    title = f"{function.name}_counted"
    return Function(named_by_content(title, made, outputs), made, (*names, *function.inputs), outputs)
