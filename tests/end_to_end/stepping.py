"""Whether t steps of length one, each given the state of the one before, equal one run of length t."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.end_to_end.golden import Golden, check_equal
from tf1compat.plan.model import AxesPlan, MigrationPlan, OutputBinding, SignaturePlan, StepPlan
from tf1compat.savedmodel.load import MigratedModel

Feeds = dict[str, Any]


def check_steps(
    plan: MigrationPlan, model: MigratedModel, truth: Mapping[str, Any], cases: Sequence[Golden]
) -> None:
    """Holds steps against whole runs of the default signature, for every case."""
    stepped = _stepped(plan, model, truth)
    for case in cases:
        inputs = stepped.default.inputs  # a state that has a default need not be fed
        fed = {each.alias: case.fed[str(each.tensor)] for each in inputs if str(each.tensor) in case.fed}
        stepped.check({alias: stepped.unragged(alias, value, fed) for alias, value in fed.items()})


def _stepped(plan: MigrationPlan, model: MigratedModel, truth: Mapping[str, Any]) -> _Stepped:
    signatures = {each.name: each for each in plan.signatures}
    assert plan.step is not None, f"the model has no step signature: {plan.no_step}"
    assert plan.step.step is not None
    step = signatures["step"]
    return _Stepped(
        model, truth, signatures["serving_default"], step, plan.step.step, signatures.get("start")
    )


@dataclass(frozen=True)
class _Stepped:
    """A model that has a step, with what its plan says of where batch and time lie."""

    model: MigratedModel
    truth: Mapping[str, Any]
    default: SignaturePlan
    step: SignaturePlan
    plan: StepPlan
    start: SignaturePlan | None

    @property
    def carried(self) -> list[str]:
        return [each.alias for each in self.plan.states]

    @property
    def timed(self) -> list[AxesPlan]:
        return [each for each in self.plan.inputs if each.time is not None]

    @property
    def unrolled(self) -> Mapping[str, Any] | None:
        """The network of which one application is the step, if it is so."""
        networks = [each for each in self.truth["rnns"] if len(each["step_inputs"]) > 1]
        return networks[0] if networks and not self.timed else None

    @property
    def length(self) -> int | None:
        """The only number of steps that can be fed at once; None where any can."""
        shapes = {each.alias: each.shape.dims for each in self.step.inputs}
        fixed = [
            dims[each.time] for each in self.timed if (dims := shapes[each.alias]) and each.time is not None
        ]
        return next((each for each in fixed if each is not None), None)

    def steps(self, feeds: Feeds) -> int:
        """How many steps the data of one run holds."""
        if self.unrolled is not None:
            return len(self.unrolled["step_inputs"])
        return next(
            (int(feeds[each.alias].shape[each.time]) for each in self.timed if each.time is not None), 1
        )

    def unragged(self, alias: str, value: Any, feeds: Feeds) -> Any:
        """Lengths as long as the time axis."""
        counts = any(each.alias == alias and each.counts for each in self.plan.inputs)
        return np.full_like(value, self.steps(feeds)) if counts else value

    # ------------------------------------------------------------------------------------------- running

    def check(self, feeds: Feeds) -> None:
        """One run of all steps against all steps, one after another."""
        whole = self.model.predict("serving_default", feeds)
        state, outputs = self._begun(feeds), []
        for given in self._slices(feeds):
            found = self.model.predict("step", given | state)
            state = {alias: found[alias] for alias in self.carried}
            outputs.append(found)
        self._check_outputs(whole, outputs)
        self._check_states(whole, state)

    def _begun(self, feeds: Feeds) -> Feeds:
        """The state before the first step: what was fed, what the data gives, and what the model begins with."""
        known = {} if self.start is None else self.model.predict("start", self._for_start(feeds))
        known |= {alias: feeds[alias] for alias in self.carried if alias in feeds}
        if set(self.carried) <= set(known):
            return {alias: known[alias] for alias in self.carried}
        return {**self.model.zero_state(self._batch(feeds)), **known}

    def _for_start(self, feeds: Feeds) -> Feeds:
        assert self.start is not None
        return {each.alias: feeds[each.alias] for each in self.start.inputs}

    def _batch(self, feeds: Feeds) -> int:
        if self.unrolled is not None:
            return int(next(self._slices(feeds))[self.plan.inputs[0].alias].shape[0])
        known = [each for each in self.plan.inputs if each.batch is not None and each.alias in feeds]
        return int(feeds[known[0].alias].shape[known[0].batch])

    def _slices(self, feeds: Feeds) -> Iterator[Feeds]:
        """The data of each step; lengths are its length, and what has no time is given as it is."""
        size = self.length or 1
        for begin in range(0, self.steps(feeds), size):
            places = range(begin, begin + size)
            yield {each.alias: self._slice(each, feeds, places) for each in self.plan.inputs}

    def _slice(self, axes: AxesPlan, feeds: Feeds, places: range) -> Any:
        if axes.counts:
            return np.full_like(feeds[axes.alias], len(places))
        if self.unrolled is not None:
            return self._application(self.unrolled, feeds, places[0])
        value = feeds[axes.alias]
        return value if axes.time is None else np.take(value, places, axes.time)

    def _application(self, rnn: Mapping[str, Any], feeds: Feeds, number: int) -> Any:
        """What an unrolled network's application takes: a slice of the whole, or the placeholder of that step."""
        aliases = {str(each.tensor): each.alias for each in self.default.inputs}
        if rnn["step_inputs"][number] in aliases:
            return feeds[aliases[rnn["step_inputs"][number]]]
        whole = feeds[aliases.get(rnn["inputs"], self.default.inputs[0].alias)]
        if whole.dtype.kind in "iu":
            whole = self._table()[whole]
        return np.take(whole, number, 0 if rnn["time_major"] else 1)

    def _table(self) -> Any:
        """The embeddings, where the network takes them."""
        return next(each.numpy() for each in self.model.variables if "embedding" in each.name)

    # ----------------------------------------------------------------------------------------- comparing

    def _check_outputs(self, whole: Feeds, outputs: Sequence[Feeds]) -> None:
        """Outputs that both signatures have: those of all steps side by side, or those of the last one."""
        places = {each.alias: each for each in self.plan.outputs}
        tensors = {each.alias: each.tensor for each in self.default.outputs if each.tensor is not None}
        for output in self.step.outputs:
            same = output.tensor is not None and tensors.get(output.alias) == output.tensor
            if output.alias in self.carried or not same or self.unrolled is not None:
                continue
            found = _together(places[output.alias], [each[output.alias] for each in outputs])
            check_equal(found, whole[output.alias], f"step: {output.alias}", self.truth["tolerance"])

    def _check_states(self, whole: Feeds, state: Feeds) -> None:
        """The state after the last step, against the final states of the whole run, as far as it gives them."""
        offered: dict[str, OutputBinding] = {str(each.tensor): each for each in self.default.outputs}
        compared = 0
        for output in self.step.outputs:
            if output.alias not in state:
                continue
            parts = [offered.get(final) for final in self._finals(output)]
            if all(part is not None for part in parts):
                values = [whole[part.alias] for part in parts if part is not None]
                expected = _put_together(output, values)
                check_equal(state[output.alias], expected, f"step: {output.alias}", self.truth["tolerance"])
                compared += 1
        assert compared

    def _finals(self, output: OutputBinding) -> list[str]:
        """The tensors that a state is put together from, at the end of a whole run."""
        if self.unrolled is None:
            return [str(piece.tensor) for piece in output.pieces]
        # The step gives the states after one application; the whole run gives them under the same alias, or in order.
        states = [each for each in self.default.outputs if each.role == "state"]
        same = [each for each in states if each.alias == output.alias]
        return [str(each.tensor) for each in same or states]


def _together(axes: AxesPlan, values: Sequence[Any]) -> Any:
    """What the steps give, in the form in which one run gives it."""
    if axes.time is None:
        return values[-1]
    if not axes.flat:
        return np.concatenate(values, axes.time)
    stacked = np.stack(values, axes.time)
    return stacked.reshape((-1, *stacked.shape[2:]))


def _put_together(output: OutputBinding, values: Sequence[Any]) -> Any:
    """The parts of a state as its input takes them."""
    if output.joined is not None:
        return np.concatenate(values, output.joined)
    if output.tensor is not None:
        return values[0]
    places = {piece.index: value for piece, value in zip(output.pieces, values, strict=True)}
    leading = tuple(max(place) + 1 for place in zip(*places, strict=True))
    whole = np.stack([places[place] for place in np.ndindex(*leading)])
    return whole.reshape(leading + whole.shape[1:])
