"""Names for what nobody named: aliases that say what a tensor is. Names that the author chose are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tf1compat.analysis.sparse_parts import sparse_inputs
from tf1compat.discovery.findings import PIPELINE_KINDS, Findings, InputFinding, OutputFinding, Rnn
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef, is_default_name, leaf
from tf1compat.ops.families import IDENTITY, PLACEHOLDER, PLACEHOLDERS
from tf1compat.plan.signatures.signature import plain_alias

_SPEAKING = {
    "data": "inputs", "state": "initial_state", "value": "output", "other": "tensor", "sequence": "sequence_output",
    "label": "labels",
}  # fmt: skip
#: Ops that authors name, whatever they take their value from.
_NAMED_BY_AUTHORS = PLACEHOLDERS | IDENTITY
#: What `tf.sparse_placeholder` and `tf.ragged.placeholder` call the tensors that they make, under the author's name.
_PART = re.compile(r"indices|values|shape|flat_values|row_splits(_\d+)?")


class Aliases:
    """Gives each tensor of a signature's one side an alias, no two the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        """`wanted`, or with the first number that is free."""
        alias, number = wanted, 0
        while alias in self._taken:
            number += 1
            alias = f"{wanted}_{number}"
        self._taken.add(alias)
        return alias


def input_aliases(graph: Graph, inputs: Iterable[InputFinding]) -> dict[TensorRef, str]:
    """An alias for each input: the author's name, or that of the feature, else its role.

    The parts of a sparse tensor that nobody named have the name of one input together: `inputs_indices`.
    """
    every = tuple(inputs)
    aliases, parts = Aliases(), _sparse_parts(graph, every)
    return {each.tensor: aliases.take(parts.get(each.tensor) or _input_alias(graph, each)) for each in every}


def _sparse_parts(graph: Graph, inputs: Sequence[InputFinding]) -> dict[TensorRef, str]:
    nameless = {
        each.tensor: each for each in inputs if not each.name and not chosen_alias(graph, each.tensor)
    }
    found: dict[TensorRef, str] = {}
    wholes, order = Aliases(), [each.tensor for each in inputs]
    groups = [each.parts for each in sparse_inputs(graph, {each.tensor: each.shape for each in inputs})]
    for there in sorted(groups, key=lambda each: min(map(order.index, each.values()))):
        if len(there) > 1 and nameless.keys() >= set(there.values()):
            role = nameless[there.get("values", there["indices"])].role
            whole = wholes.take(_SPEAKING.get(role, role))
            found |= {ref: f"{whole}_{name}" for name, ref in there.items()}
    return found


def _input_alias(graph: Graph, finding: InputFinding) -> str:
    if finding.name:
        return plain_alias(finding.name)
    if graph.producer(finding.tensor).op in _NAMED_BY_AUTHORS or finding.kind not in PIPELINE_KINDS:
        return _alias(graph, finding.tensor, finding.role)
    return _SPEAKING.get(finding.role, finding.role)


def output_aliases(
    graph: Graph, findings: Findings, outputs: Iterable[OutputFinding]
) -> dict[TensorRef, str]:
    """An alias for each output: the author's name, else which state of which RNN it is, else its role."""
    states = state_aliases(findings.rnns)
    aliases = Aliases()
    return {
        each.tensor: aliases.take(states.get(each.tensor) or _alias(graph, each.tensor, each.role))
        for each in outputs
    }


def _alias(graph: Graph, tensor: TensorRef, role: str) -> str:
    return chosen_alias(graph, tensor) or _SPEAKING.get(role, role)


def chosen_alias(graph: Graph, tensor: TensorRef) -> str:
    """The name that the author chose for a tensor, as an alias; empty where TensorFlow did."""
    if tensor.index == 0 and not is_default_name(tensor.node, graph.producer(tensor).op):
        return plain_alias(_part_name(graph, tensor.node) or leaf(tensor.node))
    return ""


def _part_name(graph: Graph, node: str) -> str | None:
    """`x_indices` for `x/indices`: a part of a sparse or ragged tensor has its name from the scope."""
    scope, _, name = node.rpartition("/")
    siblings = (graph.get(f"{scope}/{each}") for each in ("indices", "row_splits_0"))
    whole = any(each is not None and each.op in PLACEHOLDER for each in siblings)
    if not scope or not whole or _PART.fullmatch(name) is None or graph[node].op not in PLACEHOLDER:
        return None
    return f"{leaf(scope)}_{'values' if name == 'flat_values' else name}"


def state_aliases(rnns: Sequence[Rnn]) -> dict[TensorRef, str]:
    """`rnn_state_c`, `rnn_state_h`; with several RNNs or layers, the name says which one.

    What a tensor holds of several, it is not named after: `rnn_state` is c and h together.
    """
    owners: dict[TensorRef, list[tuple[str, str, str]]] = {}
    for rnn, name in zip(rnns, _rnn_names(rnns), strict=True):
        for number, layer in enumerate(rnn.layers):
            place = f"{name}_layer_{number}" if len(rnn.layers) > 1 else name
            for part, tensor in layer.final_state.items():
                if tensor is not None:
                    owners.setdefault(tensor, []).append((name, place, part))
    aliases = Aliases()
    return {tensor: aliases.take(_state_alias(each)) for tensor, each in owners.items()}


def _state_alias(owners: Sequence[tuple[str, str, str]]) -> str:
    """The alias of a state that belongs to these: network, place in it, part of the state."""
    names, places, parts = (list(dict.fromkeys(each)) for each in zip(*owners, strict=True))
    place = places[0] if len(places) == 1 else names[0] if len(names) == 1 else "rnn"
    return f"{place}_state_{parts[0]}" if len(parts) == 1 else f"{place}_state"


def _rnn_names(rnns: Sequence[Rnn]) -> tuple[str, ...]:
    if len(rnns) == 1:
        return ("rnn",)
    directions = [each.direction for each in rnns]
    if len(set(directions)) == len(directions):
        return tuple(f"rnn_{each}" for each in directions)
    aliases = Aliases()
    return tuple(aliases.take(plain_alias(each.scope.lower() or "rnn")) for each in rnns)
