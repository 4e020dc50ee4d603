"""The one evaluator: the values of tensors that follow from constants, and from what is assumed of other tensors.

This is constant folding as abstract interpretation: a tensor is known or unknown, in its own type, and what nobody
asks for is never computed. Branches that are not taken give no value, so a Merge has that of the live one.

    keep = Merge(Const 1.0 where not training, Const 0.5 where training)     keep is 1.0, assuming training is False
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from tf1compat.graph.attributes import Array, TensorValue
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.frames import MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import descendants, resolve
from tf1compat.names import TensorRef
from tf1compat.ops.control import is_loop_merge
from tf1compat.ops.families import ENSURE_SHAPE, IS_INITIALIZED, REPEATING, RESHAPES, SELECTIONS, TRANSPARENT
from tf1compat.ops.kernels import KERNELS
from tf1compat.ops.kernels.kernel import MOST_ENTRIES
from tf1compat.ops.registry import dtype_of, value_type

#: Values by tensor.
Assumed: TypeAlias = Mapping[TensorRef, Any]

#: Ops that give the value of their first input, if they give one: a Switch passes it on to one side.
_SAME = TRANSPARENT | SWITCH | ENSURE_SHAPE
#: Ops that arrange a tensor; of one that has a single entry, they give that entry whatever the arrangement is.
_SHAPING = RESHAPES | REPEATING
#: Logical ops that one operand may decide, and those over all entries of a tensor, with the value that decides.
_DECIDED_BY = {"LogicalAnd": False, "LogicalOr": True}
_REDUCTIONS = {"All": False, "Any": True}


class _Deadness(NamedTuple):
    """The question whether a tensor gets no value."""

    ref: TensorRef


_Question: TypeAlias = TensorRef | _Deadness
#: A rule asks questions one by one and returns the answer to its own; so no chain of ops is too long for the stack.
_Rule: TypeAlias = Generator[_Question, Any, Any]


def constant(graph: Graph, ref: TensorRef) -> Array | None:
    """The value of a tensor that cannot be anything else; None when it is not known without running."""
    return _constants(graph).value(ref)


def scalar(graph: Graph, ref: TensorRef) -> float | None:
    """The one number that a tensor is, if it is a known one."""
    value = constant(graph, ref)
    return float(value.item()) if value is not None and value.size == 1 and value.dtype != object else None


def known_scalar(graph: Graph, ref: TensorRef) -> Any:
    """The value of a scalar that depends on constants alone, as a numpy scalar; else None."""
    return _constants(graph).scalar(ref)


def evaluate(graph: Graph, ref: TensorRef, assumed: Assumed) -> Array | None:
    """The value of a tensor that depends on constants and on what is assumed alone; else None."""
    return Evaluation(graph, assumed).value(ref)


def constant_of(node: Node) -> Array | None:
    """The array that a Const holds; None for other nodes, and for types that numpy does not have."""
    value, dtype = node.attrs.get("value"), node.dtype("dtype")
    held = (
        node.op == "Const" and isinstance(value, TensorValue) and (dtype is None or dtype.numpy is not None)
    )
    return value.array if held and isinstance(value, TensorValue) else None


class Evaluation:
    """What follows in a graph from the values of some tensors; each answer is found once."""

    def __init__(self, graph: Graph, assumed: Assumed) -> None:
        self._graph = graph
        self._assumed = assumed
        self._known: dict[_Question, Any] = {}

    def value(self, ref: TensorRef) -> Array | None:
        """The value of a tensor; None where it does not follow."""
        found = self._answer(ref)
        return found if isinstance(found, np.ndarray) else None

    def scalar(self, ref: TensorRef) -> Any:
        """The value of a scalar, as a numpy scalar; None where it does not follow, or the tensor is none."""
        found = self.value(ref)
        return found[()] if found is not None and found.shape == () else None

    def entry(self, ref: TensorRef) -> Any:
        """The one value that all entries of a tensor have, as a numpy scalar; None where it does not follow."""
        found = self.value(ref)
        alike = found is not None and found.size > 0 and bool((found == found.flat[0]).all())
        return found.flat[0] if found is not None and alike else None

    def is_dead(self, ref: TensorRef) -> bool:
        """Whether a tensor is known to get no value: it stands in a branch that is not taken."""
        return bool(self._answer(_Deadness(ref)))

    def _answer(self, question: _Question) -> Any:
        """Run the rule for a question, and before it goes on those for what it asks; circles are unknown."""
        if question in self._known:
            return self._known[question]
        running: dict[_Question, _Rule] = {question: self._rule(question)}
        answer: Any = None
        while running:
            current, rule = next(reversed(running.items()))
            try:
                asked = rule.send(answer)
            except StopIteration as done:
                answer = self._known[current] = done.value
                del running[current]
                continue
            answer = self._known.get(asked)
            if asked not in self._known and asked not in running:
                running[asked] = self._rule(asked)
        return answer

    def _rule(self, question: _Question) -> _Rule:
        return self._dead(question.ref) if isinstance(question, _Deadness) else self._value(question)

    # ------------------------------------------------------------------------------------------------- values

    def _value(self, ref: TensorRef) -> _Rule:
        node = self._graph.producer(ref)
        if ref in self._assumed:
            return _as_tensor(self._assumed[ref], value_type(self._graph, ref).numpy)
        if node.inputs and node.op in _SAME:
            return (yield node.inputs[0])
        if node.op == "IdentityN":
            return (yield node.inputs[ref.index])
        rule = _RULES.get(node.op)
        return (yield from rule(self, node, ref)) if rule else (yield from self._computed(node, ref))

    def _computed(self, node: Node, ref: TensorRef) -> _Rule:
        """What an op's kernel makes of its operands, if all are known."""
        kernel = KERNELS.get(node.op)
        if kernel is None or not node.inputs:
            return constant_of(node)
        operands: list[Array] = []
        for each in node.inputs:
            operand = yield each
            if operand is None or operand.size > MOST_ENTRIES:
                return None
            operands.append(operand)
        try:
            with np.errstate(all="ignore"):
                found = kernel(node, operands)
        except (ValueError, TypeError, IndexError, NotImplementedError, OverflowError, ZeroDivisionError):
            return None  # nor does TensorFlow give a value
        outputs = found if isinstance(found, tuple) else (found,)
        dtype = dtype_of(self._graph, ref).numpy
        return _as_tensor(outputs[ref.index], dtype) if ref.index < len(outputs) else None

    def _reshaped(self, node: Node, ref: TensorRef) -> _Rule:
        """What is assumed of a tensor of one entry holds however it is arranged, if that is not known."""
        found = yield from self._computed(node, ref)
        if found is not None or not self._assumed:
            return found
        value = yield node.inputs[0]
        return value if value is not None and value.size == 1 else None

    def _filled(self, node: Node, ref: TensorRef) -> _Rule:
        """What is assumed of the value that fills a tensor holds of it, if its sizes are not known."""
        found = yield from self._computed(node, ref)
        return (yield node.inputs[1]) if found is None and self._assumed else found

    def _rank(self, node: Node, ref: TensorRef) -> _Rule:
        yield from ()
        rank = self._graph.static_shape(node.inputs[0]).rank
        return None if rank is None else np.asarray(rank, np.int32)

    def _initialized(self, node: Node, ref: TensorRef) -> _Rule:
        yield from ()
        return np.asarray(True)

    def _logical(self, node: Node, ref: TensorRef) -> _Rule:
        """The outcome, where one operand that is a single truth value decides it."""
        return (yield from self._decided(node, node.inputs, _DECIDED_BY[node.op], ref))

    def _reduced(self, node: Node, ref: TensorRef) -> _Rule:
        """The outcome, where one entry of all that a tensor is packed of decides it."""
        packed = self._graph.producer(resolve(self._graph, node.inputs[0], frozenset({"Identity"})))
        if packed.op == "Pack":
            return (yield from self._decided(node, packed.inputs, _REDUCTIONS[node.op], ref))
        if self._graph.static_shape(node.inputs[0]).dims == ():
            return (yield node.inputs[0])
        return (yield from self._computed(node, ref))

    def _decided(self, node: Node, operands: tuple[TensorRef, ...], deciding: bool, ref: TensorRef) -> _Rule:
        for each in operands:
            value = yield each
            if value is not None and value.size == 1 and bool(value.item()) is deciding:
                return np.asarray(deciding)
        return (yield from self._computed(node, ref))

    def _joined(self, merge: Node, ref: TensorRef) -> _Rule:
        """What the one branch that is taken gives, or which that is; loops join nothing."""
        if is_loop_merge(self._graph, merge):
            return None
        live = []
        for position, each in enumerate(merge.inputs):
            if not (yield _Deadness(each)):
                live.append(position)
        if len(live) != 1:
            return None
        return (yield merge.inputs[live[0]]) if ref.index == 0 else np.asarray(live[0], np.int32)

    def _selected(self, node: Node, ref: TensorRef) -> _Rule:
        """The operand that is taken whole, or entries of both."""
        chosen = yield node.inputs[0]
        if chosen is None or chosen.size != 1:
            return (yield from self._computed(node, ref))
        return (yield node.inputs[1 if chosen.item() else 2])

    # ----------------------------------------------------------------------------------------------- deadness

    def _dead(self, ref: TensorRef) -> _Rule:
        """Whether a tensor is on the side of a Switch that is not taken, or computed from one that is."""
        node = self._graph.producer(ref)
        if ref.node not in conditional_nodes(self._graph) or node.op in NEXT_ITERATION:
            return False
        if node.op in MERGE:
            return (yield from self._all_dead(node))
        if node.op in SWITCH:
            decision = yield node.inputs[1]
            if decision is not None and decision.size == 1 and bool(decision.item()) != bool(ref.index):
                return True
        pivots = (TensorRef(name) for name in node.control_inputs if self._graph[name].op == "Identity")
        for each in (*node.inputs, *pivots):
            if (yield _Deadness(each)):
                return True
        return False

    def _all_dead(self, merge: Node) -> _Rule:
        for each in merge.inputs:
            if self._graph.producer(each).op not in NEXT_ITERATION and not (yield _Deadness(each)):
                return False
        return True


