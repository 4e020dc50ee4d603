"""Keys of a checkpoint that is older, or newer, than its graph: the same layer under the name of another release.

    RNN/BasicLSTMCell/Linear/Matrix     0.x
    rnn/basic_lstm_cell/weights         1.0, 1.1
    rnn/basic_lstm_cell/kernel          1.2 and later

Source: tensorflow/contrib/rnn/python/tools/checkpoint_convert.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tf1compat.graph.model import Graph, Node
from tf1compat.graph.protos import BundleEntry
from tf1compat.ops.families import VARIABLES
from tf1compat.source.model import SavedAs

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
#: What a component is called now; it may have become two.
_NEWER = {
    "weights": "kernel", "matrix": "kernel", "w_0": "kernel", "biases": "bias", "b": "bias",
    "recurrent_weights": "recurrent_kernel", "w_p_0": "projection/kernel", "bi_rnn": "bidirectional_rnn",
    "bi_rnn_fw": "bidirectional_rnn/fw", "bi_rnn_bw": "bidirectional_rnn/bw",
}  # fmt: skip
_LEFT_OUT = frozenset({"linear"})  # a scope of old cells, inside that of the cell
_CELL_NUMBER = re.compile(r"cell_?(\d+)\Z")


def renamed_keys(
    graph: Graph, saved_as: Mapping[str, SavedAs], entries: Mapping[str, BundleEntry]
) -> dict[str, str]:
    """By missing key, the one key of the checkpoint that means the same and fits, and that no other variable has.

    Without a Saver (`saved_as` is empty) the variables' names are the keys.
    """
    wanted = {each.key: name for name, each in saved_as.items()} or {
        node.name: node.name for node in graph.nodes if node.op in VARIABLES
    }
    free: dict[str, list[str]] = {}
    for key in entries:
        if key not in wanted:
            free.setdefault(_modern(key), []).append(key)
    found = {}
    for key, name in wanted.items():
        candidates = [] if key in entries else free.get(_modern(key), [])
        fitting = [each for each in candidates if fits(graph[name], entries[each])]
        if len(fitting) == 1:
            found[key] = fitting[0]
    return _unambiguous(found)


def _unambiguous(found: Mapping[str, str]) -> dict[str, str]:
    """The names less those that two variables would share."""
    taken = list(found.values())
    return {key: name for key, name in found.items() if taken.count(name) == 1}


def _modern(key: str) -> str:
    """The key as the newest releases write it; an optimizer's slot keeps its own name at the end."""
    return "/".join(new for each in key.split("/") if (new := _component(each)) not in _LEFT_OUT)


def _component(component: str) -> str:
    snake = _WORD.sub("_", component).lower()
    numbered = _CELL_NUMBER.fullmatch(snake)
    return f"cell_{numbered[1]}" if numbered else _NEWER.get(snake, snake)


def fits(variable: Node, entry: BundleEntry) -> bool:
    """Whether an entry of a checkpoint has the type and the shape of a variable."""
    shape, dtype = variable.shape(), variable.dtype("dtype")
    if dtype is not None and dtype.base != entry.dtype:
        return False
    return shape.dims is None or shape.dims == entry.shape.dims
