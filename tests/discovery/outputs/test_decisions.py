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
