"""Whether t steps of length one equal one run of length t."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tests.end_to_end.golden import Golden, check_equal
from tf1compat.plan.model import MigrationPlan, OutputBinding, SignaturePlan
from tf1compat.savedmodel.load import MigratedModel

Feeds = dict[str, Any]


def check_steps(
    plan: MigrationPlan, model: MigratedModel, truth: Mapping[str, Any], cases: Sequence[Golden]
) -> None:
    """Holds steps, each given the state of the one before, against whole runs of the default signature."""
    signatures = {each.name: each for each in plan.signatures}
    assert "step" in signatures, "the model has no step signature"
    for case in cases:
        inputs = signatures["serving_default"].inputs  # a state that has a default need not be fed
        feeds = {each.alias: case.fed[str(each.tensor)] for each in inputs if str(each.tensor) in case.fed}
        _check_case(signatures, model, truth, _unragged(feeds, truth, signatures["serving_default"]))


def _unragged(feeds: Feeds, truth: Mapping[str, Any], signature: SignaturePlan) -> Feeds:
    """The feeds with every sequence as long as the time axis."""
    lengths = _aliases_of(signature, {rnn["sequence_length"] for rnn in truth["rnns"]})
    steps = _steps(feeds, truth, signature)
    return {
        alias: np.full_like(value, steps) if alias in lengths else value for alias, value in feeds.items()
    }


def _aliases_of(signature: SignaturePlan, tensors: set[str | None]) -> set[str]:
    return {each.alias for each in signature.inputs if str(each.tensor) in tensors}


def _steps(feeds: Feeds, truth: Mapping[str, Any], signature: SignaturePlan) -> int:
    if truth["rnns"][0]["step_inputs"]:
        return len(truth["rnns"][0]["step_inputs"])
    axis = 0 if truth["rnns"][0]["time_major"] else 1
    return int(next(value.shape[axis] for value in feeds.values() if _is_sequence(value)))


def _is_sequence(value: Any) -> bool:
    """Whether an input has batch and time: a row of figures for each step, or an id."""
    return bool(value.ndim > 2 or (value.ndim == 2 and value.dtype.kind in "iu"))


def _check_case(
    signatures: Mapping[str, SignaturePlan], model: MigratedModel, truth: Mapping[str, Any], feeds: Feeds
) -> None:
    default, step = signatures["serving_default"], signatures["step"]
    whole = model.predict("serving_default", feeds)
    carried = [each.alias for each in step.inputs if each.alias in {out.alias for out in step.outputs}]
    given = [each.alias for each in step.inputs if each.alias not in carried]
    assert carried
    batch = _batch(feeds, truth)
    state = {alias: feeds[alias] for alias in carried if alias in feeds}
    missing = set(carried) - set(state)
    state |= {
        alias: value
        for alias, value in (model.zero_state(batch) if missing else {}).items()
        if alias in missing
    }
    outputs = []
    for number in range(_steps(feeds, truth, default)):
        found = model.predict("step", _step_feeds(given, feeds, truth, default, step, number) | state)
        state = {alias: found[alias] for alias in carried}
        outputs.append(found)
    _check_outputs(default, step, truth, whole, outputs)
    _check_states(default, step, truth, whole, state)


def _batch(feeds: Feeds, truth: Mapping[str, Any]) -> int:
    data = next(value for value in feeds.values() if value.ndim > 1)
    if truth["rnns"][0]["step_inputs"] and truth["rnns"][0]["inputs"] is None:
        return int(data.shape[0])
    return int(data.shape[1 if truth["rnns"][0]["time_major"] else 0])


def _step_feeds(
    given: Sequence[str], feeds: Feeds, truth: Mapping[str, Any], default: SignaturePlan, step: SignaturePlan,
    number: int,
) -> Feeds:  # fmt: skip
    """The data of one step; lengths are one, and what has no time axis is given as it is."""
    rnn = truth["rnns"][0]
    axis = 0 if rnn["time_major"] else 1
    lengths = _aliases_of(step, {each["sequence_length"] for each in truth["rnns"]})
    if rnn["step_inputs"]:
        return _unrolled_feeds(given, feeds, rnn, default, axis, number)
    sliced = {}
    for alias in given:
        value = feeds[alias]
        if alias in lengths:
            sliced[alias] = np.ones_like(value)
        else:
            sliced[alias] = np.take(value, [number], axis) if value.ndim > 1 else value
    return sliced


def _unrolled_feeds(
    given: Sequence[str], feeds: Feeds, rnn: Mapping[str, Any], default: SignaturePlan, axis: int, number: int
) -> Feeds:
    """An unrolled network's step takes one step's input: a slice of the whole, or the placeholder of that step."""
    if len(rnn["step_inputs"]) == 1 and all(alias in feeds for alias in given):
        return {alias: feeds[alias] for alias in given}
    if rnn["inputs"] is not None:
        (whole,) = _aliases_of(default, {rnn["inputs"]}) or {next(iter(feeds))}
        return dict.fromkeys(given, np.take(feeds[whole], number, axis))
    (one,) = _aliases_of(default, {rnn["step_inputs"][number]})
    return dict.fromkeys(given, feeds[one])


def _check_outputs(
    default: SignaturePlan,
    step: SignaturePlan,
    truth: Mapping[str, Any],
    whole: Feeds,
    outputs: Sequence[Feeds],
) -> None:
    """Outputs that both signatures have: those of all steps side by side, or those of the last one."""
    axis = 0 if truth["rnns"][0]["time_major"] else 1
    tensors = {each.alias: each.tensor for each in default.outputs if each.tensor is not None}
    states = {each.alias for each in step.inputs}
    for output in step.outputs:
        if output.alias in states or output.tensor is None or tensors.get(output.alias) != output.tensor:
            continue
        expected = whole[output.alias]
        found = outputs[-1][output.alias]
        if found.shape != expected.shape:
            found = np.concatenate([each[output.alias] for each in outputs], axis if found.ndim > 2 else 0)
        check_equal(found, expected, f"step: {output.alias}", truth["tolerance"])


def _check_states(
    default: SignaturePlan, step: SignaturePlan, truth: Mapping[str, Any], whole: Feeds, state: Feeds
) -> None:
    """The state after the last step, against the final states of the whole run, as far as it gives them."""
    finals = {each.alias: str(each.tensor) for each in step.outputs if each.tensor is not None}
    outputs: dict[str, OutputBinding] = {str(each.tensor): each for each in default.outputs}
    compared = 0
    for entry in step.inputs:
        final = finals.get(entry.alias)
        if entry.alias in state and final in outputs:
            check_equal(
                state[entry.alias], whole[outputs[final].alias], f"step: {entry.alias}", truth["tolerance"]
            )
            compared += 1
    assert compared or all(each.shape.rank is not None for each in step.inputs)
