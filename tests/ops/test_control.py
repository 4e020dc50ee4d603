from tf1compat.graph.text import from_text
from tf1compat.ops.control import is_branch_merge, is_branch_switch, is_loop_merge, is_loop_switch

GRAPH = from_text("""
    x = Placeholder() dtype=float32
    going = Placeholder() dtype=bool
    enter = Enter(x) T=float32; frame_name="f"
    merge = Merge(enter, next) T=float32; N=2
    cond = LoopCond(going)
    switch = Switch(merge, cond) T=float32
    turn = Identity(switch:1) T=float32
    next = NextIteration(turn) T=float32
    leave = Exit(switch) T=float32
    sides = RefSwitch(leave, going) T=float32
    joined = RefMerge(sides, sides:1) T=float32; N=2
""")


def test_loops_and_branches_have_switches_and_merges_of_their_own():
    questions = (is_loop_switch, is_branch_switch, is_loop_merge, is_branch_merge)
    found = {each.__name__: [node.name for node in GRAPH.nodes if each(GRAPH, node)] for each in questions}
    assert found == {
        "is_loop_switch": ["switch"], "is_branch_switch": ["sides"], "is_loop_merge": ["merge"],
        "is_branch_merge": ["joined"],
    }  # fmt: skip
