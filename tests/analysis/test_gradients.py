"""Gradients that training follows, and those that the forward part computes with."""

import pytest

from tests.discovery.model_text import CLASSIFIER, FORWARD, LOSS, flow_of
from tf1compat.analysis.gradients import features_by_gradient, gradient_scopes
from tf1compat.analysis.training import find_losses, find_training_nodes
from tf1compat.graph.text import from_text

GRADIENT = """
    all = Const() dtype=int32; value=tensor(int32, [0, 1])
    score = Sum(logits, all) T=float32; _output_shapes=[shape()]
    gradients/score_grad/ones = Fill(score, score) T=float32
    gradients/product_grad/MatMul = MatMul(gradients/score_grad/ones, w/read) T=float32; _output_shapes=[shape(None, 4)]
    gradients/product_grad/MatMul_1 = MatMul(x, gradients/score_grad/ones) T=float32; _output_shapes=[shape(4, 3)]
"""
STEP = """
    moved = Add(x, gradients/product_grad/MatMul) T=float32; _output_shapes=[shape(None, 4)]
    again = MatMul(moved, w/read) T=float32; _output_shapes=[shape(None, 3)]
"""


def test_a_step_along_a_gradient_by_the_data_is_no_training():
    graph = from_text(FORWARD + GRADIENT + STEP)
    assert features_by_gradient(graph) == {"gradients/score_grad/ones", "gradients/product_grad/MatMul"}
    assert not gradient_scopes(graph)
    training = find_training_nodes(graph)
    assert not training & {"gradients/product_grad/MatMul", "moved", "again"}
    assert "gradients/product_grad/MatMul_1" in training  # by the weights, which nothing reads
    assert find_losses(graph) == ("score",)


@pytest.mark.parametrize(
    "use",
    [
        "",
        "halved = Mul(gradients/product_grad/MatMul, gradients/product_grad/MatMul) T=float32\n",
        "lower = Sub(w/read, gradients/product_grad/MatMul_1) T=float32\n"
        "again = MatMul(x, lower) T=float32; _output_shapes=[shape(None, 3)]\n",
        "step_w = ApplyGradientDescent(w, score, gradients/product_grad/MatMul_1) T=float32\n" + STEP,
        "moved = Add(x, gradients/product_grad/MatMul) T=float32; _output_shapes=[shape(None, 4)]\n"
        "penalty = Sum(moved, all) T=float32; _output_shapes=[shape()]\n",
    ],
    ids=["unread", "of itself", "weights of its own", "an update", "a penalty"],
)
def test_a_gradient_that_changes_weights_or_meets_no_data_is_training(use: str):
    graph = from_text(FORWARD + GRADIENT + use)
    assert not features_by_gradient(graph)
    assert "gradients" in gradient_scopes(graph)


def test_the_gradient_of_an_optimizer_is_training():
    assert not features_by_gradient(from_text(CLASSIFIER))


def test_an_entropy_that_a_prediction_is_made_of_is_no_loss():
    guessed = """
    axis_of = Const() dtype=int32; value=tensor(int32, 1)
    guess = ArgMin(product, axis_of) T=float32; output_type=int32; _output_shapes=[shape(None)]
    surprise = SparseSoftmaxCrossEntropyWithLogits(product, guess) T=float32; _output_shapes=[shape(None)]
    wide = ExpandDims(surprise, axis_of) T=float32; _output_shapes=[shape(None, 1)]
    weighed = Mul(product, wide) T=float32; _output_shapes=[shape(None, 3)]
    """
    flow = flow_of(FORWARD.replace("BiasAdd(product,", "BiasAdd(weighed,") + guessed + LOSS)
    assert flow.loss_ops == {"cost"}
    assert {"weighed", "logits", "Softmax"} <= flow.predicted
