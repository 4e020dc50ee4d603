"""Switches between training and inference: scalars that choose between a branch that trains and one that does not.

A branch trains where it draws at random, changes a variable, or takes the statistics of the batch that it is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from tf1compat.analysis.batch_norm.statistics import find_statistics, unshaped
from tf1compat.analysis.constants import scalar
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.idioms.noise.governors import is_neutral
from tf1compat.analysis.idioms.noise.parts import scalars
from tf1compat.analysis.idioms.noise.sites import Noise
from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import Freeze
from tf1compat.graph.attributes import Attr, FunctionRef
from tf1compat.graph.frames import ENTER, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.walk import ancestors
from tf1compat.names import TensorRef, leaf
from tf1compat.ops import families
from tf1compat.ops.axes.filling import SIZES
from tf1compat.ops.library import CALLEES, library_of
from tf1compat.ops.registry import value_type
from tf1compat.ops.values import Evaluation

#: Ops that change a variable.
_UPDATES = re.compile(r"Assign(Add|Sub)?(VariableOp)?|(Resource)?Scatter(Nd)?(Update|Add|Sub)")
#: Ops through which a switch decides: a learning phase may be a number that is compared or cast.
_DECIDING = (
    families.LOGICAL | families.RESHAPES | families.REPEATING | families.CAST | families.FILL | families.IDENTITY
    | families.READ_RESOURCE | ENTER
)  # fmt: skip
#: Noise, and the nodes that the scalars which decide it are made of.
_Decided: TypeAlias = "tuple[Noise, frozenset[str]]"
#: Whether a node shows that a branch trains.
_Sign: TypeAlias = "Callable[[Node], bool]"
_MOST = 100  # nodes behind the scalars of one noise
#: Types of switches that are fed, and of such as stand in the graph: whole numbers there are counts.
_FED_TYPES = frozenset({"bool", "uint8", "int8", "int16", "uint16", "int32", "int64"})
_FIXED_TYPES = frozenset({"bool"})


@dataclass(frozen=True)
class _Choice:
    """Where a switch chooses: `taken` is what the predicate may be, by the switch's two values."""

    node: Node
    taken: tuple[frozenset[bool], frozenset[bool]]

    def on_values(self, branch: bool) -> bool | None:
        """The value of the switch (as one of its two) with which a branch is likelier; None if it is all the same."""
        off, on = (self._chance(each, branch) for each in self.taken)
        return None if on == off else on > off

    @staticmethod
    def _chance(taken: frozenset[bool], branch: bool) -> int:
        return 2 if taken == {branch} else int(branch in taken)


def find_switches(flow: ForwardGraph, noise: Iterable[Noise]) -> list[Freeze]:
    """The switches of the forward part, each with its value at inference, in the order of the file."""
    decided = tuple((each, _made_of(flow.graph, scalars(flow.graph, each))) for each in noise)
    found = []
    for ref in _candidates(flow):
        value = _inference_value(flow, ref, decided)
        if value is not None and scalar(flow.graph, ref) != value:
            found.append(Freeze(ref, value, "is_training"))
    return found


def _candidates(flow: ForwardGraph) -> Iterator[TensorRef]:
    """Scalars that may be switches: what is fed, variables and constants, of two values or of whole numbers."""
    for node in flow.graph.nodes:
        ref = TensorRef(node.name)
        if node.name in flow.training or any(size != 1 for size in _dims(flow.graph, node)):
            continue
        types = _FED_TYPES if node.op in families.PLACEHOLDERS else _FIXED_TYPES
        fixed = node.op in families.VARIABLES or node.op in families.CONSTANT
        if (fixed or node.op in families.PLACEHOLDERS) and str(value_type(flow.graph, ref)) in types:
            yield ref


def _dims(graph: Graph, node: Node) -> tuple[int | None, ...]:
    shape = node.shape() if node.op in families.VARIABLES else graph.static_shape(TensorRef(node.name))
    return shape.dims or ()


