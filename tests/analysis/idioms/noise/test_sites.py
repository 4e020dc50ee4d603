"""Where random numbers meet a value, and what is made of them before."""

import pytest

from tests.analysis.idioms.noise.drawn_text import drawn
from tests.discovery.model_text import FORWARD, flow_of
from tests.discovery.training_mode.test_freezes import OLD_DROPOUT
from tf1compat.analysis.idioms.noise.governors import forward_noise, is_neutral
from tf1compat.analysis.idioms.noise.sites import Noise, find_noise, is_drawn
from tf1compat.names import TensorRef


def test_masks_are_neutral_when_what_they_hang_on_is_frozen_or_drops_nothing():
    flow = flow_of(FORWARD + OLD_DROPOUT)
    (noise,) = forward_noise(flow, find_noise(flow.graph))
    assert is_neutral(flow.graph, noise, {TensorRef("keep"): 1.0})
    assert not is_neutral(flow.graph, noise, {})
    fixed = OLD_DROPOUT.replace("keep = Placeholder() dtype=float32; shape=shape()", "keep = Identity(width)")
    flow = flow_of(FORWARD + fixed)
    (noise,) = forward_noise(flow, find_noise(flow.graph))
    assert is_neutral(flow.graph, noise, {})


def test_draws_are_found_behind_scaling():
    graph = flow_of(FORWARD + OLD_DROPOUT).graph
    (noise,) = find_noise(graph)
    assert noise.draws == {"drawn"}
    assert is_drawn(graph, TensorRef("spread"))
    assert not is_drawn(graph, TensorRef("logits"))


def noise_of(text: str) -> Noise:
    """The one noise of a graph, draws that nothing reads left aside."""
    (noise,) = (each for each in find_noise(drawn(text)) if each.sites or len(each.alone) > 1)
    return noise


MASK = "test = Less(u, keep)\nmask = Cast(test) SrcT=bool; DstT=float32\n"
#: By what is done with random numbers: what they are there, the value that stays, and the number with which it does.
SITES = {
    MASK + "y = Mul(x, mask)": ("factor", "mask", "x", 1),
    MASK + "y = Mul(mask, x)": ("factor", "mask", "x", 1),
    MASK + "scaled = RealDiv(mask, keep)\ny = Mul(x, scaled)": ("factor", "scaled", "x", 1),
    MASK + "inverse = Sub(one, mask)\ny = Mul(x, inverse)": ("factor", "inverse", "x", 1),
    "y = RealDiv(x, u)": ("factor", "u", "x", 1),
    "small = Mul(n, half)\ny = Add(small, x)": ("term", "small", "x", 0),
    "y = AddN(x, n) N=2": ("term", "n", "x", 0),
    "y = Sub(x, n)": ("term", "n", "x", 0),
    MASK + "nothing = ZerosLike(x)\ny = Select(test, x, nothing)": ("choice", "test", "x", 1),
    MASK + "nothing = Mul(x, zero)\ny = SelectV2(test, nothing, x)": ("choice", "test", "x", 0),
    MASK + "two_each = Fill(shape, two)\ny = Select(test, two_each, x)": ("choice", "test", "x", 0),
    MASK + "y = Where(test)": ("selection", "test", None, 1),
}


@pytest.mark.parametrize("text", SITES)
def test_where_random_numbers_meet_a_value(text: str):
    (site,) = noise_of(text).sites
    kind, meets, kept, wanted = SITES[text]
    assert (site.node, site.kind, site.drawn.node, site.wanted) == ("y", kind, meets, wanted)
    assert (site.kept and site.kept.node) == kept


@pytest.mark.parametrize(
    "text",
    [
        "y = MatMul(n, x)",
        "axis = Const() dtype=int32; value=tensor(int32, 1)\ny = ConcatV2(x, n, axis) N=2",
        "y = Less(u, x)",
        "y = Sub(n, x)",
        MASK + "other = Neg(x)\ny = Select(test, x, other)",
        "flag = Placeholder() dtype=bool; shape=shape(None, 4)\ny = Select(flag, n, x)",
    ],
)
def test_random_numbers_that_are_the_model_s_own_leave_no_value_as_it_is(text: str):
    assert [(site.node, site.kind, site.wanted) for site in noise_of(text).sites] == [("y", "other", None)]


def test_what_only_gives_a_shape_and_what_multiplies_with_zeros_is_no_site():
    text = "zeros = ZerosLike(x)\nlost = Mul(u, zeros)\nsize = Shape(u) T=float32\ny = Tanh(lost)\n"
    assert all(each.sites == () for each in find_noise(drawn(text)))


