"""Where several states start from one tensor, the original is given a place to feed each of them by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tf1compat.graph.model import Graph, Use, make_node
from tf1compat.graph.protos import scrubbed_meta_graph
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding, MigrationPlan
from tf1compat.rewrite.base import fresh_name, redirect_readers, substitute
from tf1compat.source.model import LegacyModel

#: The tensor to feed for an input, by the tensor and the readers that the plan names.
Taps = Mapping[tuple[TensorRef, tuple[Use, ...]], TensorRef]


def with_taps(model: LegacyModel, plan: MigrationPlan) -> tuple[LegacyModel, Taps]:
    """The model with an Identity before the readers of each input that has some; unfed, it computes the same."""
    graph = model.meta_graph.graph
    taps: dict[tuple[TensorRef, tuple[Use, ...]], TensorRef] = {}
    for signature in plan.signatures:
        for entry in signature.inputs:
            if entry.readers and (entry.tensor, entry.readers) not in taps:
                graph, taps[entry.tensor, entry.readers] = _tapped(graph, entry)
    if not taps:
        return model, taps
    serialized = scrubbed_meta_graph(model.meta_graph.serialized, graph.nodes)
    return replace(model, meta_graph=replace(model.meta_graph, graph=graph, serialized=serialized)), taps


def _tapped(graph: Graph, entry: InputBinding) -> tuple[Graph, TensorRef]:
    name = fresh_name(graph, f"{entry.tensor.node}_{entry.alias}")
    node = make_node(name, "Identity", (entry.tensor,), made_by="taps", T=entry.dtype.base)
    tap = TensorRef(name)
    return redirect_readers(substitute(graph, {}, [node]), entry.readers, tap), tap
