"""Results that are drawn around others, and values that a best choice is chosen by."""

from tests.discovery.outputs.two_networks import arranged, layer, placeholder

POLICY = placeholder("x", 3) + layer("mean", "x", 3, 2, op="Identity")
NOISE = """
    rows = Shape(mean) T=float32; out_type=int32
    noise = RandomStandardNormal(rows) T=int32; dtype=float32; _output_shapes=[shape(None, 2)]
    width = VariableV2() dtype=float32; shape=shape(2)
    wide = Mul(noise, width) T=float32; _output_shapes=[shape(None, 2)]
    {0} = AddV2(mean, wide) T=float32; _output_shapes=[shape(None, 2)]
"""


def served(text: str) -> list[str]:
    return [str(each.tensor) for each in arranged(text).outputs if each.signature]


def test_a_mean_is_offered_in_the_place_of_what_is_drawn_around_it() -> None:
    assert served(POLICY + NOISE.format("add")) == ["mean:0"]
    (reason,) = (each.reason for each in arranged(POLICY + NOISE.format("add")).outputs if not each.signature)
    assert "drawn anew" in reason


def test_what_the_author_named_stays_beside_its_mean() -> None:
    assert sorted(served(POLICY + NOISE.format("action"))) == ["action:0", "mean:0"]


def test_a_code_that_layers_follow_is_drawn_around_nothing() -> None:
    text = POLICY + NOISE.format("add") + layer("decoder", "add", 2, 4, op="Tanh")
    assert served(text) == ["decoder:0"]


def test_scores_are_offered_that_a_class_is_drawn_by_with_noise() -> None:
    gumbel = """
        rows = Shape(mean) T=float32; out_type=int32
        uniform = RandomUniform(rows) T=int32; dtype=float32; _output_shapes=[shape(None, 2)]
        noise = Log(uniform) T=float32; _output_shapes=[shape(None, 2)]
        sub = Sub(mean, noise) T=float32; _output_shapes=[shape(None, 2)]
        axis = Const() dtype=int32; value=tensor(int32, 1)
        ArgMax = ArgMax(sub, axis) T=float32; output_type=int64; _output_shapes=[shape(None)]
    """
    assert served(POLICY + gumbel) == ["mean:0"]


def test_values_are_offered_that_a_choice_is_by() -> None:
    best = """
        axis = Const() dtype=int32; value=tensor(int32, 1)
        best = ArgMax(mean, axis) T=float32; output_type=int64; _output_shapes=[shape(None)]
    """
    assert sorted(served(POLICY + best)) == ["best:0", "mean:0"]
