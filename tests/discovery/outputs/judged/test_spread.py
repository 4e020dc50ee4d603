from tests.discovery.outputs.two_networks import arranged, layer, placeholder

CODE = """
    two = Const() dtype=int32; value=tensor(int32, 2)
    axis = Const() dtype=int32; value=tensor(int32, 1)
    half = Const() dtype=float32; value=tensor(float32, 0.5)
    split = Split(axis, enc) T=float32; num_split=2; _output_shapes=[shape(None, 2), shape(None, 2)]
    mul_1 = Mul(split:1, half) T=float32; _output_shapes=[shape(None, 2)]
    Exp = Exp(mul_1) T=float32; _output_shapes=[shape(None, 2)]
    size = Shape(split) T=float32
    random = RandomStandardNormal(size) dtype=float32; T=int32; _output_shapes=[shape(None, 2)]
    mul = Mul(Exp, random) T=float32; _output_shapes=[shape(None, 2)]
    add = Add(split, mul) T=float32; _output_shapes=[shape(None, 2)]
"""
ENCODER = placeholder("x", 4) + layer("enc", "x", 4, 4, op="Elu")
LOSS = "times = Square(split:1) T=float32; _output_shapes=[shape(None, 2)]\nunread = Shape(times) T=float32\n"


def offered(text: str) -> dict[str, str]:
    return {str(each.tensor): each.reason for each in arranged(text).outputs if each.role != "loss"}


def test_the_mean_and_the_spread_of_a_code_that_is_drawn_are_offered() -> None:
    found = offered(ENCODER + CODE + LOSS + layer("dec", "add", 2, 4))
    assert "the mean" in found["split:0"]
    assert "the spread" in found["split:1"]  # which the loss reads too


def test_noise_that_is_added_as_it_is_has_no_parameters() -> None:
    plain = CODE.replace("Mul(Exp, random)", "Mul(half, random)")
    assert "split:0" not in offered(ENCODER + plain + LOSS + layer("dec", "add", 2, 4))
