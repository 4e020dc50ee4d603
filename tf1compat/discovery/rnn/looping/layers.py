"""The recurrent layers of one loop, as findings: variables, and states as tensors outside the loop."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from tf1compat.analysis.pattern import source
from tf1compat.discovery.findings import HELD_OUTPUT, Layer, StateSlice
from tf1compat.discovery.rnn.looping.loops import Carried, Loop, as_passed, step_ancestors, weights_behind
from tf1compat.discovery.rnn.looping.recurrence import LoopCell, Slot, carried_parts, find_cells, slot_of
from tf1compat.discovery.rnn.looping.unknown import UnknownCell, find_unknown_cells
from tf1compat.discovery.rnn.states.carrying import Place, made_of
from tf1compat.discovery.rnn.wrappers import Wrapped, unwrap
from tf1compat.graph.attributes import DType
from tf1compat.graph.frames import ENTER
from tf1compat.graph.model import Graph
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.ops.families import GATHER, RESHAPES, SELECTIONS, TRANSPARENT

UNKNOWN_CELL = "custom"


@dataclass(frozen=True)
class LoopLayer:
    """One layer of a loop: what it is, where the loop carries its states, and which nodes make it."""

    cell: str
    units: int | None
    slots: Mapping[str, Slot]  # by part, in the author's order
    reads: tuple[TensorRef, ...]  # what it is computed from: its input, or, where that is not known, its ends
    ends: frozenset[str]  # the nodes that later layers read it from
    nodes: frozenset[str]  # the nodes that it is made of
    features: tuple[str, ...] = ()
    wrappers: tuple[str, ...] = ()
    input: TensorRef | None = None


def find_layers(graph: Graph, loop: Loop, *, closed: bool) -> tuple[LoopLayer, ...]:
    """The recurrent layers of a loop from input to output.

    `closed`: nothing but the cells runs in the loop, so that every variable in it is a layer's.
    """
    known = _known_layers(graph, loop)
    claimed = {slot.carried for layer in known for slot in layer.slots.values()}
    stops = frozenset().union(*(layer.ends for layer in known))
    unknown = _unknown_layers(graph, loop, find_unknown_cells(graph, loop, claimed, stops), stops)
    ordered = _in_dataflow_order(graph, loop, [*known, *unknown])
    return _with_all_nodes(graph, loop, _with_all_states(graph, loop, ordered)) if closed else ordered


def as_finding(graph: Graph, layer: LoopLayer) -> Layer:
    """The layer with its states as tensors outside the loop."""
    carried = {part: slot.carried for part, slot in layer.slots.items()}
    return Layer(
        layer.cell,
        layer.units,
        _variables(graph, layer.nodes),
        MappingProxyType({part: each.initial for part, each in carried.items()}),
        MappingProxyType({part: each.final for part, each in carried.items()}),
        _slices(layer.slots),
        layer.features,
        layer.wrappers,
    )


# ---------------------------------------------------------------------------------------------- one layer


def _known_layers(graph: Graph, loop: Loop) -> list[LoopLayer]:
    """The layers of known cells, each with its wrappers; a wrapper of several cells is the last one's."""
    cells = _cells_in_order(graph, loop)
    rest = set(carried_parts(graph, loop)) - {ref for each in cells for ref in each.after}
    layers: list[LoopLayer] = []
    for cell in reversed(cells):
        carried = [each for each in carried_parts(graph, loop) if each in rest]
        whole = unwrap(graph, cell.match, cells[0].match.input, carried)
        rest -= {each.after for each in whole.states.values()}
        others = {ref.node for each in cells if each is not cell for ref in (each.match.output, *each.after)}
        layers.append(_known(graph, loop, cell, whole, others))
    return layers[::-1]


def _cells_in_order(graph: Graph, loop: Loop) -> list[LoopCell]:
    """Each cell after those whose output reaches its input."""
    cells = find_cells(graph, loop)
    behind = {id(each): step_ancestors(graph, loop, each.match.input) for each in cells}
    return sorted(cells, key=lambda each: sum(other.match.output.node in behind[id(each)] for other in cells))


