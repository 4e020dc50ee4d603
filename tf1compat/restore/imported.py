"""A MetaGraph in a `tf.Graph`: whole and untouched if TensorFlow takes it, else changed as needed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from tf1compat.discovery.findings import TableFinding
from tf1compat.discovery.weights.initial import initializer_of
from tf1compat.errors import RestoreError, nearest, reason_of
from tf1compat.graph.model import Graph
from tf1compat.graph.protos import MetaGraph, VariableDef, scrubbed_meta_graph
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops.families import VARIABLES
from tf1compat.restore.legacy_ops import runnable
from tf1compat.restore.python_ops import PythonOps
from tf1compat.restore.reachable import tensorflow_path
from tf1compat.restore.saved_tables import saved_tensors
from tf1compat.source.checkpoints.saver import saved_as, saved_by_name
from tf1compat.source.model import LegacyModel, SavedAs

_RESOURCE_VARIABLES = frozenset({"VarHandleOp"})


@dataclass(frozen=True)
class Imported:
    """A `tf.Graph` that holds the author's ops, and how to fill its variables."""

    model: LegacyModel
    graph: Any
    saver: Any  # the author's own tf.compat.v1.train.Saver; None where the file has none, or it needs a GPU
    replaced: tuple[str, ...]
    python: PythonOps  # what the graph calls in Python

    def restore(self, session: Any) -> None:
        """Give the variables their values in the checkpoint; raises RestoreError."""
        prefix = tensorflow_path(self.model.checkpoint)
        wanted = self._saved_as()
        try:
            if self._is_own(wanted):
                with self.graph.as_default():  # outside a graph, a Saver acts eagerly
                    self.saver.restore(session, prefix)
                own = saved_as(self.model.meta_graph)
                wanted = {name: each for name, each in wanted.items() if own.get(name) != each}
            if wanted:
                session.run(self._restore_operations(prefix, wanted))
        except (tf.errors.OpError, ValueError) as error:
            raise RestoreError(self._why(error)) from error

    def _is_own(self, wanted: Mapping[str, SavedAs]) -> bool:
        """Whether the author's own Saver can be run: nothing says that it does not fit the checkpoint."""
        own = saved_as(self.model.meta_graph)
        present = all(each.key in self.model.checkpoint.entries for each in own.values())
        return self.saver is not None and (present or dict(wanted) == dict(own))

    def fill_tables(self, session: Any, tables: Iterable[TableFinding]) -> dict[str, str]:
        """Fill the lookup tables that no Saver fills; gives the reason of each that could not be, by name."""
        there = (each for each in tables if self._holds(each.name))
        return {each.name: reason for each in there if (reason := self._filled(session, each))}

    def _filled(self, session: Any, table: TableFinding) -> str:
        """Fill a table, unless the Saver did; the reason why it cannot be filled, or nothing."""
        if table.content == "file" and table.path is None:
            return f"the file '{table.recorded}' was not found"
        try:
            if table.content == "checkpoint" and self.saver is None:
                session.run(*self._import(table))
            elif table.content in ("file", "tensors") and self._holds(table.fill):
                session.run(self.graph.get_operation_by_name(table.fill), self._files(table))
        except tf.errors.OpError as error:
            return reason_of(error)
        return ""

    def _files(self, table: TableFinding) -> dict[str, str]:
        """What feeds the name of a table's file, as when a SavedModel of TensorFlow 1 is loaded."""
        fill = self.model.meta_graph.graph[table.fill]
        return {} if table.path is None else {str(fill.inputs[1]): str(table.path)}

    def _import(self, table: TableFinding) -> tuple[Any, dict[Any, Any]]:
        """An op that gives a table its entries in the checkpoint, as a Saver does, and what to feed it."""
        with self.graph.as_default():
            holder = self.graph.get_operation_by_name(table.name)
            halves = [
                tf.compat.v1.placeholder(holder.get_attr(each)) for each in ("key_dtype", "value_dtype")
            ]
            operation = _import_entries(holder.outputs[0], *halves)
        return operation, dict(zip(halves, saved_tensors(self.model, table), strict=True))

    def initialize_uncovered(self, session: Any) -> None:
        """Run the author's initializers of the variables that the checkpoint does not cover."""
        covered = {*self._saved_as(), *self.python.buffers}
        declared = {
            _node_name(each.variable): _node_name(each.initializer)
            for each in _declared(self.model.meta_graph)
        }
        initializers = [name for variable, name in declared.items() if variable not in covered]
        initializers += self._undeclared(covered | declared.keys())
        present = [name for name in initializers if self._holds(name) and not self._is_fed(name)]
        try:
            session.run([self.graph.get_operation_by_name(name) for name in present])
        except tf.errors.OpError as error:
            raise RestoreError(f"the variables' own initializers do not run: {reason_of(error)}") from error

    def _is_fed(self, name: str) -> bool:
        """Whether an op waits for what the author's program fed."""
        graph = self.model.meta_graph.graph
        return name in graph and any(graph[each].op == "Placeholder" for each in ancestors(graph, [name]))

    def _undeclared(self, known: Collection[str]) -> Iterator[str]:
        """The initializers of the variables that are in no collection."""
        graph = self.model.meta_graph.graph
        names = (node.name for node in graph.nodes if node.op in VARIABLES and node.name not in known)
        found = (initializer_of(graph, name) for name in names)
        yield from (node.name for node in found if node is not None)

    def _holds(self, name: str) -> bool:
        try:
            self.graph.get_operation_by_name(name)
        except KeyError:
            return False
        return True

    def _restore_operations(self, prefix: str, wanted: Mapping[str, SavedAs]) -> list[Any]:
        """What a Saver does, for variables that the author's own does not restore, or not from there."""
        with self.graph.as_default():
            return [
                _assign(self.graph.get_operation_by_name(name), prefix, saved)
                for name, saved in wanted.items()
                if self._holds(name)
            ]

    def _saved_as(self) -> Mapping[str, SavedAs]:
        """What the Saver calls each variable; without one, the variables that the checkpoint knows by their names.

        cuDNN's buffers are left out: the ops that read them have their weights from the checkpoint.
        """
        known = self.model.saved_as or saved_by_name(
            self.model.meta_graph.graph, self.model.checkpoint.entries
        )
        return {name: saved for name, saved in known.items() if name not in self.python.buffers}

    def _why(self, error: Exception) -> str:
        """The first thing that is wrong with the checkpoint, in our words where we know it."""
        entries = self.model.checkpoint.entries
        prefix = self.model.checkpoint.prefix
        for name, saved in self.model.saved_as.items():
            if saved.key not in entries:
                return (
                    f"variable '{name}' is saved as '{saved.key}', which is not in the checkpoint "
                    f"'{prefix}'{nearest(saved.key, entries)}"
                )
        return f"the model's own Saver cannot restore '{prefix}': {reason_of(error)}"