_RULES = {
    **dict.fromkeys(MERGE, Evaluation._joined),
    **dict.fromkeys(SELECTIONS, Evaluation._selected),
    **dict.fromkeys(_SHAPING, Evaluation._reshaped),
    **dict.fromkeys(IS_INITIALIZED, Evaluation._initialized),
    **dict.fromkeys(_DECIDED_BY, Evaluation._logical),
    **dict.fromkeys(_REDUCTIONS, Evaluation._reduced),
    "Fill": Evaluation._filled,
    "Rank": Evaluation._rank,
}


@cached_on_graph
def _constants(graph: Graph) -> Evaluation:
    return Evaluation(graph, {})


@cached_on_graph
def conditional_nodes(graph: Graph) -> frozenset[str]:
    """The nodes that a Switch stands before: all others get a value in every run."""
    starts = [node.name for node in graph.nodes if node.op in SWITCH]
    return descendants(graph, starts, control=True)


def _as_tensor(value: Any, dtype: Any) -> Array | None:
    """A value as TensorFlow holds it: in the type of the tensor, if that is known, else as numpy has it."""
    found = np.asarray(value, None if dtype is np.object_ else dtype)
    if dtype is None and isinstance(value, float):
        return found.astype(np.float32)
    return found.astype(object) if found.dtype.kind in "SU" else found
