from tests.discovery.loop_text import LSTM_BODY, LSTM_WEIGHTS
from tests.discovery.unrolled_text import (
    CONSTANTS,
    LSTM_INVARIANTS,
    LSTM_STATES,
    one_step,
    pieces,
    unrolled,
    unstack,
)
from tf1compat.discovery.rnn.unrolling.applications import find_applications
from tf1compat.discovery.rnn.unrolling.chains import Chain, find_chains
from tf1compat.graph.text import from_text

NET = CONSTANTS + unstack(4) + LSTM_WEIGHTS
OTHERS = LSTM_WEIGHTS.replace("kernel", "other_kernel").replace("bias", "other_bias")


def chains(text: str) -> tuple[Chain, ...]:
    graph = from_text(NET + text)
    return find_chains(graph, find_applications(graph, frozenset()))


def outputs(chain: Chain) -> list[str]:
    return [call.match.output.node for call in chain.calls]


def steps(count: int, scope: str = "rnn") -> str:
    return unrolled(LSTM_BODY, LSTM_STATES, LSTM_INVARIANTS, pieces(count), scope)


def after(before: str, at: str, weights: dict[str, str] = LSTM_INVARIANTS, between: str = "") -> str:
    given = {"x": "unstack:3", "c": f"{before}/c_new", "h": f"{before}/h_new", **weights}
    return between + one_step(LSTM_BODY, at, given)


def test_calls_that_take_up_the_state_of_one_another_are_a_chain():
    (chain,) = chains(steps(3))
    assert outputs(chain) == ["rnn/0/h_new", "rnn/1/h_new", "rnn/2/h_new"]
    assert not chain.joined


def test_a_call_with_other_weights_begins_a_chain_of_its_own():
    weights = {"kernel": "other_kernel/read", "bias": "other_bias/read"}
    first, second = chains(OTHERS + steps(2) + after("rnn/1", "next", weights))
    assert (outputs(first), outputs(second)) == (["rnn/0/h_new", "rnn/1/h_new"], ["next/h_new"])


def test_a_call_that_takes_up_only_a_part_of_the_state_begins_a_chain_of_its_own():
    half = after("rnn/1", "next").replace("next/c = Identity(rnn/1/c_new)", "next/c = Identity(zeros)")
    assert [len(chain.calls) for chain in chains(steps(2) + half)] == [2, 1]


def test_two_calls_that_take_up_one_state_both_begin_chains_of_their_own():
    left = after("rnn/1", "left").replace("unstack:3", "unstack:2")
    found = chains(steps(2) + left + after("rnn/1", "right"))
    assert [outputs(chain)[0] for chain in found] == ["rnn/0/h_new", "left/h_new", "right/h_new"]


def test_dropout_of_the_state_does_not_break_a_chain():
    dropped = """
        keep = Placeholder() dtype=float32; shape=shape()
        noise = RandomUniform(steps) T=int32; dtype=float32
        shifted = Add(keep, noise) T=float32
        mask = Floor(shifted) T=float32
        scaled = RealDiv(rnn/1/h_new, keep) T=float32
        dropped = Mul(scaled, mask) T=float32
    """
    then = after("rnn/1", "next", between=dropped).replace("Identity(rnn/1/h_new)", "Identity(dropped)")
    (chain,) = chains(steps(2) + then)
    assert outputs(chain)[-1] == "next/h_new"


def test_arithmetic_on_the_state_breaks_a_chain():
    changed = "changed = Tanh(rnn/1/h_new) T=float32\n"
    then = after("rnn/1", "next", between=changed).replace("Identity(rnn/1/h_new)", "Identity(changed)")
    assert [len(chain.calls) for chain in chains(steps(2) + then)] == [2, 1]
