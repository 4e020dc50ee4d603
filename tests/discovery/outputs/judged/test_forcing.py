from tests.discovery.outputs.two_networks import arranged, by_signature, layer, placeholder, trained

FREE = placeholder("x", 3) + layer("free", "x", 3, 2)
FORCED = """
    y = Placeholder() dtype=float32; shape=shape(None, 3)
    both = Add(x, y) T=float32; _output_shapes=[shape(None, 3)]
"""
COST = "cost = SoftmaxCrossEntropyWithLogits(forced/MatMul, y) T=float32; _output_shapes=[shape(None)]\n"


def test_what_is_computed_from_the_labels_has_a_signature_of_its_own() -> None:
    found = arranged(FREE + FORCED + layer("forced", "both", 3, 2) + COST)
    assert found.entry_points == ("serving_default", "teacher_forcing")
    assert by_signature(found) == {
        "serving_default": ["free:0", "free/MatMul:0"],
        "teacher_forcing": ["forced:0", "forced/MatMul:0"],
    }


def test_where_everything_is_computed_from_them_nothing_is_parted() -> None:
    text = placeholder("x", 3) + FORCED + layer("forced", "both", 3, 2) + COST
    assert arranged(text).entry_points == ("serving_default",)


TWO = (
    placeholder("x", 3) + layer("Sigmoid", "x", 3, 2, op="Sigmoid") + layer("named", "x", 3, 4, op="Sigmoid")
)
JOINED = """
    axis = Const() dtype=int32; value=tensor(int32, 1)
    all = ConcatV2(Sigmoid, named, axis) T=float32; N=2; _output_shapes=[shape(None, 6)]
"""


def test_results_that_are_joined_are_offered_as_one_and_by_their_names() -> None:
    found = by_signature(arranged(TWO + JOINED))
    assert {"all:0", "named:0"} <= set(found["serving_default"])
    assert found[""] == ["Sigmoid:0"]


def test_a_result_beside_a_constant_is_no_part() -> None:
    text = TWO + JOINED.replace("named, axis", "zeros, axis") + "zeros = Const() dtype=float32\n"
    assert "" not in by_signature(arranged(text))


def test_what_has_its_shape_from_the_labels_is_not_offered() -> None:
    shaped = """
        y = Placeholder() dtype=float32; shape=shape(None, 2)
        like = Shape(y) T=float32
        Reshape = Reshape(free/MatMul, like) T=float32; _output_shapes=[shape(None, None, None)]
        cost = SoftmaxCrossEntropyWithLogits(Reshape, y) T=float32; _output_shapes=[shape(None)]
    """
    found = by_signature(arranged(placeholder("x", 3) + layer("free", "x", 3, 2, op="Tanh") + shaped))
    assert found["serving_default"] == ["free/MatMul:0", "free:0"]
    assert found[""] == ["Reshape:0"]


PAIRED = (
    placeholder("x", 3)
    + placeholder("taken", 3)
    + placeholder("tested", 3)
    + layer("state", "x", 3, 3, op="Elu")
    + """
    Mul = Mul(state, taken) T=float32; _output_shapes=[shape(None, 3)]
    last = Const() dtype=int32; value=tensor(int32, 1)
    Sum = Sum(Mul, last) T=float32; _output_shapes=[shape(None)]
    Sigmoid = Sigmoid(Sum) T=float32; _output_shapes=[shape(None)]
    Log = Log(Sigmoid) T=float32; _output_shapes=[shape(None)]
    scores = MatMul(state, tested) T=float32; transpose_b=True; _output_shapes=[shape(None, None)]
"""
)


def test_examples_that_only_a_loss_needs_go_with_its_results() -> None:
    found = by_signature(arranged(PAIRED + trained(0, "Log", "state/w")))
    assert found["serving_default"] == ["scores:0"]
    assert "Sigmoid:0" in found["teacher_forcing"]


def test_where_the_loss_needs_all_that_is_fed_nothing_is_left_out() -> None:
    every = "    most = Max(scores, last) T=float32; _output_shapes=[shape(None)]\n"
    both = every + "    Add = Add(Log, most) T=float32; _output_shapes=[shape(None)]\n"
    found = by_signature(arranged(PAIRED + both + trained(0, "Add", "state/w")))
    assert "Sigmoid:0" in found["serving_default"]
