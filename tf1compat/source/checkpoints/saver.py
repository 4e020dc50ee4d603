"""What the Saver calls each variable, read from the restore part of the graph.

A Saver restores by assigning what `RestoreV2` reads under a name: `Assign(variable, RestoreV2:i)`. The name
need not be the variable's own: a Saver may be given a mapping, and all parts of a partitioned variable share
one name. A graph may hold several Savers; the `.meta` names one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from tf1compat.graph.attributes import TensorValue
from tf1compat.graph.model import Graph, Node
from tf1compat.graph.protos import MetaGraph
from tf1compat.graph.walk import PASS_THROUGH, resolve
from tf1compat.names import TensorRef
from tf1compat.ops.families import ASSIGN, NO_OP, RESHAPE, RESTORE, VARIABLES
from tf1compat.source.model import SavedAs, Saver

_VALUE_UNCHANGED = PASS_THROUGH | RESHAPE  # Saver(reshape=True) reshapes what it read
#: Where `tf.train.init_from_checkpoint` puts its ops: they read other files than this checkpoint.
_WARM_START = "checkpoint_initializer"


def saved_as(meta_graph: MetaGraph) -> Mapping[str, SavedAs]:
    """The checkpoint's key of each variable, by node name, as the MetaGraph's own Saver restores it.

    Empty where the MetaGraph has no SaverDef. What is restored otherwise than by assignment is left out.
    """
    graph, saver = meta_graph.graph, meta_graph.saver
    start = TensorRef.parse(saver.restore_op).node if saver and saver.restore_op else ""
    if start not in graph:
        return MappingProxyType({})
    return _restored_by(graph, _assignments(graph, start))


def saved_by_name(graph: Graph, keys: Collection[str]) -> Mapping[str, SavedAs]:
    """What a Saver of TensorFlow's own making would restore: the variables whose names are keys."""
    names = sorted(node.name for node in graph.nodes if node.op in VARIABLES and node.name in keys)
    return MappingProxyType({name: SavedAs(name) for name in names})


def every_saver(graph: Graph) -> tuple[Saver, ...]:
    """All Savers of a graph: the assignments of what is read from one file name belong together."""
    found: dict[str, list[Node]] = {}
    for node in graph.nodes:
        if node.op in ASSIGN and len(node.inputs) == 2 and restored_from(graph, node.inputs[1]) is not None:
            restore = graph.producer(resolve(graph, node.inputs[1], _VALUE_UNCHANGED))
            found.setdefault(resolve(graph, restore.inputs[0]).node, []).append(node)
    return tuple(
        Saver(name, _restored_by(graph, assigns))
        for name, assigns in found.items()
        if _WARM_START not in name
    )


def fitting_saver(meta_graph: MetaGraph, keys: Collection[str]) -> Saver | None:
    """The Saver that wrote these keys: the one that the `.meta` names, or else the largest whose keys are all there.

    None where no Saver fits.
    """
    own = saved_as(meta_graph)
    if own and all(each.key in keys for each in own.values()):
        return Saver("", own)
    fitting = [
        each
        for each in every_saver(meta_graph.graph)
        if all(saved.key in keys for saved in each.saved_as.values())
    ]
    return max(fitting, key=lambda each: len(each.saved_as), default=None)


def _restored_by(graph: Graph, assigns: Iterable[Node]) -> Mapping[str, SavedAs]:
    found = {}
    for assign in assigns:
        saved = restored_from(graph, assign.inputs[1])
        if saved is not None:
            found[resolve(graph, assign.inputs[0]).node] = saved
    return MappingProxyType(dict(sorted(found.items())))


def _assignments(graph: Graph, start: str) -> Iterator[Node]:
    seen: set[str] = set()
    todo = [start]
    while todo:
        name = todo.pop()
        node = graph.get(name)
        if node is None or name in seen:
            continue
        seen.add(name)
        if node.op in ASSIGN and len(node.inputs) == 2:
            yield node
        elif node.op in NO_OP:  # of a sharded Saver: one for each shard
            todo.extend(node.control_inputs)


def restored_from(graph: Graph, value: TensorRef) -> SavedAs | None:
    """The key and slice under which a value is read from a checkpoint; None where it is not."""
    value = resolve(graph, value, _VALUE_UNCHANGED)
    restore = graph.producer(value)
    if restore.op not in RESTORE or len(restore.inputs) < 2:
        return None
    key = _text_at(graph, restore, 1, value.index)
    slices = _text_at(graph, restore, 2, value.index) if len(restore.inputs) > 2 else ""
    return None if key is None else SavedAs(key, slices or "")


def _text_at(graph: Graph, restore: Node, position: int, index: int) -> str | None:
    constant = graph.producer(resolve(graph, restore.inputs[position])).attrs.get("value")
    if not isinstance(constant, TensorValue):
        return None
    texts = constant.array.ravel()
    return texts[index].decode("utf-8", "backslashreplace") if index < len(texts) else None
