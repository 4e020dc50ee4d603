"""What keeps the result from being written until the user decides something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tf1compat.discovery.findings import Note, OutputFinding
from tf1compat.discovery.flow import Flow
from tf1compat.discovery.ops import FEEDERS, MUTABLE_TABLES, PIPELINE_STATES
from tf1compat.discovery.rnn.cudnn_weights import CUDNN_RNN
from tf1compat.graph.model import Node


@dataclass(frozen=True)
class _Blocker:
    """An op that must not stand behind an output, and what to say of it."""

    code: str
    ops: frozenset[str]
    reason: str
    remedy: str
    applies: Callable[[Node], bool] = lambda _: True


_TABLE = (
    _Blocker(
        "python-function",
        frozenset({"PyFunc", "PyFuncStateless", "EagerPyFunc"}),
        "calls a function of the author's Python program, which is not in the files",
        "cut the graph after it: name what it gives as an input with --signature",
    ),
    _Blocker(
        "queue-input",
        FEEDERS,
        "takes examples from the author's input pipeline, which cannot run here",
        "name what it gives as an input with --signature",
    ),
    _Blocker(
        "mutable-table",
        MUTABLE_TABLES,
        "is a table that the program filled while it ran; what was in it stands in no file",
        "look up outside the model: name what the lookup gives as an input with --signature",
    ),
    _Blocker(
        "pipeline-state",
        PIPELINE_STATES,
        "tells how far the author's input pipeline is, which cannot run here",
        "name what it gives as an input with --signature, or outputs that do not depend on it",
    ),
    _Blocker(
        "cudnn-projection",
        CUDNN_RNN,
        "projects its states with weights that stand in cuDNN's own buffer alone, in a layout that is not known",
        "cut the graph after it: name what it gives as an input with --signature",
        lambda node: node.integer("num_proj") > 0,
    ),
)


def find_blockers(flow: Flow, outputs: Iterable[OutputFinding]) -> tuple[Note, ...]:
    """All blockers behind the outputs, or that there are none to offer."""
    offered = [each for each in outputs if each.role != "loss"]
    if not offered:
        return (_no_outputs(),)
    return tuple(_behind(flow, offered))


def _no_outputs() -> Note:
    return Note(
        "no-outputs",
        "",
        "no tensor of the graph looks like a prediction",
        "name the outputs with --signature",
    )


def _behind(flow: Flow, outputs: list[OutputFinding]) -> Iterator[Note]:
    behind = flow.behind(each.tensor for each in outputs)
    for node in flow.graph.nodes:
        for each in _TABLE:
            if node.name in behind and node.op in each.ops and each.applies(node):
                yield Note(each.code, node.name, f"'{node.name}' ({node.op}) {each.reason}", each.remedy)
