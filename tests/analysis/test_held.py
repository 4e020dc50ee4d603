"""Examples that the graph itself holds, and what only looks like them."""

from __future__ import annotations

import pytest

from tf1compat.analysis.held import Held, held_variables
from tf1compat.analysis.training import find_training_nodes
from tf1compat.graph.text import from_text

MODEL = """
    kernel = VariableV2() dtype=float32; shape=shape(2, 2)
    step = Const() dtype=float32; value=tensor(float32, 0.1)
    {examples}
    product = MatMul({given}, kernel) T=float32
    y = Softmax(product) T=float32
    update = ApplyGradientDescent(kernel, step, product) T=float32
"""
ROWS = "x = Const() dtype=float32; value=tensor(float32, [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])"
DATA = """
    begin = Placeholder() dtype=float32; shape=shape(3, 2)
    data = VariableV2() dtype=float32; shape=shape(3, 2)
    data/Assign = Assign(data, begin) T=float32
    data/read = Identity(data) T=float32
"""


def examples(lines: str, given: str = "x") -> list[str]:
    graph = from_text(MODEL.format(examples=lines, given=given))
    return [str(each) for each in Held(graph, find_training_nodes(graph)).examples()]


def test_a_constant_that_weights_are_applied_to_is_the_examples() -> None:
    assert examples(ROWS) == ["x:0"]


def test_what_examples_are_scaled_by_is_not() -> None:
    scaled = f"{ROWS}\n    mean = Const() dtype=float32; value=tensor(float32, [1.0, 2.0])"
    assert examples(f"{scaled}\n    less = Sub(x, mean) T=float32", "less") == ["x:0"]


def test_zeros_are_not() -> None:
    assert examples("x = Const() dtype=float32; value=tensor(float32, [[0.0, 0.0], [0.0, 0.0]])") == []


def test_data_in_a_variable_is_fed_where_it_is_read() -> None:
    assert examples(DATA, "data/read") == ["data/read:0"]


def test_a_variable_that_an_optimizer_changes_is_a_weight() -> None:
    trained = f"{DATA}\n    learn = ApplyGradientDescent(data, step, begin) T=float32"
    assert examples(trained, "data/read") == []
    assert held_variables(from_text(MODEL.format(examples=trained, given="data/read"))) == frozenset()


def test_what_is_drawn_out_of_data_is_the_examples() -> None:
    drawn = """
    count = Const() dtype=int32; value=tensor(int32, [4])
    least = Const() dtype=int32; value=tensor(int32, 0)
    most = Const() dtype=int32; value=tensor(int32, 3)
    chosen = RandomUniformInt(count, least, most) T=int32; Tout=int32
    batch = Gather(x, chosen) Tparams=float32; Tindices=int32; _output_shapes=[shape(4, 2)]"""
    assert examples(f"{ROWS}{drawn}", "batch") == ["batch:0"]


def test_labels_are_told_beside_the_examples() -> None:
    labels = "labels = Const() dtype=int32; value=tensor(int32, [0, 1, 1])"
    loss = """
    loss = SparseSoftmaxCrossEntropyWithLogits(product, labels) T=float32; Tlabels=int32
    gradients/loss_grad/mul = Mul(loss, loss) T=float32"""
    text = MODEL.format(examples=f"{ROWS}\n    {labels}", given="x") + loss
    graph = from_text(text)
    found = Held(graph, find_training_nodes(graph)).examples()
    assert [str(each) for each in found] == ["x:0", "labels:0"]


@pytest.mark.parametrize("more", ["x2 = Add(x, fed) T=float32", "x2 = Mul(fed, x) T=float32"])
def test_a_graph_that_is_fed_holds_no_examples(more: str) -> None:
    fed = "fed = Placeholder() dtype=float32; shape=shape(None, 2)"
    assert examples(f"{fed}\n    {ROWS}\n    {more}", "x2") == []


def test_a_single_figure_that_is_fed_is_no_example() -> None:
    fed = "keep = Placeholder() dtype=float32; shape=shape(); _output_shapes=[shape()]"
    assert examples(f"{fed}\n    {ROWS}\n    x2 = Mul(x, keep) T=float32", "x2") == ["x:0"]
