from tests.discovery.model_text import CLASSIFIER, FORWARD, model_of
from tests.discovery.training_mode.test_freezes import NEW_DROPOUT, OLD_DROPOUT, SWITCHED
from tests.plan.judge.judged import judged
from tf1compat.graph.text import from_text


def hazards_of(text: str, keys: tuple[str, ...] = ("w", "b")) -> list[tuple[str, str]]:
    return [(each.code, each.node) for each in judged(model_of(from_text(text), keys=keys)).hazards]


def dropped(text: str) -> str:
    return FORWARD.replace("Softmax(logits)", "Softmax(dropped)") + text


def test_a_plain_classifier_has_no_hazard():
    assert hazards_of(CLASSIFIER) == []


def test_frozen_dropout_is_said_once_and_its_draws_are_harmless():
    for text in (OLD_DROPOUT, NEW_DROPOUT):
        assert hazards_of(dropped(text)) == [("dropout-frozen", "keep")]


def test_a_hazard_says_the_value_and_how_to_change_it():
    (hazard,) = judged(model_of(from_text(dropped(OLD_DROPOUT)), keys=("w", "b"))).hazards
    assert "'keep:0'" in hazard.reason
    assert "1.0" in hazard.reason
    assert "--set keep=" in hazard.remedy


def test_a_frozen_training_switch_is_said_and_its_draws_are_harmless():
    text = FORWARD.replace("Softmax(logits)", "Softmax(merged)") + SWITCHED
    assert hazards_of(text) == [("training-switch-frozen", "training")]


def test_dropout_with_a_constant_rate_is_taken_out_and_said_to_be():
    fixed = "keep = Const() dtype=float32; value=tensor(float32, 0.5)"
    text = OLD_DROPOUT.replace("keep = Placeholder() dtype=float32; shape=shape()", fixed)
    assert hazards_of(dropped(text)) == [("dropout-built-in", "keep")]


def test_dropout_with_a_fixed_probability_of_one_is_no_hazard():
    text = OLD_DROPOUT.replace("keep = Placeholder() dtype=float32; shape=shape()", "keep = Identity(width)")
    assert hazards_of(dropped(text)) == []


def test_a_placeholder_that_no_output_depends_on_is_dead():
    assert hazards_of(CLASSIFIER + "lost = Placeholder() dtype=float32; shape=shape()\n") == [
        ("dead-input", "lost")
    ]


def test_a_needed_variable_that_was_not_saved_is_named():
    assert hazards_of(CLASSIFIER, keys=("w",)) == [("unsaved-variable", "b")]


NOISY = """
    noisy = Add(x, small) T=float32; _output_shapes=[shape(None, 4)]
    size = Shape(x) T=float32
    drawn = RandomStandardNormal(size) dtype=float32
    {0}
    small = Mul(drawn, width) T=float32
"""
FIXED_WIDTH = "width = Const() dtype=float32; value=tensor(float32, 0.1)"
FED_WIDTH = "width = Placeholder() dtype=float32; shape=shape(); _output_shapes=[shape()]"


def noisy(width: str) -> str:
    return FORWARD.replace("MatMul(x,", "MatMul(noisy,") + NOISY.format(width)


def test_noise_of_training_is_taken_out_and_said_to_be():
    assert hazards_of(noisy(FIXED_WIDTH)) == [("noise-built-in", "width")]
    assert hazards_of(noisy(FED_WIDTH)) == [("noise-frozen", "width")]


def test_noise_without_a_width_of_its_own_is_said_to_be_fixed_by_how_it_is_drawn():
    text = noisy("width = Reciprocal(x) T=float32").replace("Mul(drawn, width)", "Mul(near, half)")
    uniform = """
        u = RandomUniform(size) dtype=float32
        half = Const() dtype=float32; value=tensor(float32, 0.5)
        near = Sub(u, half) T=float32
    """
    found = judged(model_of(from_text(text + uniform), keys=("w", "b"))).hazards
    assert [(each.code, each.node) for each in found] == [("noise-built-in", "half")]
    mask = """
        rounded = Round(u) T=float32
        u = RandomUniform(size) dtype=float32
        size = Shape(x) T=float32
        dropped = Mul(x, rounded) T=float32; _output_shapes=[shape(None, 4)]
    """
    (told,) = judged(
        model_of(from_text(FORWARD.replace("MatMul(x,", "MatMul(dropped,") + mask), keys=("w", "b"))
    ).hazards
    assert (told.code, told.node) == ("dropout-built-in", "rounded")
    assert "out of the constants of a plan" in told.remedy


def test_an_output_that_is_drawn_itself_is_random():
    text = """
        count = Const() dtype=int32; value=tensor(int32, 1)
        drawn = Multinomial(logits, count) T=float32; _output_shapes=[shape(None, 1)]
        action = Squeeze(drawn) T=int64; _output_shapes=[shape(None)]
    """
    assert ("random-at-inference", "drawn") in hazards_of(FORWARD + text)


def test_examples_that_the_graph_held_are_a_hazard_once() -> None:
    graph = """
        x = Const() dtype=float32; value=tensor(float32, [[1.0, 2.0], [3.0, 4.0]])
        kernel = VariableV2() dtype=float32; shape=shape(2, 2)
        rate = Const() dtype=float32; value=tensor(float32, 0.1)
        product = MatMul(x, kernel) T=float32
        y = Softmax(product) T=float32
        update = ApplyGradientDescent(kernel, rate, product) T=float32
    """
    assert hazards_of(graph, ("kernel",)) == [("input-held", "x")]
