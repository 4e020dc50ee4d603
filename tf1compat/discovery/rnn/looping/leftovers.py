"""What the making of a network leaves in the graph without anyone asking for it.

Keras writes the first step once more to learn the shape of its output, and takes the last output out also where all
of them go on.
"""

from __future__ import annotations

from collections.abc import Iterable

from tf1compat.analysis.pattern import Mismatch, source
from tf1compat.discovery.findings import Rnn
from tf1compat.discovery.rnn.cells import CELLS
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef, scope_of
from tf1compat.ops.families import REVERSE, STRIDED_SLICE, TRANSPOSE

_ARRANGING = REVERSE | TRANSPOSE


def is_left_over(graph: Graph, rnns: Iterable[Rnn], node: Node) -> bool:
    """Whether a node that nobody reads was only left over when one of the networks was made."""
    return any(_is_first_step(graph, each, node) or _is_last_output(graph, each, node) for each in rnns)


def _is_first_step(graph: Graph, rnn: Rnn, node: Node) -> bool:
    """Whether a node gives what a cell makes of the network's initial state, outside of its loop."""
    if not node.name.startswith(f"{rnn.scope}/") or rnn.kind != "dynamic":
        return False
    initial = {ref for layer in rnn.layers for ref in layer.initial_state.values() if ref is not None}
    found = [kind.judge(graph, TensorRef(node.name)) for kind in CELLS if node.op in kind.roots]
    states = [step for each in found if not isinstance(each, Mismatch) for step in each.states.values()]
    return any(source(graph, step.before) in {source(graph, ref) for ref in initial} for step in states)


def _is_last_output(graph: Graph, rnn: Rnn, node: Node) -> bool:
    """Whether a node takes one step out of outputs that are all read elsewhere."""
    if node.op not in STRIDED_SLICE or scope_of(node.name) != rnn.scope or rnn.outputs is None:
        return False
    return node.inputs[0] in _forms(graph, rnn.outputs) and bool(graph.uses.get(rnn.outputs))


def _forms(graph: Graph, outputs: TensorRef) -> set[TensorRef]:
    """The outputs as they are, and before they were turned to batch-major or put in order."""
    found = {outputs}
    while graph.producer(outputs).op in _ARRANGING:
        outputs = graph.producer(outputs).inputs[0]
        found.add(outputs)
    return found