def _known(graph: Graph, loop: Loop, cell: LoopCell, whole: Wrapped, others: set[str]) -> LoopLayer:
    found = cell.match
    ends = [whole.output, found.output, *(each.after for each in found.states.values())]
    ends += [each.after for each in whole.states.values()]
    starts = {whole.input.node, *(each.before.node for each in found.states.values())}
    return LoopLayer(
        found.cell,
        found.units,
        MappingProxyType({**cell.slots, **_wrapper_slots(graph, loop, whole)}),
        (whole.input,),
        frozenset(each.node for each in ends),
        _behind(graph, loop, [*ends, *whole.made], starts | others),
        found.features,
        whole.wrappers,
        whole.input,
    )


def _wrapper_slots(graph: Graph, loop: Loop, whole: Wrapped) -> dict[str, Slot]:
    found = {part: slot_of(graph, loop, each.before, each.after) for part, each in whole.states.items()}
    slots = {part: slot for part, slot in found.items() if slot is not None}
    alignments = slots.get("alignments")
    return slots if alignments is None else {**slots, **_further_fields(graph, loop, alignments)}


def _further_fields(graph: Graph, loop: Loop, alignments: Slot) -> dict[str, Slot]:
    """What an `AttentionWrapper` carries beside: its own count of steps, and the alignments as its state.

    The fields are passed in the order of the tuple, time before alignments (tf.contrib.seq2seq.AttentionWrapperState).
    """
    passed = as_passed([*loop.frame.variables])
    at = passed.index(alignments.carried.variable)
    times = [each for each in loop.counters if at and each.variable == passed[at - 1]]
    given = _before_reordering(graph, alignments.carried.next)
    same = [
        each
        for each in loop.states
        if each != alignments.carried and _before_reordering(graph, each.next) == given
    ]
    named = {"time": times, "attention_state": same}
    return {part: Slot(each[0], Place(each[0].value)) for part, each in named.items() if len(each) == 1}


def _before_reordering(graph: Graph, ref: TensorRef) -> TensorRef:
    """The tensor of which a beam search has chosen rows."""
    return resolve(graph, ref, TRANSPARENT | RESHAPES | GATHER)


def _unknown_layers(
    graph: Graph, loop: Loop, cells: Collection[UnknownCell], stops: frozenset[str]
) -> list[LoopLayer]:
    """States that no known cell explains, as layers: `state_0`, `state_1`, ... in the author's order."""
    ends = [_ends(graph, each) for each in cells]
    others = [stops.union(*(each for each in ends if each is not own)) for own in ends]
    return [_unknown(graph, loop, *each) for each in zip(cells, ends, others, strict=True)]


def _unknown(
    graph: Graph, loop: Loop, cell: UnknownCell, ends: frozenset[str], stops: frozenset[str]
) -> LoopLayer:
    slots = {f"state_{number}": Slot(each, Place(each.value)) for number, each in enumerate(cell.states)}
    nexts = tuple(each.next for each in cell.states)
    nodes = _behind(graph, loop, nexts, stops)
    return LoopLayer(UNKNOWN_CELL, _units(graph, cell), MappingProxyType(slots), nexts, ends, nodes)


def _ends(graph: Graph, cell: UnknownCell) -> frozenset[str]:
    """The nodes that make the new states, before they are held back past a sequence's end."""
    return frozenset(ref.node for each in cell.states for ref in made_of(graph, each.next, each.value))


def _units(graph: Graph, cell: UnknownCell) -> int | None:
    """The width of the states, if all are equally wide."""
    widths = {_width(graph, part) for each in cell.states for part in _parts(graph, each)}
    return widths.pop() if len(widths) == 1 else None


def _parts(graph: Graph, carried: Carried) -> list[tuple[TensorRef, ...]]:
    """The tensors that each part of a state may have its width from."""
    joined = made_of(graph, carried.next, carried.value)
    if len(joined) > 1:
        return [(each,) for each in joined]
    return [(carried.next, *joined, carried.value, carried.initial)]


def _width(graph: Graph, refs: Iterable[TensorRef]) -> int | None:
    shapes = (graph.static_shape(each).dims for each in refs)
    return next((dims[-1] for dims in shapes if dims and dims[-1] is not None), None)


def _behind(graph: Graph, loop: Loop, ends: Iterable[TensorRef], stops: Collection[str]) -> frozenset[str]:
    return frozenset().union(*(step_ancestors(graph, loop, each, stops) for each in ends))


# ------------------------------------------------------------------------------------------- all layers


