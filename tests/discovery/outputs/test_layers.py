from tests.discovery.outputs.two_networks import arranged, layer, placeholder, trained

LABELS = "y = Placeholder() dtype=float32; shape=shape(None, 2)\n"
COST = "cost = SoftmaxCrossEntropyWithLogits({}, y) T=float32; _output_shapes=[shape(None), shape(None, 2)]\n"


def offered(text: str) -> dict[str, str]:
    return {str(each.tensor): each.reason for each in arranged(text).outputs if each.role != "loss"}


def test_the_layer_before_an_activation_of_the_logits_is_offered_too() -> None:
    text = placeholder("x", 3) + layer("out", "x", 3, 2, op="Relu") + LABELS + COST.format("out")
    found = offered(text)
    assert list(found) == ["out:0", "out/MatMul:0"]
    assert "before the activation" in found["out/MatMul:0"]


def test_logits_that_come_out_of_no_activation_stand_alone() -> None:
    text = placeholder("x", 3) + layer("out", "x", 3, 2, op="Identity") + LABELS + COST.format("out")
    assert list(offered(text)) == ["out:0"]


def test_a_layer_that_the_last_takes_without_an_activation_is_an_embedding() -> None:
    layers = placeholder("x", 3) + layer("code", "x", 3, 2, op="Identity") + layer("out", "code", 2, 2)
    assert "without an activation" in offered(layers)["code/MatMul:0"]
    assert list(offered(layers.replace("Identity(code/MatMul)", "Tanh(code/MatMul)"))) == [
        "out:0",
        "out/MatMul:0",
    ]


def test_an_autoencoder_offers_its_narrowest_layer() -> None:
    text = (
        placeholder("x", 6)
        + layer("wide", "x", 6, 4, op="Tanh")
        + layer("code", "wide", 4, 2, op="Tanh")
        + layer("again", "code", 2, 6, op="Tanh")
        + "wrong = Sub(again, x) T=float32; _output_shapes=[shape(None, 6)]\n"
        + trained(0, "wrong", "wide/w", "code/w", "again/w")
    )
    assert list(offered(text)) == ["again:0", "code:0"]


def test_an_embedding_that_a_loss_compares_with_others_is_offered_scaled_to_its_length() -> None:
    unit = """
        last = Const() dtype=int32; value=tensor(int32, 1)
        summed = Sum(out, last) T=float32; _output_shapes=[shape(None, 1)]
        inverse = Rsqrt(summed) T=float32; _output_shapes=[shape(None, 1)]
        unit = Mul(out/MatMul, inverse) T=float32; _output_shapes=[shape(None, 2)]
    """
    text = placeholder("x", 3) + layer("out", "x", 3, 2, op="Square") + unit
    assert list(offered(text + trained(0, "unit", "out/w"))) == ["unit:0"]


def test_a_rate_of_learning_is_no_result_and_keeps_no_last_layer_from_being_one() -> None:
    rate = """
        rate = Placeholder() dtype=float32
        falling = Const() dtype=float32; value=tensor(float32, 0.9)
        decayed = Mul(rate, falling) T=float32
        step = ApplyGradientDescent(out/w, decayed, gradients/loss_0_grad/Tile) T=float32
    """
    threes = """
        far = Const() dtype=float32; value=tensor(float32, 0.5)
        Square = Square(out) T=float32; _output_shapes=[shape(None, 2)]
    """
    text = (
        placeholder("x", 4)
        + layer("out", "x", 4, 2, op="Elu")
        + threes
        + trained(0, "Square", "out/w")
        + rate
    )
    assert list(offered(text)) == ["out:0"]
