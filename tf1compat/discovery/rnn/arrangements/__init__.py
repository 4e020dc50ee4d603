"""The catalogue of arrangements, one file each: how cells are put over a sequence, and how that is recognised."""

from __future__ import annotations

from collections.abc import Callable

from tf1compat.discovery.findings import Rnn
from tf1compat.discovery.rnn.arrangements.block import find_block
from tf1compat.discovery.rnn.arrangements.cudnn import find_cudnn
from tf1compat.discovery.rnn.arrangements.looped import find_looped
from tf1compat.discovery.rnn.arrangements.unrolled import find_unrolled
from tf1compat.graph.model import Graph

#: Gives the networks of one arrangement; told which nodes belong to the training.
Finder = Callable[[Graph, frozenset[str]], tuple[Rnn, ...]]

ARRANGEMENTS: tuple[Finder, ...] = (
    find_looped,  # dynamic_rnn and its family, raw_rnn, dynamic_decode
    find_unrolled,  # static_rnn and its family, rnn_decoder, Keras with unroll=True
    find_block,  # LSTMBlockFusedCell
    find_cudnn,  # CudnnRNN, of every version
)
