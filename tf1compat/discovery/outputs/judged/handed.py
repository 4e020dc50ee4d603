"""What is handed to parts that only a teacher can run: a code that decoders are given beside the labels.

code = encode(sentence)                      the author fetches the code, under a name of his
scores = decode(code, label); loss = xent(scores, label)
"""

from __future__ import annotations

from collections.abc import Iterator

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.outputs.head import Head, Search, readers
from tf1compat.discovery.outputs.networks.objectives import judged_against
from tf1compat.discovery.outputs.result import may_result
from tf1compat.names import TensorRef, is_default_name
from tf1compat.ops.families import IDENTITY


def find_handed(search: Search) -> Iterator[Head]:
    """Codes with a name of the author's, where all that is computed from them needs the labels."""
    felt = search.flow.reached(judged_against(search.flow))
    if search.predicting <= felt:
        for ref in sorted(handed_to_teacher(search.flow)):
            yield Head(ref, "value", "the author named it; all that follows needs the labels")


def handed_to_teacher(flow: ForwardGraph) -> frozenset[TensorRef]:
    """The Identities by which the author named what he gave to parts that feel the labels, and to no others."""
    felt = flow.reached(judged_against(flow))
    named = (node for node in flow.graph.nodes if node.op in IDENTITY and node.name not in felt)
    return frozenset(
        TensorRef(node.name)
        for node in named
        if not is_default_name(node.name, node.op)
        and node.name not in flow.inside_loops
        and may_result(flow, node)
        and readers(flow, node) & flow.computed
        and readers(flow, node) & flow.computed <= felt | flow.leading_to(felt)
    )
