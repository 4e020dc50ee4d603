from tests.discovery.outputs.two_networks import arranged, layer, placeholder

OUT = placeholder("x", 3) + layer("out", "x", 3, 2, op="Identity")
BY_HAND = """
    last = Const() dtype=int32; value=tensor(int32, 1)
    largest = Max(out, last) T=float32; keep_dims=true; _output_shapes=[shape(None, 1)]
    shifted = Sub(out, largest) T=float32; _output_shapes=[shape(None, 2)]
    powers = Exp(shifted) T=float32; _output_shapes=[shape(None, 2)]
    summed = Sum(powers, last) T=float32; keep_dims=true; _output_shapes=[shape(None, 1)]
    scores = RealDiv(powers, summed) T=float32; _output_shapes=[shape(None, 2)]
"""
THRESHOLD = """
    half = Const() dtype=float32; value=tensor(float32, 0.5)
    above = Greater(p, half) T=float32; _output_shapes=[shape(None, 2)]
    chosen = Cast(above) SrcT=bool; DstT=float32; _output_shapes=[shape(None, 2)]
"""


def offered(text: str) -> dict[str, str]:
    return {str(each.tensor): each.role for each in arranged(text).outputs if each.signature}


def test_a_softmax_by_hand_gives_probabilities_and_logits() -> None:
    assert offered(OUT + BY_HAND) == {"scores:0": "probabilities", "out:0": "logits"}


def test_exponentials_divided_by_another_sum_are_no_softmax() -> None:
    other = BY_HAND.replace("Sum(powers, last)", "Sum(shifted, last)")
    assert offered(OUT + other)["scores:0"] == "value"


def test_a_decision_by_a_threshold_is_offered_as_the_author_holds_it() -> None:
    text = placeholder("x", 3) + layer("p", "x", 3, 2, op="Sigmoid") + THRESHOLD
    assert offered(text) == {"p:0": "probabilities", "p/MatMul:0": "logits", "chosen:0": "class_ids"}


def test_a_threshold_on_what_is_no_score_is_no_decision() -> None:
    text = placeholder("x", 3) + layer("p", "x", 3, 2, op="Tanh") + THRESHOLD
    assert offered(text)["chosen:0"] == "value"


def test_a_sum_whose_axis_was_put_back_by_hand_is_one_of_a_softmax() -> None:
    by_hand = BY_HAND.replace(
        "keep_dims=true; _output_shapes=[shape(None, 1)]", "_output_shapes=[shape(None)]"
    )
    by_hand = by_hand.replace("Sub(out, largest)", "Sub(out, wide)").replace(
        "RealDiv(powers, summed)", "Div(powers, all)"
    )
    arranging = """
        wide = ExpandDims(largest, last) T=float32; _output_shapes=[shape(None, 1)]
        all = ExpandDims(summed, last) T=float32; _output_shapes=[shape(None, 1)]
    """
    assert offered(OUT + by_hand + arranging) == {"scores:0": "probabilities", "out:0": "logits"}


def test_what_a_loss_takes_the_logarithm_of_is_offered_as_it_was() -> None:
    """`log(p + 1e-6)` against the labels: p is what the model gives."""
    loss = (
        placeholder("labels", 2)
        + """
        little = Const() dtype=float32; value=tensor(float32, 0.000001)
        kept = Softsign(out) T=float32; _output_shapes=[shape(None, 2)]
        add = Add(kept, little) T=float32; _output_shapes=[shape(None, 2)]
        Log = Log(add) T=float32; _output_shapes=[shape(None, 2)]
        held = Mul(labels, Log) T=float32; _output_shapes=[shape(None, 2)]
        all = Const() dtype=int32; value=tensor(int32, [0, 1])
        loss = Mean(held, all) T=float32; _output_shapes=[shape()]
        gradients/Fill = Const() dtype=float32; value=tensor(float32, 1.0)
        gradients/loss_grad/Reshape = Mul(gradients/Fill, held) T=float32
    """
    )
    assert "kept:0" in offered(OUT + loss)
    assert "Log:0" not in offered(OUT + loss)
