"""What keeps the result from being written until the user decides something: ops that TensorFlow 2 cannot run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from tf1compat.discovery.findings import UnsupportedKind, UnsupportedOp
from tf1compat.graph.model import Node
from tf1compat.ops.registry import NEWEST, is_in_newest
from tf1compat.ops.unregistered import origin_of
from tf1compat.plan.judge.choice import Case
from tf1compat.plan.judge.codes import BlockerCode
from tf1compat.plan.judge.cuts import plain_signature
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.op_libraries import holds_op
from tf1compat.plan.signatures.nearest import nearest_outputs

_PIPELINE: frozenset[UnsupportedKind] = frozenset({"pipeline", "pipeline-state"})


class _Found(NamedTuple):
    """What is to be said of a node that blocks, before it is known what the user may type against it."""

    code: BlockerCode
    reason: str
    otherwise: str = ""  # what else than cutting may help


def find_blockers(case: Case) -> tuple[Note, ...]:
    """The ops behind the outputs that cannot be run, or that there are no outputs to offer."""
    if not case.choice.signatures:
        return (_no_outputs(case),)
    behind = (each for each in case.findings.unsupported if _is_needed(case, each))
    found = [each for each in behind if not _is_allowed(case, each)]
    signature = case.cut({each.node for each in found}) if found else ""
    return tuple(
        _note(_WORDS[each.kind](case.graph[each.node], each), each.node, signature) for each in found
    )


def _is_needed(case: Case, found: UnsupportedOp) -> bool:
    """Whether outputs need an op. What is left of a pipeline in a branch that is not taken is none of the result's."""
    return found.node in (case.taken if found.kind in _PIPELINE else case.computed)


def _is_allowed(case: Case, found: UnsupportedOp) -> bool:
    """Whether the user allowed an op, or gave the library that holds it."""
    op = found.inner_op if found.kind == "no-kernel" and found.function else case.graph[found.node].op
    return op in case.choice.allow or holds_op(case.choice.op_libraries, op)


def _note(found: _Found, node: str, signature: str) -> Note:
    """The blocker with what to type: the signature that feeds what blocks, if there is one."""
    typed = f"--signature '{signature}'" if signature else "name what it gives as an input with --signature"
    remedy = f"cut the graph there: {typed}" + (f"; {found.otherwise}" if found.otherwise else "")
    return Note(found.code, node, found.reason, remedy)


def _no_outputs(case: Case) -> Note:
    """That there is nothing to offer, with what comes nearest and the signature that gives the first of it."""
    near, findings = nearest_outputs(case.flow), case.findings
    reason = "no tensor of the graph looks like a prediction"
    if not near:
        nothing = "nothing in it depends on an input or a variable"
        return Note("no-outputs", "", f"{reason}: {nothing}", "give the graph of the model itself")
    listed = ", ".join(f"'{each.tensor}' ({each.reason or 'others read it'})" for each in near)
    signatures = (plain_signature(case.flow, each.tensor, findings.inputs, findings.freezes) for each in near)
    return Note(
        "no-outputs", "", f"{reason}; nearest come {listed}",
        f"name the outputs that you want: --signature '{next(signatures)}'",
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ in words


def _python(node: Node, found: UnsupportedOp) -> _Found:
    calls = "calls a function of the author's Python program, which is not in the files"
    if not found.function:
        return _Found("python-function", f"'{node.name}' ({node.op}) {calls}")
    where = f"'{node.name}' ({node.op}) runs '{found.function}', in which '{found.inner}' ({found.inner_op})"
    return _Found("python-function", f"{where} {calls}")


def _pipeline(node: Node, _: UnsupportedOp) -> _Found:
    return _Found(
        "queue-input",
        f"'{node.name}' ({node.op}) takes examples from the author's input pipeline, which cannot run here",
    )


def _pipeline_state(node: Node, _: UnsupportedOp) -> _Found:
    return _Found(
        "pipeline-state",
        f"'{node.name}' ({node.op}) tells how far the author's input pipeline is, which cannot run here",
        "or name outputs that do not depend on it",
    )


def _opaque_weights(node: Node, _: UnsupportedOp) -> _Found:
    return _Found(
        "cudnn-projection",
        f"'{node.name}' ({node.op}) projects its states with weights that stand in cuDNN's own buffer alone, in a "
        "layout that is not known",
    )


def _replicas(node: Node, found: UnsupportedOp) -> _Found:
    return _Found(
        "replica-average",
        f"'{node.name}' ({node.op}) adds up over the author's replicas, and the sum is divided by {found.divisor:g}: "
        "on one replica it would not be the average any more",
    )


def _unregistered(node: Node, _: UnsupportedOp) -> _Found:
    origin = origin_of(node.op)
    if origin is None:
        return _Found(
            "custom-op",
            f"'{node.name}' ({node.op}) is an op of a library of the author's own, which TensorFlow 2 does not have",
            "or load the library that holds it, built for this TensorFlow: --load-op-library PATH",
        )
    lacks = "cannot run any more" if is_in_newest(node.op) else "does not have"
    return _Found(
        "unregistered-op",
        f"'{node.name}' ({node.op}) is an op of {origin.library}, which TensorFlow 2 {lacks}",
        f"or {origin.advice}" + (" (--load-op-library PATH)" if "library" in origin.advice else ""),
    )


def _no_kernel(node: Node, found: UnsupportedOp) -> _Found:
    assert found.lack is not None
    name, op = (found.inner, found.inner_op) if found.function else (node.name, node.op)
    within = f" in '{found.function}', which '{node.name}' runs," if found.function else ""
    types = f" for {found.lack.dtype}" if found.lack.dtype else ""
    where = "; a GPU has one" if found.lack.elsewhere else ""
    accepted = f"or, to run it on a GPU alone, accept it with --allow {op}" if found.lack.elsewhere else ""
    reason = f"'{name}' ({op}){within} has no kernel{types} on a CPU in TensorFlow {NEWEST}{where}"
    return _Found("no-kernel", reason, accepted)


_WORDS: Mapping[UnsupportedKind, Callable[[Node, UnsupportedOp], _Found]] = MappingProxyType({
    "python": _python, "pipeline": _pipeline, "pipeline-state": _pipeline_state, "opaque-weights": _opaque_weights,
    "replicas": _replicas, "unregistered": _unregistered,
    "no-kernel": _no_kernel,
})  # fmt: skip
