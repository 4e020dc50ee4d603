"""What a model's own initial states are computed from, where a batch size is enough to compute them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.analysis.value_sources import value_sources
from tf1compat.graph.attributes import Shape
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import FEEDERS, PLACEHOLDER_WITH_DEFAULT, PLACEHOLDERS, RANDOM
from tf1compat.plan.model import (
    InputBinding,
    MigrationPlan,
    OutputBinding,
    Piece,
    SignaturePlan,
    StartPlan,
)
from tf1compat.plan.signatures.reach import reached

#: The signature that computes the initial states of a step from the data.
START = "start"
#: The signature, not served, that computes them from a batch size.
ZERO_STATE = "zero_state"
#: Origins of states that are inputs of the original.
_GIVEN = frozenset({"placeholder", "default"})


def start_inputs(
    graph: Graph, starts: Sequence[TensorRef], frozen: frozenset[str], batches: Mapping[TensorRef, int | None]
) -> tuple[StartPlan, ...] | None:
    """What to feed, given a batch size, for these initial states; None where a batch size is not enough.

    `batches`: the axis of the examples in the inputs for which it is known.
    """
    behind = reached(graph, starts, frozen)
    felt = {name for ref in starts for name in value_sources(graph, ref)}
    found = []
    for node in graph.nodes:
        if node.name not in behind or node.name in frozen:
            continue
        if node.op in FEEDERS | RANDOM or (node.op in PLACEHOLDERS and _is_felt(node.op, node.name in felt)):
            return None
        if node.op in PLACEHOLDERS and not (node.op in PLACEHOLDER_WITH_DEFAULT and node.name in felt):
            plan = _start_input(graph, TensorRef(node.name), batches)
            if plan is None:
                return None
            found.append(plan)
    return tuple(found)


def start_signature(plan: MigrationPlan) -> SignaturePlan | None:
    """The signature that computes the initial states of a plan's step, as far as the original computes them."""
    if plan.step is None or plan.step.step is None:
        return None
    bound = {each.alias: each for each in plan.step.inputs}
    outputs = tuple(
        OutputBinding(
            each.alias, (Piece((), each.start),), bound[each.alias].dtype, bound[each.alias].shape, "state"
        )
        for each in plan.step.step.states
        if each.start is not None
    )
    inputs = tuple(
        InputBinding(_given(number), each.tensor, each.dtype, each.shape)
        for number, each in enumerate(plan.step.step.start)
    )
    return SignaturePlan(ZERO_STATE, inputs, outputs) if outputs else None


def start_axes(step: SignaturePlan | None) -> dict[str, dict[str, int]]:
    """Where the batch lies in what the initial states of a step are computed from, by signature and alias."""
    starts = () if step is None or step.step is None else step.step.start
    axes = {_given(at): each.batch for at, each in enumerate(starts) if each.batch is not None}
    return {ZERO_STATE: axes} if axes else {}


def _given(number: int) -> str:
    return f"given_{number}"


def data_start(
    graph: Graph,
    default: SignaturePlan,
    step: SignaturePlan,
    frozen: frozenset[str],
    initial: Mapping[str, TensorRef],
) -> SignaturePlan | None:
    """The signature that computes the initial states of a step from the data; None where each is given or known.

    `initial`: what the states begin with, by alias; a step of an unrolled network takes them further on.
    """
    if step.step is None:
        return None
    known = {each.alias for each in step.step.states if each.start is not None or each.origin in _GIVEN}
    if all(each.alias in known for each in step.step.states):
        return None
    given = {each.alias for each in step.step.states if each.origin in _GIVEN}
    states = [each.alias for each in step.step.states if each.alias not in given]
    bound = {each.alias: initial.get(each.alias, each.tensor) for each in step.inputs}
    outputs = tuple(
        OutputBinding(each.alias, (Piece((), bound[each.alias]),), each.dtype, each.shape, "state")
        for each in step.inputs
        if each.alias in states
    )
    behind = reached(graph, [bound[each] for each in states], frozen)
    inputs = tuple(each for each in default.inputs if each.tensor.node in behind)
    return SignaturePlan(START, inputs, outputs)


def _is_felt(op: str, felt: bool) -> bool:
    return felt and op not in PLACEHOLDER_WITH_DEFAULT


def _start_input(graph: Graph, ref: TensorRef, batches: Mapping[TensorRef, int | None]) -> StartPlan | None:
    shape, dtype = graph.static_shape(ref), dtype_of(graph, ref)
    if shape.dims is None and not dtype.is_integer:
        return None
    if not shape.dims:  # old files do not tell a scalar's shape from an unknown one
        return StartPlan(ref, dtype, Shape(()), None, is_batch_size=dtype.is_integer)
    open_axes = [axis for axis, dim in enumerate(shape.dims) if dim is None]
    batch = batches.get(ref)
    if batch is None and len(open_axes) > 1:
        return None
    return StartPlan(ref, dtype, shape, open_axes[0] if batch is None and open_axes else batch)
