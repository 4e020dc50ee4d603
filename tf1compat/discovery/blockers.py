"""What keeps the result from being written until the user decides something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.replicas import averages_over_replicas
from tf1compat.discovery.callees import called_functions
from tf1compat.discovery.codes import BlockerCode
from tf1compat.discovery.cuts import cut_signature
from tf1compat.discovery.findings import Freeze, InputFinding, Note, OutputFinding
from tf1compat.discovery.rnn.cudnn_weights import CUDNN_RNN
from tf1compat.graph.model import Graph, Node
from tf1compat.ops.families import FEEDERS, PIPELINE_STATES
from tf1compat.ops.unregistered import origin_of, unregistered_nodes

_PYTHON = frozenset({"PyFunc", "PyFuncStateless", "EagerPyFunc"})


@dataclass(frozen=True)
class _Blocker:
    """An op that must not stand behind an output, what is to say of it, and what else than cutting may help."""

    code: BlockerCode
    ops: frozenset[str]
    reason: str
    otherwise: str = ""
    applies: Callable[[Node], bool] = lambda _: True


_TABLE = (
    _Blocker(
        "python-function",
        _PYTHON,
        "calls a function of the author's Python program, which is not in the files",
    ),
    _Blocker(
        "queue-input",
        FEEDERS,
        "takes examples from the author's input pipeline, which cannot run here",
    ),
    _Blocker(
        "pipeline-state",
        PIPELINE_STATES,
        "tells how far the author's input pipeline is, which cannot run here",
        "or name outputs that do not depend on it",
    ),
    _Blocker(
        "cudnn-projection",
        CUDNN_RNN,
        "projects its states with weights that stand in cuDNN's own buffer alone, in a layout that is not known",
        applies=lambda node: node.integer("num_proj") > 0,
    ),
)


@dataclass(frozen=True)
class _Found:
    """A node that blocks, before it is known what the user may type against it."""

    code: BlockerCode
    node: str
    reason: str
    otherwise: str = ""


def find_blockers(
    flow: ForwardGraph,
    outputs: Iterable[OutputFinding],
    inputs: Iterable[InputFinding] = (),
    freezes: Iterable[Freeze] = (),
) -> tuple[Note, ...]:
    """All blockers behind the outputs, or that there are none to offer."""
    offered = [each for each in outputs if each.role != "loss"]
    if not offered:
        return (_no_outputs(),)
    behind = flow.behind(each.tensor for each in offered) - flow.entries.ends  # what these give is fed
    found = [each for each in _every(flow.graph) if each.node in behind]
    signature = cut_signature(flow, {each.node for each in found}, inputs, offered, freezes) if found else ""
    return tuple(Note(each.code, each.node, each.reason, _remedy(each, signature)) for each in found)


def _no_outputs() -> Note:
    return Note(
        "no-outputs",
        "",
        "no tensor of the graph looks like a prediction",
        "name the outputs with --signature",
    )


def _remedy(found: _Found, signature: str) -> str:
    """What to type: the signature that feeds what blocks, if there is one."""
    typed = f"--signature '{signature}'" if signature else "name what it gives as an input with --signature"
    return f"cut the graph there: {typed}" + (f"; {found.otherwise}" if found.otherwise else "")


def _every(graph: Graph) -> Iterator[_Found]:
    """The nodes of the graph that block, in the order of the file, those of a kind together."""
    for each in _TABLE:
        yield from (
            _of_table(each, node) for node in graph.nodes if node.op in each.ops and each.applies(node)
        )
    yield from _calling_python(graph)
    yield from (_averaging(node, divisor) for node, divisor in averages_over_replicas(graph))
    yield from (_unregistered(graph, node) for node in unregistered_nodes(graph))


def _of_table(entry: _Blocker, node: Node) -> _Found:
    return _Found(entry.code, node.name, f"'{node.name}' ({node.op}) {entry.reason}", entry.otherwise)


def _calling_python(graph: Graph) -> Iterator[_Found]:
    """The nodes that run a function of the file in which one of the author's Python functions is called."""
    for node, functions in called_functions(graph):
        for function in functions:
            inner = next((each for each in function.graph.nodes if each.op in _PYTHON), None)
            if inner is not None:
                yield _Found(
                    "python-function",
                    node.name,
                    f"'{node.name}' ({node.op}) runs '{function.name}', in which '{inner.name}' ({inner.op}) calls a "
                    "function of the author's Python program, which is not in the files",
                )
                break


def _averaging(node: Node, divisor: float) -> _Found:
    return _Found(
        "replica-average",
        node.name,
        f"'{node.name}' ({node.op}) adds up over the author's replicas, and the sum is divided by {divisor:g}: on one "
        "replica it would not be the average any more",
    )


def _unregistered(graph: Graph, node: Node) -> _Found:
    origin = origin_of(node.op)
    if origin is None:
        return _Found(
            "custom-op",
            node.name,
            f"'{node.name}' ({node.op}) is an op of a library of the author's own, which TensorFlow 2 does not have",
            "or load the library that holds it, built for this TensorFlow: --load-op-library PATH",
        )
    return _Found(
        "unregistered-op",
        node.name,
        f"'{node.name}' ({node.op}) is an op of {origin.library}, which TensorFlow 2 does not have",
        f"or {origin.advice}" + (" (--load-op-library PATH)" if "library" in origin.advice else ""),
    )