def test_a_mask_is_followed_into_a_loop_and_a_branch():
    text = MASK + (
        'entered = Enter(mask) frame_name="f"\nflag = Placeholder() dtype=bool\n'
        "side = Switch(entered, flag)\ny = Mul(x, side:1)\n"
    )
    noise = noise_of(text)
    assert [(str(site.drawn), site.node) for site in noise.sites] == [("side:1", "y")]
    assert {ref.node for ref in noise.steps} == {"test"}


LOOP = """
    enter = Enter(x) frame_name="f"
    merge = Merge(enter, next) N=2
    flag = Placeholder() dtype=bool
    going = LoopCond(flag)
    switch = Switch(merge, going)
    old = Identity(switch:1)
    new = Tanh(old)
    inside = Shape(old)
    v = RandomUniform(inside) dtype=float32
    test = Less(v, quarter)
    next = NextIteration(y)
"""
BLENDED = """
    share = Cast(test) SrcT=bool; DstT=float32
    rest = Sub(one, share)
    kept = Mul(share, old)
    fresh = Mul(rest, new)
    y = Add(kept, fresh)
"""


def _sites_of(text: str) -> set[tuple[str, str, float | None]]:
    return {
        (site.node, site.kind, site.wanted)
        for noise in find_noise(drawn(text))
        for site in noise.sites
        if noise.draws == {"v"}
    }


def test_of_a_loop_s_new_state_and_its_old_one_the_new_one_stays():
    assert _sites_of(LOOP + "y = Select(test, old, new)\n") == {("y", "choice", 0)}
    assert _sites_of(LOOP + BLENDED) == {("kept", "factor", 0), ("fresh", "factor", 1)}


def test_shares_of_two_values_of_which_neither_is_a_loop_s_old_state_are_the_model():
    mixed = BLENDED.replace("old)", "x)").replace("new)", "z)")
    text = "v = RandomUniform(shape) dtype=float32\ntest = Less(v, quarter)\nz = Neg(x)\n" + mixed
    assert _sites_of(text) == {("kept", "other", None), ("fresh", "other", None)}


def test_two_values_with_masks_of_their_own_are_dropped_each_by_itself():
    text = """
        v = RandomUniform(shape) dtype=float32
        first = Floor(u)
        second = Floor(v)
        one_side = Mul(x, first)
        z = Neg(x)
        other_side = Mul(z, second)
        y = Add(one_side, other_side)
    """
    found = [site for noise in find_noise(drawn(text)) for site in noise.sites]
    assert {(site.node, site.kind, site.wanted) for site in found} == {
        ("one_side", "factor", 1),
        ("other_side", "factor", 1),
    }


BRANCH = """
    scalar_shape = Const() dtype=int32; value=tensor(int32, [])
    v = RandomUniform(scalar_shape) dtype=float32
    test = Less(v, quarter)
    given = Switch(x, test)
    block = Tanh(given:1)
    y = Merge({0}) N=2
"""


WEIGHTS = """
    w = VariableV2() dtype=float32; shape=shape(4, 4)
    w/read = Identity(w) T=float32
    weights = Switch(w/read, test)
"""


def test_of_two_branches_the_one_that_applies_weights_stays():
    weighted = (BRANCH + WEIGHTS).replace("Tanh(given:1)", "MatMul(given:1, weights:1)")
    assert _sites_of(weighted.format("given, block")) == {("given", "branch", 1)}


def test_of_two_branches_without_weights_the_one_that_changes_nothing_stays():
    """As where images are turned over at random."""
    assert _sites_of(BRANCH.format("given, block")) == {("given", "branch", 0)}


def test_of_two_branches_that_compute_something_nothing_tells_which_stays():
    assert _sites_of("otherwise = Neg(given)\n" + BRANCH.format("otherwise, block")) == set()


def test_masks_side_by_side_are_one():
    both = (
        MASK + "axis = Const() dtype=int32; value=tensor(int32, 1)\nmasks = ConcatV2(mask, mask, axis) N=2\n"
    )
    (site,) = noise_of(both + "y = Mul(x, masks)").sites
    assert (site.kind, site.drawn.node) == ("factor", "masks")
    with_data = both.replace("(mask, mask", "(mask, x")
    assert [each.kind for each in noise_of(with_data).sites] == ["other"]
