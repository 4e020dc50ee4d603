"""Conditionals and loops whose predicate is known: only what is run is left.

    training = Const() dtype=bool; value=tensor(bool, False)
    x_off = Switch(x, training)                                  x_off = Identity(x)
    noise = RandomNormal(shape, ^x_off)                  →
    noisy = Add(x_off:1, noise)
    y = Merge(x_off, noisy)                                      y = Identity(x_off)

What one choice leaves behind may make another known, so the choices are made until none is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tf1compat.analysis.dead import dead_nodes
from tf1compat.analysis.idioms.noise.ranges import Ranges
from tf1compat.analysis.idioms.noise.sites import is_drawn
from tf1compat.graph.attributes import DType, TensorValue
from tf1compat.graph.frames import ENTER, EXIT, MERGE, SWITCH, frame_of_nodes
from tf1compat.graph.model import Graph, Node, make_node
from tf1compat.graph.walk import resolve
from tf1compat.names import TensorRef
from tf1compat.ops import families
from tf1compat.ops.values import known_scalar
from tf1compat.rewrite.base import Outcome, fresh_name, passing, redirected, substitute

_MADE_BY = "take_known_branches"
#: What lies between a scalar and a predicate whose entries are all that scalar.
_SHAPING = families.REPEATING | families.EXPAND_DIMS | families.IDENTITY | families.RESHAPE


def take_known_branches(graph: Graph) -> Outcome:
    """Every Switch with a known predicate passes its value on, and its Merges read the live side alone.

    So does every Select: both of its values are computed, but only one is handed on.
    """
    switches = count = 0
    while taken := _decisions(graph):
        graph, gone = _decided(graph, taken)
        switches, count = switches + len(taken), count + len(taken) + gone
    selected = {node.name: passed for node in graph.nodes if (passed := _selected(graph, node)) is not None}
    graph = substitute(graph, selected) if selected else graph
    switches, count = switches + len(selected), count + len(selected)
    summary = f"{switches} switches with a known predicate: only the branch that is taken is left"
    return Outcome(graph, count, summary if count else "")


def _decided(graph: Graph, taken: Mapping[str, bool]) -> tuple[Graph, int]:
    """The graph in which these Switches are decided, and how many nodes that made idle."""
    dead = _dead_parts(graph, taken)
    decided = {node.name: live for node in graph.nodes if (live := _live_input(node, dead)) is not None}
    passed_on = dict.fromkeys(taken, 0) | decided | dict.fromkeys(_borders_of_idle_loops(graph, taken), 0)
    changed = {name: _passing(graph[name], position, dead) for name, position in passed_on.items()}
    moved = {TensorRef(name, 1): TensorRef(name) for name in taken}
    choices = {
        name: _choice(graph, name, live) for name, live in decided.items() if TensorRef(name, 1) in graph.uses
    }
    moved |= {TensorRef(name, 1): TensorRef(each.name) for name, each in choices.items()}
    changed |= {node.name: fewer for node in graph.nodes if (fewer := _with_fewer(node, dead)) is not None}
    alive = [changed.get(node.name, node) for node in graph.nodes if node.name not in dead.nodes]
    nodes = tuple(redirected(node, moved) for node in [*alive, *choices.values()])
    return graph.replacing(nodes), len(dead.nodes)


def _selected(graph: Graph, node: Node) -> Node | None:
    """A Select with one known predicate as the value that it takes; None for others, and where that would grow."""
    if node.op not in families.SELECTIONS:
        return None
    decision = known_scalar(graph, _entry(graph, node.inputs[0]))
    taken = node.inputs[1 if decision else 2]
    same = node.op in families.SELECT_V1 or graph.static_shape(taken) == graph.static_shape(
        TensorRef(node.name)
    )
    if decision is None or not same or graph.static_shape(taken).dims is None:
        return None
    return passing(node, taken, _MADE_BY)


def _entry(graph: Graph, ref: TensorRef) -> TensorRef:
    """The scalar that every entry of a tensor is, if it was made of one."""
    ref = resolve(graph, ref, _SHAPING)
    node = graph.producer(ref)
    return resolve(graph, node.inputs[1], _SHAPING) if node.op in families.FILL else ref


def _decisions(graph: Graph) -> dict[str, bool]:
    """By Switch, what its predicate is known to be."""
    taken, ranges = {}, Ranges(graph)
    for node in graph.nodes:
        if node.op in SWITCH:
            decision = _decision(graph, node, ranges)
            if decision is not None:
                taken[node.name] = decision
    return taken


def _decision(graph: Graph, switch: Node, ranges: Ranges) -> bool | None:
    """What a Switch's predicate is known to be; a loop that never ends is no decision."""
    condition = graph.input(switch, 1)
    if condition.op not in families.LOOP_CONDITION:
        value = known_scalar(graph, switch.inputs[1])
        if value is None and is_drawn(graph, switch.inputs[1]):
            value = ranges.point(switch.inputs[1])
        return None if value is None else bool(value)
    going = known_scalar(graph, condition.inputs[0])
    return False if going is not None and not going else None


def _borders_of_idle_loops(graph: Graph, taken: Mapping[str, bool]) -> list[str]:
    """The Enters and Exits of loops whose condition is known to be false: they pass on what the loop starts with."""
    conditions = {graph[name].inputs[1].node for name in taken}
    idle = {name for name in conditions if graph[name].op in families.LOOP_CONDITION}
    if not idle:
        return []
    place = frame_of_nodes(graph)
    frames = {place[name] for name in idle}
    ends = ENTER | EXIT
    return [node.name for node in graph.nodes if node.op in ends and place.get(node.name) in frames]


def _with_fewer(node: Node, dead: _Dead) -> Node | None:
    """A Merge of many without the inputs that never get a value; None for other nodes."""
    if node.op not in MERGE or node.name in dead.nodes:
        return None
    live = tuple(ref for ref in node.inputs if not dead.holds(ref))
    if not 1 < len(live) < len(node.inputs):
        return None
    return replace(node, inputs=live).with_attrs(N=len(live))


def _choice(graph: Graph, merge: str, live: int) -> Node:
    """Which input a Merge took, as a constant."""
    dtype = DType("int32")
    name = fresh_name(graph, f"{merge}/value_index")
    return make_node(name, "Const", made_by=_MADE_BY, dtype=dtype, value=TensorValue.of(live, dtype))


@dataclass(frozen=True)
class _Dead:
    """What never gets a value: whole nodes, and the side of each Switch that is not taken."""

    nodes: frozenset[str]
    sides: frozenset[TensorRef]

    def holds(self, ref: TensorRef) -> bool:
        return ref in self.sides or ref.node in self.nodes


def _passing(node: Node, position: int, dead: _Dead) -> Node:
    """The node as one that passes this input on."""
    waits = tuple(name for name in node.control_inputs if name not in dead.nodes)
    return passing(replace(node, control_inputs=waits), node.inputs[position], _MADE_BY)


def _live_input(node: Node, dead: _Dead) -> int | None:
    """Which input of a Merge is the only one that gets a value; None for other nodes."""
    if node.op not in MERGE or node.name in dead.nodes:
        return None
    live = [position for position, ref in enumerate(node.inputs) if not dead.holds(ref)]
    return live[0] if len(live) == 1 < len(node.inputs) else None


def _dead_parts(graph: Graph, taken: Mapping[str, bool]) -> _Dead:
    sides = frozenset(TensorRef(name, 0 if decision else 1) for name, decision in taken.items())
    return _Dead(dead_nodes(graph, sides), sides)
