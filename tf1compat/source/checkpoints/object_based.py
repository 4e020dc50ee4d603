"""Object-based checkpoints (`tf.train.Checkpoint`, `Model.save_weights`): their keys are paths through objects.

Source: tensorflow/python/training/tracking/base.py and graph_view.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tf1compat.errors import SourceError
from tf1compat.graph.protos import BundleEntry, DecodeError
from tf1compat.graph.protos.object_graphs import StoredValue, read_object_graph
from tf1compat.source.checkpoints.v2_checkpoint import read_strings
from tf1compat.source.model import Checkpoint

_OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
#: What optimizers keep beside a variable, under its name (tensorflow/python/training/slot_creator.py).
_SLOT = re.compile(
    r"/(Adam(_\d+)?|AdamAsync\w*|Adagrad(DA)?|Adadelta(_\d+)?|Momentum|RMSProp(_\d+)?|Ftrl(_\d+)?|LARSOptimizer|LAMB\w*|"
    r"ExponentialMovingAverage)\Z"
)
_OF_TRAINING = re.compile(r"(\A|/)(global_step|beta[12]_power(_\d+)?|learning_rate)\Z")


def is_object_based(checkpoint: Checkpoint) -> bool:
    """Whether the keys of a checkpoint are paths through objects."""
    return _OBJECT_GRAPH in checkpoint.entries


def stored_values(checkpoint: Checkpoint) -> tuple[StoredValue, ...]:
    """The values in a checkpoint without a graph, of either kind of keys; raises SourceError where it is damaged."""
    if not is_object_based(checkpoint):
        return tuple(_by_name(checkpoint))
    (serialized,) = read_strings(checkpoint, _OBJECT_GRAPH)
    try:
        found = read_object_graph(serialized)
    except DecodeError as error:
        raise SourceError(
            f"the objects in '{checkpoint.prefix}' are damaged: {error}; copy it again"
        ) from error
    return tuple(each for each in found if each.key in checkpoint.entries)


def entry_in(checkpoint: Checkpoint, value: StoredValue) -> BundleEntry:
    """Where a value lies, and its type and shape."""
    return checkpoint.entries[value.key]


def _by_name(checkpoint: Checkpoint) -> Iterator[StoredValue]:
    """Of keys that are names; what training kept is told by how optimizers call it."""
    for key in sorted(checkpoint.entries):
        slot = _SLOT.search(key)
        of_one = slot is not None and key[: slot.start()] in checkpoint.entries
        counter = _OF_TRAINING.search(key)
        kept = slot[1] if slot and of_one else counter[2] if counter else ""
        yield StoredValue(key, key, key, kept)
