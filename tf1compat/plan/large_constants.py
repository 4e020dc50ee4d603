"""Constants too large for a graph: each signature would hold them again, and a file of graphs ends at 2 GB."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tf1compat.graph.attributes import TensorValue
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import CONSTANT
from tf1compat.plan.model import VariablePlan

#: Bytes from which on a constant becomes a variable that no training changes.
LARGE = 16 * 2**20


def large_constants(
    graph: Graph, reached: Collection[str], least: int | None = None
) -> tuple[VariablePlan, ...]:
    """The large constants among these nodes, as variables that begin with themselves.

    One that waits for others stands in a loop or a branch, and is left there.
    """
    return tuple(_variables(graph, reached, LARGE if least is None else least))


def _variables(graph: Graph, reached: Collection[str], least: int) -> Iterator[VariablePlan]:
    for node in graph.nodes:
        if node.name in reached and _bytes(node) >= least and not node.control_inputs:
            dtype, ref = node.dtype("dtype"), TensorRef(node.name)
            if dtype is not None and (dtype.is_floating or dtype.is_integer):
                shape = graph.static_shape(ref)
                yield VariablePlan(node.name, node.name, "", dtype, shape, False, ref)


def _bytes(node: Node) -> int:
    value = node.attrs.get("value")
    return len(value.serialized) if node.op in CONSTANT and isinstance(value, TensorValue) else 0
