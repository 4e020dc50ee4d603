"""v1 conditionals become functional `If` nodes, inner conditionals first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tf1compat.analysis.dtypes import dtype_of
from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, FunctionRef, TensorValue
from tf1compat.graph.draft import Draft
from tf1compat.graph.frames import MERGE, SWITCH
from tf1compat.graph.model import Function, Graph, Node, make_node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef, scope_of
from tf1compat.ops.families import CONSTANT, IDENTITY
from tf1compat.rewrite.base import Outcome, fresh_name, passing
from tf1compat.rewrite.control_flow.functions import (
    Argument,
    cut_function,
    recorded_shapes,
)
from tf1compat.rewrite.control_flow.joins import (
    Join,
    begins_outside,
    find_join,
    merges_by_level,
    predicate_of,
)

_MADE_BY = "conditionals"


def functionalise_conditionals(graph: Graph) -> Outcome:
    """No Merge is left but those of loops: each reads an `If`.

    Raises RewriteError where a Merge joins anything but the two branches of one predicate.
    """
    if not any(node.op in MERGE for node in graph.nodes):
        return Outcome(graph)
    draft = Draft(graph)
    count = len(convert_conditionals(draft))
    return Outcome(draft.graph() if count else graph, count, "v1 conditionals became functional If")


def convert_conditionals(draft: Draft, within: Collection[str] | None = None) -> list[str]:
    """The same for the Merges among the nodes `within` (all, if None); gives the names of the `If` nodes."""
    made = []
    for merges in merges_by_level(draft, within):
        joins = [find_join(draft, draft[name]) for name in merges]
        made += [_Conditional(draft, group).converted() for group in _by_predicate(joins)]
    return made


def _by_predicate(joins: Iterable[Join]) -> list[list[Join]]:
    groups: dict[TensorRef, list[Join]] = {}
    for each in joins:
        groups.setdefault(each.predicate, []).append(each)
    return list(groups.values())


@dataclass(frozen=True)
class _Capture:
    """A value that the branches take from outside: through Switches, or directly."""

    source: TensorRef
    dtype: DType
    switches: tuple[str, ...]  # those of the predicate that carry it; none where it is read directly

    def seen_from(self, side: int) -> tuple[TensorRef, ...]:
        """The tensors that it is inside the branch for `side`."""
        return tuple(TensorRef(name, side) for name in self.switches) or (self.source,)


@dataclass(frozen=True)
class _Conditional:
    """Merges that join the branches of one predicate, none of them behind another."""

    graph: Draft
    joins: Sequence[Join]

    def converted(self) -> str:
        """The graph has one `If` for all the merges, each of which lives on as one of its outputs; gives its name."""
        name = self._scope if self._scope not in self.graph else fresh_name(self.graph, f"{self._scope}/if")
        if_false, if_true = self._branch(0), self._branch(1)
        node = self._if_node(name, if_false, if_true)
        self.graph.put(
            *(
                passing(each.merge, TensorRef(name, number), _MADE_BY)
                for number, each in enumerate(self.joins)
            ),
            node,
        )
        _add_choices(self.graph, self.joins)
        self.graph.know(if_false, if_true)
        return name

    @property
    def _scope(self) -> str:
        """What the author called the conditional."""
        lead = self.joins[0].merge.name
        return scope_of(lead) or lead

    def _if_node(self, name: str, if_false: Function, if_true: Function) -> Node:
        merges = [each.merge for each in self.joins]
        return make_node(
            name, "If", (self.joins[0].predicate, *(each.source for each in self._captures)),
            control_inputs=self._waits, made_by=_MADE_BY, Tcond=DType("bool"),
            Tin=tuple(each.dtype for each in self._captures), Tout=tuple(map(_dtype, merges)),
            then_branch=FunctionRef(if_true.name), else_branch=FunctionRef(if_false.name),
            output_shapes=recorded_shapes(self.graph, [TensorRef(each.name) for each in merges]),
        )  # fmt: skip

    def _branch(self, side: int) -> Function:
        arguments = [
            Argument(fresh_name(self.graph, f"capture_{number}"), each.dtype, each.seen_from(side))
            for number, each in enumerate(self._captures)
        ]
        title = f"{self._scope}_{'true' if side else 'false'}"
        outputs = [each.branch_output(side) for each in self.joins]
        return cut_function(self.graph, title, arguments, outputs, outside=self._waits)

    # -------------------------------------------------------------------------------- what the branches hold

    def _is_entry(self, node: Node) -> bool:
        return node.op in SWITCH and predicate_of(self.graph, node) == self.joins[0].predicate

    @cached_property
    def _inside(self) -> Mapping[str, bool]:
        """All nodes behind the merges, up to the Switches of the predicate: whether a branch computes them.

        The others do not depend on the Switches: they have their values whichever branch is taken.
        """
        inside: dict[str, bool] = {}
        todo = [(ref.node, False) for each in self.joins for ref in each.merge.inputs]
        while todo:
            name, leaving = todo.pop()
            node = self.graph[name]
            if leaving:
                inside[name] = any(inside.get(each, False) for each in _behind(node))
            elif name not in inside:
                entry = self._is_entry(node)
                inside[name] = entry
                if not entry and not begins_outside(self.graph, node):
                    todo.append((name, True))
                    todo.extend((each, False) for each in _behind(node))
        return inside

    @cached_property
    def _captures(self) -> tuple[_Capture, ...]:
        carried: dict[TensorRef, list[str]] = {}
        for node in self._in_order(inside=True):
            if self._is_entry(node):
                carried.setdefault(self._switched(node), []).append(node.name)
        through = [
            _Capture(source, (self.graph[names[0]].dtype() or DType("float32")).base, tuple(names))
            for source, names in carried.items()
        ]
        return (*through, *(_Capture(ref, self._dtype_of(ref), ()) for ref in self._read_directly()))

    def _switched(self, entry: Node) -> TensorRef:
        """What comes in through a Switch; TF 0.12 switches what a branch returns as it was given twice."""
        while self._is_entry(entry):
            ref = entry.inputs[0]
            entry = self.graph.producer(resolve(self.graph, ref, IDENTITY))
        return ref

    def _read_directly(self) -> list[TensorRef]:
        """Tensors from outside that a branch reads without a Switch; constants are copied instead."""
        found: dict[TensorRef, None] = {}
        for node in self._in_order(inside=True):
            if not self._is_entry(node):
                found.update((ref, None) for ref in node.inputs if not self._inside[ref.node])
        return [ref for ref in found if not _is_copied(self.graph.producer(ref))]

    @cached_property
    def _waits(self) -> tuple[str, ...]:
        """What nodes inside the branches wait for outside."""
        nodes = [each for each in self._in_order(inside=True) if not self._is_entry(each)]
        waited = dict.fromkeys(name for node in nodes for name in node.control_inputs)
        return tuple(name for name in waited if not self._inside[name])

    def _in_order(self, *, inside: bool) -> list[Node]:
        return self.graph.in_order(name for name, within in self._inside.items() if within is inside)

    def _dtype_of(self, ref: TensorRef) -> DType:
        dtype = dtype_of(self.graph, ref)
        if dtype.startswith("type_"):
            raise RewriteError(
                f"'{ref}' is read inside a branch without Switch, and its type is not known; "
                "the control flow around it has no functional form"
            )
        return dtype


def _behind(node: Node) -> list[str]:
    return [*(ref.node for ref in node.inputs), *node.control_inputs]


def _is_copied(node: Node) -> bool:
    return node.op in CONSTANT and not node.control_inputs


def _dtype(merge: Node) -> DType:
    return (merge.dtype() or DType("float32")).base


def _add_choices(graph: Draft, joins: Iterable[Join]) -> None:
    """The second output of each Merge that is read (which input it took) is chosen by the predicate."""
    for each in joins:
        second = TensorRef(each.merge.name, 1)
        if graph.reads(second):
            nodes = _choice(graph, each)
            graph.put(*nodes)
            graph.redirect({second: TensorRef(nodes[-1].name)})


def _choice(graph: Draft, join: Join) -> list[Node]:
    name = fresh_name(graph, f"{join.merge.name}/value_index")
    numbers = [
        make_node(
            f"{name}/{which}", "Const", made_by=_MADE_BY, dtype=DType("int32"),
            value=TensorValue.of(value, DType("int32")),
        )
        for which, value in (("true", join.true_input), ("false", 1 - join.true_input))
    ]  # fmt: skip
    inputs = (join.predicate, *(TensorRef(each.name) for each in numbers))
    return [*numbers, make_node(name, "Select", inputs, made_by=_MADE_BY, T=DType("int32"))]
