"""A recurrence of the author's own, told by what repeats from step to step."""

from __future__ import annotations

from tf1compat.discovery.rnn import find_rnns
from tf1compat.discovery.rnn.unrolling.repeating import Repeated, repeated, sequences
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

GIVEN = """
    x = Placeholder() dtype=float32; shape=shape(None, 4, 3)
    step = Unpack(x) T=float32; num=4; axis=1
    zeros = Placeholder() dtype=float32; shape=shape(None, 2)
    u = VariableV2() dtype=float32; shape=shape(3, 2)
    w = VariableV2() dtype=float32; shape=shape(2, 2)
    readout = VariableV2() dtype=float32; shape=shape(2, 1)
    half = Const() dtype=float32; value=tensor(float32, 0.5)
"""
#: A state of which a share leaks away.
LEAKY = """
    fed@ = MatMul(step:@, u) T=float32
    held@ = MatMul(~, w) T=float32
    sum@ = Add(fed@, held@) T=float32
    kept@ = Mul(~, half) T=float32
    h@ = Add(sum@, kept@) T=float32
"""


def steps(body: str, count: int = 4, *, begin: int = 0, state: str = "zeros") -> str:
    text = ""
    for number in range(begin, count):
        text += body.replace("~", state).replace("step:@", f"step:{number}").replace("@", str(number))
        state = f"h{number}"
    return text.replace("step:0", "step")


def found_in(text: str) -> Repeated | None:
    graph = from_text(GIVEN + text)
    (read,) = sequences(graph, frozenset())
    return repeated(graph, read, frozenset())


def custom(graph: Graph) -> list[tuple[str, tuple[str, ...]]]:
    return [(layer.cell, layer.variables) for rnn in find_rnns(graph, frozenset()) for layer in rnn.layers]


def test_what_each_step_computes_anew_of_what_the_last_one_computed_is_a_state():
    found = found_in(steps(LEAKY) + "y = MatMul(h3, readout) T=float32\n")
    assert found is not None
    assert found.initial == (TensorRef("zeros"),)
    assert [str(ref) for (ref,) in found.states] == ["h0:0", "h1:0", "h2:0", "h3:0"]
    assert custom(from_text(GIVEN + steps(LEAKY))) == [("custom", ("u", "w"))]


def test_states_that_move_each_other_belong_together():
    body = """
        fed@ = MatMul(step:@, u) T=float32
        held@ = MatMul(~, w) T=float32
        push@ = Add(fed@, held@) T=float32
        speed@ = Add(!, push@) T=float32
        h@ = Add(~, speed@) T=float32
    """
    text, state = "", "zeros"
    for number in range(4):
        text += steps(
            body.replace("!", state), number + 1, begin=number, state=f"h{number - 1}" if number else "zeros"
        )
        state = f"speed{number}"
    found = found_in(text)
    assert found is not None
    assert [str(ref) for ref in found.states[-1]] == ["speed3:0", "h3:0"]


def test_a_step_that_is_computed_in_another_way_is_no_recurrence():
    other = LEAKY.replace("kept@ = Mul", "kept@ = Sub")
    text = steps(LEAKY, 2) + steps(other, begin=2, state="h1")
    assert found_in(text) is None


def test_a_sum_over_the_steps_is_no_recurrence():
    summed = "fed@ = MatMul(step:@, u) T=float32\nh@ = Add(~, fed@) T=float32\n"
    assert found_in(steps(summed)) is None


def test_layers_with_weights_of_their_own_are_no_recurrence():
    text = "".join(f"w{number} = VariableV2() dtype=float32; shape=shape(2, 2)\n" for number in range(4))
    assert found_in(text + steps(LEAKY.replace("held@ = MatMul(~, w)", "held@ = MatMul(~, w@)"))) is None


def test_pieces_of_a_weight_are_no_steps():
    text = "parts = VariableV2() dtype=float32; shape=shape(4, 2, 2)\n" + steps(LEAKY)
    graph = from_text(
        (GIVEN + text).replace("Unpack(x) T=float32; num=4; axis=1", "Unpack(parts) num=4; axis=0")
    )
    assert list(sequences(graph, frozenset())) == []


def test_a_network_of_a_known_cell_is_left_to_its_own_finder():
    plain = LEAKY.replace("kept@ = Mul(~, half) T=float32\n", "").replace(
        "h@ = Add(sum@, kept@) T=float32", "h@ = Tanh(sum@) T=float32"
    )
    cells = custom(from_text(GIVEN + steps(plain)))
    assert [cell for cell, _ in cells] == ["RNN"]
