from tf1compat.analysis.dead import find_dead, live_behind
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

BRANCHES = from_text("""
    x = Placeholder() dtype=float32
    flag = Placeholder() dtype=bool
    side = Switch(x, flag) T=float32
    on = Neg(side:1) T=float32
    off = Exp(side) T=float32
    y = Merge(off, on) T=float32
    other = Placeholder() dtype=float32
    z = Select(flag, other, y) T=float32
""")
FLAG = TensorRef("flag")


def test_the_branch_that_is_not_taken_is_dead_and_what_is_behind_its_select():
    dead = find_dead(BRANCHES, {FLAG: False})
    assert dead.nodes == {"on"}
    assert dead.holds(TensorRef("side", 1))
    assert not dead.holds(TensorRef("side"))
    assert live_behind(BRANCHES, [TensorRef("z")], dead) == {"z", "y", "off", "side", "flag", "x"}


def test_the_other_branch_is_dead_with_the_other_value():
    dead = find_dead(BRANCHES, {FLAG: True})
    assert dead.nodes == {"off"}
    assert live_behind(BRANCHES, [TensorRef("z")], dead) == {"z", "other", "flag"}


def test_nothing_is_dead_where_nothing_is_known():
    assert find_dead(BRANCHES, {}).nodes == frozenset()


def test_what_is_given_ends_the_walk():
    found = live_behind(BRANCHES, [TensorRef("y")], find_dead(BRANCHES, {}), [TensorRef("on")])
    assert found == {"y", "off", "side", "flag", "x"}
