"""The signatures that a model has without being asked: those that the file records, and those that discovery found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.discovery.findings import DEFAULT_SIGNATURE, Findings, InputFinding, OutputFinding
from tf1compat.graph.model import Graph
from tf1compat.graph.protos import SignatureDef
from tf1compat.names import TensorRef
from tf1compat.ops.families import PLACEHOLDER_WITH_DEFAULT
from tf1compat.plan.model import CandidatePlan, InputBinding, OutputBinding, Piece, SignaturePlan
from tf1compat.plan.signatures.aliases import Aliases, input_aliases
from tf1compat.plan.signatures.entering import needed_inputs
from tf1compat.plan.signatures.example_features import example_features
from tf1compat.plan.signatures.signature import plain_alias

#: What a signature offers, unless there is nothing else.
_OFFERED = ("probabilities", "logits", "class_ids", "value", "state")


def offered_by(findings: Findings, name: str) -> list[OutputFinding]:
    """The outputs that a signature offers, the most telling first."""
    own = [each for each in findings.outputs if each.signature == name]
    offered = [each for each in own if each.role in _OFFERED]
    if not any(each.role != "state" for each in offered):
        offered = [each for each in own if each.role in (*_OFFERED, "sequence")]
    return offered


def candidates(findings: Findings, signatures: Sequence[SignaturePlan]) -> tuple[CandidatePlan, ...]:
    """Every tensor that was taken into account as an output, the most telling first, and who offers it."""
    offering: dict[TensorRef, list[str]] = {}
    for each in signatures:
        for ref in dict.fromkeys(piece.tensor for output in each.outputs for piece in output.pieces):
            offering.setdefault(ref, []).append(each.name)
    found = (each for each in findings.outputs if each.role != "loss")
    places = {name: place for place, name in enumerate(findings.entry_points)}
    return tuple(
        CandidatePlan(each.tensor, each.role, each.score, each.reason, tuple(offering.get(each.tensor, ())))
        for each in sorted(found, key=lambda each: (places.get(each.signature, len(places)), -each.score))
    )


# ------------------------------------------------------------------------------ what the file records itself


#: The method of a signature that TensorFlow 2 writes for each (tensorflow/python/saved_model/signature_constants.py).
_PREDICT = "tensorflow/serving/predict"


def recorded_first(graph: Graph, recorded: Mapping[str, SignatureDef]) -> list[SignatureDef]:
    """The file's signatures whose tensors are in the graph, the one that is served by default first."""
    usable = [each for each in recorded.values() if each.outputs and all(_tensors(graph, each))]
    return sorted(usable, key=lambda each: each.name != DEFAULT_SIGNATURE)


def _tensors(graph: Graph, signature: SignatureDef) -> list[bool]:
    return [
        TensorRef.parse(name).node in graph
        for side in (signature.inputs, signature.outputs)
        for name in side.values()
    ]


def recorded_signature(
    graph: Graph, findings: Findings, recorded: SignatureDef, frozen: set[TensorRef]
) -> SignaturePlan:
    """A signature of the file, under the author's aliases; what its outputs need besides is fed as well, but for what
    has a default."""
    outputs = {alias: TensorRef.parse(name) for alias, name in recorded.outputs.items()}
    given = {alias: TensorRef.parse(name) for alias, name in recorded.inputs.items()}
    needed = [
        each
        for each in needed_inputs(graph, findings, list(outputs.values()), frozen | set(given.values()))
        if graph.producer(each.tensor).op not in PLACEHOLDER_WITH_DEFAULT
    ]
    inputs = _named_inputs(graph, given) + _further_inputs(graph, needed, given)
    roles = {each.tensor: each.role for each in findings.outputs}
    return SignaturePlan(
        recorded.name,
        tuple(inputs),
        tuple(
            OutputBinding(
                plain_alias(alias),
                (Piece((), ref),),
                dtype_of(graph, ref),
                graph.static_shape(ref),
                roles.get(ref, "value"),
            )
            for alias, ref in outputs.items()
        ),
        method="" if recorded.method == _PREDICT else recorded.method,
    )


def _named_inputs(graph: Graph, given: Mapping[str, TensorRef]) -> list[InputBinding]:
    return [
        InputBinding(
            plain_alias(alias),
            ref,
            dtype_of(graph, ref),
            graph.static_shape(ref),
            features=example_features(graph, ref),
        )
        for alias, ref in given.items()
    ]


def _further_inputs(
    graph: Graph, needed: Sequence[InputFinding], given: Collection[str]
) -> list[InputBinding]:
    aliases = Aliases()
    for each in given:
        aliases.take(plain_alias(each))
    named = input_aliases(graph, needed)
    return [
        InputBinding(aliases.take(named[each.tensor]), each.tensor, each.dtype, each.shape) for each in needed
    ]
