"""v1 conditionals become functional `If` nodes, inner conditionals first.

In v1 a `Switch` sends a value to the branch that its predicate names (output 0: false, 1: true) and a `Merge` joins
the branches. The walk back from each input of a Merge to the Switches of its predicate is that branch; a branch that
only makes constants hangs on its Switch by control edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, FunctionRef
from tf1compat.graph.frames import ENTER, MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.graph.walk import ancestors, topological
from tf1compat.names import TensorRef
from tf1compat.rewrite.base import Outcome, fresh_name, substitute
from tf1compat.rewrite.control_flow.functions import (
    Argument,
    cut_function,
    recorded_shapes,
    with_functions,
)

_MADE_BY = "conditionals"


def functionalise_conditionals(graph: Graph, within: frozenset[str] | None = None) -> Outcome:
    """No Switch/Merge pair is left among the nodes `within` (all, if None): each is an `If` with two branches."""
    count = 0
    while groups := _next_group(graph, within):
        graph = _functionalise(graph, groups)
        count += 1
    return Outcome(graph, count, "v1 conditionals became functional If")


def _next_group(graph: Graph, within: frozenset[str] | None) -> tuple[_Joined, ...]:
    """The first Merge in dataflow order, so an inner one before the one around it, with those that join the
    branches of the same predicate and do not depend on it."""
    merges = [
        node
        for node in topological(graph)
        if node.op in MERGE and (within is None or node.name in within) and not _closes_loop(graph, node)
    ]
    if not merges:
        return ()
    first = _joined(graph, merges[0])
    group = [first]
    for merge in merges[1:]:
        try_next = _joined_or_none(graph, merge)
        if try_next and try_next.predicate == first.predicate and _independent(graph, merge, merges):
            group.append(try_next)
    return tuple(group)


def _independent(graph: Graph, merge: Node, merges: Sequence[Node]) -> bool:
    others = {each.name for each in merges} - {merge.name}
    return not (ancestors(graph, [merge.name], stop=lambda node: node.op in NEXT_ITERATION) & others)


def _closes_loop(graph: Graph, merge: Node) -> bool:
    return any(graph.producer(ref).op in NEXT_ITERATION for ref in merge.inputs)


@dataclass(frozen=True)
class _Joined:
    """One Merge with what was found behind its inputs."""

    merge: Node
    predicate: TensorRef
    true_input: int  # which input of the Merge the true branch gives

    def branch_output(self, side: int) -> TensorRef:
        """What the branch for `side` (0 false, 1 true) gives."""
        return self.merge.inputs[self.true_input if side else 1 - self.true_input]


def _joined_or_none(graph: Graph, merge: Node) -> _Joined | None:
    if len(merge.inputs) != 2:
        return None
    sides = [_sides_behind(graph, ref) for ref in merge.inputs]
    for predicate, side in sides[0]:
        if (predicate, 1 - side) in sides[1]:
            return _Joined(merge, predicate, 0 if side == 1 else 1)
    return None


def _joined(graph: Graph, merge: Node) -> _Joined:
    found = _joined_or_none(graph, merge)
    if found is None:
        raise RewriteError(
            f"'{merge.name}' ({merge.op}) joins {len(merge.inputs)} branches, and no predicate was found that chooses "
            "between them; name outputs that do not depend on it with --signature"
        )
    return found


def _is_switch(node: Node) -> bool:
    return node.op in SWITCH


def _sides_behind(graph: Graph, ref: TensorRef) -> tuple[tuple[TensorRef, int], ...]:
    """Each (predicate, side) whose Switches the walk back from a tensor meets first."""
    found: dict[tuple[TensorRef, int], None] = {}
    todo, seen = [ref], set[TensorRef]()
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        node = graph.producer(current)
        if _is_switch(node):
            found[(node.inputs[1], current.index)] = None
        elif node.op not in ENTER and not (node.op in MERGE and _closes_loop(graph, node)):
            todo.extend(node.inputs)
            todo.extend(TensorRef(name) for name in node.control_inputs)
    return tuple(found)


def _functionalise(graph: Graph, group: Sequence[_Joined]) -> Graph:
    predicate = group[0].predicate
    captures = _captures(graph, group)
    branches = [_branch(graph, group, captures, side) for side in (0, 1)]
    lead = group[0].merge
    name = fresh_name(graph, f"{lead.name}/if")
    outputs = [TensorRef(each.merge.name) for each in group]
    node = make_node(
        name, "If", (predicate, *(each.source for each in captures)), made_by=_MADE_BY,
        Tcond=DType("bool"), Tin=tuple(each.dtype for each in captures),
        Tout=tuple(_dtype(each.merge) for each in group),
        then_branch=FunctionRef(branches[1].name), else_branch=FunctionRef(branches[0].name),
        output_shapes=recorded_shapes(graph, outputs),
    )  # fmt: skip
    changed, added = {}, [node]
    for number, each in enumerate(group):
        changed[each.merge.name] = _result(graph, each.merge, TensorRef(name, number))
        added += _value_index(graph, each)
    return with_functions(substitute(graph, changed, added), *branches)


def _dtype(merge: Node) -> DType:
    return (merge.dtype() or DType("float32")).base


def _result(graph: Graph, merge: Node, value: TensorRef) -> Node:
    """The Merge's name lives on, as the If's output."""
    return make_node(
        merge.name, "Identity", (value,), made_by=_MADE_BY, T=_dtype(merge),
        _output_shapes=recorded_shapes(graph, [TensorRef(merge.name)]),
    )  # fmt: skip


def _value_index(graph: Graph, joined: _Joined) -> list[Node]:
    if graph.uses.get(TensorRef(joined.merge.name, 1)):
        raise RewriteError(
            f"'{joined.merge.name}:1' (which branch a Merge took) is read; name outputs that do not depend on it "
            "with --signature"
        )
    return []


@dataclass(frozen=True)
class _Capture:
    """A value that a branch takes from outside: through a Switch, or (made before the branch) directly."""

    source: TensorRef
    dtype: DType
    through: tuple[str, ...]  # Switch nodes of the predicate that carry it


def _captures(graph: Graph, group: Sequence[_Joined]) -> tuple[_Capture, ...]:
    carried: dict[TensorRef, list[str]] = {}
    for node in _switches(graph, group):
        carried.setdefault(node.inputs[0], []).append(node.name)
    return tuple(
        _Capture(source, (graph[names[0]].dtype() or DType("float32")).base, tuple(names))
        for source, names in carried.items()
    )


def _switches(graph: Graph, group: Sequence[_Joined]) -> list[Node]:
    """The Switches of the predicate that any branch of the group reads."""
    predicate = group[0].predicate
    starts = [ref.node for each in group for ref in each.merge.inputs]
    reached = ancestors(graph, starts, stop=lambda node: _is_switch(node) and node.inputs[1] == predicate)
    return [graph[name] for name in graph.by_name if name in reached and _is_own(graph[name], predicate)]


def _is_own(node: Node, predicate: TensorRef) -> bool:
    return _is_switch(node) and node.inputs[1] == predicate


def _branch(graph: Graph, group: Sequence[_Joined], captures: Sequence[_Capture], side: int) -> Function:
    arguments = [
        Argument(f"capture_{number}", each.dtype, tuple(TensorRef(name, side) for name in each.through))
        for number, each in enumerate(captures)
    ]
    title = f"{group[0].merge.name}_{'true' if side else 'false'}"
    return cut_function(graph, title, arguments, [each.branch_output(side) for each in group])
