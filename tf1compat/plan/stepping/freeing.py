"""A step free of the author's numbers of examples and steps, as far as the graph allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from tf1compat.analysis.pattern import Mismatch
from tf1compat.analysis.shapes.dimensions import BATCH, TIME
from tf1compat.analysis.shapes.free import FreeSizes, find_free_sizes
from tf1compat.graph.attributes import Shape
from tf1compat.graph.model import Graph
from tf1compat.plan.free_sizes import opened, question_of, rows_of_state, symbol_axes
from tf1compat.plan.model import InputBinding, SignaturePlan, StartPlan
from tf1compat.plan.stepping.stepped import Stepped
from tf1compat.plan.stepping.time import Reading


@dataclass(frozen=True)
class FreeStep:
    """A step, the sizes that it is free of with their axes by alias, and why the author's examples stay."""

    signature: SignaturePlan
    freed: Mapping[str, tuple[int, Mapping[str, int]]] = field(default_factory=dict)
    kept: Mismatch | None = None


def free_step(stepped: Stepped, reading: Reading, step: SignaturePlan) -> FreeStep | Mismatch:
    """The step for any number of examples and steps; with the author's examples, where those cannot be freed.

    Of a sequence of the author's length no single step can be taken: then there is none.
    """
    numbers = {
        symbol: number for symbol, number in reading.walk.numbers.items() if symbol == BATCH or number > 1
    }
    if not numbers:
        return FreeStep(step)
    found: FreeSizes | Mismatch | None = _free(stepped, reading, step, numbers)
    kept = None
    if isinstance(found, Mismatch) and BATCH in numbers:
        kept = found
        numbers = {symbol: number for symbol, number in numbers.items() if symbol != BATCH}
        found = _free(stepped, reading, step, numbers) if numbers else None
    if isinstance(found, Mismatch):
        reason = f"it was built for sequences of {numbers[TIME]} steps: {found.reason}"
        return Mismatch(reason, found.at)
    if found is None:
        return FreeStep(step, kept=kept)
    freed = {symbol: (number, symbol_axes(step, found, symbol)) for symbol, number in numbers.items()}
    if BATCH in numbers:
        step = _with_batch_to_start(step)
    return FreeStep(_one_step_at_a_time(opened(step, found)), freed, kept)


def _with_batch_to_start(step: SignaturePlan) -> SignaturePlan:
    """Initial states that the graph makes for the author's examples are made for as many as the data has."""
    plan = step.step
    if plan is None or plan.start or all(each.start is None for each in plan.states):
        return step
    bound = {each.alias: each for each in step.inputs}
    data = next((each for each in plan.inputs if each.batch is not None), None)
    if data is None or data.batch is None:
        return step
    given = bound[data.alias]
    start = StartPlan(given.tensor, given.dtype, _with_size(given.shape, data.batch, None), data.batch)
    return replace(step, step=replace(plan, start=(start,)))


def _free(
    stepped: Stepped, reading: Reading, step: SignaturePlan, numbers: Mapping[str, int]
) -> FreeSizes | Mismatch:
    axes = {
        each.tensor: _symbols(stepped.graph, reading, each, numbers)
        for each in step.inputs
        if not each.readers
    }
    return find_free_sizes(question_of(stepped.graph, step, numbers, axes, stepped.cut))


def _symbols(
    graph: Graph, reading: Reading, binding: InputBinding, numbers: Mapping[str, int]
) -> dict[int, str]:
    """The symbols on the axes of an input; the author's examples are none, where their number stays."""
    stays = {BATCH} & set(reading.walk.numbers) - set(numbers)
    known = reading.axes.get(binding.tensor)
    if known is None:
        told = BATCH in numbers or (
            BATCH not in stays and graph.static_shape(binding.tensor).rank is not None
        )
        place = rows_of_state(binding, numbers.get(BATCH)) if told else None
        known = {} if place is None else {place: BATCH}
    return {axis: symbol for axis, symbol in known.items() if symbol not in stays}


def _one_step_at_a_time(step: SignaturePlan) -> SignaturePlan:
    """The one application of an unrolled network takes sequences of one step."""
    if step.step is None or step.step.application is None:
        return step
    times = {each.alias: each.time for each in step.step.inputs if each.time is not None}
    inputs = (replace(each, shape=_with_size(each.shape, times.get(each.alias), 1)) for each in step.inputs)
    return replace(step, inputs=tuple(inputs))


def _with_size(shape: Shape, axis: int | None, size: int | None) -> Shape:
    dims = shape.dims
    return shape if dims is None or axis is None else Shape((*dims[:axis], size, *dims[axis + 1 :]))
