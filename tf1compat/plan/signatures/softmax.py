"""The softmax that a graph lacks, added on request: its author took it outside the graph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tf1compat.errors import PlanError, nearest
from tf1compat.plan.model import OutputBinding, SignaturePlan
from tf1compat.plan.signatures.aliases import Aliases

_ADDED = "probabilities"


def with_softmax(signatures: Iterable[SignaturePlan], wanted: bool | str) -> tuple[SignaturePlan, ...]:
    """The signatures, each with the softmax of its logits (or of the output of the alias `wanted`) as a further output.

    Signatures that have probabilities stay as they are. Raises PlanError where there is nothing to take a softmax of.
    """
    signatures = tuple(signatures)
    if not wanted:
        return signatures
    added = tuple(_extended(each, wanted) for each in signatures)
    if added == signatures:
        raise PlanError([_nothing(signatures, wanted)])
    return added


def _extended(signature: SignaturePlan, wanted: bool | str) -> SignaturePlan:
    chosen = [each for each in signature.outputs if _is_meant(signature, each, wanted)]
    for each in chosen:
        _check(each)
    aliases = Aliases()
    for each in signature.outputs:
        aliases.take(each.alias)
    added = (replace(each, alias=aliases.take(_ADDED), role="probabilities", softmax=True) for each in chosen)
    return replace(signature, outputs=(*signature.outputs, *added))


def _is_meant(signature: SignaturePlan, output: OutputBinding, wanted: bool | str) -> bool:
    if output.tensor is None or not output.dtype.is_floating:
        return False
    if isinstance(wanted, str):
        return output.alias == wanted
    return output.role == "logits" and all(each.role != "probabilities" for each in signature.outputs)


def _check(output: OutputBinding) -> None:
    if output.shape.rank == 0 or (output.shape.dims and output.shape.dims[-1] == 1):
        raise PlanError([
            f"--softmax: the output '{output.alias}' ({output.tensor}) has one neuron, and a softmax of one is always "
            "1; its author took a sigmoid, which has to be applied outside the model"
        ])  # fmt: skip


def _nothing(signatures: Iterable[SignaturePlan], wanted: bool | str) -> str:
    outputs = [output for each in signatures for output in each.outputs]
    if isinstance(wanted, str):
        hint = nearest(wanted, {each.alias for each in outputs})
        return f"--softmax-for {wanted}: no signature has an output '{wanted}' of numbers{hint}"
    if any(each.role == "probabilities" for each in outputs):
        return "--softmax: the model gives probabilities already; leave the option out"
    named = ", ".join(repr(each.alias) for each in outputs)
    return f"--softmax: no output is known for logits; say which they are with --softmax-for ALIAS (outputs: {named})"
