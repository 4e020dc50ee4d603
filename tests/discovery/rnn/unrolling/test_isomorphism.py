from tf1compat.discovery.rnn.unrolling.isomorphism import forms
from tf1compat.graph.text import from_text

GIVEN = """
    x = Placeholder() dtype=float32
    y = Placeholder() dtype=float32
    one = Const() dtype=float32; value=tensor(float32, 1.0)
    two = Const() dtype=float32; value=tensor(float32, 2.0)
"""


def alike(text: str, first: str, second: str, depth: int = 9) -> bool:
    graph = from_text(GIVEN + text)
    found = forms(graph, list(graph.by_name), depth)
    return found[first] == found[second]


def test_tensors_that_are_computed_by_the_same_ops_are_alike():
    text = "a = Mul(x, one)\nb = Tanh(a)\nc = Mul(y, one)\nd = Tanh(c)\n"
    assert alike(text, "b", "d")


def test_other_constants_other_ops_and_another_order_of_operands_tell_them_apart():
    assert not alike("a = Mul(x, one)\nb = Mul(x, two)\n", "a", "b")
    assert not alike("a = Mul(x, one)\nb = Add(x, one)\n", "a", "b")
    assert not alike("a = Mul(x, one)\nb = Mul(one, x)\n", "a", "b")


def test_which_output_of_an_op_is_read_tells_them_apart():
    assert not alike("s = Split(one, x) num_split=2\na = Tanh(s)\nb = Tanh(s:1)\n", "a", "b")


def test_what_lies_deeper_than_asked_does_not_count():
    text = "a = Tanh(x)\nb = Tanh(a)\nc = Tanh(b)\nd = Sigmoid(x)\ne = Tanh(d)\nf = Tanh(e)\n"
    assert alike(text, "c", "f", depth=1)
    assert not alike(text, "c", "f", depth=2)


def test_nodes_that_are_not_asked_about_count_by_their_op():
    graph = from_text(GIVEN + "a = Tanh(x)\nb = Tanh(a)\nc = Tanh(one)\nd = Tanh(c)\n")
    found = forms(graph, ["b", "d"], 9)
    assert set(found) == {"b", "d"}
    assert found["b"] == found["d"]


def test_a_difference_is_told_from_node_to_node_as_far_as_asked():
    chains = [f"{chain}{at} = Tanh({chain}{at - 1})\n" for chain in "pq" for at in range(1, 8)]
    text = "p0 = Tanh(x)\nq0 = Sigmoid(x)\n" + "".join(chains)
    for depth in range(1, 8):
        told_apart = [not alike(text, f"p{at}", f"q{at}", depth) for at in range(8)]
        assert told_apart == [at <= depth for at in range(8)]
