"""Where the result may differ from what the author ran at inference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tf1compat.discovery.findings import Freeze, InputFinding, KeptState, Note, OutputFinding, VariableFinding
from tf1compat.discovery.flow import Flow
from tf1compat.discovery.freezes import draws, find_masks, is_neutral
from tf1compat.discovery.ops import DRAWS, RANDOM
from tf1compat.discovery.rnn.cudnn_weights import CUDNN_RNN, opaque_variable
from tf1compat.graph.model import Node

_DRAWS = DRAWS | RANDOM | frozenset({"StatelessRandomNormal", "StatelessMultinomial"})
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
        *_of_cudnn(flow, offered, variables),
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
                f"'{node.name}' ({node.op}) {_draw(node)} behind an output, and nothing turns it off",
                "expect outputs to differ from run to run, and verification to compare their types and shapes "
                "alone; freeze it with --set, or choose another output",
            )


def _draw(node: Node) -> str:
    if node.op == "Timestamp":
        return "tells the time"
    seeds = tuple(node.integer(each) for each in ("seed", "seed2"))
    return f"draws at random, {'with no seed' if seeds == (0, 0) else f'with the seeds {seeds[0]} and {seeds[1]}'},"


def kept_state_hazards(kept: Iterable[KeptState]) -> tuple[Note, ...]:
    """That a program went on from run to run where the migrated model begins anew."""
    return tuple(
        Note(
            "state-in-variable",
            each.variable,
            f"the program kept a state in '{each.variable}' from one run to the next; the migrated model starts "
            "from the checkpoint's value in every run, and gives the final state as an output",
            "carry the state from call to call with the signature 'step', where the model has one",
        )
        for each in kept
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


def _of_cudnn(
    flow: Flow, outputs: Iterable[OutputFinding], variables: Iterable[VariableFinding]
) -> Iterator[Note]:
    """Weights in a layout that the GPU chose, and dropout that a CudnnRNN was built to draw."""
    behind, names = flow.behind(each.tensor for each in outputs), {each.name for each in variables}
    for node in flow.graph.nodes:
        if node.op not in CUDNN_RNN or node.name not in behind:
            continue
        opaque = opaque_variable(flow.graph, node)
        if opaque in names:
            yield Note(
                "cudnn-buffer-layout",
                node.name,
                f"the checkpoint holds the weights of '{node.name}' ({node.op}) as the buffer '{opaque}' of the GPU "
                "that trained it; they are read in the layout that Keras writes, matrices before biases",
                "compare with outputs of the original program",
            )
        drops = node.attrs.get("dropout", 0.0) and node.attrs.get("is_training", True)
        if drops and node.name not in flow.inside_branches:
            yield Note(
                "dropout-left-out",
                node.name,
                f"'{node.name}' ({node.op}) was built to drop out between its layers, as in training; "
                "the migrated model does not",
                "expect what the program gave with training=False",
            )
