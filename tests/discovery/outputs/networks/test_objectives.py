from tests.discovery.model_text import flow_of
from tests.discovery.outputs.two_networks import layer, placeholder, trained
from tf1compat.discovery.outputs.networks.objectives import differentiated, following_variables, objectives
from tf1compat.graph.text import from_text

TWO = placeholder("x", 3) + layer("a", "x", 3, 2) + layer("b", "x", 3, 2)


def test_each_variable_has_the_losses_whose_gradients_change_it() -> None:
    graph = flow_of(TWO + trained(0, "a/MatMul", "a/w") + trained(1, "b/MatMul", "b/w", "a/w")).graph
    assert objectives(graph) == {"a/w": {"loss_0", "loss_1"}, "b/w": {"loss_1"}}


def test_a_clipped_gradient_is_one_of_the_same_loss() -> None:
    text = (
        TWO
        + trained(0, "a/MatMul")
        + "clipped = Minimum(gradients/loss_0_grad/Tile, gradients/Fill) T=float32\n"
    )
    step = "step = ApplyAdam(a/w, gradients/Fill, clipped) T=float32\n"
    assert objectives(from_text(text + step)) == {"a/w": {"loss_0"}}


def test_a_graph_without_gradients_has_no_objectives() -> None:
    assert objectives(from_text(TWO)) == {}
    assert differentiated(from_text(TWO)) == frozenset()


def test_variables_that_are_assigned_from_others_follow_them() -> None:
    mixed = """
        old = Mul(b/w/read, part) T=float32
        new = Mul(a/w/read, part) T=float32
        part = Const() dtype=float32; value=tensor(float32, 0.5)
        mixture = Add(old, new) T=float32
    """
    assert following_variables(from_text(TWO + "f = Assign(b/w, a/w/read) T=float32\n")) == {"b/w"}
    assert following_variables(from_text(TWO + mixed + "f = Assign(b/w, mixture) T=float32\n")) == {"b/w"}


def test_an_initializer_and_a_saver_make_no_follower() -> None:
    start = "zeros = Const() dtype=float32; value=tensor(float32, 0.0)\nf = Assign(b/w, zeros) T=float32\n"
    assert following_variables(from_text(TWO + start)) == frozenset()
