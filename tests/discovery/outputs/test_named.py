from tests.discovery.outputs.two_networks import arranged, layer, placeholder, trained

X = placeholder("x", 4) + layer("Relu", "x", 4, 2, op="Relu")
SCORES = placeholder("x", 4) + layer("Sigmoid", "x", 4, 1, op="Sigmoid")
KEPT = """
    half = Const() dtype=float32; value=tensor(float32, 0.5)
    Greater = Greater(Sigmoid, half) T=float32; _output_shapes=[shape(None, 1)]
    Where = Where(Greater) T=bool; _output_shapes=[shape(None, 2)]
    Shape = Shape(Where) T=int64; out_type=int32; _output_shapes=[shape(2)]
    zero = Const() dtype=int32; value=tensor(int32, [0])
    one = Const() dtype=int32; value=tensor(int32, [1])
    strided_slice = StridedSlice(Shape, zero, one, one) T=int32; Index=int32; shrink_axis_mask=1
    num_detections = Cast(strided_slice) SrcT=int32; DstT=float32; _output_shapes=[shape()]
"""
OFF = """
    axis = Const() dtype=int32; value=tensor(int32, [1])
    again = Const() dtype=float32; value=tensor(float32, 1.0)
    off = Sub(out, x) T=float32; _output_shapes=[shape(None, 4)]
    squared = Square(off) T=float32; _output_shapes=[shape(None, 4)]
    NAME = Mean(squared, axis) T=float32; _output_shapes=[shape(None)]
    all = Const() dtype=int32; value=tensor(int32, [0])
    total = Mean(NAME, all) T=float32; _output_shapes=[shape()]
"""


def roles(text: str) -> dict[str, str]:
    return {str(each.tensor): each.role for each in arranged(text).outputs if each.role != "loss"}


def test_how_many_are_left_is_offered_under_the_author_s_name() -> None:
    assert roles(SCORES + KEPT)["num_detections:0"] == "value"


def test_a_size_without_a_name_or_of_what_is_fed_is_not_offered() -> None:
    assert "Cast:0" not in roles(SCORES + KEPT.replace("num_detections", "Cast"))
    batch = KEPT.replace("Shape(Where) T=int64", "Shape(Sigmoid) T=float32")
    assert "num_detections:0" not in roles(SCORES + batch)


def test_a_loss_for_each_example_is_told_and_a_score_offered() -> None:
    text = placeholder("x", 4) + layer("out", "x", 4, 4)
    training = trained(0, "total", "out/w")
    for name, role in (("anomaly_score", "value"), ("per_example", "other")):
        assert roles(text + OFF.replace("NAME", name) + training)[f"{name}:0"] == role
    assert "Mean:0" not in roles(text + OFF.replace("NAME", "Mean") + training)


def test_a_named_step_towards_a_result_is_no_result() -> None:
    step = "halfway = Exp(Relu) T=float32; _output_shapes=[shape(None, 2)]\n"
    end = "end = Square(halfway) T=float32; _output_shapes=[shape(None, 2)]\n"
    assert list(roles(X + step + end)) == ["end:0"]
