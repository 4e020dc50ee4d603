"""TF1 while loops: their frames, loop variables and invariants.

A v1 loop is spread over the graph: for each loop variable `Enter → Merge → Switch → Exit`, with the body between
`Switch:1` and `NextIteration`, which closes the loop at the Merge's second input; one `LoopCond` drives every Switch.
Source: "Implementation of Control ForwardGraph in TensorFlow", Yuan Yu et al., 2017.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tf1compat.errors import GraphError
from tf1compat.graph.cache import cached_on_graph
from tf1compat.graph.edges import all_behind
from tf1compat.graph.model import Graph, Node, NodeTable
from tf1compat.graph.walk import order
from tf1compat.names import TensorRef

ENTER = frozenset({"Enter", "RefEnter"})
EXIT = frozenset({"Exit", "RefExit"})
MERGE = frozenset({"Merge", "RefMerge"})
SWITCH = frozenset({"Switch", "RefSwitch"})
NEXT_ITERATION = frozenset({"NextIteration", "RefNextIteration"})


@dataclass(frozen=True)
class LoopVariable:
    """One value that a loop carries; `switch` and `exit` are None where pruning took them."""

    enter: str
    merge: str
    next_iteration: str
    switch: str | None
    exit: str | None


@dataclass(frozen=True)
class Frame:
    """One while loop: `nodes` are those executed inside it, inner loops' included."""

    name: str
    parent: str | None
    loop_cond: str
    variables: tuple[LoopVariable, ...]
    invariants: tuple[str, ...]  # Enter nodes of values that the loop only reads
    nodes: frozenset[str]

    def initial(self, graph: NodeTable, variable: LoopVariable) -> TensorRef:
        """The tensor that a loop variable starts with, outside the frame."""
        return graph[variable.enter].inputs[0]

    def next(self, graph: NodeTable, variable: LoopVariable) -> TensorRef:
        """The tensor that a loop variable becomes after each turn, inside the frame."""
        return graph[variable.next_iteration].inputs[0]


@cached_on_graph
def frame_of_nodes(graph: Graph) -> dict[str, tuple[str, ...]]:
    """For each node inside a loop, the frames it is in, outermost first."""
    nodes, edges = graph.nodes, all_behind(graph)
    inside: list[tuple[str, ...]] = [()] * len(nodes)
    for at in order(graph):
        before = (inside[each][:-1] if nodes[each].op in EXIT else inside[each] for each in edges[at])
        inside[at] = max(before, key=len, default=())
        if nodes[at].op in ENTER:
            inside[at] = (*inside[at], nodes[at].text("frame_name"))
    place = {node.name: frames for node, frames in zip(nodes, inside, strict=True) if frames}
    return _told_apart(graph, place)


def _told_apart(graph: Graph, place: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The same, loops that share a frame name (their graph was imported twice) each under a name of its own."""
    seen: set[tuple[str, ...]] = set()
    while path := _shared_frame(graph, place, seen):
        seen.add(path)
        for number, names in enumerate(_separate_loops(graph, place, path)[1:], start=1):
            before = len(path) - 1
            renamed = {
                name: (*path[:before], *(f"{frame}.{number}" for frame in place[name][before:]))
                for name in names
            }
            place = {**place, **renamed}
    return place


def _shared_frame(
    graph: Graph, place: dict[str, tuple[str, ...]], seen: set[tuple[str, ...]]
) -> tuple[str, ...] | None:
    """The outermost frame, of those not seen, in which there are two conditions of loops."""
    paths = [place[node.name] for node in graph.nodes if node.op == "LoopCond" and node.name in place]
    shared = [path for path, count in Counter(paths).items() if count > 1 and path not in seen]
    return min(shared, key=len, default=None)


def _separate_loops(
    graph: Graph, place: dict[str, tuple[str, ...]], path: tuple[str, ...]
) -> list[frozenset[str]]:
    """The nodes of a frame, inner loops' included, in groups between which nothing is read inside it."""
    beside: dict[str, list[str]] = {name: [] for name, inside in place.items() if inside[: len(path)] == path}
    for name in beside:
        for other in (*(ref.node for ref in graph[name].inputs), *graph[name].control_inputs):
            if other in beside and not (graph[other].op in EXIT and place[other] == path):
                beside[name].append(other)
                beside[other].append(name)
    groups: list[frozenset[str]] = []
    grouped: set[str] = set()
    for start in beside:
        group, todo = set[str](), [] if start in grouped else [start]
        while todo:
            name = todo.pop()
            if name not in group:
                group.add(name)
                todo += beside[name]
        if group:
            groups.append(frozenset(group))
            grouped |= group
    return groups


@cached_on_graph
def find_frames(graph: Graph) -> tuple[Frame, ...]:
    """Every while loop of the graph, inner loops before the loops around them."""
    place = frame_of_nodes(graph)
    members: dict[tuple[str, ...], list[Node]] = {}
    nodes: dict[tuple[str, ...], list[str]] = {}  # those of inner loops too
    for node in graph.nodes:
        inside = place.get(node.name)
        if inside:
            members.setdefault(inside, []).append(node)
            for depth in range(len(inside)):
                nodes.setdefault(inside[: depth + 1], []).append(node.name)
    inner_first = sorted(members, key=len, reverse=True)
    frames = (_frame(graph, path, members[path], frozenset(nodes[path])) for path in inner_first)
    return tuple(frame for frame in frames if frame is not None)


def _frame(graph: Graph, path: tuple[str, ...], own: list[Node], nodes: frozenset[str]) -> Frame | None:
    conditions = [node.name for node in own if node.op == "LoopCond"]
    if not conditions:
        return None  # a frame whose loop was pruned away, or a gradient's remnant
    if len(conditions) > 1:
        raise GraphError(
            f"the loop '{path[-1]}' has {len(conditions)} LoopCond nodes ('{conditions[0]}', "
            f"'{conditions[1]}'): two loops share one frame name"
        )
    carried, invariants = [], []
    for node in own:
        if node.op in ENTER:
            variable = _loop_variable(graph, node)
            if variable is None:
                invariants.append(node.name)
            else:
                carried.append(variable)
    parent = path[-2] if len(path) > 1 else None
    return Frame(path[-1], parent, conditions[0], tuple(carried), tuple(invariants), nodes)


def _loop_variable(graph: Graph, enter: Node) -> LoopVariable | None:
    for use in graph.uses.get(TensorRef(enter.name), ()):
        merge = graph[use.node]
        if merge.op not in MERGE:
            continue
        back = [ref.node for ref in merge.inputs if graph.producer(ref).op in NEXT_ITERATION]
        if back:
            switch = _only_reader(graph, TensorRef(merge.name), SWITCH)
            out = _only_reader(graph, TensorRef(switch), EXIT) if switch else None
            return LoopVariable(enter.name, merge.name, back[0], switch, out)
    return None


def _only_reader(graph: Graph, ref: TensorRef, ops: frozenset[str]) -> str | None:
    for use in graph.uses.get(ref, ()):
        node = graph[use.node]
        if node.op in ops and (node.op not in SWITCH or _is_loop_switch(graph, node)):
            return use.node
    return None


def _is_loop_switch(graph: Graph, switch: Node) -> bool:
    return graph.input(switch, 1).op == "LoopCond"
