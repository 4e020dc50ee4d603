from tf1compat.analysis.pattern import (
    ANYTHING,
    Mismatch,
    capture,
    clipped,
    either,
    every_match,
    joined,
    linear,
    match,
    op,
    part,
    piece,
    product,
    source,
)
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

GRAPH = from_text(
    """
    a = Placeholder() dtype=float32
    b = Placeholder() dtype=float32
    axis = Const() dtype=int32; value=tensor(int32, 1)
    through = Identity(a) T=float32
    inside = Enter(through) T=float32; frame_name="f"
    activated = Sigmoid(inside) T=float32
    times = Mul(b, activated) T=float32
    twice = Mul(a, through) T=float32
    older = Concat(axis, a, b) N=2; T=float32
    newer = ConcatV2(a, b, axis) N=2; T=float32
    parts = Split(axis, newer) num_split=2
    sizes = SplitV(newer, b, axis) num_split=2
    matrix = MatMul(newer, b) T=float32
    biased = BiasAdd(matrix, a) T=float32
    added = Add(a, matrix) T=float32
    sum = AddV2(added, b) T=float32
    root = Rsqrt(b) T=float32
    scale = Mul(root, b) T=float32
    scaled = Mul(matrix, scale) T=float32
    offset = Sub(a, b) T=float32
    normal = AddV2(scaled, offset) T=float32
    slice = Slice(newer, axis, axis) T=float32
    mask = Floor(b) T=float32
    kept = RealDiv(matrix, b) T=float32
    dropout = Mul(kept, mask) T=float32
    low = Minimum(times, b) T=float32
    bounded = Maximum(low, a) T=float32
    """
)


def fit(pattern, tensor):
    return match(pattern, GRAPH, TensorRef.parse(tensor))


def test_a_pattern_looks_through_what_only_hands_a_value_on():
    assert source(GRAPH, TensorRef("inside")) == TensorRef("a")
    assert fit(op("Sigmoid", capture("what")), "activated") == {"what": TensorRef("a")}


def test_commutative_operands_fit_in_either_order():
    found = fit(product(op("Sigmoid"), capture("other")), "times")
    assert found == {"other": TensorRef("b")}
    assert isinstance(fit(op("Mul", op("Sigmoid"), ANYTHING), "times"), Mismatch)


def test_the_same_name_twice_is_the_same_tensor():
    assert fit(product(capture("x"), capture("x")), "twice") == {"x": TensorRef("a")}
    found = fit(joined(capture("x"), capture("x")), "newer")
    assert isinstance(found, Mismatch)
    assert "'x' is another tensor" in found.reason


def test_an_early_choice_is_taken_back_when_a_later_operand_needs_another():
    first_or_second = either(joined(capture("x"), capture("y")), joined(capture("y"), capture("x")))
    pattern = op("MatMul", first_or_second, capture("x"))
    assert fit(pattern, "matrix") == {"x": TensorRef("b"), "y": TensorRef("a")}


def test_a_miss_names_the_node_that_got_furthest():
    found = fit(op("Mul", capture("b"), op("Sigmoid", op("MatMul"))), "times")
    assert found == Mismatch("Placeholder where MatMul is wanted", "a", 2)


def test_a_wrong_number_of_operands_is_a_miss():
    found = fit(op("Sigmoid", ANYTHING, ANYTHING), "activated")
    assert isinstance(found, Mismatch)
    assert found.reason == "1 operands where 2 are wanted"


def test_axes_and_sizes_are_no_operands():
    pair = {"first": TensorRef("a"), "second": TensorRef("b")}
    assert fit(joined(capture("first"), capture("second")), "older") == pair
    assert fit(joined(capture("first"), capture("second")), "newer") == pair
    assert fit(piece(capture("whole")), "parts:1") == {"whole": TensorRef("newer")}
    assert fit(piece(capture("whole")), "sizes:1") == {"whole": TensorRef("newer")}


def test_a_capture_keeps_the_output_s_index():
    assert fit(capture("p", piece(ANYTHING)), "parts:1") == {"p": TensorRef("parts", 1)}


def test_a_linear_form_has_its_bias_added_in_any_way_or_none():
    for tensor in ("biased", "added", "matrix"):
        assert fit(linear(capture("value"), "kernel"), tensor) == {
            "value": TensorRef("newer"),
            "kernel": TensorRef("b"),
        }


def test_clipping_is_optional():
    for tensor in ("times", "bounded"):
        assert not isinstance(fit(clipped(op("Mul")), tensor), Mismatch)
    assert isinstance(fit(clipped(op("Mul")), "low"), Mismatch)


def test_every_way_to_fit_is_given():
    ways = every_match(product(capture("one"), capture("other")), GRAPH, TensorRef("times"))
    assert [each["one"].node for each in ways] == ["b", "activated"]


def test_a_part_is_split_off_or_sliced():
    assert fit(part(capture("whole")), "parts:1") == fit(part(capture("whole")), "slice")
    assert isinstance(fit(piece(capture("whole")), "slice"), Mismatch)
