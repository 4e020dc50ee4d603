"""Where the result may differ from what the author ran at inference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from tf1compat.analysis.dead import find_dead, live_behind
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.idioms.noise.settled import find_settled
from tf1compat.analysis.idioms.noise.sites import is_drawn
from tf1compat.discovery.begun_states import begun_states
from tf1compat.discovery.fed_sizes import computed_sizes
from tf1compat.discovery.findings import DEFAULT_SIGNATURE, PIPELINE_KINDS, Freeze, FreezeRole, InputFinding
from tf1compat.discovery.input_pipeline.pipeline import pipeline_entries, work_before
from tf1compat.discovery.rnn.cudnn_weights import opaque_variable
from tf1compat.graph.model import Node
from tf1compat.graph.walk import ancestors, executed
from tf1compat.ops.families import CONSTANT, CUDNN_RNN, DRAWS, STATELESS_DRAWS, TIMESTAMP, VARIABLES, by_op
from tf1compat.plan.judge.choice import Case
from tf1compat.plan.judge.codes import HazardCode
from tf1compat.plan.judge.notes import Note

_DRAWS = DRAWS | STATELESS_DRAWS
#: What a frozen tensor is, by the op that gives it, where it is nothing that was fed.
_KINDS = by_op({VARIABLES: " (a variable)", CONSTANT: " (a constant)"})
_FROZEN: Mapping[FreezeRole, tuple[HazardCode, str]] = {
    "keep_prob": ("dropout-frozen", "dropout"),
    "noise": ("noise-frozen", "noise of training"),
    "is_training": ("training-switch-frozen", "training"),
}
#: How many of a pipeline's ops are named.
_WORK_TOLD = 8
_NO_WORK = "the graph does not show what was done to it before"


def find_hazards(case: Case) -> tuple[Note, ...]:
    """What was frozen, what is dead, what came out of a pipeline, what is random, and what cuDNN alone knew."""
    return (
        *_frozen(case),
        *_dead(case),
        *_piped(case),
        *_held(case),
        *_begun(case),
        *_sized(case),
        *_random(case),
        *_of_cudnn(case),
        *_compiled(case),
    )


def _frozen(case: Case) -> Iterator[Note]:
    """What was frozen, by no wish of the user, of that which outputs depend on."""
    flow = case.flow
    needed = [each for each in case.kept_freezes if each.tensor.node in case.behind and each.follows is None]
    fixed = [each for each in needed if _is_fixed(flow, each)]
    for freeze in needed:
        if freeze not in fixed:
            yield _one_frozen(flow, freeze)
    for role, built_in in _BUILT_IN.items():
        alike = [each for each in fixed if each.role == role]
        if alike:
            yield built_in(flow, alike)


def _is_fixed(flow: ForwardGraph, freeze: Freeze) -> bool:
    """Whether noise is governed by a constant of the graph, or by nothing but how it is drawn."""
    if freeze.role not in _BUILT_IN:
        return False
    return flow.graph.producer(freeze.tensor).op in CONSTANT or is_drawn(flow.graph, freeze.tensor)


def _one_frozen(flow: ForwardGraph, freeze: Freeze) -> Note:
    code, subject = _FROZEN[freeze.role]
    what = _KINDS.get(flow.graph.producer(freeze.tensor).op, "")
    return Note(
        code,
        freeze.tensor.node,
        f"'{freeze.tensor}'{what} governs {subject}; it is frozen to {freeze.value}, as at inference",
        f"if the author had another value, give it: --set {freeze.tensor.node}=VALUE",
    )


def _dropout_built_in(flow: ForwardGraph, fixed: Sequence[Freeze]) -> Note:
    """One note for all dropout whose rate the graph fixes: an unrolled network has one for each step."""
    subject = "the mask" if is_drawn(flow.graph, fixed[0].tensor) else "the rate"
    return Note(
        "dropout-built-in",
        fixed[0].tensor.node,
        f"{subject} of dropout in {_and_more(fixed)} is a constant of the graph, so that this very graph drops out "
        "whatever it is fed; the migrated model drops nothing",
        f"to go on dropping out at random there, {_again(flow, fixed[0], 'rate')}",
    )


def _noise_built_in(flow: ForwardGraph, fixed: Sequence[Freeze]) -> Note:
    """One note for all noise whose size the graph fixes."""
    return Note(
        "noise-built-in",
        fixed[0].tensor.node,
        f"the size of noise in {_and_more(fixed)} is a constant of the graph, so that this very graph is noisy "
        "whatever it is fed; as weights come after it, it is taken for noise of training, and the migrated model "
        "has none",
        f"to go on drawing at random there, {_again(flow, fixed[0], 'size')}",
    )


def _and_more(fixed: Sequence[Freeze]) -> str:
    first = f"'{fixed[0].tensor.node}'"
    return f"{first} and {len(fixed) - 1} more" if len(fixed) > 1 else first


def _again(flow: ForwardGraph, freeze: Freeze, what: str) -> str:
    if is_drawn(flow.graph, freeze.tensor):
        return f"take '{freeze.tensor}' out of the constants of a plan (tf1compat plan, migrate --plan)"
    return f"give the {what} again: --set {freeze.tensor.node}=VALUE"


_BUILT_IN: Mapping[FreezeRole, Callable[[ForwardGraph, Sequence[Freeze]], Note]] = MappingProxyType({
    "keep_prob": _dropout_built_in, "noise": _noise_built_in,
})  # fmt: skip


def _dead(case: Case) -> Iterator[Note]:
    """Placeholders that look as if they mattered; labels and learning rates are dead by nature."""
    outputs = case.findings.outputs
    left = case.flow.behind(each.tensor for each in outputs if each.role != "loss" and not each.signature)
    for each in case.findings.inputs:
        looks_alive = each.role not in ("label", "learning_rate") and each.kind == "placeholder"
        if looks_alive and not _is_live(case, each) and each.tensor.node not in left | case.choice.named:
            yield Note(
                "dead-input",
                each.tensor.node,
                f"no output depends on '{each.tensor}', so feeding it changes nothing",
                "leave it out; if it should matter, the graph was built without connecting it",
            )


def _is_live(case: Case, finding: InputFinding) -> bool:
    """Whether some output depends on an input, or waits for it: one that discovery offers, or one that was chosen."""
    read = finding.live or case.flow.reaches(finding.tensor, case.behind) or finding.tensor in case.outputs
    return read or (finding.tensor in case.fed and finding.tensor.node in executed(case.graph, case.outputs))


def _piped(case: Case) -> Iterator[Note]:
    """What is an input because no pipeline runs here, and what that pipeline did to it."""
    graph = case.graph
    piped = {each.tensor for each in case.findings.inputs if each.kind in PIPELINE_KINDS}
    piped |= {each.tensor for each in case.findings.serialized}
    taken = ancestors(graph, [ref.node for ref in case.fed & piped], control=False)
    entries = pipeline_entries(
        case.flow.entries, case.fed.union(each.tensor for each in case.findings.inputs if each.live)
    )
    for each in (entry for entry in entries if entry.root.node in taken):
        work = ", ".join(work_before(graph, each)[:_WORK_TOLD])
        beyond = f"what was done to it before ({work}) is not part of the model" if work else _NO_WORK
        feeder = graph.producer(each.root)
        yield Note(
            "input-pipeline",
            feeder.name,
            f"'{feeder.name}' ({feeder.op}) took examples from the author's input pipeline, which cannot run here; "
            f"what it gave is an input, and {beyond}",
            "prepare what you feed as the author's program did; to begin elsewhere, name another tensor as an input "
            "with --signature",
        )


def _held(case: Case) -> Iterator[Note]:
    """What is an input because the graph itself held the examples: one note for all of it."""
    held = [each for each in case.findings.inputs if each.kind == "held" and each.tensor in case.fed]
    if held:
        names = ", ".join(f"'{each.tensor.node}' ({case.graph.producer(each.tensor).op})" for each in held)
        yield Note(
            "input-held",
            held[0].tensor.node,
            f"{names} held the examples that the program itself was built with; what is fed stands in for them",
            "feed what is of the same kind; to begin elsewhere, name another tensor as an input with --signature",
        )


def _begun(case: Case) -> Iterator[Note]:
    """The states that a variable of any number of rows kept from run to run."""
    for name in begun_states(case.graph, case.computed):
        yield Note(
            "state-in-variable",
            name,
            f"the program kept a state in '{name}' from one run to the next, which was never saved; the migrated "
            "model starts from what the program begins it with in every run, for as many rows as are fed",
            "carry the state from call to call with the signature 'step', where the model has one",
        )


def _sized(case: Case) -> Iterator[Note]:
    """The sizes that need not be fed any more."""
    for name, whole in computed_sizes(case.graph).items():
        if name in case.computed:
            yield Note(
                "size-computed",
                name,
                f"'{name}' was fed by the program; it is computed from the shape of '{whole}'",
                "leave it out of what you feed; to feed it all the same, name it as an input with --signature",
            )


def _random(case: Case) -> tuple[Note, ...]:
    """The draws that reach an output whatever is fed: nothing that is frozen turns them off.

    A draw in a branch of which nobody knows whether it is taken counts only where the user turned something on.
    """
    flow, graph, given = case.flow, case.graph, case.scalars
    drawing = [node for node in graph.nodes if node.op in _DRAWS]
    if not drawing:
        return ()
    ends = {*given, *case.fed, *(each.tensor for each in case.choice.constants)}
    behind = live_behind(graph, case.outputs, find_dead(graph, given), ends)
    harmless = set(find_settled(graph, given, ignored=flow.training, outputs=case.outputs).draws)
    harmless |= set() if case.is_overruled else flow.inside_branches
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
    if node.op in TIMESTAMP:
        return "tells the time"
    seeds = tuple(node.integer(each) for each in ("seed", "seed2"))
    return f"draws at random, {'with no seed' if seeds == (0, 0) else f'with the seeds {seeds[0]} and {seeds[1]}'},"


def _of_cudnn(case: Case) -> Iterator[Note]:
    """Weights in a layout that the GPU chose, and dropout that a CudnnRNN was built to draw."""
    names = {each.name for each in case.findings.variables}
    for node in case.graph.nodes:
        if node.op not in CUDNN_RNN or node.name not in case.behind:
            continue
        opaque = opaque_variable(case.graph, node)
        if opaque in names:
            yield _laid_out(node, opaque)
        drops = node.attrs.get("dropout", 0.0) and node.attrs.get("is_training", True)
        if drops and node.name not in case.flow.inside_branches:
            yield _left_out(node)


def _laid_out(node: Node, opaque: str) -> Note:
    return Note(
        "cudnn-buffer-layout",
        node.name,
        f"the checkpoint holds the weights of '{node.name}' ({node.op}) as the buffer '{opaque}' of the GPU "
        "that trained it; they are read in the layout that Keras writes, matrices before biases",
        "compare with outputs of the original program",
    )


def _left_out(node: Node) -> Note:
    return Note(
        "dropout-left-out",
        node.name,
        f"'{node.name}' ({node.op}) was built to drop out between its layers, as in training; "
        "the migrated model does not",
        "expect what the program gave with training=False",
    )


def _compiled(case: Case) -> Iterator[Note]:
    """What XLA may refuse that the original takes."""
    if case.choice.jit:
        yield Note(
            "compiled-without-empty-axes",
            DEFAULT_SIGNATURE,
            "XLA compiles for the sizes that it is given, and may refuse an axis of size 0 that the original takes",
            "leave --jit out if empty batches or sequences come in; verification leaves them out with --jit",
        )
