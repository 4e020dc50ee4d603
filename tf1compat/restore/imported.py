"""A MetaGraph in a `tf.Graph`: whole and untouched if TensorFlow takes it, else changed as needed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import tensorflow as tf

from tf1compat.discovery.findings import TableFinding
from tf1compat.discovery.machine import find_touching
from tf1compat.discovery.weights.initial import initializer_of
from tf1compat.errors import RestoreError, nearest, reason_of
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Graph
from tf1compat.graph.protos import MetaGraph, VariableDef, scrubbed_meta_graph
from tf1compat.graph.walk import ancestors, executed
from tf1compat.names import TensorRef
from tf1compat.ops.families import PLACEHOLDER, VARIABLE_HANDLE, VARIABLE_V1, VARIABLES
from tf1compat.plan.signatures.running import touching_in_fill
from tf1compat.restore.legacy_ops import runnable
from tf1compat.restore.python_ops import PythonOps
from tf1compat.restore.reachable import tensorflow_path
from tf1compat.restore.saved_tables import saved_tensors
from tf1compat.source.checkpoints.saver import saved_by_name
from tf1compat.source.model import LegacyModel, SavedAs


@dataclass(frozen=True)
class Imported:
    """A `tf.Graph` that holds the author's ops, and how to fill its variables: by a Saver of our own, never by the
    ops of the file."""

    model: LegacyModel
    graph: Any
    replaced: tuple[str, ...]
    python: PythonOps  # what the graph calls in Python

    def restore(self, session: Any) -> None:
        """Give the variables their values in the checkpoint; raises RestoreError."""
        try:
            session.run(self._restoring)
        except (tf.errors.OpError, ValueError) as error:
            raise RestoreError(self._why(error)) from error

    @cached_property
    def _restored(self) -> Mapping[str, SavedAs]:
        """The variables of the graph that the checkpoint covers."""
        return {name: each for name, each in self._saved_as().items() if self._holds(name)}

    @cached_property
    def _restoring(self) -> list[Any]:
        """What a Saver adds to a graph: one op that reads, and one for each variable that assigns."""
        self._refuse_touching(self._restored)
        with self.graph.as_default():
            names = list(self._restored)
            return _assignments(
                [self.graph.get_operation_by_name(name) for name in names],
                tensorflow_path(self.model.checkpoint),
                [self._restored[name] for name in names],
            )

    def _refuse_touching(self, names: Iterable[str]) -> None:
        """Raises RestoreError if to run these nodes touches the machine."""
        graph = self.model.meta_graph.graph
        known = [TensorRef(name) for name in names if name in graph]
        for each in find_touching(graph, executed(graph, known)):
            raise RestoreError(f"{each}, when variables are restored; nothing was run")

    def fill_tables(self, session: Any, tables: Iterable[TableFinding]) -> dict[str, str]:
        """Fill the lookup tables that no Saver fills; gives the reason of each that could not be, by name."""
        there = (each for each in tables if self._holds(each.name))
        return {each.name: reason for each in there if (reason := self._filled(session, each))}

    def _filled(self, session: Any, table: TableFinding) -> str:
        """Fill a table; the reason why it cannot be filled, or nothing."""
        if table.content == "file" and table.path is None:
            return f"the file '{table.recorded}' was not found"
        for touching in touching_in_fill(self.model.meta_graph.graph, table):
            return f"{touching}, where it is filled"
        try:
            if table.content == "checkpoint":
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
        """Run the author's initializers of the variables that the checkpoint does not cover.

        Those that wait for what was fed are not run, nor those that touch the machine.
        """
        covered = {*saved(self.model), *self.python.buffers, *self._gifts}
        names = _initializers(self.model, self.model.meta_graph.graph.by_name, covered)
        try:
            session.run([self.graph.get_operation_by_name(name) for name in names if self._holds(name)])
        except tf.errors.OpError as error:
            raise RestoreError(f"the variables' own initializers do not run: {reason_of(error)}") from error

    @cached_property
    def _gifts(self) -> dict[str, tuple[Any, Any]]:
        """For variables that were given values, what assigns them and what is fed."""
        return {}

    def give(self, session: Any, values: Mapping[str, Array]) -> None:
        """Give variables these values, as far as the graph holds them; raises RestoreError."""
        there = {name: self._gift(name) for name in values if self._holds(name)}
        session.run([each for each, _ in there.values()], {there[name][1]: values[name] for name in there})

    def _gift(self, name: str) -> tuple[Any, Any]:
        if name not in self._gifts:
            self._refuse_touching([name])
            with self.graph.as_default():
                variable = self.graph.get_operation_by_name(name)
                value = tf.compat.v1.placeholder(variable.get_attr("dtype"))
                self._gifts[name] = (_assign(variable, value), value)
        return self._gifts[name]

    def _holds(self, name: str) -> bool:
        try:
            self.graph.get_operation_by_name(name)
        except KeyError:
            return False
        return True

    def _saved_as(self) -> Mapping[str, SavedAs]:
        """What the checkpoint calls each variable; cuDNN's buffers are left out: the ops that read them have their
        weights from the checkpoint."""
        return {name: each for name, each in saved(self.model).items() if name not in self.python.buffers}

    def _why(self, error: Exception) -> str:
        """The first thing that is wrong with the checkpoint, in our words where we know it."""
        entries = self.model.checkpoint.entries
        prefix = self.model.checkpoint.prefix
        for name, own in self.model.saved_as.items():
            if own.key not in entries:
                return (
                    f"variable '{name}' is saved as '{own.key}', which is not in the checkpoint "
                    f"'{prefix}'{nearest(own.key, entries)}"
                )
        return f"the checkpoint '{prefix}' cannot be restored: {reason_of(error)}"


def import_legacy(model: LegacyModel, needed: Iterable[TensorRef], *, whole: bool = True) -> Imported:
    """The model's graph in a `tf.Graph` of its own; raises RestoreError with TensorFlow's reason.

    Three forms are tried: the graph as it is, save for ops that nothing but a GPU or TensorFlow 1 computes; the same
    with the ops that TensorFlow 2 refuses to create in their newer form; and of that only what `needed` depends on.
    Without `whole`, it is only that in the first place.
    """
    python = PythonOps(model)
    updated, replaced = runnable(python.graph)
    replaced = (*python.replaced, *replaced)
    needed = tuple(needed)
    attempts: tuple[Callable[[], Imported], ...] = (
        lambda: _imported(model, python.graph, python.replaced, python),
        lambda: _imported(model, updated, replaced, python),
        lambda: _told_apart(_imported_part(model, updated, replaced, needed, python)),
    )
    if not whole:
        attempts = (
            lambda: _imported_part(model, python.graph, python.replaced, needed, python),
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
    kept = ancestors(graph, [ref.node for ref in needed if ref.node in graph])
    nodes = [node for node in graph.nodes if node.name in kept]
    meta = tf.compat.v1.MetaGraphDef.FromString(scrubbed_meta_graph(model.meta_graph.serialized, nodes))
    # Collections and the Saver name nodes that may have gone.
    meta.ClearField("collection_def")
    meta.ClearField("saver_def")
    return _import(model, meta, replaced, python)


def _told_apart(part: Imported) -> Imported:
    """A part of a graph, which says how much of it is missing."""
    count = len(part.model.meta_graph.graph.nodes) - len(part.graph.get_operations())
    return replace(part, replaced=(*part.replaced, f"{count} nodes that no output needs were left out"))


def _import(model: LegacyModel, meta: Any, replaced: tuple[str, ...], python: PythonOps) -> Imported:
    graph = tf.Graph()
    with graph.as_default():
        tf.compat.v1.train.import_meta_graph(meta)
    return Imported(model, graph, replaced, python)


# ------------------------------------------------------------------------------------------- initializers


def saved(model: LegacyModel) -> Mapping[str, SavedAs]:
    """What the Saver calls each variable; without one, the variables that the checkpoint knows by their names."""
    return model.saved_as or saved_by_name(model.meta_graph.graph, model.checkpoint.entries)


def initializers_behind(model: LegacyModel, needed: Iterable[TensorRef]) -> tuple[TensorRef, ...]:
    """The initializers that may be run of the variables that are not saved and that tensors are computed from."""
    behind = executed(model.meta_graph.graph, needed)
    return tuple(TensorRef(name) for name in _initializers(model, behind, saved(model)))


def _initializers(
    model: LegacyModel, variables: Collection[str], covered: Collection[str]
) -> tuple[str, ...]:
    """The ops by which the author's program began these variables, less those that wait for what was fed and those
    that touch the machine."""
    graph = model.meta_graph.graph
    declared = {
        _node_name(each.variable): _node_name(each.initializer) for each in _declared(model.meta_graph)
    }
    found = [name for variable, name in declared.items() if variable in variables and variable not in covered]
    found += _undeclared(graph, variables, {*covered, *declared})
    return tuple(name for name in found if name in graph and _may_run(graph, name))


def _undeclared(graph: Graph, variables: Collection[str], known: Collection[str]) -> Iterator[str]:
    """The initializers of the variables that are in no collection."""
    every = (node.name for node in graph.nodes if node.op in VARIABLES and node.name in variables)
    found = (initializer_of(graph, name) for name in every if name not in known)
    yield from (node.name for node in found if node is not None)


def _may_run(graph: Graph, name: str) -> bool:
    behind = ancestors(graph, [name])
    return not any(graph[each].op in PLACEHOLDER for each in behind) and not find_touching(graph, behind)


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


def _assignments(variables: Sequence[Any], prefix: str, saved: Sequence[SavedAs]) -> list[Any]:
    """Ops that give variables (each a `tf.Operation`) their values in the checkpoint."""
    if not variables:
        return []
    values = tf.raw_ops.RestoreV2(
        prefix=prefix, tensor_names=[each.key for each in saved],
        shape_and_slices=[each.shape_and_slice for each in saved],
        dtypes=[variable.get_attr("dtype") for variable in variables],
    )  # fmt: skip
    return [_assign(variable, value) for variable, value in zip(variables, values, strict=True)]


def _assign(variable: Any, value: Any) -> Any:
    """An op that gives a variable a value of its shape, where it has one."""
    target, shape = variable.outputs[0], tf.TensorShape(variable.get_attr("shape"))
    # The first of all variable ops has a scalar's shape where its own is not known.
    known = shape.is_fully_defined() and (variable.type not in VARIABLE_V1 or shape.rank > 0)
    if variable.type in VARIABLE_HANDLE:
        value = tf.ensure_shape(value, shape) if known else value
        return tf.raw_ops.AssignVariableOp(resource=target, value=value)
    return tf.raw_ops.Assign(ref=target, value=value, validate_shape=known).op
