"""Which output the class labels name, and whether they fit it."""

from __future__ import annotations

from dataclasses import replace

from tf1compat.errors import LabelError, nearest
from tf1compat.graph.attributes import DType, Shape
from tf1compat.plan.labels import read_labels
from tf1compat.plan.model import LabelPlan, MigrationPlan, OutputBinding, SignaturePlan
from tf1compat.source.model import LegacyModel

#: The outputs that labels add, as the canned Estimators call them.
ADDED = ("class_ids", "classes")


def make_label_plan(
    model: LegacyModel, signatures: tuple[SignaturePlan, ...], source: str | None, scores: str | None
) -> tuple[LabelPlan | None, tuple[SignaturePlan, ...]]:
    """The labels' plan and the signatures with room for the outputs that it adds.

    Raises LabelError when the labels cannot be read, or their number is not that of the output neurons.
    """
    if source is None:
        if scores is not None:
            raise LabelError(
                f"--labels-for {scores} says which output labels are for, but there is no --labels"
            )
        return None, signatures
    names = read_labels(source, model)
    chosen = _scores(signatures, scores)
    _check_number(source, names, chosen)
    plan = LabelPlan(source, names, chosen.alias)
    return plan, tuple(_with_room(each, plan) for each in signatures)


def _scores(signatures: tuple[SignaturePlan, ...], wanted: str | None) -> OutputBinding:
    outputs = [each for signature in signatures for each in signature.outputs]
    if wanted is not None:
        found = next((each for each in outputs if each.alias == wanted), None)
        if found is None:
            hint = nearest(wanted, {each.alias for each in outputs})
            raise LabelError(f"labels are for the output '{wanted}', which no signature has{hint}")
        return found
    for role in ("probabilities", "logits"):
        for each in outputs:
            if each.role == role:
                return each
    named = ", ".join(repr(each.alias) for each in outputs)
    raise LabelError(f"no output is a score for each class; say which with --labels-for (outputs: {named})")


def _check_number(source: str, names: tuple[str, ...], scores: OutputBinding) -> None:
    neurons = scores.shape.dims[-1] if scores.shape.dims else None
    if neurons is not None and neurons != len(names):
        raise LabelError(
            f"'{source}' has {len(names)} labels, but the output '{scores.alias}' ({scores.tensor}) has {neurons} "
            "neurons; give one label for each neuron, in the order of their indices"
        )


def _with_room(signature: SignaturePlan, labels: LabelPlan) -> SignaturePlan:
    """The signature without an unnamed argmax of its own, which the labels' `class_ids` stands for."""
    if not any(each.alias == labels.scores for each in signature.outputs):
        return signature
    kept = tuple(
        each for each in signature.outputs if not (each.alias == "class_ids" and each.role == "class_ids")
    )
    clash = next((each.alias for each in kept if each.alias in ADDED), None)
    if clash is not None:
        raise LabelError(
            f"signature '{signature.name}' has an output '{clash}', and the labels add one of that name; "
            "give that output another alias with --signature"
        )
    return replace(signature, outputs=kept)


def with_label_outputs(plan: MigrationPlan) -> tuple[SignaturePlan, ...]:
    """The signatures as the SavedModel has them: with `class_ids` and `classes` where labels name the scores.

    The outputs that labels add have no pieces: no tensor of the original graph stands behind them.
    """
    if plan.labels is None:
        return plan.signatures
    return tuple(_extended(each, plan.labels) for each in plan.signatures)


def _extended(signature: SignaturePlan, labels: LabelPlan) -> SignaturePlan:
    scores = next((each for each in signature.outputs if each.alias == labels.scores), None)
    if scores is None:
        return signature
    shape = Shape(scores.shape.dims[:-1]) if scores.shape.dims else Shape()
    added = (
        OutputBinding("class_ids", (), DType("int64"), shape, "class_ids"),
        OutputBinding("classes", (), DType("string"), shape, "value"),
    )
    return replace(signature, outputs=(*signature.outputs, *added))
