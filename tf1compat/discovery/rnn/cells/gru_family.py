"""What GRU and UGRNN share: the new state is a weighted mean of the old and a candidate.

h' = u * h + (1 - u) * activation(candidate)        or with the weights the other way round
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from tf1compat.analysis.pattern import (
    Captures,
    Mismatch,
    Pattern,
    capture,
    either,
    every_match,
    first_or_furthest,
    product,
    total,
)
from tf1compat.discovery.rnn.cells.cell import CellMatch, StateStep, is_one, one_minus
from tf1compat.discovery.rnn.cells.gates import (
    FORM_DEPTH,
    activated_form,
    gate,
    gate_form,
    is_hard,
    misused_part,
    strange_term,
    units_of,
)
from tf1compat.discovery.rnn.cells.linear_form import LinearForm, unmasked
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import MATRIX_PRODUCT

_REST = one_minus(gate("u"))


def _mean(of_old: Pattern, of_new: Pattern) -> Pattern:
    return total(product(of_old, capture("h")), product(of_new, capture("new")))


PATTERN = either(_mean(gate("u"), _REST), _mean(_REST, gate("u")))


@dataclass(frozen=True)
class Mixture:
    """A tensor as such a mean."""

    output: TensorRef
    h: TensorRef
    update: LinearForm
    candidate: LinearForm
    features: tuple[str, ...]


def judge_mixture(
    graph: Graph, output: TensorRef, judge: Callable[[Graph, Mixture], CellMatch | Mismatch]
) -> CellMatch | Mismatch:
    """What `judge` makes of a tensor that is such a mean: the first match, or else the miss that got furthest."""
    outcome = every_match(PATTERN, graph, output)
    if isinstance(outcome, Mismatch):
        return outcome
    return first_or_furthest(_judged(graph, output, found, judge) for found in outcome)


def _judged(
    graph: Graph,
    output: TensorRef,
    found: Captures,
    judge: Callable[[Graph, Mixture], CellMatch | Mismatch],
) -> CellMatch | Mismatch:
    if not is_one(graph, found):
        return Mismatch("the weights of old and new state do not add up to 1", found["one"].node, 3)
    candidate, activation = activated_form(graph, found["new"])
    present = {"hard_sigmoid": is_hard(graph, found["u"]), activation: activation != "tanh"}
    features = tuple(name for name, there in present.items() if there)
    return judge(
        graph, Mixture(output, unmasked(graph, found["h"]), gate_form(graph, found["u"]), candidate, features)
    )


def mixture_match(
    cell: str,
    graph: Graph,
    mixture: Mixture,
    x: TensorRef,
    reading: Mapping[str, LinearForm],
    others: Mapping[str, LinearForm],
    features: tuple[str, ...] = (),
) -> CellMatch | Mismatch:
    """The cell with input x, if the forms `reading` read x and h, and nothing is strange in any of them."""
    for name, form in reading.items():
        if len(form.values) != 2 or set(form.values) != {x, mixture.h}:
            return Mismatch(f"'{name}' is no linear form of input and state", form.place, FORM_DEPTH)
    every = {**others, **reading}
    wrong = misused_part(every.values()) or strange_term(graph, every) or _other_product(every)
    if wrong is not None:
        return wrong
    separate = ("separate_kernels",) if len(mixture.update.products) > 1 else ()
    states = MappingProxyType({"h": StateStep(mixture.h, mixture.output)})
    units = units_of(graph, every.values())
    return CellMatch(cell, units, x, mixture.output, states, (*features, *separate, *mixture.features))


def _other_product(forms: Mapping[str, LinearForm]) -> Mismatch | None:
    for form in forms.values():
        for each in form.products:
            if each.op not in MATRIX_PRODUCT:
                return Mismatch(f"{each.op} where MatMul is wanted", each.node, FORM_DEPTH)
        if form.normalized:
            return Mismatch("normalized before the activation", form.place, FORM_DEPTH)
    return None