def _is_bool(flow: ForwardGraph, ref: TensorRef) -> bool:
    return value_type(flow.graph, ref) == "bool"


def _inference_value(flow: ForwardGraph, ref: TensorRef, noise: tuple[_Decided, ...]) -> bool | int | None:
    """The value at which a switch leaves training out; None where it is no switch.

    Where no branch shows anything of training, only the name of a placeholder that says `train` counts: any other
    choice is the user's.
    """
    off, on = (False, True) if _is_bool(flow, ref) else (0, 1)
    choices = _choices(flow, ref, (off, on))
    trains = {
        value for choice in choices for value in _training_values(flow, choice, _sign(flow, ref, noise))
    }
    trains |= _dropping_values(flow.graph, ref, (off, on), noise)
    if len(trains) == 1:
        return off if trains == {True} else on
    fed = flow.graph.producer(ref).op in families.PLACEHOLDERS and _is_bool(flow, ref)
    named = bool(choices) and "train" in leaf(ref.node).lower()
    return off if fed and (trains or named) else None


def _choices(flow: ForwardGraph, ref: TensorRef, values: tuple[Any, Any]) -> list[_Choice]:
    """The branch points that a switch has a say in."""
    deciding = _reading(
        flow.graph, ref, _DECIDING | families.COMPARISONS if _may_compare(flow, ref) else _DECIDING
    )
    assumed = [Evaluation(flow.graph, {ref: value}) for value in values]
    found = []
    for name, predicate in _predicates(flow, deciding):
        off, on = (_possible(each.entry(predicate)) for each in assumed)
        if off != on:
            found.append(_Choice(flow.graph[name], (off, on)))
    return found


def _may_compare(flow: ForwardGraph, ref: TensorRef) -> bool:
    """Whether a comparison of a switch is one with a phase: a number that is no switch is compared as well."""
    return _is_bool(flow, ref) or any(word in leaf(ref.node).lower() for word in ("train", "phase", "mode"))


def _reading(graph: Graph, ref: TensorRef, through: frozenset[str]) -> frozenset[TensorRef]:
    """The tensor, and what is made of it by these ops alone."""
    found, todo = {ref}, [ref]
    while todo:
        for use in graph.uses.get(todo.pop(), ()):
            node = graph[use.node]
            outputs = 2 if node.op in SWITCH else 1
            passes = node.op in through and SIZES.get(node.op) != use.position
            results = [TensorRef(use.node, index) for index in range(outputs)] if passes else []
            todo.extend(each for each in results if each not in found)
            found.update(results)
    return frozenset(found)


def _predicates(flow: ForwardGraph, deciding: frozenset[TensorRef]) -> Iterator[tuple[str, TensorRef]]:
    for ref in deciding:
        for use in flow.graph.uses.get(ref, ()):
            node = flow.graph[use.node]
            position = (
                1
                if node.op in SWITCH
                else 0
                if node.op in families.SELECTIONS or node.op in families.IF
                else None
            )
            chooses = use.position == position
            if chooses and node.name not in flow.training:
                yield node.name, ref


def _possible(value: Any) -> frozenset[bool]:
    return frozenset({False, True}) if value is None else frozenset({bool(value)})


def _sign(flow: ForwardGraph, ref: TensorRef, noise: tuple[_Decided, ...]) -> _Sign:
    """What shows that a branch trains. Behind a constant, as `tf.case` has some, a mere draw shows nothing."""
    if flow.graph.producer(ref).op not in families.CONSTANT:
        return _trains
    drops = frozenset(ref.node for each, _ in noise for ref in each.steps)
    return lambda node: node.name in drops or _is_batch_norm(node)


def _training_values(flow: ForwardGraph, choice: _Choice, sign: _Sign) -> Iterator[bool]:
    """With which of the switch's two values a choice takes a branch that trains."""
    for branch in (False, True):
        if _branch_trains(flow, choice.node, branch, sign):
            value = choice.on_values(branch)
            if value is not None:
                yield value


