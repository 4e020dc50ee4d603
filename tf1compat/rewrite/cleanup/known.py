"""Scalars that a graph computes from constants alone, computed in the tensors' own types."""

from __future__ import annotations

from typing import Any

from tf1compat.analysis.assumptions import assumed_scalar
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef


def known_scalar(graph: Graph, ref: TensorRef) -> Any:
    """The value of a scalar that depends on constants alone, as a numpy scalar; else None."""
    return assumed_scalar(graph, ref, {})
