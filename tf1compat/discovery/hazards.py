"""Where the result may differ from what the author ran at inference."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tf1compat.analysis.dead import find_dead, live_behind
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.codes import HazardCode
from tf1compat.discovery.findings import (
    Freeze,
    FreezeRole,
    InputFinding,
    KeptState,
    Note,
    OutputFinding,
    VariableFinding,
)
from tf1compat.discovery.input_pipeline.pipeline import pipeline_entries, work_before
from tf1compat.discovery.rnn.cudnn_weights import CUDNN_RNN, opaque_variable
from tf1compat.discovery.training_mode.dropout import draws, find_masks, is_neutral
from tf1compat.discovery.training_mode.freezes import values
from tf1compat.discovery.weights.initial import initial_tensor
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import DRAWS, RANDOM, VARIABLES

_DRAWS = DRAWS | RANDOM | frozenset({"StatelessRandomNormal", "StatelessMultinomial"})
#: What a frozen tensor is, by the op that gives it, where it is nothing that was fed.
_KINDS = {**dict.fromkeys(VARIABLES, " (a variable)"), "Const": " (a constant)"}
_FROZEN: Mapping[FreezeRole, tuple[HazardCode, str]] = {
    "keep_prob": ("dropout-frozen", "dropout"),
    "is_training": ("training-switch-frozen", "training"),
}
#: How many of a pipeline's ops are named.
_WORK_TOLD = 8
_NO_WORK = "the graph does not show what was done to it before"


def find_hazards(
    flow: ForwardGraph,
    inputs: tuple[InputFinding, ...],
    outputs: Iterable[OutputFinding],
    variables: Iterable[VariableFinding],
    freezes: tuple[Freeze, ...],
) -> tuple[Note, ...]:
    """All hazards: what was frozen, what is dead, what is random, what was never saved."""
    offered = [each for each in outputs if each.role != "loss"]
    tensors = [each.tensor for each in offered]
    return (
        *frozen_hazards(flow, flow.behind(tensors), freezes),
        *_dead(inputs),
        *_piped(flow, inputs),
        *random_hazards(flow, tensors, values(freezes)),
        *_unsaved(flow.graph, variables),
        *_of_cudnn(flow, offered, variables),
    )


def frozen_hazards(flow: ForwardGraph, behind: frozenset[str], freezes: Iterable[Freeze]) -> Iterator[Note]:
    """What was frozen of that which outputs depend on."""
    needed = [each for each in freezes if each.tensor.node in behind and each.follows is None]
    fixed = [each for each in needed if _is_fixed_rate(flow, each)]
    for freeze in needed:
        if freeze not in fixed:
            yield _one_frozen(flow, freeze)
    if fixed:
        yield _built_in(fixed)


def _is_fixed_rate(flow: ForwardGraph, freeze: Freeze) -> bool:
    return freeze.role == "keep_prob" and flow.graph.producer(freeze.tensor).op == "Const"


def _one_frozen(flow: ForwardGraph, freeze: Freeze) -> Note:
    code, subject = _FROZEN[freeze.role]
    what = _KINDS.get(flow.graph.producer(freeze.tensor).op, "")
    return Note(
        code,
        freeze.tensor.node,
        f"'{freeze.tensor}'{what} governs {subject}; it is frozen to {freeze.value}, as at inference",
        f"if the author had another value, give it: --set {freeze.tensor.node}=VALUE",
    )


def _built_in(fixed: list[Freeze]) -> Note:
    """One note for all dropout whose rate the graph fixes: an unrolled network has one for each step."""
    first = fixed[0].tensor.node
    others = f" and {len(fixed) - 1} more" if len(fixed) > 1 else ""
    return Note(
        "dropout-built-in",
        first,
        f"the rate of dropout in '{first}'{others} is a constant of the graph, so that this very graph drops out "
        "whatever it is fed; the migrated model drops nothing",
        f"to go on dropping out at random there, give the rate again: --set {first}=VALUE",
    )


def _dead(inputs: Iterable[InputFinding]) -> Iterator[Note]:
    """Placeholders that look as if they mattered; labels and learning rates are dead by nature."""
    for each in inputs:
        if not each.live and each.role not in ("label", "learning_rate") and each.kind == "placeholder":
            yield Note(
                "dead-input",
                each.tensor.node,
                f"no output depends on '{each.tensor}', so feeding it changes nothing",
                "leave it out; if it should matter, the graph was built without connecting it",
            )


def _piped(flow: ForwardGraph, inputs: Iterable[InputFinding]) -> Iterator[Note]:
    """What is an input because no pipeline runs here, and what that pipeline did to it."""
    for each in pipeline_entries(flow.entries, (each.tensor for each in inputs if each.live)):
        work = ", ".join(work_before(flow.graph, each)[:_WORK_TOLD])
        beyond = f"what was done to it before ({work}) is not part of the model" if work else _NO_WORK
        feeder = flow.graph.producer(each.root)
        yield Note(
            "input-pipeline",
            feeder.name,
            f"'{feeder.name}' ({feeder.op}) took examples from the author's input pipeline, which cannot run here; "
            f"what it gave is an input, and {beyond}",
            "prepare what you feed as the author's program did; to begin elsewhere, name another tensor as an input "
            "with --signature",
        )


def random_hazards(
    flow: ForwardGraph,
    outputs: Iterable[TensorRef],
    given: Mapping[TensorRef, Any],
    *,
    in_branches: bool = False,
) -> tuple[Note, ...]:
    """The draws that reach an output whatever is fed: nothing of what is `given` turns them off.

    A draw in a branch of which nobody knows whether it is taken counts `in_branches` only.
    """
    drawing = [node for node in flow.graph.nodes if node.op in _DRAWS]
    if not drawing:
        return ()
    graph = flow.graph
    behind = live_behind(graph, outputs, find_dead(graph, given), given)
    masks = [each for each in find_masks(flow) if is_neutral(graph, each, given)]
    harmless = {name for mask in masks for name in draws(graph, mask.drawn)}
    harmless |= set() if in_branches else flow.inside_branches
    return tuple(
        Note(
            "random-at-inference",
            node.name,
            f"'{node.name}' ({node.op}) {_draw(node)} behind an output, and nothing turns it off",
            "expect outputs to differ from run to run, and verification to compare their types and shapes "
            "alone; freeze it with --set, or choose another output",
        )
        for node in drawing
        if node.name in behind and node.name not in harmless
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


def _unsaved(graph: Graph, variables: Iterable[VariableFinding]) -> Iterator[Note]:
    for each in variables:
        if not (each.needed and not each.in_checkpoint):
            continue
        initial = initial_tensor(graph, each.name)
        if initial is not None:
            yield Note(
                "initialised-variable",
                each.name,
                f"the variable '{each.name}' is not in the checkpoint; it has the constant with which its own "
                f"initializer begins ('{initial}')",
                f"if it had another value, give it: --set {each.name}=VALUE",
            )
        else:
            yield Note(
                "unsaved-variable",
                each.name,
                f"an output depends on the variable '{each.name}', which is not in the checkpoint",
                "choose outputs that do not need it, or cut the graph after it with --signature",
            )


def _of_cudnn(
    flow: ForwardGraph, outputs: Iterable[OutputFinding], variables: Iterable[VariableFinding]
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
