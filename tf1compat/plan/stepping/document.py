"""What makes a signature a step, as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from tf1compat.analysis.time.application import Application
from tf1compat.discovery.findings import StateKind
from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef
from tf1compat.plan.model import AxesPlan, StartPlan, StatePlan, StepPlan

Document = dict[str, Any]


def step_document(step: StepPlan) -> Document:
    """The states with their origins, the axes of inputs and outputs, and what the initial states are computed from."""
    return {
        "states": {
            each.alias: {"origin": each.origin, "start": None if each.start is None else str(each.start)}
            for each in step.states
        },
        "inputs": {each.alias: _axes_document(each) for each in step.inputs},
        "outputs": {each.alias: _axes_document(each) for each in step.outputs},
        "start": [_start_document(each) for each in step.start],
        **({} if step.application is None else {"application": _application_document(step.application)}),
    }


def _application_document(application: Application) -> Document:
    return {
        "steps": application.steps,
        "taken": [str(each) for each in application.taken],
        "joined": list(application.joined),
        "exchanged": {str(before): str(first) for before, first in application.exchanged.items()},
    }


def _axes_document(axes: AxesPlan) -> Document:
    return {"batch": axes.batch, "time": axes.time, "flat": axes.flat, "counts": axes.counts}


def _start_document(start: StartPlan) -> Document:
    return {
        "tensor": str(start.tensor), "dtype": str(start.dtype), "shape": start.shape.to_json(), "batch": start.batch,
        "is_batch_size": start.is_batch_size,
    }  # fmt: skip


def step_from(document: Mapping[str, Any]) -> StepPlan:
    """The step that a document describes; raises KeyError, TypeError or ValueError where it describes none."""
    return StepPlan(
        tuple(_state(alias, each) for alias, each in document["states"].items()),
        tuple(_axes(alias, each) for alias, each in document["inputs"].items()),
        tuple(_axes(alias, each) for alias, each in document["outputs"].items()),
        tuple(_start(each) for each in document["start"]),
        _application(document["application"]) if document.get("application") else None,
    )


def _application(document: Mapping[str, Any]) -> Application:
    exchanged = document["exchanged"].items()
    return Application(
        int(document["steps"]),
        tuple(TensorRef.parse(each) for each in document["taken"]),
        tuple(str(each) for each in document["joined"]),
        {TensorRef.parse(before): TensorRef.parse(first) for before, first in exchanged},
    )


def _state(alias: str, document: Mapping[str, Any]) -> StatePlan:
    start = document["start"]
    origin: StateKind = one_of(StateKind, document["origin"])
    return StatePlan(alias, origin, None if start is None else TensorRef.parse(start))


def _axes(alias: str, document: Mapping[str, Any]) -> AxesPlan:
    return AxesPlan(
        alias,
        _axis(document["batch"]),
        _axis(document["time"]),
        bool(document["flat"]),
        bool(document["counts"]),
    )


def _axis(value: Any) -> int | None:
    return None if value is None else int(value)


def _start(document: Mapping[str, Any]) -> StartPlan:
    return StartPlan(
        TensorRef.parse(document["tensor"]), dtype_from(document["dtype"]), Shape.from_json(document["shape"]),
        _axis(document["batch"]), bool(document["is_batch_size"]),
    )  # fmt: skip


def dtype_from(name: str) -> DType:
    """The TensorFlow type of this name; raises ValueError for any other."""
    dtype = DType(name)
    try:
        number = dtype.number
    except KeyError as error:
        raise ValueError(f"'{name}' is not a TensorFlow type") from error
    return DType.of_number(number)


def one_of(vocabulary: Any, value: object) -> Any:
    """The value, if it is one of a Literal's; raises ValueError saying which there are."""
    *others, last = get_args(vocabulary)
    if value not in (*others, last):
        raise ValueError(f"{', '.join(others)} or {last} is needed, found {value!r}")
    return value
