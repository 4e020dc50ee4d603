from tests.discovery.outputs.two_networks import arranged, layer, placeholder, trained

TEXT = (
    placeholder("x", 4)
    + layer("out", "x", 4, 6, op="Elu")
    + """
    rows = Const() dtype=int32; value=tensor(int32, [-1, 2, 3])
    Reshape = Reshape(out, rows) T=float32; _output_shapes=[shape(None, 2, 3)]
    Softmax = Softmax(Reshape) T=float32; _output_shapes=[shape(None, 2, 3)]
    atoms = Const() dtype=float32; value=tensor(float32, [-1.0, 0.0, 1.0])
    Mul = Mul(Softmax, atoms) T=float32; _output_shapes=[shape(None, 2, 3)]
    last = Const() dtype=int32; value=tensor(int32, [2])
    Sum = Sum(Mul, last) T=float32; _output_shapes=[shape(None, 2)]
    axis = Const() dtype=int32; value=tensor(int32, 1)
    ArgMax = ArgMax(Sum, axis) T=float32; _output_shapes=[shape(None)]
"""
)
RATED = (
    placeholder("x", 4)
    + layer("out", "x", 4, 1, op="Elu")
    + """
    y = Placeholder() dtype=float32; shape=shape(None, 1)
    off = Sub(out, y) T=float32; _output_shapes=[shape(None, 1)]
    scale = Const() dtype=float32; value=tensor(float32, 12.5)
    mul = Mul(out, scale) T=float32; _output_shapes=[shape(None, 1)]
    real = Mul(y, scale) T=float32; _output_shapes=[shape(None, 1)]
    apart = Sub(mul, real) T=float32; _output_shapes=[shape(None, 1)]
"""
)


def reasons(text: str) -> dict[str, str]:
    return {str(each.tensor): each.reason for each in arranged(text).outputs if each.role != "loss"}


def test_the_expectation_that_a_choice_is_made_by_is_offered() -> None:
    assert "is chosen by" in reasons(TEXT)["Sum:0"]
    assert "Mul:0" not in reasons(TEXT)


def test_scores_that_are_known_are_not_offered_twice() -> None:
    found = reasons(TEXT.replace("ArgMax(Sum, axis)", "ArgMax(Softmax, axis)"))
    assert "chosen" not in found["Softmax:0"]


def test_what_is_scaled_back_for_a_metric_is_offered_beside_what_the_loss_takes() -> None:
    found = reasons(RATED + trained(0, "off", "out/w"))
    assert set(found) == {"out/MatMul:0", "mul:0"} or set(found) == {"out:0", "mul:0"}
    assert "metric" in found["mul:0"]
