"""TrackableObjectGraph: what an object-based checkpoint says of the objects that were saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf import message
from tensorboard.compat.proto import trackable_object_graph_pb2

#: What Keras keeps of a layer's arguments, which is no value.
_CONFIG = "OBJECT_CONFIG_JSON"


@dataclass(frozen=True)
class StoredValue:
    """One value of an object: its path from the root (`model/layer-0/kernel`), and its key in the checkpoint."""

    path: str
    key: str
    name: str  # what the program called the variable; empty where it did not say
    slot: str = ""  # of an optimizer's: what it keeps (`m`, `momentum`)


def read_object_graph(serialized: bytes) -> tuple[StoredValue, ...]:
    """The values of all objects, in the order of their paths, optimizers' slots last; raises DecodeError.

    An object that is reached on several paths is told by the shortest.
    """
    try:
        nodes = trackable_object_graph_pb2.TrackableObjectGraph.FromString(serialized).nodes
        paths = _paths(nodes)
        found = [
            StoredValue(_joined(path, each.name), each.checkpoint_key, each.full_name)
            for number, path in paths.items()
            for each in nodes[number].attributes
            if each.name != _CONFIG
        ]
        return (*sorted(found, key=lambda each: each.path), *_slots(nodes, paths))
    except IndexError as error:
        raise message.DecodeError("it names objects that are not in it") from error


def _paths(nodes: Any) -> dict[int, str]:
    """The shortest path to each object from the first, which is the root."""
    paths, front = {0: ""} if nodes else {}, [0] if nodes else []
    while front:
        following = []
        for number in front:
            for child in nodes[number].children:
                if child.node_id not in paths:
                    paths[child.node_id] = "/".join(filter(None, (paths[number], child.local_name)))
                    following.append(child.node_id)
        front = following
    return paths


def _joined(path: str, attribute: str) -> str:
    """The path of a value; the one value of a variable is called as the variable is."""
    return path if attribute == "VARIABLE_VALUE" else f"{path}.{attribute}"


def _slots(nodes: Any, paths: dict[int, str]) -> Iterator[StoredValue]:
    for number in paths:
        for each in nodes[number].slot_variables:
            for value in nodes[each.slot_variable_node_id].attributes:
                of = paths.get(each.original_variable_node_id, "?")
                yield StoredValue(of, value.checkpoint_key, value.full_name, each.slot_name)
