import pytest

from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.class_scores import are_exclusive, is_argmax_of

HEAD = """
    x = Placeholder() dtype=float32; shape=shape(None, 3)
    last = Const() dtype=int32; value=tensor(int32, -1)
    one = Const() dtype=int32; value=tensor(int32, 1)
    first = Const() dtype=int32; value=tensor(int32, 0)
    logits = Relu(x) T=float32; _output_shapes=[shape(None, 3)]
    zeros = ZerosLike(logits) T=float32
"""
SIGMOID_LOSS = """
    positive = GreaterEqual(logits, zeros) T=float32
    negated = Neg(logits) T=float32
    apart = Select(positive, negated, logits) T=float32
    exponential = Exp(apart) T=float32
    loss = Log1p(exponential) T=float32
"""


@pytest.mark.parametrize(
    ("text", "scores", "expected"),
    [
        ("p = Softmax(logits) T=float32", "p", True),
        ("p = LogSoftmax(logits) T=float32\n named = Identity(p) T=float32", "named", True),
        ("p = Sigmoid(logits) T=float32", "p", False),
        ("p = Sigmoid(logits) T=float32\n named = Identity(p) T=float32", "named", False),
        ("p = Sigmoid(logits) T=float32\n best = ArgMax(p, last) T=float32", "p", True),
        ("p = Sigmoid(logits) T=float32\n best = ArgMax(logits, last) T=float32", "p", True),
        ("p = Sigmoid(logits) T=float32\n wide = Cast(p) SrcT=float32; DstT=float64", "wide", False),
        ("p = Sigmoid(logits) T=float32", "logits", False),
        ("p = Softmax(logits) T=float32", "logits", True),
        ("y = Tanh(x) T=float32", "logits", True),
        ("flat = Reshape(logits, shape) T=float32\n shape = Placeholder() dtype=int32\n p = Sigmoid(flat) T=float32",
         "logits", False),
        (SIGMOID_LOSS, "logits", False),
        (SIGMOID_LOSS + "best = ArgMax(logits, last) T=float32", "logits", True),
        ("loss = SparseSoftmaxCrossEntropyWithLogits(logits, y) T=float32\n y = Placeholder() dtype=int32",
         "logits", True),
    ],
)  # fmt: skip
def test_scores_that_exclude_each_other(text, scores, expected):
    assert are_exclusive(from_text(HEAD + text), TensorRef.parse(scores)) is expected


@pytest.mark.parametrize(
    ("best", "scores", "expected"),
    [
        ("ArgMax(p, last) T=float32", "p", True),
        ("ArgMax(p, one) T=float32", "p", True),
        ("ArgMax(logits, one) T=float32", "p", True),
        ("ArgMax(p, one) T=float32", "logits", True),
        ("ArgMax(p, first) T=float32", "p", False),
        ("ArgMax(x, last) T=float32", "p", False),
        ("ArgMin(p, last) T=float32", "p", False),
    ],
)
@pytest.mark.parametrize("named", ["best", "cast"])
def test_the_place_of_the_largest(best, scores, expected, named):
    text = f"""
        p = Softmax(logits) T=float32; _output_shapes=[shape(None, 3)]
        best = {best}; output_type=int64
        cast = Cast(best) SrcT=int64; DstT=int32
    """
    graph = from_text(HEAD + text)
    assert is_argmax_of(graph, TensorRef(named), TensorRef(scores)) is expected
