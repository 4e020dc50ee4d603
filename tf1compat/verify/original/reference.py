"""The original's own answers: the legacy graph in a session, restored from its checkpoint."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import tensorflow as tf

from tf1compat.errors import FeedError, RestoreError, UnknownNameError, reason_of
from tf1compat.graph.attributes import Array
from tf1compat.names import TensorRef
from tf1compat.plan.model import ConstantPlan, MigrationPlan, OutputBinding, SignaturePlan
from tf1compat.restore.session import LegacySession
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.original.bounded import MOST_TURNS
from tf1compat.verify.original.state_feeds import Taps
from tf1compat.verify.original.unused_feeds import IdleFeeds
from tf1compat.verify.reloaded.fresh import Answer

_NO_TAPS: Taps = MappingProxyType({})
#: Seconds after which a run is given up: a graph that reads from a queue nobody fills would wait for ever.
TIMEOUT = 30.0
BLOCKED = (
    f"it gave no answer within {TIMEOUT:.0f} seconds; perhaps it waits for an input queue that nobody fills"
)
_ENDLESS = f"its loops, which nothing but the data ends, go on after {MOST_TURNS} turns"


class Reference:
    """Runs the cases of a plan's signatures on the original graph."""

    def __init__(
        self,
        legacy: LegacySession,
        plan: MigrationPlan,
        taps: Taps = _NO_TAPS,
        *,
        keeps_state: bool = False,
        changed: tuple[str, ...] = (),
        idle: IdleFeeds = MappingProxyType({}),
        turns: Sequence[TensorRef] = (),
    ) -> None:
        self._legacy = legacy
        self._idle = idle  # what a run waits for and makes no use of
        self._changed = changed
        self._turns = tuple(map(str, turns))  # how often loops went round that nothing but the data ends
        self._taps = taps
        self._keeps_state = keeps_state or bool(plan.carried)
        self._signatures = {each.name: each for each in plan.signatures}
        self._constants = {str(each.tensor): _constant(each) for each in plan.constants}

    @property
    def description(self) -> str:
        """What was run as the original."""
        replaced = (*self._legacy.replaced, *self._changed)
        return "original graph" + (f", in which {'; '.join(replaced)}" if replaced else "")

    def run(self, case: Case, only: Collection[str] | None = None) -> Answer:
        """The original's outputs by alias, or some; where it does not run the case, the first line of its reason."""
        signature = self._signatures[case.signature]
        outputs = [each for each in signature.outputs if only is None or each.alias in only]
        pieces = {str(piece.tensor) for output in outputs for piece in output.pieces}
        fetches = {name: name for name in (*sorted(pieces), *self._turns)}
        try:
            if self._keeps_state:
                self._legacy.restore()  # each case begins from the checkpoint's state
            values = self._legacy.run(fetches, self._feeds(signature, case), timeout=TIMEOUT)
        except tf.errors.DeadlineExceededError:
            return Answer({}, BLOCKED, blocked=True)
        except (tf.errors.OpError, FeedError, RestoreError) as error:
            return Answer({}, reason_of(error))
        if any(values[name] >= MOST_TURNS for name in self._turns):
            return Answer({}, _ENDLESS, endless=True)
        return Answer({output.alias: _stacked(output, values) for output in outputs})

    def observe(self, case: Case, tensors: Iterable[TensorRef]) -> Iterator[tuple[TensorRef, Array]]:
        """The values of tensors in a case, of those that have one: what lies in a branch not taken has none."""
        feeds, wanted = self._feeds(self._signatures[case.signature], case), sorted(set(tensors))
        try:
            values = self._legacy.run([str(each) for each in wanted], feeds, timeout=TIMEOUT)
            yield from ((ref, np.asarray(value)) for ref, value in zip(wanted, values, strict=True))
        except (tf.errors.OpError, FeedError, RestoreError, UnknownNameError):
            if len(wanted) > 1:
                for each in wanted:
                    yield from self.observe(case, [each])

    def _feeds(self, signature: SignaturePlan, case: Case) -> dict[str, Array]:
        fed = {
            str(self._taps.get((each.tensor, each.readers), each.tensor)): case.feeds[each.alias]
            for each in signature.inputs
        }
        return {**self._idle.get(signature.name, {}), **self._constants, **fed}


def _constant(constant: ConstantPlan) -> Array:
    if constant.dtype == "string":
        return np.array(constant.value, np.object_)
    return np.array(constant.value, constant.dtype.numpy)


def _stacked(output: OutputBinding, values: Mapping[str, Array]) -> Array:
    """An output's pieces, each at its place."""
    if output.tensor is not None:
        return _plain(values[str(output.tensor)])
    if output.softmax:
        return _softmax(np.asarray(values[str(output.pieces[0].tensor)]))
    if output.joined is not None:
        ordered = sorted(output.pieces, key=lambda piece: piece.index)
        return np.concatenate([values[str(piece.tensor)] for piece in ordered], output.joined)
    places = [piece.index for piece in output.pieces]
    leading = tuple(max(place) + 1 for place in zip(*places, strict=True))
    parts = {piece.index: np.asarray(values[str(piece.tensor)]) for piece in output.pieces}
    first = parts[places[0]]
    result: Array = np.zeros(leading + first.shape, first.dtype)
    for place, part in parts.items():
        result[place] = part
    return result


def _softmax(logits: Array) -> Array:
    """Over the last axis; of no rows, none."""
    if not logits.size:
        return logits
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    result: Array = powers / powers.sum(axis=-1, keepdims=True)
    return result


def _plain(value: Any) -> Array:
    """An array, strings of one width and bfloat16 as float32: as the other process gives them."""
    array = np.asarray(value)
    if array.dtype.names:  # a quantized type: a record of its bits
        return np.asarray(array[array.dtype.names[0]])
    if array.dtype.kind in "OSU":
        return array.astype(np.bytes_)
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array