def _branch_trains(flow: ForwardGraph, node: Node, branch: bool, sign: _Sign) -> bool:
    if node.op in families.SELECTIONS:
        return _operand_trains(flow, node, branch, sign)
    if node.op in families.IF:
        return any(
            _trains(each) for each in _run_by(flow.graph, node.attrs.get(CALLEES[node.op][not branch]))
        )
    return _trains_behind(flow, node, int(branch), sign)


def _run_by(graph: Graph, branch: Attr | None) -> Iterator[Node]:
    """The nodes of a function of the file, and of those that it calls."""
    library, seen = library_of(graph), set[str]()
    todo = [branch]
    while todo:
        function = todo.pop()
        if isinstance(function, FunctionRef) and function.name in library and function.name not in seen:
            seen.add(function.name)
            for node in library[function.name].graph.nodes:
                yield node
                todo.extend(node.attrs.values())


def _operand_trains(flow: ForwardGraph, node: Node, branch: bool, sign: _Sign) -> bool:
    """Whether one of the two values that a Select chooses from alone is drawn, or is a statistic of the batch."""
    graph = flow.graph
    mine, other = node.inputs[1:] if branch else node.inputs[:0:-1]
    if unshaped(graph, mine) in find_statistics(graph):
        return True
    alone = ancestors(graph, [mine.node], control=False) - ancestors(graph, [other.node], control=False)
    return any(sign(graph[name]) for name in alone)


def _dropping_values(
    graph: Graph, ref: TensorRef, values: tuple[Any, Any], noise: Iterable[_Decided]
) -> set[bool]:
    """With which of the switch's two values noise changes something, where with the other it changes nothing."""
    found = set()
    for each, made_of in noise:
        if ref.node in made_of:
            off, on = (is_neutral(graph, each, {ref: value}) for value in values)
            if off != on:
                found.add(off)
    return found


def _made_of(graph: Graph, starts: Iterable[TensorRef]) -> frozenset[str]:
    """The nodes that scalars are worked out from, and that the branches wait for in which that is done."""
    found: set[str] = set()
    todo = [each.node for each in starts]
    while todo and len(found) < _MOST:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(ref.node for ref in graph[name].inputs)
            todo.extend(
                each for each in graph[name].control_inputs if graph[each].op in families.TRANSPARENT | SWITCH
            )
    return frozenset(found)


def _trains_behind(flow: ForwardGraph, switch: Node, output: int, sign: _Sign) -> bool:
    """Whether one branch of a `cond` does what only training does."""
    graph, first = flow.graph, TensorRef(switch.name, output)
    todo, seen = [first], set[str]()
    while todo:
        for name in _following(graph, todo.pop()):
            if name in seen or name not in flow.inside_branches:
                continue
            seen.add(name)
            todo.append(TensorRef(name))
    return _takes_statistics(graph, switch, first) or any(sign(graph[name]) for name in seen)


def _trains(node: Node) -> bool:
    if node.op in families.RANDOM or _UPDATES.fullmatch(node.op):
        return True
    return _is_batch_norm(node)


def _is_batch_norm(node: Node) -> bool:
    return node.op in families.FUSED_BATCH_NORMALISATION and node.attrs.get("is_training", True) is True


def _takes_statistics(graph: Graph, switch: Node, side: TensorRef) -> bool:
    """Whether one side of a branch point only hands the mean of a batch on, as batch normalisation chooses it."""
    statistic = source(graph, switch.inputs[0])
    while graph.producer(statistic).op in families.RESHAPE | families.SQUEEZE:
        statistic = source(graph, graph.producer(statistic).inputs[0])
    reads = graph.uses.get(side, ())
    return graph.producer(statistic).op in families.AVERAGE and bool(reads)


def _following(graph: Graph, ref: TensorRef) -> list[str]:
    readers = [use.node for use in graph.uses.get(ref, ())]
    pivots = graph.producer(ref).op in families.IDENTITY
    return readers + list(graph.waiting_for.get(ref.node, ()) if pivots else ())
