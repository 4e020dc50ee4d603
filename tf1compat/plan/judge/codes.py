"""The registry of codes: every hazard and every blocker that a user can meet, once, with what it means.

A `Note` cannot be made with a code that stands in neither. To add one: a line here, a section of that heading in
`docs/hazards.md` or `docs/blockers.md`, and a test that provokes it and names it.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

#: A hazard lets the result be written. In the order of the alphabet.
HazardCode: TypeAlias = Literal[
    "asset-moved",  # a table is filled from a file that was found in another place
    "averaged-weights",  # the moving averages of the weights are taken for the weights
    "batch-norm-averaged",  # batch normalisation in training mode reads its moving averages
    "batch-statistics-kept",  # batch normalisation goes on by the statistics of the batch, as asked for
    "changed-variable",  # an output depends on a variable that the graph itself changes
    "compiled-without-empty-axes",  # XLA may refuse an axis of size 0 that the original takes
    "cudnn-buffer-layout",  # weights are read from a buffer that the author's GPU laid out
    "dead-input",  # no output depends on a placeholder
    "dropout-built-in",  # dropout with a constant rate is taken out of the graph
    "dropout-frozen",  # a tensor that governs dropout is frozen, so that nothing is dropped
    "dropout-left-out",  # a CudnnRNN was built to drop out between its layers
    "fixed-batch",  # the model takes as many examples as the author fed, and no other number
    "graph-def-by-name",  # the graph is a GraphDef, whose variables were matched by name
    "graph-of-other-step",  # the graph was saved at another step than the weights
    "initialised-variable",  # a variable that was never saved has the constant of its initializer
    "input-held",  # examples are constants or variables of the graph, for which others are fed
    "input-pipeline",  # examples come out of the author's input pipeline, whose work is not in the model
    "machine-op-allowed",  # an op that touches the machine was allowed by the user
    "noise-built-in",  # noise of a constant size, after which weights come, is taken out of the graph
    "noise-frozen",  # a tensor that governs noise of training is frozen, so that there is none
    "other-saver",  # the checkpoint was read as another Saver of the graph wrote it
    "output-left-out",  # a state that nobody asked for does not come out as the original gives it
    "output-not-in-step",  # an output of the whole run is none of a step
    "output-not-saved",  # an output is left out, for the checkpoint lacks its weights
    "random-at-inference",  # an output is drawn at random, or by the clock, whatever is fed
    "raw-weights",  # the weights are as training left them, though there are averages of them
    "renamed-keys",  # the checkpoint has names of another release of TensorFlow than its graph
    "replica-part",  # the replica that is served computes its part of what is fed alone
    "signature-left-out",  # a signature that nobody asked for does not come out as the original gives it
    "size-computed",  # a size that the program fed is computed from what has it
    "state-in-variable",  # the program kept a state in a variable from run to run
    "statistics-followed",  # statistics that a run of the original moves are read as training left them
    "table-inserted",  # a table holds what the only insertion into it puts there
    "training-switch-frozen",  # a tensor that tells training from inference is frozen
    "unsaved-variable",  # an output depends on a variable that is not in the checkpoint
    "vocabulary-truncated",  # only the first lines of a file fill a table
]
#: A blocker keeps the result from being written until the user decides. In the order of the alphabet.
BlockerCode: TypeAlias = Literal[
    "asset-ambiguous",  # two files of one name fill tables, and only one was found
    "asset-missing",  # a file that fills a table was not found
    "averages-unclear",  # it cannot be told which moving averages stand in for weights
    "batch-norm-untouched-averages",  # moving averages were never updated, as if there were none
    "batch-norm-without-averages",  # batch normalisation in training mode has no moving averages
    "batch-not-free",  # a model that is to take any batch holds something made for the author's
    "cudnn-projection",  # a CudnnRNN projects its states with weights in an unknown layout
    "custom-op",  # an output depends on an op of a library that only the author has
    "layer-code",  # a layer of a Keras file needs code that is not of Keras, or that the file holds as bytecode
    "machine-op",  # an output depends on, or waits for, an op that touches the machine
    "missing-variable",  # the checkpoint has no value for a variable that is needed
    "mutable-table",  # a table that the program filled while it ran is in no file
    "no-graph",  # there are weights, and no file with the graph that they belong to
    "no-kernel",  # an output depends on an op that no kernel on a CPU runs for its types
    "no-outputs",  # no tensor of the graph looks like a prediction
    "no-values",  # there is a graph, and no file with the values of its variables
    "pipeline-state",  # an output depends on how far the author's input pipeline is
    "python-function",  # an output depends on a function of the author's Python program
    "queue-input",  # a loop takes examples out of the author's input pipeline, or they are handles
    "replica-average",  # a sum over replicas is divided by how many replicas the author had
    "table-changed",  # an output waits for a change of a lookup table
    "table-content",  # what is in a lookup table cannot be told from the files
    "time-not-free",  # a model that is to take any number of steps is made for the author's
    "unregistered-op",  # an output depends on an op that TensorFlow 2 does not have
    "vocabulary-mismatch",  # a file does not fit the table that it fills
]
Code: TypeAlias = HazardCode | BlockerCode

HAZARDS: Final[tuple[HazardCode, ...]] = get_args(HazardCode)
BLOCKERS: Final[tuple[BlockerCode, ...]] = get_args(BlockerCode)
_REGISTERED = frozenset((*HAZARDS, *BLOCKERS))


def check_registered(code: str) -> None:
    """Raises ValueError for a code that is not in the registry, as a plan that was edited may have."""
    if code not in _REGISTERED:
        raise ValueError(f"the code '{code}' is not registered: it has no line in tf1compat.plan.judge.codes")
