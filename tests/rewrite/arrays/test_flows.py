"""Flows and handles are followed to their array, or refused."""

from __future__ import annotations

import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import array_operation
from tf1compat.rewrite.arrays.flows import find_flows

LOOP = """
    n = Placeholder() dtype=int32
    value = Placeholder() dtype=float32
    array = TensorArrayV3(n) dtype=float32
    other = TensorArrayV3(n) dtype=float32
    handle = Enter(array) T=resource; frame_name="f"; is_constant=True
    enter = Enter(array:1) T=float32; frame_name="f"
    merge = Merge(enter, next) T=float32; N=2
    switch = Switch(merge, go) T=float32
    go = LoopCond(more)
    more = Const(^merge) dtype=bool; value=tensor(bool, False)
    body = Identity(switch:1) T=float32
    write = TensorArrayWriteV3(handle, n, value, body) T=float32
    next = NextIteration(write) T=float32
    exit = Exit(switch) T=float32
    unread = Identity(exit) T=float32
    size = TensorArraySizeV3(array, exit)
    used = TensorArrayWriteV3(other, n, value, other:1) T=float32
"""


def test_operations_are_known_in_every_version() -> None:
    graph = from_text("a = TensorArrayPack()\nb = TensorArrayWriteV2()\nc = TensorArrayV3()\nd = Tanh()")
    assert [array_operation(node) for node in graph.nodes] == ["pack", "write", None, None]


def test_a_flow_is_followed_through_a_loop_to_where_it_starts() -> None:
    flows = find_flows(from_text(LOOP))
    assert flows.array_of_operation == {"write": "array", "size": "array", "used": "other"}
    assert flows.starts == {
        TensorRef("array", 1): TensorRef("array"), TensorRef("other", 1): TensorRef("other"),
    }  # fmt: skip


def test_what_carries_a_flow_is_known_even_where_nothing_reads_it() -> None:
    assert find_flows(from_text(LOOP)).carriers == {
        "enter", "merge", "switch", "body", "next", "exit", "unread",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("odd = TensorArraySizeV3(array, other:1)", "'array' and 'other' both start at 'other:1'"),
        ("sum = Add(exit, exit) T=float32\nodd = TensorArraySizeV3(array, sum)", r"comes from 'sum' \(Add\)"),
        ("odd = Select(more, exit, exit) T=float32", r"'odd' \(Select\) reads the flow 'exit:0'"),
        (
            "both = Merge(array, other) T=resource; N=2\nodd = TensorArraySizeV3(both, exit)",
            "works on more than one TensorArray",
        ),
    ],
    ids=["another array's", "computed", "chosen", "two handles"],
)
def test_a_flow_that_cannot_be_followed_is_refused(line: str, message: str) -> None:
    with pytest.raises(RewriteError, match=message):
        find_flows(from_text(f"{LOOP}\n{line}"))
