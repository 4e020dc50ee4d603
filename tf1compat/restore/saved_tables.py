"""What the Saver saved of lookup tables."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tf1compat.analysis.constants import constant
from tf1compat.discovery.findings import TableFinding
from tf1compat.errors import RestoreError, reason_of
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Graph
from tf1compat.ops.families import DENSE_TABLES
from tf1compat.restore.reachable import tensorflow_path
from tf1compat.source.model import LegacyModel


def saved_entries(model: LegacyModel, table: TableFinding) -> tuple[Array, Array]:
    """The keys and values of a table in the checkpoint; raises RestoreError."""
    keys, values = saved_tensors(model, table)
    return _without_places(model.meta_graph.graph, table, keys, values)


def saved_tensors(model: LegacyModel, table: TableFinding) -> tuple[Array, Array]:
    """What the Saver saved of a table, open places and all; raises RestoreError."""
    prefix = model.checkpoint.prefix
    try:
        reader = tf.train.load_checkpoint(tensorflow_path(model.checkpoint))
        keys, values = (np.asarray(reader.get_tensor(each)) for each in table.saved or ())
    except (tf.errors.OpError, ValueError) as error:
        raise RestoreError(f"the table '{table.name}' is not in '{prefix}': {reason_of(error)}") from error
    if len(keys) != len(values):
        counts = f"{len(keys)} keys and {len(values)} values"
        raise RestoreError(f"the table '{table.name}' has {counts} in '{prefix}'")
    return keys, values


def _unused_keys(graph: Graph, table: TableFinding) -> tuple[Array, ...]:
    """The keys that mark the free places of a dense table, the empty ones first; none for other tables."""
    if table.op not in DENSE_TABLES:
        return ()
    known = (constant(graph, ref) for ref in graph[table.name].inputs)
    return tuple(each for each in known if each is not None)


def _without_places(graph: Graph, table: TableFinding, keys: Array, values: Array) -> tuple[Array, Array]:
    """The entries of a dense table, which also saves its free places, and single keys and values as rows."""
    unused = _unused_keys(graph, table)
    if not unused:
        return keys, values
    keys = keys.reshape(len(keys), *unused[0].shape)
    value_shape = graph[table.name].shape("value_shape").dims or ()
    values = values.reshape(len(values), *value_shape)
    used = np.ones(len(keys), np.bool_)
    for each in unused:
        used &= ~(keys == each).reshape(len(keys), -1).all(axis=1)
    return keys[used], values[used]
