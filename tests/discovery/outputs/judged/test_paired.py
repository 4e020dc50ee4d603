from tests.discovery.outputs.two_networks import arranged, layer, placeholder, trained

AXES = """
    last = Const() dtype=int32; value=tensor(int32, [1])
    all = Const() dtype=int32; value=tensor(int32, [0])
"""
TWO = placeholder("one", 3) + placeholder("other", 4) + layer("a", "one", 3, 2, op="Tanh")
TWO += layer("b", "other", 4, 2, op="Tanh")


def offered(text: str) -> dict[str, str]:
    return {str(each.tensor): each.reason for each in arranged(text).outputs if each.role != "loss"}


def test_the_vectors_of_two_towers_are_offered_beside_their_product() -> None:
    product = """
        times = Mul(a, b) T=float32; _output_shapes=[shape(None, 2)]
        score = Sum(times, last) T=float32; _output_shapes=[shape(None)]
    """
    found = offered(TWO + AXES + product)
    assert {"a:0", "b:0", "score:0"} <= set(found)
    assert "holds against others" in found["a:0"]


def test_two_layers_that_are_added_up_are_no_vectors_of_their_own() -> None:
    summed = "both = Add(a, b) T=float32; _output_shapes=[shape(None, 2)]\n"
    assert "a:0" not in offered(TWO + AXES + summed)
    less = """
        less = Sub(a, b) T=float32; _output_shapes=[shape(None, 2)]
        score = Sum(less, last) T=float32; _output_shapes=[shape(None)]
    """
    assert "a:0" not in offered(TWO + AXES + less)


def test_what_every_example_is_held_against_all_others_with_is_offered() -> None:
    pairs = """
        dots = MatMul(a, a) transpose_b=true; T=float32; _output_shapes=[shape(None, None)]
        far = Exp(dots) T=float32; _output_shapes=[shape(None, None)]
    """
    text = placeholder("one", 3) + layer("a", "one", 3, 2, op="Tanh")
    assert "a:0" in offered(text + pairs)


def test_of_scores_that_a_loss_ranks_the_better_one_is_offered_alone() -> None:
    same = """
        worse/MatMul = MatMul(other, w) T=float32; _output_shapes=[shape(None, 1)]
        margin = Sub(better/MatMul, worse/MatMul) T=float32; _output_shapes=[shape(None, 1)]
        Sigmoid = Sigmoid(margin) T=float32; _output_shapes=[shape(None, 1)]
    """
    weights = """
        w = VariableV2() dtype=float32; shape=shape(3, 1)
        better/MatMul = MatMul(one, w) T=float32; _output_shapes=[shape(None, 1)]
    """
    text = placeholder("one", 3) + placeholder("other", 3) + weights + same
    assert "Sigmoid:0" in offered(text)
    found = offered(text + trained(0, "Sigmoid", "w"))
    assert list(found) == ["better/MatMul:0"]
    assert "ranks" in found["better/MatMul:0"]
