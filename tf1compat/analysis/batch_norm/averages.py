"""Which variables average the statistics of batches over training, told by the ops that update them.

    AssignSub(moving, (moving - statistic) * (1 - decay))             assign_moving_average, all layers
    Assign(moving, moving * decay + statistic * (1 - decay))          by hand
    AssignSub(biased, ...), then moving from biased / (1 - decay^n)   zero_debias, ExponentialMovingAverage
    moving from renorm_stddev^2, that from sqrt(statistic)            renorm

Source: tensorflow/python/training/moving_averages.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tf1compat.analysis.batch_norm.statistics import Statistic, unshaped
from tf1compat.analysis.pattern import source
from tf1compat.graph.frames import ENTER, EXIT, MERGE, NEXT_ITERATION, SWITCH
from tf1compat.graph.model import Graph, Node
from tf1compat.names import TensorRef
from tf1compat.ops import families

UPDATES = re.compile(r"Assign(Add|Sub)?(VariableOp)?")
#: What may lie between a statistic and the update with it.
_MIXING = (
    families.ADDITIONS | families.SELECTIONS | MERGE | SWITCH | EXIT | NEXT_ITERATION | families.RESHAPES
    | families.SCALING | families.ADD_N | families.CAST | families.MAXIMUM | families.RELU | families.SUBTRACTION
)  # fmt: skip
_POWERS = families.by_op({families.SQUARE_ROOT: 0.5, families.SQUARE: 2.0})
_CARRIERS = families.BY_REFERENCE | families.READ_VARIABLE | ENTER | SWITCH
_MOST = 80  # nodes of one update; those of TensorFlow have a dozen


@dataclass(frozen=True)
class _Update:
    """A write of a variable: the statistics that go into it, and the other variables, each with its power there."""

    variable: str
    statistics: Mapping[TensorRef, float]
    variables: Mapping[str, float]


@dataclass(frozen=True)
class Averages:
    """Variables that average a statistic over training: `values` do it itself, `roots` its square root.

    Those that are worked out from other averages come first: an inference reads them.
    """

    values: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()


NONE = Averages()


def find_averages(graph: Graph, statistics: Mapping[TensorRef, Statistic]) -> dict[TensorRef, Averages]:
    """By statistic, the variables that average it."""
    if not statistics:
        return {}
    writes = (node for node in graph.nodes if UPDATES.fullmatch(node.op))
    updates = [each for node in writes if (each := _update(graph, node, statistics))]
    found: dict[TensorRef, dict[str, float]] = {}
    for update in updates:
        for statistic, power in update.statistics.items():
            found.setdefault(statistic, {})[update.variable] = power
    for averaged in found.values():
        averaged |= _derived(averaged, [each for each in updates if not each.statistics])
    direct = {update.variable for update in updates if update.statistics}
    return {each: _told_apart(averaged, direct) for each, averaged in found.items()}


def _derived(averaged: Mapping[str, float], updates: Iterable[_Update]) -> dict[str, float]:
    """The variables that are worked out from averages, with their powers."""
    found: dict[str, float] = {}
    for update in updates:
        known = {**averaged, **found}
        powers = [power * known[name] for name, power in update.variables.items() if name in known]
        if powers and update.variable not in known:
            found[update.variable] = powers[0]
    return found


def _told_apart(averaged: Mapping[str, float], direct: set[str]) -> Averages:
    names = sorted(averaged, key=lambda name: name in direct)
    values = tuple(name for name in names if averaged[name] == 1.0)
    return Averages(values, tuple(name for name in names if averaged[name] == 0.5))


def _update(graph: Graph, node: Node, statistics: Mapping[TensorRef, Statistic]) -> _Update | None:
    """What a write mixes into a variable; None where that is no statistic and no other variable."""
    variable = variable_of(graph, node.inputs[0])
    if variable is None or len(node.inputs) < 2:
        return None
    seen: dict[TensorRef, float] = {}
    others: dict[str, float] = {}
    for ref, power in _mixed(graph, node.inputs[1], statistics):
        if unshaped(graph, ref) in statistics:
            seen.setdefault(unshaped(graph, ref), power)
        else:
            others.setdefault(variable_of(graph, ref) or variable, power)
    others.pop(variable, None)
    return _Update(variable, seen, others) if seen or others else None


def _mixed(
    graph: Graph, ref: TensorRef, ends: Mapping[TensorRef, Statistic]
) -> Iterator[tuple[TensorRef, float]]:
    """The tensors that sums, products and choices mix, up to those that are none themselves, or are statistics.

    Each comes with its power: one half under a root, two in a square.
    """
    todo, seen = [(ref, 1.0)], {ref}
    while todo and len(seen) < _MOST:
        at, power = todo.pop()
        at = source(graph, at)
        yield at, power
        node = graph.producer(at)
        if (node.op in _MIXING or node.op in _POWERS) and unshaped(graph, at) not in ends:
            more = [each for each in node.inputs if each not in seen]
            todo.extend((each, power * _power(node)) for each in more)
            seen.update(more)


def _power(node: Node) -> float:
    """To which power a node raises what it reads."""
    squares = node.op in families.MULTIPLICATION and node.inputs[0] == node.inputs[1]
    return 2.0 if squares else _POWERS.get(node.op, 1.0)


def mixes(graph: Graph, ref: TensorRef, variables: Iterable[str]) -> bool:
    """Whether a tensor is made of one of these variables by sums, products and limits."""
    wanted = frozenset(variables)
    return bool(wanted) and any(variable_of(graph, each) in wanted for each, _ in _mixed(graph, ref, {}))


def variable_of(graph: Graph, ref: TensorRef) -> str | None:
    """The variable that a tensor is, or is read from, before or after a write of it."""
    node = graph.producer(ref)
    while node.op not in families.VARIABLES:
        if not node.inputs or not (node.op in _CARRIERS or UPDATES.fullmatch(node.op)):
            return None
        node = graph.input(node, 0)
    return node.name
