"""The state in which a recurrent model begins: a function of the batch size, beside the signatures.

A loaded model has `zero_state(batch_size)`, which gives the states by alias, and `step_batch_axes()`, which says
along which axis of which input the examples lie. Both are saved again with the loaded model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tf1compat.plan.model import InputBinding, SignaturePlan, StartPlan, StepPlan

#: Attributes of the model that are no signatures.
ZERO_STATE = "zero_state"
BATCH_AXES = "step_batch_axes"

Run = Callable[[Mapping[str, Any]], dict[str, Any]]


def add_start(tf: Any, module: Any, signature: SignaturePlan, run: Run | None) -> None:
    """The module has `zero_state` for the states that a batch size is enough for, if there is one."""
    step = signature.step
    if step is None:
        return
    made = _filled(signature, step)
    if run is None and not made:
        return
    setattr(module, ZERO_STATE, _zero_state(tf, step, made, run, _kept(signature, step)))
    axes = {each.alias: each.batch for each in step.inputs if each.batch is not None}
    setattr(module, BATCH_AXES, _batch_axes(tf, axes))


def _filled(signature: SignaturePlan, step: StepPlan) -> tuple[InputBinding, ...]:
    """The states that begin with zeros in a shape of which only the batch is open."""
    fed = {each.alias for each in step.states if each.start is None and each.origin == "placeholder"}
    return tuple(
        each
        for each in signature.inputs
        if each.alias in fed and each.shape.dims is not None and each.shape.dims.count(None) <= 1
    )


def _zero_state(
    tf: Any, step: StepPlan, filled: tuple[InputBinding, ...], run: Run | None, kept: Mapping[str, int]
) -> Any:
    @tf.function(input_signature=[tf.TensorSpec([], tf.int32, name="batch_size")], autograph=False)  # type: ignore[untyped-decorator]
    def zero_state(batch_size: Any) -> dict[str, Any]:
        given = {f"given_{number}": _given(tf, each, batch_size) for number, each in enumerate(step.start)}
        states = {} if run is None else run(given)
        states |= {each.alias: _zeros(tf, each.shape.dims, each.dtype.base, batch_size) for each in filled}
        for alias, axis in kept.items():
            tf.debugging.assert_equal(
                tf.shape(states[alias])[axis], batch_size, f"'{alias}' is kept for another number of examples"
            )
        return {each.alias: states[each.alias] for each in step.states if each.alias in states}

    return zero_state


def _kept(signature: SignaturePlan, step: StepPlan) -> dict[str, int]:
    """Of the states that begin with what a variable holds, the axis of the batch: there are that many and no others."""
    kept = {each.alias for each in step.states if each.origin == "variable" and each.start is not None}
    dims = {each.alias: each.shape.dims or () for each in signature.inputs if each.alias in kept}
    return {alias: each.index(None) for alias, each in dims.items() if each.count(None) == 1}


def _given(tf: Any, start: StartPlan, batch_size: Any) -> Any:
    """A tensor that stands for data of the batch's size; other open sizes are one."""
    if start.is_batch_size:
        return tf.cast(batch_size, start.dtype.base)
    dims = [
        1 if dim is None and axis != start.batch else dim for axis, dim in enumerate(start.shape.dims or ())
    ]
    return _zeros(tf, dims, start.dtype.base, batch_size)


def _zeros(tf: Any, dims: Any, dtype: Any, batch_size: Any) -> Any:
    shape = tf.stack([batch_size if dim is None else dim for dim in dims]) if dims else []
    zeros = tf.fill(shape, "") if dtype == "string" else tf.zeros(shape, dtype)
    return tf.ensure_shape(zeros, list(dims)) if dims else zeros


def _batch_axes(tf: Any, axes: Mapping[str, int]) -> Any:
    @tf.function(input_signature=[], autograph=False)  # type: ignore[untyped-decorator]
    def step_batch_axes() -> dict[str, Any]:
        return {alias: tf.constant(axis, tf.int32) for alias, axis in axes.items()}

    return step_batch_axes
