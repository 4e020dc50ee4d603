"""Where the result may differ from what the author ran at inference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tf1compat.discovery.findings import Freeze, InputFinding, Note, OutputFinding, VariableFinding
from tf1compat.discovery.flow import Flow
from tf1compat.discovery.freezes import draws, find_masks, is_neutral
from tf1compat.discovery.ops import RANDOM

_DRAWS = RANDOM | frozenset({
    "Multinomial", "RandomGamma", "RandomPoisson", "RandomPoissonV2", "RandomShuffle",
    "ParameterizedTruncatedNormal", "StatelessRandomNormal", "StatelessMultinomial",
    "LogUniformCandidateSampler", "UniformCandidateSampler",
})  # fmt: skip
_FROZEN = {"keep_prob": ("dropout-frozen", "dropout"), "is_training": ("training-switch-frozen", "training")}


def find_hazards(
    flow: Flow,
    inputs: tuple[InputFinding, ...],
    outputs: Iterable[OutputFinding],
    variables: Iterable[VariableFinding],
    freezes: tuple[Freeze, ...],
) -> tuple[Note, ...]:
    """All hazards: what was frozen, what is dead, what is random, what was never saved."""
    offered = [each for each in outputs if each.role != "loss"]
    return (
        *_frozen(inputs, freezes),
        *_dead(inputs),
        *_random(flow, offered, freezes),
        *_unsaved(variables),
    )


def _frozen(inputs: Iterable[InputFinding], freezes: Iterable[Freeze]) -> Iterator[Note]:
    live = {each.tensor for each in inputs if each.live}
    for freeze in freezes:
        if freeze.tensor in live:
            code, subject = _FROZEN[freeze.role]
            yield Note(
                code,
                freeze.tensor.node,
                f"'{freeze.tensor}' governs {subject}; it is frozen to {freeze.value}, as at inference",
                f"if the author fed something else, give it: --set {freeze.tensor.node}=VALUE",
            )


def _dead(inputs: Iterable[InputFinding]) -> Iterator[Note]:
    """Placeholders that look as if they mattered; labels and learning rates are dead by nature."""
    for each in inputs:
        if not each.live and each.role not in ("label", "learning_rate"):
            yield Note(
                "dead-input",
                each.tensor.node,
                f"no output depends on '{each.tensor}', so feeding it changes nothing",
                "leave it out; if it should matter, the graph was built without connecting it",
            )


def _random(flow: Flow, outputs: Iterable[OutputFinding], freezes: Iterable[Freeze]) -> Iterator[Note]:
    """Draws that reach an output whatever is fed: no frozen placeholder and no branch turns them off."""
    frozen = {each.tensor for each in freezes}
    masks = [each for each in find_masks(flow) if is_neutral(flow.graph, each, frozen)]
    harmless = {name for mask in masks for name in draws(flow.graph, mask.drawn)} | flow.inside_branches
    behind = flow.behind(each.tensor for each in outputs)
    for node in flow.graph.nodes:
        if node.op in _DRAWS and node.name in behind and node.name not in harmless:
            yield Note(
                "random-at-inference",
                node.name,
                f"'{node.name}' ({node.op}) draws at random behind an output, and nothing turns it off",
                "expect outputs to differ from run to run; freeze it with --set, or choose another output",
            )


def _unsaved(variables: Iterable[VariableFinding]) -> Iterator[Note]:
    for each in variables:
        if each.needed and not each.in_checkpoint:
            yield Note(
                "unsaved-variable",
                each.name,
                f"an output depends on the variable '{each.name}', which is not in the checkpoint",
                "choose outputs that do not need it, or cut the graph after it with --signature",
            )