def _in_dataflow_order(graph: Graph, loop: Loop, layers: list[LoopLayer]) -> tuple[LoopLayer, ...]:
    """Each layer after those that it reads."""
    behind = {id(each): _behind(graph, loop, each.reads, ()) for each in layers}
    earlier = {
        id(each): sum(bool(other.ends & behind[id(each)]) for other in layers if other is not each)
        for each in layers
    }
    return tuple(sorted(layers, key=lambda each: earlier[id(each)]))


def _with_all_nodes(graph: Graph, loop: Loop, layers: tuple[LoopLayer, ...]) -> tuple[LoopLayer, ...]:
    """The layers with what stands before, between and after them, such as projections.

    What stands between two belongs to the one whose variables are made in the same scope.
    """
    owned = frozenset().union(*(each.nodes for each in layers))
    parts = [set(each.nodes) for each in layers]
    results = [each.next for each in (*loop.states, *loop.arrays)]
    free = {name for name in _behind(graph, loop, results, ()) - owned if _variables(graph, {name})}
    for position, layer in enumerate(layers):
        before = _behind(graph, loop, layer.reads, layers[position - 1].ends if position else ()) & free
        for name in before:
            earlier = position > 0 and _is_nearer(graph, name, layers[position - 1], layer)
            parts[position - 1 if earlier else position].add(name)
        free -= before
    if layers:
        parts[-1] |= free
    return tuple(replace(each, nodes=frozenset(part)) for each, part in zip(layers, parts, strict=True))


def _with_all_states(graph: Graph, loop: Loop, layers: tuple[LoopLayer, ...]) -> tuple[LoopLayer, ...]:
    """The layers, the last with whatever else is carried: the states of a cell of the author's around known ones."""
    claimed = [slot.carried for layer in layers for slot in layer.slots.values()]
    numbers = [each for each in loop.states if each.dtype and _is_number(each.dtype)]
    rest = [each for each in numbers if each not in claimed]
    if not layers or not rest:
        return layers
    kept = {ref for each in claimed for ref in _chosen_between(graph, each)}
    held = [each for each in rest if not kept.isdisjoint(_chosen_between(graph, each))]
    own = [each for each in rest if each not in held]
    last = layers[-1]
    taken = sum(part.startswith("state_") for part in last.slots)
    named = [
        *((f"state_{number}", each) for number, each in enumerate(own, taken)),
        *((HELD_OUTPUT, each) for each in held[:1]),
    ]
    further = {part: Slot(each, Place(each.value)) for part, each in named}
    return (*layers[:-1], replace(last, slots=MappingProxyType({**last.slots, **further})))


def _chosen_between(graph: Graph, carried: Carried) -> tuple[TensorRef, ...]:
    """The new values among which a mask chooses what is carried on, as Keras keeps the output of the step before."""
    node = graph.producer(source(graph, carried.next))
    taken = node.inputs[1:] if node.op in SELECTIONS else ()
    return tuple(ref for ref in (source(graph, each) for each in taken) if ref != carried.value)


def _is_number(dtype: DType) -> bool:
    return dtype.is_floating or dtype.is_integer


def _is_nearer(graph: Graph, name: str, first: LoopLayer, second: LoopLayer) -> bool:
    (variable, *_) = _variables(graph, {name})
    return _shared(variable, _variables(graph, first.nodes)) > _shared(
        variable, _variables(graph, second.nodes)
    )


def _shared(variable: str, others: Iterable[str]) -> int:
    """How many scopes a variable shares with the nearest of the others."""
    return max((_common(variable.split("/"), each.split("/")) for each in others), default=0)


def _common(first: list[str], second: list[str]) -> int:
    pairs = list(zip(first, second, strict=False))
    return next((index for index, (one, other) in enumerate(pairs) if one != other), len(pairs))


# ------------------------------------------------------------------------------------------- as findings


def _slices(slots: Mapping[str, Slot]) -> Mapping[str, StateSlice]:
    found = {part: slot.place.slice for part, slot in slots.items()}
    return MappingProxyType({part: each for part, each in found.items() if each is not None})


def _variables(graph: Graph, nodes: Collection[str]) -> tuple[str, ...]:
    """The variables that enter the loop in these nodes, in the order in which they were made."""
    entering = (graph[name] for name in nodes if graph[name].op in ENTER)
    weights = {name for enter in entering for name in weights_behind(graph, enter.inputs[0])}
    return tuple(node.name for node in graph.in_order(weights))
