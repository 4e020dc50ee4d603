"""Which networks others begin with or attend to, and which loops feed themselves."""

from __future__ import annotations

import pytest

from tests.discovery.loop_text import GIVEN, LSTM_BODY, LSTM_INVARIANTS, LSTM_WEIGHTS, dynamic_rnn
from tests.plan.conftest import ref
from tf1compat.analysis.time.time_axis import NO_TIME
from tf1compat.discovery.findings import Layer, Rnn
from tf1compat.discovery.rnn.states.origins import with_origins
from tf1compat.graph.frames import find_frames
from tf1compat.graph.text import from_text
from tf1compat.plan.stepping.sources import feeds_itself, find_sources, networks_given_whole

LINES = """
    source = Placeholder() dtype=float32; shape=shape(None, 3)
    end = Tanh(source) T=float32
    zero_c = ZerosLike(end) T=float32
"""
LOOP = dynamic_rnn(LSTM_BODY, {"c": "zero_c", "h": "end"}, LSTM_INVARIANTS, inputs="x")
GRAPH = from_text(GIVEN + LINES + LSTM_WEIGHTS + LOOP)
FRAMES = find_frames(GRAPH)
ENCODER = Rnn("encoder", "dynamic", "forward", True, ref("source"), None, None,
              (Layer("GRU", 3, (), {}, {"h": ref("end")}),))  # fmt: skip


def network(*parts: str) -> Rnn:
    starts = {"c": ref("zero_c"), "h": ref("end")}
    finals = {part: ref(f"rnn/while/{part}_exit") for part in parts}
    layer = Layer("LSTM", 3, ("kernel", "bias"), {part: starts[part] for part in parts}, finals)
    return Rnn("rnn", "dynamic", "forward", True, ref("x"), ref("rnn/stack"), None, (layer,))


def test_a_network_whose_final_state_another_begins_with_is_a_source() -> None:
    found = with_origins(GRAPH, [network("c", "h"), ENCODER], ())
    assert [each.scope for each in find_sources(GRAPH, found, FRAMES)] == ["encoder"]


def test_what_only_gives_a_size_makes_no_source() -> None:
    found = with_origins(GRAPH, [network("c"), ENCODER], ())
    assert find_sources(GRAPH, found, FRAMES) == ()


def test_a_source_takes_all_and_gives_all_at_once() -> None:
    (given,) = networks_given_whole(GRAPH, [ENCODER], FRAMES)
    assert (ref("source"), NO_TIME) in given.expected
    assert given.outputs == {ref("end"): NO_TIME}


@pytest.mark.parametrize(("parts", "hands_on_more"), [(("c", "h"), False), (("c",), True)])
def test_a_loop_that_hands_on_what_is_no_state_feeds_itself(
    parts: tuple[str, ...], hands_on_more: bool
) -> None:
    assert feeds_itself(GRAPH, network(*parts), FRAMES) == hands_on_more
