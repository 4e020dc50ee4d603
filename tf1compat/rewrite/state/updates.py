"""Changes of variables become values: what a run writes lasts for that run, which begins with the checkpoint's values.

    before                                          after
    seen  = VariableV2()                            seen  = VariableV2()
    count = AssignAdd(seen, n)                      count = AddV2(seen, n)
    later = Identity(seen, ^count)                  later = Identity(count, ^count)

Changes of one variable happen one after another; a read takes the last one before it. A read that no edge puts after
a change comes before it, which is an order in which TensorFlow 1 could run them, too. An Identity of a reference
shares the variable's memory, so that what counts is when it is read itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cmp_to_key

from tf1compat.analysis.effects import Write, find_effects, holders, orders, readers
from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, TensorValue
from tf1compat.graph.frames import ENTER, EXIT, MERGE, SWITCH
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef
from tf1compat.ops.families import ASSIGN, READ_RESOURCE, VARIABLE_HANDLE
from tf1compat.ops.updates import ARITHMETIC, SCATTERS
from tf1compat.rewrite.base import ELSEWHERE, Outcome, fresh_name, substitute

_MADE_BY = "updates"


def updates_to_values(graph: Graph, outputs: Iterable[TensorRef]) -> Outcome:
    """No output depends on a change of a variable; raises RewriteError for changes that have no such form."""
    writes = find_effects(graph, outputs).needed
    if not writes:
        return Outcome(graph)
    for each in writes:
        _check(graph, each)
    after = orders(graph, writes)
    updates = _Updates(graph)
    for variable in dict.fromkeys(each.variable for each in writes):
        updates.add(variable, _ordered([each for each in writes if each.variable == variable], after), after)
    result = substitute(graph, updates.changed, updates.added)
    names = ", ".join(dict.fromkeys(each.variable for each in writes))
    return Outcome(result, len(writes), f"what a run writes to {names} lasts for that run alone")


def _check(graph: Graph, write: Write) -> None:
    node = graph[write.node]
    if not _is_known(node):
        raise _refusal(node, "in a way that has no form as a value")
    around = ancestors(graph, [node.name], stop=lambda each: each.op in MERGE | EXIT and each is not node)
    if any(graph[name].op in SWITCH | ENTER for name in around):
        raise _refusal(node, "inside a loop or a branch, and an output depends on it")


def _is_known(node: Node) -> bool:
    return node.op in ARITHMETIC or node.op in ASSIGN or node.op.removeprefix("Resource") in SCATTERS


def _refusal(node: Node, how: str) -> RewriteError:
    return RewriteError(f"'{node.name}' ({node.op}) changes a variable {how}; {ELSEWHERE}")


def _ordered(writes: Sequence[Write], after: Mapping[str, frozenset[str]]) -> list[str]:
    """The writes of one variable from first to last; raises RewriteError where two have no order."""

    def compare(one: str, other: str) -> int:
        if (other in after[one]) == (one in after[other]):
            raise RewriteError(
                f"'{one}' and '{other}' change the same variable, and nothing in the graph says which does first; "
                f"{ELSEWHERE}"
            )
        return -1 if other in after[one] else 1

    return sorted((each.node for each in writes), key=cmp_to_key(compare))


@dataclass
class _Updates:
    """Collects the new nodes."""

    graph: Graph
    changed: dict[str, Node] = field(default_factory=dict)
    added: list[Node] = field(default_factory=list)

    def add(self, variable: str, writes: Sequence[str], after: Mapping[str, frozenset[str]]) -> None:
        """The values of one variable's writes, in their order, and its readers reading them."""
        held = self.graph[variable]
        current = self._read(held) if held.op in VARIABLE_HANDLE else TensorRef(variable)
        holding = holders(self.graph, variable)
        for name in sorted(readers(self.graph, variable) - set(writes)):
            before = [each for each in writes if name in after[each]]
            if before:
                self._redirect(self.changed.get(name, self.graph[name]), holding, before[-1])
        for name in writes:
            node = self.graph[name]
            given = (current if ref.node in holding else ref for ref in node.inputs[1:])
            self.changed[name] = self._value(replace(node, inputs=(node.inputs[0], *given)), current)
            current = TensorRef(name)

    def _read(self, handle: Node) -> TensorRef:
        name = fresh_name(self.graph, f"{handle.name}/before")
        dtype = handle.dtype("dtype") or DType("float32")
        self.added.append(
            make_node(name, "ReadVariableOp", [TensorRef(handle.name)], made_by=_MADE_BY, dtype=dtype)
        )
        return TensorRef(name)

    def _redirect(self, node: Node, holding: frozenset[str], write: str) -> None:
        """A reader takes what the last write before it wrote; raises RewriteError where it needs a handle."""
        if node.op in READ_RESOURCE:
            dtype = node.dtype("dtype") or DType("float32")
            node = make_node(
                node.name, "Identity", node.inputs, control_inputs=node.control_inputs, made_by=_MADE_BY, T=dtype
            )  # fmt: skip
        elif any(self.graph[name].op in VARIABLE_HANDLE for name in holding) or node.op.startswith("Ref"):
            raise _refusal(self.graph[write], f"which '{node.name}' ({node.op}) then takes by its handle")
        inputs = (TensorRef(write) if ref.node in holding else ref for ref in node.inputs)
        self.changed[node.name] = replace(node, inputs=tuple(inputs))

    def _value(self, node: Node, current: TensorRef) -> Node:
        """What the variable holds after a write, computed from what it held before."""
        if node.op in ASSIGN:
            return _made(node, "Identity", node.inputs[1])
        if node.op in ARITHMETIC:
            return _made(node, ARITHMETIC[node.op], current, node.inputs[1])
        kind = node.op.removeprefix("Resource")
        index_type = node.dtype("Tindices") or DType("int32")
        indices = node.inputs[1]
        if not kind.startswith("ScatterNd"):
            indices = self._rows(node, indices, index_type)
        made = _made(node, SCATTERS[kind], current, indices, node.inputs[2])
        return made.with_attrs(Tindices=index_type)

    def _rows(self, node: Node, indices: TensorRef, dtype: DType) -> TensorRef:
        """Indices of rows, each in a vector of its own."""
        axis, rows = (fresh_name(self.graph, f"{node.name}/{name}") for name in ("axis", "rows"))
        int32 = DType("int32")
        self.added += [
            make_node(axis, "Const", made_by=_MADE_BY, dtype=int32, value=TensorValue.of(-1, int32)),
            make_node(rows, "ExpandDims", [indices, TensorRef(axis)], made_by=_MADE_BY, T=dtype, Tdim=int32),
        ]
        return TensorRef(rows)


def _made(node: Node, op: str, *inputs: TensorRef) -> Node:
    dtype = (node.dtype("T") or node.dtype("dtype") or DType("float32")).base
    waits = node.control_inputs
    return make_node(node.name, op, inputs, control_inputs=waits, made_by=_MADE_BY, T=dtype)
