from tests.discovery.model_text import FORWARD
from tests.discovery.outputs.two_networks import arranged, layer, placeholder

LAYERS = placeholder("x", 3) + layer("inner", "x", 3, 2, op="Tanh") + layer("out", "inner", 2, 2)


def offered(**collections: tuple[str, ...]) -> dict[str, str]:
    return {str(each.tensor): each.reason for each in arranged(LAYERS, **collections).outputs}


def test_a_tensor_inside_the_model_that_the_author_filed_is_offered() -> None:
    assert "in the collection 'features'" in offered(features=("inner:0",))["inner:0"]


def test_what_tensorflow_and_its_layers_file_is_not() -> None:
    assert "inner:0" not in offered(losses=("inner:0",), net_end_points=("inner:0",))


def test_a_listing_of_every_layer_declares_nothing() -> None:
    assert "inner:0" not in offered(layers=("inner:0",) * 9)


def test_a_name_that_is_not_in_the_graph_and_an_operation_are_passed_over() -> None:
    assert set(offered(mine=("gone:0", "inner"))) == {"out:0", "out/MatMul:0"}


def test_an_identity_with_a_name_declares_a_result_that_a_loss_reads_too() -> None:
    named = """
        logarithms = Log(Softmax) T=float32; _output_shapes=[shape(None, 3)]
        action_probs = Identity(logarithms) T=float32; _output_shapes=[shape(None, 3)]
        Identity = Identity(logarithms) T=float32; _output_shapes=[shape(None, 3)]
        returns = Placeholder() dtype=float32; shape=shape(None, 3)
        gained = Mul(action_probs, returns) T=float32; _output_shapes=[shape(None, 3)]
    """
    found = {str(each.tensor): each.reason for each in arranged(FORWARD + named).outputs}
    assert "the author named it" in found["action_probs:0"]
    assert "an Identity" not in found.get("Identity:0", "")
