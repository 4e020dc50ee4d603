"""The tensors that are worth fetching at inference: few, and the most telling first.

A prediction is a forward tensor outside loops that feels the examples and the variables and no label. Where
several hold the same values, the author's own choice is offered: the last that has a name he gave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import OutputFinding, OutputRole, Rnn
from tf1compat.discovery.outputs.decisions import find_decisions, find_softmaxes_by_hand
from tf1compat.discovery.outputs.declared import find_declared
from tf1compat.discovery.outputs.decoders import find_ctc, find_transitions
from tf1compat.discovery.outputs.drawn import find_centers, find_chosen_by
from tf1compat.discovery.outputs.embeddings import find_tables
from tf1compat.discovery.outputs.ends import find_ends, find_joined, find_losses
from tf1compat.discovery.outputs.head import Head, Search
from tf1compat.discovery.outputs.judged.compared import find_compared
from tf1compat.discovery.outputs.judged.derived import find_measured
from tf1compat.discovery.outputs.judged.handed import find_handed
from tf1compat.discovery.outputs.judged.paired import find_paired
from tf1compat.discovery.outputs.judged.ranked import find_ranked
from tf1compat.discovery.outputs.judged.spread import find_spread
from tf1compat.discovery.outputs.layers import (
    find_before_activation,
    find_codes,
    find_last_layers,
    find_linear_codes,
)
from tf1compat.discovery.outputs.named import find_counts, find_named, find_proposed
from tf1compat.discovery.outputs.networks.generated import find_made, find_shown
from tf1compat.discovery.outputs.result import shape_behind
from tf1compat.discovery.outputs.scores import find_scores
from tf1compat.discovery.outputs.sequences import find_decoded, find_recurrent
from tf1compat.discovery.outputs.single_cells import find_single_cells, inside_cells, single_cells
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef, is_default_name

#: The order in which outputs are offered, with what a role counts.
_IMPORTANCE: Mapping[OutputRole, int] = {
    "probabilities": 90, "logits": 80, "class_ids": 70, "value": 60, "sequence": 50, "state": 40, "loss": 0, "other": 0,
}  # fmt: skip
_NAMED = 5  # what a name that the author gave adds
#: The finders, in the order in which they are asked: what one has found, no later one takes for something else.
HEADS: tuple[Callable[[Search], Iterable[Head]], ...] = (
    find_made,  # first: to the network that judges it, no other finder would think of it as a result
    find_shown,  # as the one before, of a judge that is no network of variables
    find_scores,  # next: an op that makes scores says most of what a tensor is
    find_ranked,  # before what is held against labels: the steps of a ranking
    find_softmaxes_by_hand,  # as the one before, of scores that no op made
    find_decisions,  # knows the scores that they are about
    find_ctc,  # with the one before: a decoder's input is its scores
    find_decoded,  # before states and sequences: the ids are what a decoder is run for
    find_recurrent,  # before what is left over, of which states would look like results
    find_single_cells,  # as the one before
    find_losses,  # before what is compared with labels, of which a loss is the end
    find_joined,  # before what is compared with labels: the parts of what was joined
    find_compared,  # knows the predictions above: what lies behind them is part of a loss
    find_measured,  # knows what losses read, beside which this stands
    find_declared,  # the author's own word, for what no op says
    find_centers,  # before what nothing reads: what was drawn around them may be that
    find_proposed,  # as the one before, by names inside of the model
    find_counts,  # as the one before: a size, through which no value is felt
    find_paired,  # what distances and products are of, beside these
    find_spread,  # what draws are made with, beside these
    find_ends,  # whatever nothing reads, once all else is known
    find_chosen_by,  # knows the choices, and the scores that say more of what they choose by
    find_last_layers,  # only where there is nothing else, or a network that nothing is known of
    find_handed,  # as the one before: only where all that is known needs the labels
    find_named,  # the author's word again, for what no earlier finder knows and no result is made of
    find_transitions,  # what no path from the examples leads to, and a result needs nevertheless
    find_tables,  # as the one before
    find_before_activation,  # what lies before the results, once all of them are known
    find_linear_codes,  # as the one before
    find_codes,  # as the two before
)


def find_outputs(
    flow: ForwardGraph, rnns: Iterable[Rnn], collections: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[OutputFinding, ...]:
    """What may be offered for fetching, the most telling first; no tensor twice.

    `collections` holds the names that the author's program filed under keys of its own.
    """
    rnns = tuple(rnns)
    search = Search(flow, rnns, dict(collections or {}), cells=single_cells(flow, rnns))
    inner = inside_cells(flow, search.cells)
    for find in HEADS:
        found = dict(search.found)
        for head in find(search):
            if head.tensor.node not in inner:
                found.setdefault(head.tensor, head)
        search = replace(search, found=found)
    findings = (_finding(flow.graph, each) for each in search.found.values())
    return tuple(sorted(findings, key=lambda each: -_IMPORTANCE[each.role]))


def _finding(graph: Graph, head: Head) -> OutputFinding:
    ref = head.tensor
    shape = graph.static_shape(shape_behind(graph, ref))
    return OutputFinding(
        ref, dtype_of(graph, ref), shape, head.role, head.reason, _score(graph, ref, head.role)
    )


def _score(graph: Graph, ref: TensorRef, role: OutputRole) -> int:
    named = not is_default_name(ref.node, graph.producer(ref).op)
    return _IMPORTANCE[role] + (_NAMED if named and role != "loss" else 0)
