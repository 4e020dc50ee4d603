"""Stages with inputs of their own, told from the heads of one model."""

from tests.discovery.outputs.two_networks import arranged, by_signature, layer, placeholder


def test_applications_of_shared_weights_on_inputs_of_their_own_are_stages() -> None:
    text = (
        placeholder("picture", 4)
        + layer("embed", "picture", 4, 3, op="Identity")
        + layer("first", "embed", 3, 3, op="Tanh")
        + placeholder("word", 3)
        + layer("again", "word", 3, 3, "first/w", op="Tanh")
        + layer("scores", "again", 3, 5)
    )
    found = by_signature(arranged(text))
    assert sorted(map(sorted, found.values())) == [["first:0"], ["scores/MatMul:0", "scores:0"]]


def test_a_step_is_fed_with_a_state_that_a_stage_before_gives() -> None:
    text = (
        placeholder("regions", 4)
        + layer("initial", "regions", 4, 3, op="Tanh")
        + placeholder("state", 3)
        + layer("seen", "regions", 4, 3, op="Identity")
        + layer("kept", "state", 3, 3, op="Identity")
        + "both = AddV2(seen, kept) T=float32; _output_shapes=[shape(None, 3)]\n"
        + layer("following", "both", 3, 3, op="Tanh")
    )
    found = by_signature(arranged(text))
    assert sorted(map(sorted, found.values())) == [["following:0"], ["initial:0"]]


def test_heads_of_which_one_needs_a_condition_are_one_model() -> None:
    text = (
        placeholder("x", 4)
        + layer("age", "x", 4, 2)
        + placeholder("condition", 3)
        + layer("one", "x", 4, 3, op="Identity")
        + layer("two", "condition", 3, 3, op="Identity")
        + "both = AddV2(one, two) T=float32; _output_shapes=[shape(None, 3)]\n"
        + layer("kind", "both", 3, 5)
    )
    assert arranged(text).entry_points == ("serving_default",)


def test_buckets_of_several_lengths_are_one_model() -> None:
    text = (
        placeholder("one", 3)
        + layer("short", "one", 3, 3)
        + layer("first", "one", 3, 3, "short/w")
        + placeholder("two", 3)
        + "both = AddV2(first/MatMul, two) T=float32; _output_shapes=[shape(None, 3)]\n"
        + layer("second", "both", 3, 3, "short/w")
    )
    served = by_signature(arranged(text))["serving_default"]
    assert {"short:0", "first:0", "second:0"} <= set(served)


def test_a_network_that_takes_the_following_example_too_is_apart() -> None:
    """What foresees the next state is not asked for when the policy acts."""
    text = (
        placeholder("x", 4)
        + placeholder("following", 4)
        + layer("policy", "x", 4, 2)
        + layer("now", "x", 4, 3, op="Identity")
        + layer("then", "following", 4, 3, "now/w", op="Identity")
        + "both = AddV2(now, then) T=float32; _output_shapes=[shape(None, 3)]\n"
        + layer("foreseen", "both", 3, 5)
    )
    found = by_signature(arranged(text))
    assert ["policy/MatMul:0", "policy:0"] in map(sorted, found.values())


def test_scores_in_the_shape_of_what_is_fed_are_no_state() -> None:
    text = (
        placeholder("x", 4)
        + layer("first", "x", 4, 3)
        + placeholder("later", 3)
        + layer("seen", "x", 4, 3, op="Identity")
        + "both = AddV2(seen, later) T=float32; _output_shapes=[shape(None, 3)]\n"
        + layer("second", "both", 3, 3)
    )
    assert {"first:0", "second:0"} <= {*by_signature(arranged(text))["serving_default"]}
