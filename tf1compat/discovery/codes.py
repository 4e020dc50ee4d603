"""The registry of codes: every hazard and every blocker that a user can meet, once, with what it means.

A `Note` cannot be made with a code that is not in `CODES`. To add one: a line here, a section of that heading in
`docs/hazards.md` or `docs/blockers.md`, and a test that provokes it and names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

HAZARD, BLOCKER = "hazard", "blocker"


class Code(NamedTuple):
    """One code: a hazard lets the result be written, a blocker does not until the user decides."""

    name: str
    kind: str
    meaning: str


#: In the order of the alphabet, hazards before blockers.
CODES: tuple[Code, ...] = (
    Code("asset-moved", HAZARD, "a table is filled from a file that was found in another place"),
    Code("averaged-weights", HAZARD, "the moving averages of the weights are taken for the weights"),
    Code("batch-norm-averaged", HAZARD, "batch normalisation in training mode reads its moving averages"),
    Code("batch-statistics-kept", HAZARD, "batch normalisation goes on by the statistics of the batch, as asked for"),
    Code("changed-variable", HAZARD, "an output depends on a variable that the graph itself changes"),
    Code("compiled-without-empty-axes", HAZARD, "XLA may refuse an axis of size 0 that the original takes"),
    Code("cudnn-buffer-layout", HAZARD, "weights are read from a buffer that the author's GPU laid out"),
    Code("dead-input", HAZARD, "no output depends on a placeholder"),
    Code("dropout-built-in", HAZARD, "dropout with a constant rate is taken out of the graph"),
    Code("dropout-frozen", HAZARD, "a tensor that governs dropout is frozen, so that nothing is dropped"),
    Code("dropout-left-out", HAZARD, "a CudnnRNN was built to drop out between its layers"),
    Code("fixed-batch", HAZARD, "the model takes as many examples as the author fed, and no other number"),
    Code("initialised-variable", HAZARD, "a variable that was never saved has the constant of its initializer"),
    Code("input-pipeline", HAZARD, "examples come out of the author's input pipeline, whose work is not in the model"),
    Code("other-saver", HAZARD, "the checkpoint was read as another Saver of the graph wrote it"),
    Code("random-at-inference", HAZARD, "an output is drawn at random, or by the clock, whatever is fed"),
    Code("raw-weights", HAZARD, "the weights are as training left them, though there are averages of them"),
    Code("renamed-keys", HAZARD, "the checkpoint has names of another release of TensorFlow than its graph"),
    Code("replica-part", HAZARD, "the replica that is served computes its part of what is fed alone"),
    Code("state-in-variable", HAZARD, "the program kept a state in a variable from run to run"),
    Code("table-inserted", HAZARD, "a table holds what the only insertion into it puts there"),
    Code("training-switch-frozen", HAZARD, "a tensor that tells training from inference is frozen"),
    Code("unsaved-variable", HAZARD, "an output depends on a variable that is not in the checkpoint"),
    Code("vocabulary-truncated", HAZARD, "only the first lines of a file fill a table"),
    Code("asset-ambiguous", BLOCKER, "two files of one name fill tables, and only one was found"),
    Code("asset-missing", BLOCKER, "a file that fills a table was not found"),
    Code("averages-unclear", BLOCKER, "it cannot be told which moving averages stand in for weights"),
    Code("batch-norm-untouched-averages", BLOCKER, "moving averages were never updated, as if there were none"),
    Code("batch-norm-without-averages", BLOCKER, "batch normalisation in training mode has no moving averages"),
    Code("batch-not-free", BLOCKER, "a model that is to take any batch holds something made for the author's"),
    Code("cudnn-projection", BLOCKER, "a CudnnRNN projects its states with weights in an unknown layout"),
    Code("custom-op", BLOCKER, "an output depends on an op of a library that only the author has"),
    Code("missing-variable", BLOCKER, "the checkpoint has no value for a variable that is needed"),
    Code("mutable-table", BLOCKER, "a table that the program filled while it ran is in no file"),
    Code("no-outputs", BLOCKER, "no tensor of the graph looks like a prediction"),
    Code("pipeline-state", BLOCKER, "an output depends on how far the author's input pipeline is"),
    Code("python-function", BLOCKER, "an output depends on a function of the author's Python program"),
    Code("queue-input", BLOCKER, "a loop takes examples out of the author's input pipeline, or they are handles"),
    Code("replica-average", BLOCKER, "a sum over replicas is divided by how many replicas the author had"),
    Code("table-changed", BLOCKER, "an output waits for a change of a lookup table"),
    Code("table-content", BLOCKER, "what is in a lookup table cannot be told from the files"),
    Code("unregistered-op", BLOCKER, "an output depends on an op that TensorFlow 2 does not have"),
    Code("vocabulary-mismatch", BLOCKER, "a file does not fit the table that it fills"),
)  # fmt: skip

MEANINGS: Mapping[str, Code] = MappingProxyType({each.name: each for each in CODES})


def check_registered(code: str) -> None:
    """Raises ValueError for a code that is not in the registry."""
    if code not in MEANINGS:
        raise ValueError(f"the code '{code}' is not registered: it has no line in tf1compat.discovery.codes")
