"""Loops whose results were pruned."""

from __future__ import annotations

from tf1compat.graph.text import from_text
from tf1compat.source.loop_exits import with_exits

LOOP = """
    zero = Const() dtype=int32; value=tensor(int32, 0)
    while/Enter = Enter(zero) T=int32; frame_name="while"; is_constant=False; parallel_iterations=10
    while/Merge = Merge(while/Enter, while/NextIteration) T=int32; N=2
    three = Const(^while/Merge) dtype=int32; value=tensor(int32, 3)
    less = Less(while/Merge, three) T=int32
    while/LoopCond = LoopCond(less)
    while/Switch_3 = Switch(while/Merge, while/LoopCond) T=int32
    one = Const(^while/Merge) dtype=int32; value=tensor(int32, 1)
    next = AddV2(while/Switch_3:1, one) T=int32
    while/NextIteration = NextIteration(next) T=int32
"""


def test_a_loop_variable_has_its_result_again_under_tensorflow_s_name() -> None:
    graph = with_exits(from_text(LOOP))
    added = graph["while/Exit_3"]
    assert (added.op, [str(each) for each in added.inputs]) == ("Exit", ["while/Switch_3:0"])
    assert with_exits(graph) is graph


def test_a_result_that_is_there_stays() -> None:
    graph = from_text(LOOP + "\n out = Exit(while/Switch_3) T=int32")
    assert with_exits(graph) is graph


def test_the_switch_of_a_branch_gets_none() -> None:
    graph = from_text("""
        p = Placeholder() dtype=bool
        x = Placeholder() dtype=float32
        cond/Switch = Switch(x, p) T=float32
        cond/Merge = Merge(cond/Switch, cond/Switch:1) T=float32; N=2
    """)
    assert with_exits(graph) is graph
