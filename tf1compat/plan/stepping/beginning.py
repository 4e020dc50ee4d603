"""What makes a signature a step: where batch and time lie in what goes in and out, and what its states begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tf1compat.analysis.time.time_axis import NO_TIME, TimeAxis
from tf1compat.discovery.findings import StateKind, StatePairing
from tf1compat.graph.walk import descendants
from tf1compat.names import TensorRef
from tf1compat.ops.families import PLACEHOLDER_WITH_DEFAULT
from tf1compat.plan.model import AxesPlan, InputBinding, OutputBinding, StatePlan, StepPlan
from tf1compat.plan.stepping.start import start_inputs
from tf1compat.plan.stepping.stepped import Stepped
from tf1compat.plan.stepping.time import Reading, batch_axis, output_axes


def step_plan(
    stepped: Stepped,
    reading: Reading,
    inputs: Sequence[InputBinding],
    outputs: Sequence[OutputBinding],
    states: Sequence[OutputBinding],
    pairings: Sequence[StatePairing],
    initial: Mapping[str, TensorRef],
) -> StepPlan:
    """The axes of the inputs and outputs, and the states; `initial` are the tensors that these begin with, by alias."""
    names = {each.alias for each in states}
    lengths = stepped.lengths(inputs)
    given = [
        _input_axes(stepped, each, reading.of(each.tensor), lengths)
        for each in inputs
        if each.alias not in names
    ]
    made = [output_axes(each, reading) for each in outputs if each.alias not in names]
    return _with_start(stepped, StepPlan((), tuple(given), tuple(made)), inputs, names, pairings, initial)


def _input_axes(
    stepped: Stepped, binding: InputBinding, steps: TimeAxis, lengths: frozenset[str]
) -> AxesPlan:
    time = steps.axis if steps.kind == "along" else None
    batch = batch_axis(binding, steps)
    if steps == NO_TIME and (binding.shape.rank or 0) > 1 and _is_whole_by_time(stepped, binding):
        batch = 1
    return AxesPlan(binding.alias, batch, time, counts=binding.tensor.node in lengths)


def _is_whole_by_time(stepped: Stepped, binding: InputBinding) -> bool:
    """Whether an input is the whole sequence of another network, time first."""
    read = {each.inputs.node for each in stepped.sources if each.time_major and each.inputs is not None}
    return bool(read & descendants(stepped.graph, [binding.tensor.node], stop=lambda node: node.name in read))


def _with_start(
    stepped: Stepped,
    plan: StepPlan,
    inputs: Sequence[InputBinding],
    names: set[str],
    pairings: Sequence[StatePairing],
    initial: Mapping[str, TensorRef],
) -> StepPlan:
    states = [each for each in inputs if each.alias in names]
    fed = {each.placeholder for each in pairings}
    batches = {
        each.tensor: axes.batch
        for each in stepped.default.inputs
        for axes in plan.inputs
        if axes.alias == each.alias
    }
    started = tuple(
        _startable(stepped, _state(stepped, each, each.tensor in fed, initial), each, batches)
        for each in states
    )
    starts = [each.start for each in started if each.start is not None]
    found = start_inputs(stepped.graph, starts, stepped.frozen, batches)
    return StepPlan(started, plan.inputs, plan.outputs, found or ())


def _startable(
    stepped: Stepped, state: StatePlan, binding: InputBinding, batches: Mapping[TensorRef, int | None]
) -> StatePlan:
    """The state with its start, if a batch size is enough to compute that."""
    if state.start is None:
        return state
    sizes = binding.shape.dims or ()
    open_sizes = stepped.sources and (binding.shape.dims is None or sizes.count(None) > 1)
    known = start_inputs(stepped.graph, [state.start], stepped.frozen, batches)
    return replace(state, start=None) if open_sizes or known is None else state


def _state(stepped: Stepped, binding: InputBinding, fed: bool, initial: Mapping[str, TensorRef]) -> StatePlan:
    if fed:
        default = stepped.graph.producer(binding.tensor).op in PLACEHOLDER_WITH_DEFAULT
        origin: StateKind = "default" if default else "placeholder"
        return StatePlan(binding.alias, origin, binding.tensor if default else None)
    begun = initial[binding.alias]
    state = next(each for each in stepped.states if each.initial == begun)
    start = None if state.origin.kind == "placeholder" else begun
    return StatePlan(binding.alias, state.origin.kind, start)
