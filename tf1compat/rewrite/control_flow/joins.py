"""Where the branches of v1 conditionals join, and which predicate chose between them.

In v1 a `Switch` sends a value to the branch that its predicate names (output 0: false, 1: true) and a `Merge` joins
the branches. The walk back from each input of a Merge to the Switches of its predicate is that branch; a branch that
only makes constants hangs on its Switch by control edges. `tf.cond` switches the predicate itself and everything else
by an Identity of it, so predicates are compared behind Identities.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tf1compat.errors import RewriteError
from tf1compat.graph.frames import ENTER, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Node, NodeTable
from tf1compat.graph.walk import resolve, topological
from tf1compat.names import TensorRef
from tf1compat.ops.control import is_branch_merge, is_loop_merge
from tf1compat.ops.families import IDENTITY
from tf1compat.rewrite.base import ELSEWHERE


@dataclass(frozen=True)
class Join:
    """One Merge with what was found behind its inputs."""

    merge: Node
    predicate: TensorRef
    true_input: int  # which input of the Merge the true branch gives

    def branch_output(self, side: int) -> TensorRef:
        """What the branch for `side` (0 false, 1 true) gives."""
        return self.merge.inputs[self.true_input if side else 1 - self.true_input]


def predicate_of(graph: NodeTable, switch: Node) -> TensorRef:
    """What a Switch goes by, behind Identities."""
    return resolve(graph, switch.inputs[1], IDENTITY)


def begins_outside(graph: NodeTable, node: Node) -> bool:
    """Whether no branch reaches behind a node: there the frame's own values come in."""
    return node.op in ENTER or is_loop_merge(graph, node)


def merges_by_level(graph: NodeTable, within: Collection[str] | None = None) -> list[list[str]]:
    """The Merges of branches among the nodes `within` (all, if None), each on a level above those behind it."""
    levels: list[list[str]] = []
    level: dict[str, int] = {}  # how many such Merges, one after another, have come before a node's value
    for node in topological(graph, within=within):
        reads = (*(ref.node for ref in node.inputs), *node.control_inputs)
        before = max((level[name] for name in reads if name in level and _passes_on(graph, name)), default=0)
        if is_branch_merge(graph, node):
            if before == len(levels):
                levels.append([])
            levels[before].append(node.name)
            before += 1
        level[node.name] = before
    return levels


def _passes_on(graph: NodeTable, name: str) -> bool:
    return graph[name].op not in NEXT_ITERATION


def find_join(graph: NodeTable, merge: Node) -> Join:
    """A Merge of two branches; raises RewriteError where no predicate is seen to choose between them."""
    sides = [_sides_behind(graph, ref) for ref in merge.inputs]
    for predicate, side in sides[0]:
        if len(sides) == 2 and (predicate, 1 - side) in sides[1]:
            return Join(merge, predicate, 0 if side == 1 else 1)
    raise RewriteError(
        f"'{merge.name}' ({merge.op}) joins {len(merge.inputs)} branches, and no predicate was found that chooses "
        f"between them; {ELSEWHERE}"
    )


def _sides_behind(graph: NodeTable, ref: TensorRef) -> tuple[tuple[TensorRef, int], ...]:
    """Each (predicate, side) whose Switches the walk back from a tensor meets first."""
    found: dict[tuple[TensorRef, int], None] = {}
    todo, seen = [ref], set[TensorRef]()
    while todo:
        current = todo.pop()
        if current in seen:
            continue
        seen.add(current)
        node = graph.producer(current)
        if node.op in SWITCH:
            found[(predicate_of(graph, node), current.index)] = None
        elif not begins_outside(graph, node):
            todo.extend(node.inputs)
            todo.extend(TensorRef(name) for name in node.control_inputs)
    return tuple(found)
