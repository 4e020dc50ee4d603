"""What serialized Examples that a signature takes must hold, as the op that parses them says."""

from __future__ import annotations

from tf1compat.graph.model import Graph
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.ops.pipelines.example_parsers import parsed_outputs
from tf1compat.plan.model import ExampleFeature

_FAMILIES = frozenset({"sparse", "dense", "ragged"})  # those of plain Examples; others are of sequences


def example_features(graph: Graph, tensor: TensorRef) -> tuple[ExampleFeature, ...]:
    """The features that are parsed from a tensor of serialized Examples, each once; nothing for any other tensor."""
    found: dict[str, ExampleFeature] = {}
    for node in graph.nodes:
        for each in parsed_outputs(graph, node) if node.inputs else ():
            feature = each.feature
            if feature.family in _FAMILIES and resolve(graph, node.inputs[0]) == tensor:
                shape = feature.shape if feature.family == "dense" else None
                found[feature.key] = ExampleFeature(feature.key, feature.dtype, shape)
    return tuple(found[key] for key in sorted(found))
