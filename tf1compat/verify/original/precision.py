"""Outputs that are computed with fewer digits than they are given in: dataflow analysis of element types."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors
from tf1compat.ops import families
from tf1compat.ops.registry import output_types
from tf1compat.plan.model import MigrationPlan, OutputBinding

#: The share of a number that the last place of its type is.
EPSILON: Mapping[str, float] = MappingProxyType({"half": 2.0**-10, "bfloat16": 2.0**-7})
#: What two ways of computing in a type may differ by, relative and absolute; TensorFlow's own tests hold ops to it
#: (`assertAllCloseAccordingToType`, tensorflow/python/framework/test_util.py).
TOLERANCE: Mapping[str, float] = MappingProxyType({"half": 1e-3, "bfloat16": 1e-2})
#: Ops that give values as they got them: a number of few digits that is fed to full arithmetic costs none there.
_MOVING = (
    families.PLACEHOLDERS | families.CONSTANT | families.VARIABLES | families.TRANSPARENT | families.HAND_ON
    | families.RESHAPE | families.SQUEEZE | families.EXPAND_DIMS | families.TRANSPOSE | families.LOOKUPS
    | families.SLICES | families.CONCATENATIONS
)  # fmt: skip
_NAMES = {"float16": "half", "half": "half", "bfloat16": "bfloat16"}
#: By signature and alias, the coarsest type of floating numbers that an output is computed in.
Coarse = Mapping[str, Mapping[str, str]]


def coarse_outputs(graph: Graph, plan: MigrationPlan) -> Coarse:
    """The outputs that numbers of a half's precision go into."""
    types = {node.name: found for node in graph.nodes if (found := _coarse_type(node))}
    if not types:
        return MappingProxyType({})
    return MappingProxyType({
        each.name: {out.alias: found for out in each.outputs if (found := _of_output(graph, types, out))}
        for each in plan.signatures
    })  # fmt: skip


def _of_output(graph: Graph, types: Mapping[str, str], output: OutputBinding) -> str:
    behind = ancestors(graph, [piece.tensor.node for piece in output.pieces], control=False)
    found = {types[name] for name in behind if name in types}
    return max(found, key=EPSILON.__getitem__, default="")


def _coarse_type(node: Node) -> str:
    """The coarsest type that a node computes in; none for those of full precision, and where it only moves values."""
    if node.op in _MOVING:
        return ""
    named = [_NAMES[each] for each in map(str, output_types(node)) if each in _NAMES]
    return max(named, key=EPSILON.__getitem__, default="")
