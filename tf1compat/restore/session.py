"""The author's own graph, running: restored by a Saver of our own, whole or as much of it as is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import MappingProxyType, TracebackType
from typing import Any

import numpy as np
import tensorflow as tf

from tf1compat.discovery.findings import Findings
from tf1compat.errors import FeedError, RestoreError, UnknownNameError, nearest
from tf1compat.graph.attributes import Array, Shape
from tf1compat.graph.walk import executed
from tf1compat.names import TensorRef
from tf1compat.restore.imported import Imported, import_legacy, initializers_behind
from tf1compat.restore.states import LegacyRnn, legacy_rnn
from tf1compat.source.model import LegacyModel

#: Ops that only a GPU runs may stand in the graph, as long as nobody asks for them.
_CONFIG = tf.compat.v1.ConfigProto(graph_options=tf.compat.v1.GraphOptions(place_pruned_graph=True))
#: TensorFlow fuses and replaces ops only where it places the whole graph.
_OPTIMIZING = tf.compat.v1.ConfigProto()


class LegacySession:
    """A legacy model in a `tf.compat.v1.Session`, its weights restored; a context manager.

        with LegacySession(model, findings) as legacy:
            state = legacy.rnns["rnn"].final_state        # LSTMStateTuple(c=<Tensor>, h=<Tensor>)
            values = legacy.run(["probabilities", state], feed_dict={"x": batch})

    `graph` and `session` are TensorFlow's own objects; `rnns` holds the recurrent networks by scope;
    `replaced` says what of the file had to be given another form to be imported, one line each. Variables
    that the Saver never covered have no value, unless `initialize` asks for their initializers to be run.
    `needed` names what must be there when TensorFlow cannot import the graph whole (default: all that
    discovery offers); without `whole`, only that is there, and what it depends on. `values` are those of variables
    that no checkpoint has. Lookup tables are filled from the files that `findings` has for them.
    No op of the file is run to restore it but the variables themselves, what fills the tables and, with `initialize`,
    initializers, none of them where that touches the machine. Raises RestoreError.
    """

    def __init__(
        self,
        model: LegacyModel,
        findings: Findings,
        *,
        needed: Iterable[TensorRef] = (),
        initialize: bool = False,
        whole: bool = True,
        values: Mapping[str, Array] = MappingProxyType({}),
    ) -> None:
        wanted = tuple(needed) or _offered(findings)
        fills = _fills(model, findings, None if whole else wanted)
        begun = () if whole or not initialize else initializers_behind(model, wanted)
        self._imported: Imported = import_legacy(model, (*wanted, *fills, *begun), whole=whole)
        self._values = values
        self.graph: Any = self._imported.graph
        self.replaced: tuple[str, ...] = self._imported.replaced
        self.session: Any = tf.compat.v1.Session(graph=self.graph, config=_CONFIG)
        self._optimized: Any = None
        self._tables, self._initialize = findings.tables, initialize
        self._defaults = ExitStack()
        try:
            #: Why lookup tables have no content, by their names: their files were not found, or do not fit.
            self.unfilled: Mapping[str, str] = self._filled(self.session)
            self.rnns: Mapping[str, LegacyRnn] = self._rnns(findings if whole else Findings())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> LegacySession:
        """As with a TF1 session, its graph and itself are the defaults inside the `with`."""
        self._defaults.enter_context(self.graph.as_default())
        self._defaults.enter_context(self.session.as_default())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._defaults.close()
        self.close()

    def _filled(self, session: Any) -> Mapping[str, str]:
        """Give variables and tables their content in a session; the reasons of tables that have none."""
        self._imported.restore(session)
        self._imported.give(session, self._values)
        unfilled = self._imported.fill_tables(session, self._tables)
        if self._initialize:
            self._imported.initialize_uncovered(session)
        return unfilled

    @contextmanager
    def optimized(self) -> Iterator[None]:
        """Run the graph as TensorFlow optimizes it inside; raises what TensorFlow raises where it cannot be placed."""
        if self._optimized is None:
            self._optimized = tf.compat.v1.Session(graph=self.graph, config=_OPTIMIZING)
            self._filled(self._optimized)
        plain, self.session = self.session, self._optimized
        try:
            yield
        finally:
            self.session = plain

    def close(self) -> None:
        """Free what the session holds; further calls of `run` fail."""
        self.session.close()
        if self._optimized is not None:
            self._optimized.close()

    def restore(self) -> None:
        """Give the variables their values in the checkpoint, and those that were given; raises RestoreError."""
        self._imported.restore(self.session)
        self._imported.give(self.session, self._values)

    def tensor(self, name: str | TensorRef) -> Any:
        """The tensor of this name (`scope/op:0` or `scope/op`); raises UnknownNameError with the nearest."""
        ref = name if isinstance(name, TensorRef) else TensorRef.parse(name)
        operation = self._operation(ref)
        if ref.index >= len(operation.outputs):
            count = len(operation.outputs)
            raise UnknownNameError(f"'{ref}' is not in the graph: {operation.type} has {count} outputs")
        return operation.outputs[ref.index]

    def run(
        self, fetches: Any, feed_dict: Mapping[Any, Any] | None = None, *, timeout: float | None = None
    ) -> Any:
        """The values of `fetches`, in the structure in which they were asked for.

        Fetches and feed keys are tensors or their names, `:0` or not; fetches may be nested in lists,
        tuples (`LSTMStateTuple` too) and dictionaries. Raises UnknownNameError and FeedError, and what
        TensorFlow raises: after `timeout` seconds `tf.errors.DeadlineExceededError`.
        """
        feeds = self._feeds(feed_dict or {})
        try:
            return self.session.run(tf.nest.map_structure(self._fetched, fetches), feeds, _options(timeout))
        except (ValueError, TypeError) as error:
            raise FeedError(f"the feeds do not fit the graph: {error}") from error
        except tf.errors.InvalidArgumentError as error:
            if "You must feed a value" not in error.message:
                raise
            raise FeedError(_line_with("You must feed", error)) from error
        except tf.errors.FailedPreconditionError as error:
            reason = self._without_content(error) or _without_value(error)
            if not reason:
                raise
            raise RestoreError(reason) from error

    def _without_content(self, error: Any) -> str:
        """Why a lookup table is empty, if that is what is wrong."""
        if "Table not initialized" not in error.message or not self.unfilled:
            return ""
        told = "; ".join(f"'{name}' ({reason})" for name, reason in self.unfilled.items())
        return f"a lookup table has no content: {told}"

    def _rnns(self, findings: Findings) -> Mapping[str, LegacyRnn]:
        return MappingProxyType({rnn.scope: legacy_rnn(rnn, self.tensor) for rnn in findings.rnns})

    def _operation(self, ref: TensorRef) -> Any:
        try:
            return self.graph.get_operation_by_name(ref.node)
        except KeyError:
            names = [operation.name for operation in self.graph.get_operations()]
            raise UnknownNameError(f"'{ref}' is not in the graph{nearest(ref.node, names)}") from None

    def _fetched(self, fetch: Any) -> Any:
        if not isinstance(fetch, (str, TensorRef)):
            return fetch
        ref = fetch if isinstance(fetch, TensorRef) else TensorRef.parse(fetch)
        operation = self._operation(ref)
        return self.tensor(ref) if operation.outputs else operation

    def _feeds(self, feed_dict: Mapping[Any, Any]) -> dict[Any, Any]:
        feeds: dict[Any, Any] = {}
        for key, value in feed_dict.items():
            if isinstance(key, (str, TensorRef)):
                feeds[self._fed(self.tensor(key), value)] = value
            else:
                feeds[key] = value
        return feeds

    def _fed(self, tensor: Any, value: Any) -> Any:
        """The tensor, when the value fits it; raises FeedError with what is expected."""
        found = np.shape(value)
        if not tensor.shape.is_compatible_with(found):
            raise FeedError(
                f"'{tensor.name}' takes {tensor.dtype.base_dtype.name} {_shape_text(tensor.shape)}, "
                f"but was given the shape {list(found)}"
            )
        return tensor


def _shape_text(shape: Any) -> str:
    return str(Shape(None if shape.rank is None else tuple(shape.as_list())))


def _options(timeout: float | None) -> Any:
    if timeout is None:
        return None
    return tf.compat.v1.RunOptions(timeout_in_ms=max(1, round(timeout * 1000)))


def _line_with(words: str, error: Any) -> str:
    """The line of TensorFlow's message that has these words, else the first."""
    lines = str(error.message).splitlines()
    return next((line.strip() for line in lines if words in line), lines[0])


def _without_value(error: Any) -> str:
    if "uninitialized" not in error.message:
        return ""
    line = _line_with("uninitialized", error)
    return f"a variable has no value, because the Saver never covered it (initialize=True may help): {line}"


def _fills(
    model: LegacyModel, findings: Findings, needed: Iterable[TensorRef] | None
) -> tuple[TensorRef, ...]:
    """What fills the tables, all or those that something is computed from."""
    behind = None if needed is None else executed(model.meta_graph.graph, needed)
    filled = (each for each in findings.tables if each.fill and (behind is None or each.name in behind))
    return tuple(TensorRef(each.fill) for each in filled)


def _offered(findings: Findings) -> tuple[TensorRef, ...]:
    """Every tensor that discovery names."""
    states = [
        ref
        for rnn in findings.rnns
        for layer in rnn.layers
        for ref in (*layer.initial_state.values(), *layer.final_state.values())
    ]
    loose = [ref for rnn in findings.rnns for ref in (rnn.inputs, rnn.outputs, rnn.sequence_length)]
    named = [each.tensor for each in findings.inputs] + [each.tensor for each in findings.outputs]
    return tuple(ref for ref in (*named, *states, *loose) if ref is not None)
