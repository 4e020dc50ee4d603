"""What an output waits for but does not depend on is left out; what prints passes its input on.

Which effects these are, `tf1compat.analysis.effects` finds. An effect that is left out leaves behind what it waited
for, as far as that may refuse the run: an assertion before a counter goes on asserting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from tf1compat.analysis.effects import find_effects
from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, TensorValue
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.machine import WORDS, touch_of
from tf1compat.rewrite.base import Outcome, passing, substitute

#: Ops that may end a run, and go on doing so.
REFUSING = families.CHECK_NUMERICS | families.ABORT | families.ASSERT | families.ENSURE_SHAPE
#: Ops that give what the files do not hold; with what the user is told of them.
_OUTSIDE = (
    (
        families.PYTHON_FUNCTION,
        "calls a function of the author's Python program",
    ),
    (
        families.MUTABLE_TABLES,
        "is a table that the program filled while it ran, and what was in it stands in no file",
    ),
    (
        families.FEEDERS | families.PIPELINE_STATES,
        "depends on the author's input pipeline, which cannot run here",
    ),
)
_MADE_BY = "effects"
_NAMED = 3  # as many as a summary names


def remove_prints(graph: Graph) -> Outcome:
    """What prints is an Identity, and every variable has its value."""
    changed = {node.name: new for node in graph.nodes if (new := _silent(node)) is not None}
    summary = "what printed passes its input on; every variable has its value"
    return Outcome(substitute(graph, changed) if changed else graph, len(changed), summary)


def _silent(node: Node) -> Node | None:
    if node.op in families.PRINT:
        return passing(node, node.inputs[0], _MADE_BY)
    if node.op in families.IS_INITIALIZED:
        dtype = DType("bool")
        value = TensorValue.of(True, dtype)
        waits = node.control_inputs
        return make_node(node.name, "Const", control_inputs=waits, made_by=_MADE_BY, dtype=dtype, value=value)
    return None


def drop_idle_effects(graph: Graph, outputs: Iterable[TensorRef]) -> Outcome:
    """No effect is left that no output's value depends on, save what may refuse a run."""
    idle = find_effects(graph, outputs).idle
    if not idle:
        return Outcome(graph)
    refusing = [node.name for node in graph.nodes if node.op in REFUSING]
    remaining = descendants(graph, refusing, control=True)
    nodes = tuple(_without(graph, frozenset(idle), remaining))
    return Outcome(graph.replacing(nodes), len(idle), f"effects that no output depends on: {_listed(idle)}")


def refuse_outside(graph: Graph, allowed: Collection[str]) -> None:
    """Raises RewriteError for the first op that the files alone do not tell the value of, or that touches the machine,
    unless it is allowed."""
    for node in _every_node(graph):
        for reason in () if node.op in allowed else _reasons(node):
            raise RewriteError(
                f"'{node.name}' ({node.op}) {reason}; cut the graph after it: name what it gives as an input "
                "with --signature"
            )


def _reasons(node: Node) -> Iterator[str]:
    """Why a node must not be in the result."""
    yield from (reason for ops, reason in _OUTSIDE if node.op in ops)
    touch = touch_of(node)
    if touch is not None:
        yield WORDS[touch]


def _every_node(graph: Graph) -> Iterator[Node]:
    yield from graph.nodes
    for function in graph.functions.values():
        yield from function.graph.nodes


def _without(graph: Graph, idle: frozenset[str], remaining: Collection[str]) -> Iterator[Node]:
    """The nodes less the idle ones; where something behind an idle one remains, a NoOp stands for it."""
    gone = {name for name in idle if name not in remaining}
    for node in graph.nodes:
        if node.name in gone:
            continue
        if node.name in idle:
            node = _waiting(node, remaining)
        yield replace(node, control_inputs=tuple(each for each in node.control_inputs if each not in gone))


def _waiting(node: Node, remaining: Collection[str]) -> Node:
    behind = dict.fromkeys((*(ref.node for ref in node.inputs), *node.control_inputs))
    waits = [name for name in behind if name in remaining]
    return make_node(node.name, "NoOp", control_inputs=waits, made_by=_MADE_BY)


def _listed(names: Collection[str]) -> str:
    shown = ", ".join(list(names)[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"
