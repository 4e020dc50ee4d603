"""The signature that cuts a graph where it cannot be computed any more: what a blocker tells the user to type."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from tf1compat.analysis.dtypes import dtype_as_read
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.discovery.findings import DEFAULT_SIGNATURE, Freeze, InputFinding, OutputFinding
from tf1compat.graph.frames import EXIT
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef, is_default_name, leaf
from tf1compat.ops.arrays import array_state
from tf1compat.ops.families import IDENTITY

#: Of nodes that are not to be computed, the signature that cuts them off; empty where there is none.
Cut = Callable[[Collection[str]], str]
#: Types whose values only mean something within one run, or are not known.
_NEVER_FED = frozenset({"resource", "variant", "type_0"})
_NOT_OFFERED = frozenset({"loss", "sequence"})
#: Names that the parameters of a signature cannot have.
_RESERVED = frozenset({"self"})


def cut_signature(
    flow: ForwardGraph,
    blocked: Collection[str],
    inputs: Iterable[InputFinding],
    outputs: Iterable[OutputFinding],
    freezes: Iterable[Freeze] = (),
) -> str:
    """The text of a signature that needs none of the blocked nodes: what they give is fed instead.

    Where nothing of the model is left after such a node, what goes into it is the output. Empty where neither works.
    """
    ends = frozenset(blocked).union(*(_feedable(flow, name) for name in blocked))
    outputs = list(outputs)
    named = list(_kept(flow, ends, outputs))
    if not named:
        return ""
    behind = ancestors(flow.graph, [ref.node for ref in named], stop=lambda node: node.name in ends)
    fed = sorted(_read_of(flow, behind - ends, ends))
    frozen = {each.tensor for each in freezes}
    read = {ref for name in behind - ends for ref in flow.graph[name].inputs} | set(named)
    given = [each.tensor for each in inputs if each.tensor in read and each.tensor not in frozen]
    if any(dtype_as_read(flow.graph, ref) in _NEVER_FED for ref in fed):
        return ""
    roles = {each.tensor: each.role for each in outputs}
    sides = (_bindings(flow, dict.fromkeys(refs), roles) for refs in ((*given, *fed), named))
    return "{}({}) -> {}".format(DEFAULT_SIGNATURE, *sides)


def plain_signature(
    flow: ForwardGraph, output: TensorRef, inputs: Iterable[InputFinding], freezes: Iterable[Freeze] = ()
) -> str:
    """The text of a signature that gives one tensor and takes the inputs that it depends on."""
    behind, frozen = ancestors(flow.graph, [output.node]), {each.tensor for each in freezes}
    given = [each.tensor for each in inputs if each.tensor.node in behind and each.tensor not in frozen]
    return f"{DEFAULT_SIGNATURE}({_bindings(flow, given, {})}) -> {_bindings(flow, [output], {})}"


def _kept(flow: ForwardGraph, ends: frozenset[str], outputs: Sequence[OutputFinding]) -> Iterator[TensorRef]:
    """The offered outputs, or what goes into a blocked node after which nothing is left but its own result."""
    every = [each for each in outputs if each.role not in _NOT_OFFERED] or outputs
    first = [each for each in every if each.signature == DEFAULT_SIGNATURE] or every
    for each in first:
        behind = ancestors(flow.graph, [each.tensor.node], control=False, stop=lambda node: node.name in ends)
        if each.tensor.node not in ends and (behind - ends) & flow.applied:
            yield each.tensor
        else:
            yield from _given_to(flow, behind & ends, ends)


def _given_to(flow: ForwardGraph, last: Collection[str], ends: frozenset[str]) -> Iterator[TensorRef]:
    """What the model computes for the blocked nodes that come last."""
    for node in flow.graph.in_order(last):
        for ref in node.inputs:
            behind = ancestors(flow.graph, [ref.node], control=False, stop=lambda each: each.name in ends)
            if ref.node not in ends and behind & flow.applied and dtype_as_read(flow.graph, ref).is_floating:
                yield ref


def _feedable(flow: ForwardGraph, name: str) -> Iterator[str]:
    """The nodes at which what a node gives can be fed: outside loops and branches, and no handle."""
    seen: set[str] = set()
    todo = [name]
    while todo:
        at = todo.pop()
        if at in seen or at in flow.training:
            continue
        seen.add(at)
        if _is_outside(flow, at) and not _is_handle(flow.graph, at):
            yield _as_named(flow, at)
        else:
            todo.extend(use.node for use in flow.graph.uses_of_node.get(at, ()))


def _is_handle(graph: Graph, name: str) -> bool:
    """Whether what a node gives only means something within one run: a handle, or that an array was written."""
    uses = [(graph[use.node], use.position) for use in graph.uses_of_node.get(name, ())]
    flows = any((ref := array_state(node)) is not None and node.inputs[at] == ref for node, at in uses)
    return flows or dtype_as_read(graph, TensorRef(name)) in _NEVER_FED


def _as_named(flow: ForwardGraph, name: str) -> str:
    """The node, or the Identity by which the author named what it gives, if that is all that reads it."""
    readers = {use.node for use in flow.graph.uses_of_node.get(name, ())} - flow.training
    if len(readers) != 1 or not is_default_name(name, flow.graph[name].op):
        return name
    (reader,) = readers
    named = flow.graph[reader].op in IDENTITY and not is_default_name(reader, "Identity")
    return reader if named else name


def _is_outside(flow: ForwardGraph, name: str) -> bool:
    if flow.graph[name].op in EXIT:
        return name not in flow.inside_loops
    return name not in flow.inside_loops and name not in flow.inside_branches


def _read_of(flow: ForwardGraph, readers: Iterable[str], ends: Collection[str]) -> set[TensorRef]:
    return {ref for name in readers for ref in flow.graph[name].inputs if ref.node in ends}


# ------------------------------------------------------------------------------------------------ as text


def _bindings(flow: ForwardGraph, refs: Iterable[TensorRef], roles: Mapping[TensorRef, str]) -> str:
    taken: set[str] = set()
    return ", ".join(_binding(flow, ref, roles.get(ref, "tensor"), taken) for ref in refs)


def _binding(flow: ForwardGraph, ref: TensorRef, role: str, taken: set[str]) -> str:
    """`alias=tensor`, or the tensor alone where the author's name for it gives the alias."""
    plain = re.sub(r"\W", "_", leaf(ref.node), flags=re.ASCII)
    usable = plain[:1].isalpha() and plain not in _RESERVED and not keyword.iskeyword(plain)
    known = role != "tensor" and is_default_name(ref.node, flow.graph[ref.node].op)
    wanted = plain if usable and not known else role
    alias, number = wanted, 0
    while alias in taken:
        number += 1
        alias = f"{wanted}_{number}"
    taken.add(alias)
    tensor = str(ref) if ref.index else ref.node
    return tensor if alias == tensor else f"{alias}={tensor}"
