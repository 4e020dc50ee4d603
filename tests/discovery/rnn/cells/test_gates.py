from tests.discovery.loop_text import variable
from tf1compat.analysis.pattern import Mismatch, match
from tf1compat.discovery.rnn.cells.gates import (
    activated_form,
    gate,
    gate_form,
    misused_part,
    units_of,
    values_of,
)
from tf1compat.discovery.rnn.cells.linear_form import linear_form
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.ops.families import MATRIX_PRODUCT

GRAPH = from_text(
    variable("kernel", 8, 6)
    + variable("other", 8, 3)
    + """
    x = Placeholder() dtype=float32
    h = Placeholder() dtype=float32
    axis = Const() dtype=int32; value=tensor(int32, 1)
    joined = ConcatV2(x, h, axis) N=2
    turned = ConcatV2(h, x, axis) N=2
    product = MatMul(joined, kernel/read)
    parts = Split(axis, product) num_split=2
    second = MatMul(turned, other/read)
    after = Sigmoid(parts:1)
    all = Sigmoid(product)
    before = Split(axis, all) num_split=2
    slope = Const() dtype=float32; value=tensor(float32, 0.2)
    middle = Const() dtype=float32; value=tensor(float32, 0.5)
    zero = Const() dtype=float32; value=tensor(float32, 0.0)
    one = Const() dtype=float32; value=tensor(float32, 1.0)
    steep = Mul(second, slope)
    raised = Add(steep, middle)
    hard = ClipByValue(raised, zero, one)
    relu = Relu(second)
    """
)


def form(tensor):
    return linear_form(GRAPH, TensorRef.parse(tensor))


def test_a_gate_is_a_sigmoid_a_part_of_one_or_a_hard_one():
    for tensor in ("after", "before:1", "hard"):
        assert match(gate("g"), GRAPH, TensorRef.parse(tensor)) == {"g": TensorRef.parse(tensor)}
    assert isinstance(match(gate("g"), GRAPH, TensorRef("relu")), Mismatch)


def test_a_gate_s_form_is_the_same_whether_it_is_cut_before_or_after_the_sigmoid():
    after, before = gate_form(GRAPH, TensorRef("after")), gate_form(GRAPH, TensorRef("before", 1))
    assert after.values == before.values == (TensorRef("x"), TensorRef("h"))
    assert (after.products[0].piece, before.products[0].piece) == (
        TensorRef("parts", 1),
        TensorRef("before", 1),
    )
    assert gate_form(GRAPH, TensorRef("hard")).values == (TensorRef("h"), TensorRef("x"))


def test_an_activation_is_told_by_its_name():
    assert activated_form(GRAPH, TensorRef("relu"))[1] == "relu"
    assert activated_form(GRAPH, TensorRef("second"))[1] == "identity"


def test_forms_that_read_the_same_values_in_the_same_order_are_read_together():
    parts = {"a": form("parts"), "b": form("parts:1")}
    assert values_of(parts, MATRIX_PRODUCT) == (TensorRef("x"), TensorRef("h"))
    found = values_of({**parts, "c": form("second")}, MATRIX_PRODUCT)
    assert isinstance(found, Mismatch)
    assert found.reason == "the gates read different values"


def test_products_by_another_op_are_none():
    assert isinstance(values_of({"a": form("parts")}, {"Conv2D"}), Mismatch)


def test_each_part_serves_once_and_none_is_left_over():
    assert misused_part([form("parts"), form("parts:1")]) is None
    assert misused_part([form("parts"), form("parts")]).reason == "one part serves two purposes"
    assert misused_part([form("parts")]).reason == "1 of 2 parts are used"


def test_units_are_the_columns_that_one_form_has():
    assert units_of(GRAPH, [form("parts"), form("parts:1"), form("second")]) == 3
    assert units_of(GRAPH, [form("second")]) == 3
