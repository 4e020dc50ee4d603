"""Which output the class labels name, and whether they fit it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tf1compat.discovery.findings import Findings
from tf1compat.errors import LabelError, nearest
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.model import Graph
from tf1compat.ops.families import RESHAPES
from tf1compat.options import PlanOptions
from tf1compat.plan.class_scores import are_exclusive, is_argmax_of
from tf1compat.plan.labels import read_labels
from tf1compat.plan.model import LabelOffer, LabelPlan, MigrationPlan, OutputBinding, SignaturePlan
from tf1compat.source.model import LegacyModel

#: The outputs that labels add, as the canned Estimators call them.
ADDED = ("class_ids", "classes")


def make_label_plan(
    model: LegacyModel, signatures: tuple[SignaturePlan, ...], wishes: PlanOptions
) -> tuple[LabelPlan | None, tuple[SignaturePlan, ...]]:
    """The labels' plan and the signatures with room for the outputs that it adds.

    Raises LabelError when the labels cannot be read, or their number is not that of the output neurons.
    """
    source = wishes.labels
    if source is None:
        for option, value in (("--labels-for", wishes.labels_for), ("--label-offset", wishes.label_offset)):
            if value is not None:
                raise LabelError(
                    f"{option} {value} says which neurons labels are for, but there is no --labels"
                )
        return None, signatures
    chosen, names = _named(model, signatures, source, wishes)
    graph = model.meta_graph.graph
    exclusive = len(names) > 1 and (
        chosen.softmax or all(are_exclusive(graph, piece.tensor) for piece in chosen.pieces)
    )
    plan = LabelPlan(source, names, chosen.alias, exclusive)
    return plan, tuple(
        _with_room(graph, each, plan, asked=wishes.signatures is not None) for each in signatures
    )


def _named(
    model: LegacyModel, signatures: tuple[SignaturePlan, ...], source: str, wishes: PlanOptions
) -> tuple[OutputBinding, tuple[str, ...]]:
    """The scores that the labels name, and the name of each neuron; raises LabelError."""
    outputs = _scores(signatures, wishes.labels_for)
    reasons: list[LabelError] = []
    fitting: list[tuple[OutputBinding, tuple[str, ...]]] = []
    for scores in outputs:
        try:
            names = read_labels(source, model, neurons_of(scores), wishes.label_offset)
            _check_number(source, names, scores)
            fitting.append((scores, names))
        except LabelError as error:
            reasons.append(error)
    if not fitting:
        raise reasons[0]
    best, names = fitting[0]
    rivals = [each.alias for each, _ in fitting if neurons_of(each) is not None and each.role == best.role]
    if len(rivals) > 1 and _are_rivals(signatures, rivals):
        listed = ", ".join(map(repr, rivals))
        raise LabelError(
            f"'{source}' has a name for each neuron of several outputs ({listed}); say which with --labels-for"
        )
    return best, names


def _are_rivals(signatures: tuple[SignaturePlan, ...], aliases: Sequence[str]) -> bool:
    """Whether one signature yields several of these outputs."""
    return any(len({each.alias for each in signature.outputs} & set(aliases)) > 1 for signature in signatures)


def _scores(signatures: tuple[SignaturePlan, ...], wanted: str | None) -> list[OutputBinding]:
    """The outputs that labels may be for, the likeliest first, one of each alias."""
    outputs: dict[str, OutputBinding] = {}
    for each in (output for signature in signatures for output in signature.outputs):
        outputs.setdefault(each.alias, each)
    if wanted is not None:
        if wanted not in outputs:
            raise LabelError(
                f"labels are for the output '{wanted}', which no signature has{nearest(wanted, outputs)}"
            )
        return [outputs[wanted]]
    found = [each for role in ("probabilities", "logits") for each in outputs.values() if each.role == role]
    if not found:
        named = ", ".join(repr(each.alias) for each in outputs.values())
        raise LabelError(
            f"no output is a score for each class; say which with --labels-for (outputs: {named})"
        )
    return found


def neurons_of(scores: OutputBinding) -> int | None:
    """The size of an output's last axis."""
    return scores.shape.dims[-1] if scores.shape.dims else None


def _check_number(source: str, names: tuple[str, ...], scores: OutputBinding) -> None:
    neurons = neurons_of(scores)
    if neurons is None or neurons == len(names):
        return
    further = ""
    if neurons == len(names) + 1:
        further = "; if the first of them has no name, being a background class, give --label-offset 1"
    elif neurons == 1:
        further = "; a single neuron scores one class against the other: give the name of that class alone"
    raise LabelError(
        f"'{source}' has {len(names)} labels, but the output '{scores.alias}' ({scores.tensor}) has {neurons} "
        f"neurons; give one label for each neuron, in the order of their indices{further}"
    )


def _with_room(graph: Graph, signature: SignaturePlan, labels: LabelPlan, *, asked: bool) -> SignaturePlan:
    """The signature without an argmax of its own, which the labels' `class_ids` stands for.

    Of outputs that the user `asked` for by alias only an argmax called `class_ids` makes room.
    """
    scores = next((each for each in signature.outputs if each.alias == labels.scores), None)
    if scores is None or not labels.exclusive:
        return signature
    kept = tuple(each for each in signature.outputs if not _is_class_ids(graph, each, scores, asked=asked))
    clash = next((each.alias for each in kept if each.alias in ADDED), None)
    if clash is not None:
        raise LabelError(
            f"signature '{signature.name}' has an output '{clash}', and the labels add one of that name; "
            "give that output another alias with --signature"
        )
    return replace(signature, outputs=kept)


def label_offers(findings: Findings, signatures: Sequence[SignaturePlan]) -> tuple[LabelOffer, ...]:
    """The names that were found for neurons of the signatures' scores, the likeliest first; none is taken unasked."""
    outputs = {
        str(each.tensor): each for signature in signatures for each in signature.outputs if each.tensor
    }
    offers = []
    for each in findings.labels:
        fitting = [outputs[tensor] for tensor in each.fits if tensor in outputs]
        scores = tuple(output.alias for output in fitting if output.role == fitting[0].role)
        if scores:
            offers.append(LabelOffer(each.source, each.count, each.preview, scores, each.offset, each.kind))
    return tuple(offers)


def _is_class_ids(graph: Graph, output: OutputBinding, scores: OutputBinding, *, asked: bool) -> bool:
    if output.role != "class_ids":
        return False
    if output.alias == "class_ids":
        return True
    if asked or output.tensor is None or len(scores.pieces) != 1:
        return False
    # What has another shape is another output, unless nobody named it.
    through = RESHAPES if output.alias.startswith("class_ids") else frozenset[str]()
    return is_argmax_of(graph, output.tensor, scores.pieces[0].tensor, through)


def with_label_outputs(plan: MigrationPlan) -> tuple[SignaturePlan, ...]:
    """The signatures as the SavedModel has them: with `class_ids` and `classes` where labels name the scores.

    The outputs that labels add have no pieces: no tensor of the original graph stands behind them.
    """
    if plan.labels is None or not plan.labels.exclusive:
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
