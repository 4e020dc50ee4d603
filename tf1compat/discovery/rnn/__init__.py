"""Recurrent networks, found by what they compute: which cells, in which layers, over which sequence.

`cells/` knows what one application of a cell looks like, a file a cell; `wrappers/` what authors put around a cell.
`arrangements/` knows how applications are put over a sequence, a file an arrangement, with the help of `looping/` and
`unrolling/`. `states/` knows how states are carried and where they start. None of them goes by names.
"""

from __future__ import annotations

from tf1compat.discovery.findings import Rnn
from tf1compat.discovery.rnn.arrangements import ARRANGEMENTS
from tf1compat.discovery.rnn.arrangements.repeated import find_repeated
from tf1compat.graph.model import Graph


def find_rnns(graph: Graph, training_nodes: frozenset[str]) -> tuple[Rnn, ...]:
    """Every recurrent network of a graph."""
    known = tuple(rnn for finder in ARRANGEMENTS for rnn in finder(graph, training_nodes))
    return (*known, *find_repeated(graph, training_nodes, known))
