"""Loops that the data ends, each given a greatest number of turns: without one, decoders may go on for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, NamedTuple

from tf1compat.graph.attributes import Attr, DType, TensorValue
from tf1compat.graph.frames import Frame, find_frames
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.protos import scrubbed_meta_graph
from tf1compat.graph.walk import PASS_THROUGH, ancestors, resolve
from tf1compat.names import TensorRef
from tf1compat.ops.families import LOGICAL_AND, ORDERINGS
from tf1compat.plan.model import SignaturePlan
from tf1compat.rewrite.base import fresh_name, substitute
from tf1compat.source.model import LegacyModel

#: A decoder writes a few words in so many.
TURNS: Final = 12
#: Loops that the data ends within so many are run to their end.
MOST_TURNS: Final = 100
_INT = DType("int32")


def endless_loops(graph: Graph, signatures: Iterable[SignaturePlan]) -> tuple[Frame, ...]:
    """The loops behind some output that no counter ends."""
    wanted = [piece.tensor.node for each in signatures for output in each.outputs for piece in output.pieces]
    needed = ancestors(graph, wanted, control=False)
    return tuple(
        frame
        for frame in find_frames(graph)
        if frame.loop_cond in needed and not _is_counted(graph, graph[frame.loop_cond].inputs[0])
    )


def _is_counted(graph: Graph, condition: TensorRef) -> bool:
    """Whether a condition ends with a count of whole numbers, whatever else ends it."""
    node = graph.producer(resolve(graph, condition, PASS_THROUGH))
    if node.op in LOGICAL_AND:
        return any(_is_counted(graph, each) for each in node.inputs)
    return node.op in ORDERINGS and (node.dtype("T") or _INT).is_integer


class Bounded(NamedTuple):
    """A model whose loops end, and for each that no other loop holds the tensor that counts its turns."""

    model: LegacyModel
    turns: tuple[TensorRef, ...]


def bounded(model: LegacyModel, frames: Iterable[Frame], turns: int) -> Bounded:
    """The model with these loops ending after so many turns at the latest."""
    graph, counts = model.meta_graph.graph, []
    for frame in frames:
        graph, count = _with_bound(graph, frame, turns)
        counts += [] if frame.parent else [count]
    serialized = scrubbed_meta_graph(model.meta_graph.serialized, graph.nodes)
    edited = replace(model, meta_graph=replace(model.meta_graph, graph=graph, serialized=serialized))
    return Bounded(edited, tuple(counts))


def _with_bound(graph: Graph, frame: Frame, turns: int) -> tuple[Graph, TensorRef]:
    """The loop with a counter beside its variables, as `tf.while_loop(maximum_iterations=…)` makes one; the count."""
    enter = graph[frame.variables[0].enter]
    condition = graph[frame.loop_cond]
    named = {key: fresh_name(graph, f"{frame.loop_cond}_turns/{key}") for key in _COUNTER}
    ref = {key: TensorRef(name) for key, name in named.items()}
    loop = {key: enter.attrs[key] for key in ("frame_name", "parallel_iterations") if key in enter.attrs}
    inputs = {
        "enter": (ref["zero"],), "merge": (ref["enter"], ref["next"]), "less": (ref["merge"], ref["most"]),
        "and": (condition.inputs[0], ref["less"]), "switch": (ref["merge"], TensorRef(condition.name)),
        "turn": (TensorRef(named["switch"], 1),), "more": (ref["turn"], ref["one"]), "next": (ref["more"],),
        "exit": (ref["switch"],),
    }  # fmt: skip
    added = [
        make_node(named[key], _COUNTER[key], each, made_by="bounded").with_attrs(**_ATTRS.get(key, _TYPED))
        for key, each in inputs.items()
    ]
    added[0] = added[0].with_attrs(**loop)
    added += [
        _constant(named["zero"], 0, enter.inputs[0].node),
        _constant(named["most"], turns, named["merge"]),
        _constant(named["one"], 1, named["turn"]),
    ]
    ended = replace(condition, inputs=(ref["and"],))
    return substitute(graph, {condition.name: ended}, added), ref["exit"]


#: The ops of a counter: from zero, one more in each turn, as long as there are less than the most.
_COUNTER = {
    "zero": "Const", "enter": "Enter", "merge": "Merge", "most": "Const", "less": "Less", "and": "LogicalAnd",
    "switch": "Switch", "turn": "Identity", "one": "Const", "more": "Add", "next": "NextIteration", "exit": "Exit",
}  # fmt: skip
_TYPED: Mapping[str, Attr] = MappingProxyType({"T": _INT})
_ATTRS: Mapping[str, Mapping[str, Attr]] = MappingProxyType({
    "enter": {"T": _INT, "is_constant": False}, "merge": {"T": _INT, "N": 2}, "and": {},
})  # fmt: skip


def _constant(name: str, value: int, after: str) -> Node:
    """A constant in the frame of another node."""
    node = make_node(name, "Const", (), made_by="bounded", dtype=_INT, value=TensorValue.of(value, _INT))
    return replace(node, control_inputs=(after,))
