"""What noise is made of."""

from tests.analysis.idioms.noise.drawn_text import drawn
from tf1compat.analysis.idioms.noise.parts import made_of, scalars
from tf1compat.analysis.idioms.noise.sites import Noise, find_noise
from tf1compat.graph.model import Graph

TEXT = """
    wide = Mul(u, two)
    moved = Add(wide, quarter)
    test = Less(moved, keep)
    mask = Cast(test) SrcT=bool; DstT=float32
    scaled = RealDiv(mask, half)
    y = Mul(x, scaled)
"""


def noise_of(text: str) -> tuple[Graph, Noise]:
    graph = drawn(text)
    (noise,) = (each for each in find_noise(graph) if each.sites)
    return graph, noise


def test_what_a_mask_is_made_of_is_told_nearest_first():
    graph, noise = noise_of(TEXT)
    starts = [site.drawn for site in noise.sites]
    assert [each.node for each in made_of(graph, noise, starts)] == [
        "scaled", "mask", "test", "moved", "wide", "u",
    ]  # fmt: skip
    assert [each.node for each in made_of(graph, noise, starts, until=noise.steps)] == [
        "scaled",
        "mask",
        "test",
    ]


def test_a_mask_is_decided_by_what_it_is_held_against_and_not_by_its_scale():
    assert [each.node for each in scalars(*noise_of(TEXT))] == ["keep", "quarter", "two"]


def test_noise_without_a_step_is_decided_by_all_that_comes_in():
    text = "small = Mul(n, half)\nmoved = Add(small, zero)\ny = Add(x, moved)\n"
    assert [each.node for each in scalars(*noise_of(text))] == ["zero", "half"]
