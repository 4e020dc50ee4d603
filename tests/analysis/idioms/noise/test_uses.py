"""What is made of a scalar, and what it is made of."""

import pytest

from tests.analysis.idioms.noise.drawn_text import drawn
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.idioms.noise.sites import find_noise
from tf1compat.analysis.idioms.noise.uses import (
    bases_of,
    constants_before,
    depends_on_model,
    is_learned,
    is_used_beside,
    only_governs,
    readers_of,
)
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef

KEEP = TensorRef("keep")


@pytest.mark.parametrize(
    "text",
    [
        "y = Sub(one, keep)",
        "y = Sub(keep, half)",
        "twice = Mul(two, keep)\ny = Sub(twice, one)",
        "y = RealDiv(keep, two)",
        'entered = Enter(keep) frame_name="f"\nflag = Placeholder() dtype=bool\ny = Switch(entered, flag)',
        "y = Reshape(keep, shape)",
    ],
)
def test_a_scalar_is_followed_to_the_one_that_it_is_worked_out_from(text: str):
    assert bases_of(drawn(text), TensorRef("y"))[-1] == KEEP


@pytest.mark.parametrize("text", ["y = Exp(keep)", "y = RealDiv(one, keep)", "y = Mul(keep, x)"])
def test_what_is_not_a_shift_or_a_scale_is_where_a_scalar_comes_out(text: str):
    assert bases_of(drawn(text), TensorRef("y")) == [TensorRef("y")]


def test_constants_on_the_way_to_a_scalar_are_told():
    graph = drawn("twice = Mul(two, keep)\nsame = Identity(twice)\ny = Sub(same, one)\n")
    bases = bases_of(graph, TensorRef("y"))
    assert [each.node for each in constants_before(graph, bases)] == ["one", "two"]


def test_readers_are_told_past_what_hands_on_and_one_less():
    graph = drawn("rest = Sub(one, keep)\nsame = Identity(rest)\nmask = Less(u, same)\ny = Mul(x, keep)\n")
    assert readers_of(ForwardGraph(graph, frozenset({"y"})), KEEP) == {"mask"}
    assert readers_of(ForwardGraph(graph, frozenset()), KEEP) == {"mask", "y"}


NEAR = frozenset({"test", "mask", "y"})
DROPPED = "test = Less(u, keep)\nmask = Cast(test) SrcT=bool; DstT=float32\ny = Mul(x, mask)\n"


def used(text: str) -> tuple[bool, bool]:
    flow = ForwardGraph(drawn(DROPPED + text), frozenset())
    (noise,) = (each for each in find_noise(flow.graph) if each.sites)
    return only_governs(flow, NEAR, KEEP), is_used_beside(flow, noise, NEAR, KEEP)


def test_a_scalar_may_govern_noise_alone_or_scale_beside_it():
    assert used("") == (True, False)
    assert used("idle = Exp(keep)\n") == (True, False)
    assert used("idle = Exp(keep)\nshown = MatMul(x, idle)\n") == (False, False)
    filled = DROPPED.replace("Less(u, keep)", "Less(u, chances)")
    flow = ForwardGraph(drawn(filled + "chances = Fill(shape, keep)\nidle = Log(chances)\n"), frozenset())
    (noise,) = (each for each in find_noise(flow.graph) if each.sites)
    assert not is_used_beside(flow, noise, NEAR, KEEP)
    scaled = DROPPED.replace("Mul(x,", "Mul(scaled,") + "scaled = RealDiv(x, keep)\n"
    flow = ForwardGraph(drawn(scaled), frozenset())
    (noise,) = (each for each in find_noise(flow.graph) if each.sites)
    assert only_governs(flow, NEAR, KEEP)
    assert is_used_beside(flow, noise, NEAR, KEEP)


def variable(text: str) -> Graph:
    return drawn("v = VariableV2() dtype=float32; shape=shape()\ny = Exp(v)\n" + text)


def test_a_variable_that_an_optimizer_changes_is_learned():
    learned = variable("step = ResourceApplyAdam(v, keep)\n")
    assert is_learned(learned, learned["v"])
    assert depends_on_model(learned, TensorRef("y"))
    assigned = variable("step = Assign(v, keep)\n")
    assert not is_learned(assigned, assigned["v"])
    assert not depends_on_model(assigned, TensorRef("y"))


def test_what_is_worked_out_from_examples_depends_on_the_model():
    assert depends_on_model(drawn("y = Mean(x, shape) _output_shapes=[shape()]\n"), TensorRef("y"))
    assert not depends_on_model(drawn("y = Exp(keep)\n"), TensorRef("y"))
