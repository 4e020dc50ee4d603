"""Outputs that depend on a draw are told in the graph itself, draws in functions that it calls included."""

from __future__ import annotations

from dataclasses import replace

from tf1compat.graph.model import Function, Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.nondeterminism import nondeterministic

BODY = """
    x = _Arg() T=float32; index=0
    size = Shape(x) T=float32; out_type=int32
    noise = {op}(size) T=int32; dtype=float32
    sum = Add(x, noise) T=float32
"""
GRAPH = """
    x = Placeholder() dtype=float32; shape=shape(None)
    noised = While(x) T=[float32]; body=function('body'); cond=function('go')
    later = Neg(noised) T=float32
    beside = Identity(x, ^noised) T=float32
"""


def graph(op: str) -> Graph:
    inner = Function("inner", from_text(BODY.format(op=op)), ("x",), (TensorRef("sum"),))
    body = from_text("x = _Arg() T=float32; index=0\ncall = PartitionedCall(x) f=function('inner')")
    functions = {"inner": inner, "body": Function("body", body, ("x",), (TensorRef("call"),))}
    return replace(from_text(GRAPH), functions=functions)


def aliases(op: str) -> frozenset[str]:
    return nondeterministic(graph(op), [(name, TensorRef(name)) for name in ("noised", "later", "beside")])


def test_what_a_draw_reaches_is_random_through_functions_that_call_functions() -> None:
    assert aliases("RandomUniform") == {"noised", "later"}


def test_where_nothing_draws_nothing_is_random() -> None:
    assert aliases("Fill") == frozenset()
