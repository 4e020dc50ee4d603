"""What all cells of the LSTM family share: a cell state `c` that gates keep, add to and show.

    c' = gate(f) * c + gate(i) * activation(j)
    h' = gate(o) * activation(c')

`c'` may be clipped or normalized; `h'` may be projected, and clipped too.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from types import MappingProxyType

from tf1compat.analysis.idioms.noise.dropped import dropped
from tf1compat.analysis.pattern import (
    Captures,
    Mismatch,
    Pattern,
    activated,
    capture,
    clipped,
    either,
    every_match,
    first_or_furthest,
    normalized,
    op,
    product,
    total,
)
from tf1compat.discovery.rnn.cells.cell import CellMatch, StateStep
from tf1compat.discovery.rnn.cells.gates import (
    FORM_DEPTH,
    activated_form,
    gate,
    gate_form,
    is_hard,
    is_peephole,
    misused_part,
    strange_term,
    units_of,
    values_of,
)
from tf1compat.discovery.rnn.cells.linear_form import LinearForm
from tf1compat.discovery.rnn.cells.weights import is_fixed
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.families import CLIP, MATRIX_PRODUCT, MAXIMUM, MULTIPLICATION

#: Ops that can give a new `h`.
ROOTS = CLIP | MATRIX_PRODUCT | MAXIMUM | MULTIPLICATION

_NEW_C = total(product(gate("f"), capture("c")), product(gate("i"), dropped(capture("j"))))
_MEMORY = capture("new_c", clipped(either(_NEW_C, normalized(_NEW_C))))


def _hidden(memory: Pattern) -> Pattern:
    return product(gate("o"), either(activated(memory), memory))


_HIDDEN = _hidden(_MEMORY)
PATTERN = clipped(either(_HIDDEN, op("MatMul", _HIDDEN, capture("projection"))))


@dataclass(frozen=True)
class Memory:
    """One application of a cell of the family, before it is known of which kind."""

    found: Captures
    output: TensorRef
    first: TensorRef  # of the two values that the gates read
    second: TensorRef
    units: int | None
    normalized: bool
    features: tuple[str, ...]


def read_memory(graph: Graph, output: TensorRef, ops: Collection[str]) -> Memory | Mismatch:
    """The cell whose new `h` is this tensor, its gates being products by one of `ops`."""
    outcome = every_match(PATTERN, graph, output)
    if isinstance(outcome, Mismatch):
        return outcome
    return first_or_furthest(_memory(graph, output, found, ops) for found in outcome)


def memory_match(cell: str, memory: Memory, *, state_first: bool = False) -> CellMatch:
    """The memory as a cell of a kind; `state_first` where the author puts h before x."""
    found = memory.found
    x, h = (memory.second, memory.first) if state_first else (memory.first, memory.second)
    states = {"c": StateStep(found["c"], found["new_c"]), "h": StateStep(h, memory.output)}
    return CellMatch(cell, memory.units, x, memory.output, MappingProxyType(states), memory.features)


def _memory(graph: Graph, output: TensorRef, found: Captures, ops: Collection[str]) -> Memory | Mismatch:
    candidate, activation = activated_form(graph, found["j"])
    forms = {"j": candidate}
    values = values_of(forms, ops)
    for name in "oif":  # most tensors that look like an LSTM's are told apart by the first of these
        if isinstance(values, Mismatch):
            return values
        forms[name] = gate_form(graph, found[name])
        values = values_of(forms, ops)
    if isinstance(values, Mismatch):
        return values
    seen = {"i": found["c"], "f": found["c"], "o": found["new_c"]}
    wrong = (
        misused_part(forms.values()) or strange_term(graph, forms, seen) or _strange_projection(graph, found)
    )
    if wrong is not None:
        return wrong
    units = units_of(graph, forms.values())
    normalized_gates = any(form.normalized for form in forms.values())
    return Memory(
        found, output, *values, units, normalized_gates, _features(graph, output, found, forms, activation)
    )


def _strange_projection(graph: Graph, found: Captures) -> Mismatch | None:
    if "projection" in found and not is_fixed(graph, found["projection"]):
        return Mismatch("projected by what is no weight", found["projection"].node, FORM_DEPTH + 1)
    return None


def _features(
    graph: Graph,
    output: TensorRef,
    found: Captures,
    forms: dict[str, LinearForm],
    activation: str,
) -> tuple[str, ...]:
    peeps = (is_peephole(graph, each, found["c"]) for name in "if" for each in forms[name].added)
    clips = CLIP | MAXIMUM
    present = {
        "peepholes": any(peeps),
        "projection": "projection" in found,
        "clipped": graph.producer(found["new_c"]).op in clips or graph.producer(output).op in clips,
        "layer_norm": any(form.normalized for form in forms.values()),
        "separate_kernels": len(forms["f"].products) > 1,
        "hard_sigmoid": is_hard(graph, found["f"]),
        activation: activation != "tanh",
    }
    return tuple(name for name, there in present.items() if there)
