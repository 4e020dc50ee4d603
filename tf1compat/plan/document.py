"""A MigrationPlan as JSON, and back: what a person reads, edits and hands to `migrate --plan`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from tf1compat.discovery.findings import Average, LabelKind, OutputRole, TableContent
from tf1compat.errors import PlanError, UnknownNameError
from tf1compat.graph.attributes import Shape
from tf1compat.graph.model import Use
from tf1compat.names import TensorRef
from tf1compat.options import SourceOptions, ThawChoice, WeightsChoice
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.model import (
    FORMAT_VERSION,
    CandidatePlan,
    CarriedPlan,
    ConstantPlan,
    ExampleFeature,
    FreeSizePlan,
    InputBinding,
    LabelOffer,
    LabelPlan,
    MigrationPlan,
    OutputBinding,
    PartPlan,
    Piece,
    SignaturePlan,
    TablePlan,
    VariablePlan,
)
from tf1compat.plan.stepping.document import dtype_from, one_of, step_document, step_from

Document = dict[str, Any]


def to_json(plan: MigrationPlan) -> Document:
    """The plan as a JSON document (dicts, lists, strings, numbers)."""
    return {
        "format_version": FORMAT_VERSION,
        "source": plan.source,
        "digest": plan.digest,
        "signatures": {each.name: _signature_document(each) for each in plan.signatures},
        "constants": [_constant_document(each) for each in plan.constants],
        **({"label_offers": [asdict(each) for each in plan.label_offers]} if plan.label_offers else {}),
        "labels": None if plan.labels is None else {**asdict(plan.labels), "names": list(plan.labels.names)},
        "variables": [_variable_document(each) for each in plan.variables],
        "tables": {each.name: _table_document(each) for each in plan.tables},
        "hazards": [asdict(each) for each in plan.hazards],
        "blockers": [asdict(each) for each in plan.blockers],
        "weights": plan.weights,
        **({"weights_reason": plan.weights_reason} if plan.weights_reason else {}),
        "jit": plan.jit,
        "allow": list(plan.allow),
        "batch": _free_size_document(plan.batch),
        "time": _free_size_document(plan.time),
        **_opened_document(plan.opened),
        **({"asked": True} if plan.asked else {}),
        "allow_random": list(plan.allow_random),
        **({} if plan.drawn is None else {"drawn": {name: list(each) for name, each in plan.drawn.items()}}),
        "op_libraries": list(plan.op_libraries),
        "candidates": [_candidate_document(each) for each in plan.candidates],
        "carried": {each.variable: list(each.assigns) for each in plan.carried},
        "averages": {str(each.statistic): each.variable for each in plan.averages},
        "no_step": plan.no_step or None,
        "no_step_at": plan.no_step_at or None,
    }


def _opened_document(opened: SourceOptions) -> Document:
    usual = asdict(SourceOptions())
    chosen = {name: value for name, value in asdict(opened).items() if value != usual[name]}
    listed = {name: list(value) if isinstance(value, tuple) else value for name, value in chosen.items()}
    return {"opened": listed} if listed else {}


def _opened(document: Mapping[str, Any]) -> SourceOptions:
    tags, step = document.get("tags"), document.get("step")
    return SourceOptions(
        None if tags is None else tuple(map(str, tags)), None if step is None else int(step),
        one_of(ThawChoice, document.get("thaw", "auto")), tuple(map(str, document.get("custom_objects", ()))),
        document.get("allow_lambda") is True,
    )  # fmt: skip


def _free_size_document(free: FreeSizePlan | None) -> Document | None:
    return None if free is None else {"size": free.size, "axes": _plain(free.axes)}


def _signature_document(signature: SignaturePlan) -> Document:
    return {
        "inputs": {each.alias: _input_document(each) for each in signature.inputs},
        "outputs": {each.alias: _output_document(each) for each in signature.outputs},
        **({} if signature.step is None else {"step": step_document(signature.step)}),
        **({"method": signature.method} if signature.method else {}),
    }


def _input_document(entry: InputBinding) -> Document:
    described = {"tensor": str(entry.tensor), "dtype": str(entry.dtype), "shape": entry.shape.to_json()}
    features = [
        {
            "key": each.key,
            "dtype": str(each.dtype),
            "shape": None if each.shape is None else each.shape.to_json(),
        }
        for each in entry.features
    ]
    readers = [list(each) for each in entry.readers]
    return (
        described | ({"readers": readers} if readers else {}) | ({"features": features} if features else {})
    )


def _output_document(output: OutputBinding) -> Document:
    described = {"dtype": str(output.dtype), "shape": output.shape.to_json(), "role": output.role}
    if output.tensor is not None:
        return {"tensor": str(output.tensor), **described}
    if output.softmax:
        return {"softmax_of": str(output.pieces[0].tensor), **described}
    pieces = [{"index": list(each.index), "tensor": str(each.tensor)} for each in output.pieces]
    return {"stack": pieces, **({} if output.joined is None else {"joined": output.joined}), **described}


def _constant_document(constant: ConstantPlan) -> Document:
    tensor, dtype = str(constant.tensor), str(constant.dtype)
    return {"tensor": tensor, "value": constant.value, "dtype": dtype, "reason": constant.reason}


def _variable_document(variable: VariablePlan) -> Document:
    return {
        "name": variable.name, "key": variable.key, "shape_and_slice": variable.shape_and_slice,
        "dtype": str(variable.dtype), "shape": variable.shape.to_json(), "trainable": variable.trainable,
        **({} if variable.initializer is None else {"initializer": str(variable.initializer)}),
        **({"parts": [_part_document(each) for each in variable.parts]} if variable.parts else {}),
    }  # fmt: skip


def _part_document(part: PartPlan) -> Document:
    return {"name": part.name, "begin": list(part.begin), "size": list(part.size)}


def _table_document(table: TablePlan) -> Document:
    return {"content": table.content} | ({} if table.path is None else {"path": table.path})


def _candidate_document(candidate: CandidatePlan) -> Document:
    signatures = list(candidate.signatures)
    return asdict(candidate) | {"tensor": str(candidate.tensor), "signatures": signatures}


def from_json(document: Any) -> MigrationPlan:
    """The plan that a document holds; raises PlanError saying which part cannot be read."""
    if not isinstance(document, Mapping) or document.get("format_version") != FORMAT_VERSION:
        found = document.get("format_version") if isinstance(document, Mapping) else type(document).__name__
        raise PlanError([f"not a plan of format_version {FORMAT_VERSION} (found {found!r})"])
    return MigrationPlan(
        source=_part(document, "source", str),
        digest=_part(document, "digest", str),
        signatures=_part(document, "signatures", _signatures),
        constants=_part(document, "constants", _each(_constant)),
        labels=_part(document, "labels", _labels),
        label_offers=tuple(map(_label_offer, document.get("label_offers", ()))),
        variables=_part(document, "variables", _each(_variable)),
        tables=_part({"tables": {}, **document}, "tables", _tables),
        hazards=_part(document, "hazards", _each(_note)),
        blockers=_part(document, "blockers", _each(_note)),
        weights=_part(document, "weights", partial(one_of, WeightsChoice)),
        weights_reason=document.get("weights_reason") or "",
        jit=_part(document, "jit", bool),
        allow=_part(document, "allow", _each(str)),
        batch=_part({"batch": None, **document}, "batch", _free_size),
        time=_part({"time": None, **document}, "time", _free_size),
        opened=_part({"opened": {}, **document}, "opened", _opened),
        asked=bool(document.get("asked", False)),
        allow_random=_part({"allow_random": [], **document}, "allow_random", _each(str)),
        drawn=_part({"drawn": None, **document}, "drawn", _drawn),
        op_libraries=_part({"op_libraries": [], **document}, "op_libraries", _each(str)),
        candidates=_part({"candidates": [], **document}, "candidates", _each(_candidate)),
        carried=_part({"carried": {}, **document}, "carried", _carried),
        averages=_part({"averages": {}, **document}, "averages", _averages),
        no_step=document.get("no_step") or "",
        no_step_at=document.get("no_step_at") or "",
    )


def _part(document: Mapping[str, Any], key: str, read: Callable[[Any], Any]) -> Any:
    if key not in document:
        raise PlanError([f"the plan has no '{key}'"])
    try:
        return read(document[key])
    except KeyError as error:
        raise PlanError([f"the plan's '{key}': an entry has no {error}"]) from error
    except (TypeError, ValueError, AttributeError, UnknownNameError) as error:
        raise PlanError([f"the plan's '{key}': {error}"]) from error


def _each(read: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def read_all(values: Any) -> tuple[Any, ...]:
        if not isinstance(values, list):
            raise TypeError(f"a list is needed, found {type(values).__name__}")
        return tuple(read(value) for value in values)

    return read_all


def _signatures(document: Mapping[str, Any]) -> tuple[SignaturePlan, ...]:
    return tuple(
        SignaturePlan(
            name,
            tuple(_input(alias, each) for alias, each in signature["inputs"].items()),
            tuple(_output(alias, each) for alias, each in signature["outputs"].items()),
            step_from(signature["step"]) if signature.get("step") else None,
            signature.get("method") or "",
        )
        for name, signature in document.items()
    )


def _feature(document: Mapping[str, Any]) -> ExampleFeature:
    shape = document["shape"]
    return ExampleFeature(
        str(document["key"]), dtype_from(document["dtype"]), None if shape is None else Shape.from_json(shape)
    )


def _input(alias: str, document: Mapping[str, Any]) -> InputBinding:
    shape = Shape.from_json(document["shape"])
    readers = tuple(Use(str(node), int(position)) for node, position in document.get("readers", ()))
    return InputBinding(
        alias,
        TensorRef.parse(document["tensor"]),
        dtype_from(document["dtype"]),
        shape,
        readers,
        tuple(map(_feature, document.get("features", ()))),
    )


def _output(alias: str, document: Mapping[str, Any]) -> OutputBinding:
    if "stack" in document:
        pieces = tuple(
            Piece(tuple(each["index"]), TensorRef.parse(each["tensor"])) for each in document["stack"]
        )
    else:
        pieces = (Piece((), TensorRef.parse(document.get("softmax_of") or document["tensor"])),)
    shape = Shape.from_json(document["shape"])
    joined = document.get("joined")
    dtype = dtype_from(document["dtype"])
    return OutputBinding(
        alias, pieces, dtype, shape, one_of(OutputRole, document["role"]), None if joined is None else int(joined),
        "softmax_of" in document,
    )  # fmt: skip


def _constant(document: Mapping[str, Any]) -> ConstantPlan:
    tensor = TensorRef.parse(document["tensor"])
    return ConstantPlan(tensor, document["value"], dtype_from(document["dtype"]), document["reason"])


def _labels(document: Mapping[str, Any] | None) -> LabelPlan | None:
    if document is None:
        return None
    names = tuple(map(str, document["names"]))
    return LabelPlan(document["source"], names, document["scores"], bool(document.get("exclusive", True)))


def _label_offer(document: Mapping[str, Any]) -> LabelOffer:
    preview = tuple(map(str, document["preview"]))
    return LabelOffer(
        document["source"], int(document["count"]), preview, tuple(document["scores"]), int(document["offset"]),
        one_of(LabelKind, document["kind"]),
    )  # fmt: skip


def _variable(document: Mapping[str, Any]) -> VariablePlan:
    return VariablePlan(
        document["name"], document["key"], document["shape_and_slice"], dtype_from(document["dtype"]),
        Shape.from_json(document["shape"]), bool(document["trainable"]),
        TensorRef.parse(document["initializer"]) if document.get("initializer") else None,
        tuple(map(_variable_part, document.get("parts", ()))),
    )  # fmt: skip


def _variable_part(document: Mapping[str, Any]) -> PartPlan:
    begin, size = (tuple(map(int, document[each])) for each in ("begin", "size"))
    return PartPlan(document["name"], begin, size)


def _tables(document: Mapping[str, Any]) -> tuple[TablePlan, ...]:
    return tuple(
        TablePlan(name, one_of(TableContent, each["content"]), each.get("path"))
        for name, each in document.items()
    )


def _candidate(document: Mapping[str, Any]) -> CandidatePlan:
    return CandidatePlan(
        TensorRef.parse(document["tensor"]), one_of(OutputRole, document["role"]), int(document["score"]),
        document["reason"], tuple(map(str, document["signatures"])),
    )  # fmt: skip


def _drawn(document: Mapping[str, Any] | None) -> dict[str, tuple[str, ...]] | None:
    if document is None:
        return None
    return {str(name): tuple(map(str, aliases)) for name, aliases in document.items()}


def _plain(axes: Mapping[str, Mapping[str, int]]) -> Document:
    return {signature: dict(each) for signature, each in axes.items()}


def _free_size(document: Mapping[str, Any] | None) -> FreeSizePlan | None:
    if document is None:
        return None
    axes = {str(name): _axes(each) for name, each in document["axes"].items()}
    return FreeSizePlan(int(document["size"]), axes)


def _axes(document: Mapping[str, Any]) -> dict[str, int]:
    return {str(alias): int(axis) for alias, axis in document.items()}


def _carried(document: Mapping[str, Any]) -> tuple[CarriedPlan, ...]:
    return tuple(CarriedPlan(variable, tuple(map(str, assigns))) for variable, assigns in document.items())


def _averages(document: Mapping[str, Any]) -> tuple[Average, ...]:
    return tuple(Average(TensorRef.parse(each), str(variable)) for each, variable in document.items())


def _note(document: Mapping[str, Any]) -> Note:
    return Note(document["code"], document["node"], document["reason"], document["remedy"])
