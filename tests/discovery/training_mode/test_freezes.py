from tests.discovery.model_text import FORWARD, flow_of
from tf1compat.discovery.training_mode.freezes import find_freezes

OLD_DROPOUT = """
    keep = Placeholder() dtype=float32; shape=shape()
    scaled = RealDiv(logits, keep) T=float32
    shape = Shape(logits) T=float32
    drawn = RandomUniform(shape) dtype=float32
    width = Const() dtype=float32; value=tensor(float32, 1.0)
    spread = Mul(drawn, width) T=float32
    noise = Add(keep, spread) T=float32
    mask = Floor(noise) T=float32
    dropped = Mul(scaled, mask) T=float32
"""
NEW_DROPOUT = """
    keep = Placeholder() dtype=float32; shape=shape()
    one = Const() dtype=float32; value=tensor(float32, 1.0)
    rate = Sub(one, keep) T=float32
    shape = Shape(logits) T=float32
    drawn = RandomUniform(shape) dtype=float32
    above = GreaterEqual(drawn, rate) T=float32
    mask = Cast(above) SrcT=bool; DstT=float32
    dropped = Mul(logits, mask) T=float32
"""
SWITCHED = """
    training = Placeholder() dtype=bool; shape=shape()
    switch = Switch(logits, training) T=float32
    shape = Shape(switch:1) T=float32
    drawn = RandomUniform(shape) dtype=float32
    noisy = Add(switch:1, drawn) T=float32
    merged = Merge(switch, noisy) T=float32
"""


def frozen(text: str) -> list[tuple[str, float, str]]:
    return [(str(each.tensor), each.value, each.role) for each in find_freezes(flow_of(FORWARD + text))]


def test_dropout_before_1_13_keeps_everything_at_one():
    assert frozen(OLD_DROPOUT) == [("keep:0", 1.0, "keep_prob")]


def test_dropout_since_1_13_by_a_keep_probability_keeps_everything_at_one():
    assert frozen(NEW_DROPOUT) == [("keep:0", 1.0, "keep_prob")]


def test_dropout_by_a_rate_keeps_everything_at_zero():
    assert frozen(NEW_DROPOUT.replace("GreaterEqual(drawn, rate)", "GreaterEqual(drawn, keep)")) == [
        ("keep:0", 0.0, "keep_prob")
    ]


def test_a_keep_probability_is_followed_into_a_loop_and_a_branch():
    inside = (
        OLD_DROPOUT.replace("Add(keep,", "Add(chosen,")
        + """
        entered = Enter(keep) T=float32; frame_name="f"
        flag = Const() dtype=bool; value=tensor(bool, True)
        chosen = Switch(entered, flag) T=float32
    """
    )
    assert frozen(inside) == [("keep:0", 1.0, "keep_prob")]


def test_a_placeholder_of_unknown_shape_may_be_a_keep_probability_and_a_vector_may_not():
    assert frozen(OLD_DROPOUT.replace("shape=shape()", "shape=shape(...)")) == [("keep:0", 1.0, "keep_prob")]
    assert frozen(OLD_DROPOUT.replace("shape=shape()", "shape=shape(None)")) == []


def test_a_scalar_that_is_added_to_no_noise_is_not_frozen():
    assert frozen(OLD_DROPOUT.replace("Add(keep, spread)", "Add(keep, logits)")) == []


def test_a_training_switch_is_turned_off():
    assert frozen(SWITCHED) == [("training:0", False, "is_training")]


def test_a_switch_that_draws_only_when_it_is_off_is_turned_on():
    inverse = (
        SWITCHED.replace("training", "inference")
        .replace("switch:1", "switch:0")
        .replace("Merge(switch, ", "Merge(switch:1, ")
    )
    assert frozen(inverse) == [("inference:0", True, "is_training")]


def test_a_negated_switch_is_understood():
    negated = SWITCHED.replace("Switch(logits, training)", "Switch(logits, off)")
    assert frozen(negated + "off = LogicalNot(training)\n") == [("training:0", True, "is_training")]


CHOICE = """
    fancy = Placeholder() dtype=bool; shape=shape()
    switch = Switch(logits, fancy) T=float32
    squared = Square(switch:1) T=float32
    merged = Merge(switch, squared) T=float32
"""


def test_a_choice_between_two_computations_is_left_to_the_user():
    assert frozen(CHOICE) == []


def test_a_choice_that_is_called_training_is_turned_off():
    assert frozen(CHOICE.replace("fancy", "is_training")) == [("is_training:0", False, "is_training")]


def test_a_switch_to_the_statistics_of_the_batch_is_turned_off():
    statistics = CHOICE.replace("Switch(logits,", "Switch(mean,") + "mean = Mean(logits, axes) T=float32\n"
    axes = "axes = Const() dtype=int32; value=tensor(int32, [0])\n"
    assert frozen(statistics + axes) == [("fancy:0", False, "is_training")]


def test_a_switch_to_batch_normalisation_in_training_is_turned_off():
    normed = CHOICE.replace(
        "squared = Square(switch:1)", "squared = FusedBatchNorm(switch:1, scale, shift, mean, spread)"
    )
    given = "".join(
        f"{name} = Const() dtype=float32; value=tensor(float32, [1.0])\n"
        for name in ("scale", "shift", "mean", "spread")
    )
    assert frozen(normed + given) == [("fancy:0", False, "is_training")]
    assert (
        frozen(normed.replace("T=float32\n    merged", "T=float32; is_training=False\n    merged") + given)
        == []
    )


def test_a_switch_that_updates_a_variable_is_turned_off():
    updated = CHOICE.replace("squared = Square(switch:1)", "squared = AssignSub(average, switch:1)")
    average = "average = VariableV2() dtype=float32; shape=shape(2)\n"
    assert frozen(updated + average) == [("fancy:0", False, "is_training")]


def test_a_boolean_that_decides_no_branch_is_not_frozen():
    assert frozen("flag = Placeholder() dtype=bool; shape=shape()\nnot = LogicalNot(flag)\n") == []
