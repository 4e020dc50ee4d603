"""Effects: what an output's value depends on is told from what it only waits for."""

from __future__ import annotations

from tf1compat.analysis.effects import Effects, Write, find_effects
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

HEAD = """
    x = Placeholder() dtype=float32
    one = Const() dtype=float32; value=tensor(float32, 1.0)
    v = VariableV2() dtype=float32
    v/read = Identity(v) T=float32
"""


def found(text: str, *outputs: str, cut: frozenset[str] = frozenset()) -> Effects:
    return find_effects(from_text(HEAD + text), [TensorRef(name) for name in outputs], cut)


def test_a_count_that_is_only_waited_for_is_idle() -> None:
    effects = found("count = AssignAdd(v, one) T=float32\ny = Identity(x, ^count) T=float32", "y")
    assert (effects.needed, effects.idle, effects.variables) == ((), ("count",), ("v",))


def test_a_count_that_is_read_is_needed() -> None:
    effects = found("count = AssignAdd(v, one) T=float32\ny = Mul(x, count) T=float32", "y")
    assert (effects.needed, effects.idle) == ((Write("count", "v"),), ())


def test_a_variable_that_is_read_afterwards_makes_its_change_needed() -> None:
    later = "count = AssignAdd(v, one) T=float32\nlater = Identity(v, ^count) T=float32\ny = Mul(x, later) T=float32"
    assert found(later, "y").needed == (Write("count", "v"),)


def test_a_read_by_reference_counts_when_it_is_used() -> None:
    effects = found("count = AssignAdd(v, one) T=float32\ny = Mul(x, v/read, ^count) T=float32", "y")
    assert effects.needed == (Write("count", "v"),)


def test_a_variable_that_is_read_before_leaves_its_change_idle() -> None:
    text = "was = Mul(x, v/read)\nnew = Sub(v/read, was)\nmoved = Assign(v, new)\ny = Identity(was, ^moved)"
    assert found(text, "y").idle == ("moved",)


def test_the_change_before_a_needed_change_is_needed_too() -> None:
    text = """
        first = Assign(v, x)
        second = AssignAdd(v, one, ^first)
        y = Identity(second)
    """
    assert [each.node for each in found(text, "y").needed] == ["first", "second"]


def test_what_stands_behind_an_input_does_not_count() -> None:
    text = "count = AssignAdd(v, one)\nz = Identity(x, ^count)\ny = Mul(z, one)"
    assert found(text, "y", cut=frozenset({"z"})) == Effects()


def test_handles_are_followed() -> None:
    text = """
        h = VarHandleOp() dtype=float32
        count = AssignAddVariableOp(h, one)
        later = ReadVariableOp(h, ^count)
        y = Mul(x, later)
    """
    assert found(text, "y").needed == (Write("count", "h"),)


def test_printing_and_python_aside_are_idle() -> None:
    text = "p = PrintV2(text)\ntext = StringFormat(x)\nf = PyFunc(x)\ny = Identity(x, ^p, ^f)"
    assert found(text, "y").idle == ("p", "f")


def test_a_graph_that_only_computes_has_no_effects() -> None:
    assert found("y = Mul(x, v/read)", "y") == Effects()
