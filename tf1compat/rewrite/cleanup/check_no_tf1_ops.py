"""What must not be left of TensorFlow 1 when all passes are done."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tf1compat.errors import RewriteError
from tf1compat.graph.model import Graph, Node
from tf1compat.rewrite.base import ELSEWHERE, Outcome

#: Ops that TF2 does not run, save or derive; with what the user is told of them.
_FORBIDDEN = (
    (
        re.compile(r"(Ref)?(Enter|Exit|Merge|Switch|NextIteration)|LoopCond"),
        "is a part of a loop or conditional that was not recognised as a whole",
    ),
    (
        re.compile(r"_(Host)?SwitchN"),
        "is a choice between many branches that was not recognised as a whole",
    ),
    (
        re.compile(r"Stack(Push|Pop|Close)?(V2)?"),
        "is a part of a stack, on which the gradient of a loop keeps what the loop computed; it has no form in TF2",
    ),
    (re.compile(r"TensorArray\w*"), "has no TensorList form"),
    (
        re.compile(r"Variable(V2)?|AutoReloadVariable|TemporaryVariable|VarHandleOp|Ref(Identity|Select)"),
        "is a variable of a kind that has no value in a checkpoint",
    ),
)


def refuse_leftovers(graph: Graph) -> Outcome:
    """The graph as it is; raises RewriteError where it or a function of it holds a construct of TF1."""
    for node in _every_node(graph):
        for ops, reason in _FORBIDDEN:
            if ops.fullmatch(node.op):
                raise RewriteError(f"'{node.name}' ({node.op}) {reason}; {ELSEWHERE}")
    return Outcome(graph)


def _every_node(graph: Graph) -> Iterator[Node]:
    yield from graph.nodes
    for function in graph.functions.values():
        yield from function.graph.nodes