def import_legacy(model: LegacyModel, needed: Iterable[TensorRef]) -> Imported:
    """The model's graph in a `tf.Graph` of its own; raises RestoreError with TensorFlow's reason.

    Three forms are tried: the graph as it is, save for ops that nothing but a GPU or TensorFlow 1 computes; the same
    with the ops that TensorFlow 2 refuses to create in their newer form; and of that only what `needed` and the
    Saver depend on.
    """
    python = PythonOps(model)
    updated, replaced = runnable(python.graph)
    replaced = (*python.replaced, *replaced)
    attempts: tuple[Callable[[], Imported], ...] = (
        lambda: _imported(model, python.graph, python.replaced, python),
        lambda: _imported(model, updated, replaced, python),
        lambda: _imported_part(model, updated, replaced, needed, python),
    )
    for attempt in attempts:
        outcome = _attempted(attempt)
        if isinstance(outcome, Imported):
            return outcome
    raise RestoreError(f"TensorFlow {tf.__version__} cannot import the graph of '{model.path}': {outcome}")


def _attempted(attempt: Callable[[], Imported]) -> Imported | str:
    """The import, or the first line of TensorFlow's reason against it."""
    try:
        return attempt()
    except (tf.errors.OpError, ValueError, KeyError, TypeError) as error:
        return reason_of(error)


def _imported(model: LegacyModel, graph: Graph, replaced: tuple[str, ...], python: PythonOps) -> Imported:
    changed = None if graph is model.meta_graph.graph else graph.nodes
    serialized = scrubbed_meta_graph(model.meta_graph.serialized, changed)
    return _import(model, tf.compat.v1.MetaGraphDef.FromString(serialized), replaced, python)


def _imported_part(
    model: LegacyModel,
    graph: Graph,
    replaced: tuple[str, ...],
    needed: Iterable[TensorRef],
    python: PythonOps,
) -> Imported:
    kept = ancestors(graph, _starts(model, graph, needed))
    nodes = [node for node in graph.nodes if node.name in kept]
    meta = tf.compat.v1.MetaGraphDef.FromString(scrubbed_meta_graph(model.meta_graph.serialized, nodes))
    # Collections name variables and initializers that may have gone.
    meta.ClearField("collection_def")
    left_out = f"{len(graph.nodes) - len(nodes)} nodes that no output needs were left out"
    return _import(model, meta, (*replaced, left_out), python)


def _starts(model: LegacyModel, graph: Graph, needed: Iterable[TensorRef]) -> list[str]:
    names = [ref.node for ref in needed]
    saver = model.meta_graph.saver
    if saver is not None:
        names += map(_node_name, (saver.filename_tensor, saver.save_tensor, saver.restore_op))
    return [name for name in names if name in graph]


def _import(model: LegacyModel, meta: Any, replaced: tuple[str, ...], python: PythonOps) -> Imported:
    graph = tf.Graph()
    with graph.as_default():
        saver = tf.compat.v1.train.import_meta_graph(meta)
    # Without a SaverDef, TensorFlow makes up a Saver of its own whose keys are the variables' names.
    usable = meta.HasField("saver_def") and not python.buffers
    return Imported(model, graph, saver if usable else None, replaced, python)


def _declared(meta_graph: MetaGraph) -> Iterable[VariableDef]:
    """The variables of all collections, each once."""
    return {each.variable: each for group in meta_graph.variables.values() for each in group}.values()


def _node_name(name: str) -> str:
    return TensorRef.parse(name).node


def _import_entries(handle: Any, keys: Any, values: Any) -> Any:
    """An op that puts entries into a table; early releases name a table by a reference to a string."""
    if handle.dtype.base_dtype == tf.string:
        return tf.raw_ops.LookupTableImport(table_handle=handle, keys=keys, values=values)
    return tf.raw_ops.LookupTableImportV2(table_handle=handle, keys=keys, values=values)


def _assign(variable: Any, prefix: str, saved: SavedAs) -> Any:
    """An op that gives one variable (a `tf.Operation`) its value in the checkpoint."""
    dtype = variable.get_attr("dtype")
    (value,) = tf.raw_ops.RestoreV2(
        prefix=prefix, tensor_names=[saved.key], shape_and_slices=[saved.shape_and_slice], dtypes=[dtype]
    )
    target = variable.outputs[0]
    if variable.type in _RESOURCE_VARIABLES:
        return tf.raw_ops.AssignVariableOp(resource=target, value=value)
    return tf.raw_ops.Assign(ref=target, value=value, validate_shape=False).op
