"""Configurations as Keras is to build them."""

from __future__ import annotations

from typing import Any

from tf1compat.source.keras.prepare import prepared


def sequence(*layers: dict[str, Any], **further: Any) -> dict[str, Any]:
    return {"class_name": "Sequential", "config": {"layers": list(layers), **further}}


def layer(class_name: str, **config: Any) -> dict[str, Any]:
    return {"class_name": class_name, "config": config}


def only(
    config: dict[str, Any], version: str = "2.2.4", given: tuple[str, ...] = ()
) -> tuple[str, dict[str, Any]]:
    (entry,) = prepared(config, version, given)["config"]["layers"]
    return entry["class_name"], entry["config"]


def test_what_says_how_weights_begin_and_are_kept_is_left_out():
    begun = {"class_name": "Mine", "config": {}}
    made = layer("Dense", units=2, kernel_initializer=begun, bias_regularizer=begun, kernel_constraint=begun)
    expected = {
        "units": 2,
        "kernel_initializer": "zeros",
        "bias_regularizer": None,
        "kernel_constraint": None,
    }
    assert only(sequence(made)) == ("Dense", expected)


def test_a_class_of_the_author_s_keeps_its_configuration():
    made = layer("Mine", kernel_initializer="ones")
    assert only(sequence(made), given=("Mine",)) == ("Mine", {"kernel_initializer": "ones"})


def test_layers_of_cudnn_become_plain_ones_inside_wrappers_too():
    inner = layer("CuDNNGRU", units=3)
    _, config = only(sequence(layer("Bidirectional", layer=inner)))
    assert config["layer"]["class_name"] == "GRU"
    assert config["layer"]["config"] == {
        "units": 3, "recurrent_activation": "sigmoid", "activation": "tanh", "reset_after": True,
    }  # fmt: skip


def test_a_lambda_calls_what_is_given_under_its_name():
    made = layer("Lambda", name="twice", function=["4wEA"], function_type="lambda")
    assert only(sequence(made), given=("twice",))[1] == {
        "name": "twice", "function": "twice", "function_type": "function",
    }  # fmt: skip
    assert only(sequence(made))[1]["function_type"] == "lambda"


def test_the_shape_that_is_stated_beside_the_layers_is_that_of_the_first():
    made = sequence(layer("Dense", units=2), build_input_shape=[None, 3])
    assert only(made) == ("Dense", {"units": 2, "batch_input_shape": [None, 3]})
    stated = sequence(layer("Dense", batch_input_shape=[4, 3]), build_input_shape=[None, 3])
    assert only(stated)[1]["batch_input_shape"] == [4, 3]


def test_the_words_of_keras_1_become_those_of_keras_2():
    conv = layer(
        "Convolution2D", nb_filter=4, nb_row=3, nb_col=2, border_mode="same", subsample=[1, 1], bias=True,
        dim_ordering="th", init="uniform", W_regularizer=None,
    )  # fmt: skip
    assert only(sequence(conv), "1.2.2") == (
        "Conv2D",
        {
            "filters": 4, "kernel_size": [3, 2], "padding": "same", "strides": [1, 1], "use_bias": True,
            "data_format": "channels_first",
        },
    )  # fmt: skip
    lstm = layer("LSTM", output_dim=5, inner_activation="hard_sigmoid", dropout_W=0.5, consume_less="cpu")
    assert only(sequence(lstm), "1.1.0") == (
        "LSTM", {"units": 5, "recurrent_activation": "hard_sigmoid", "dropout": 0.5},
    )  # fmt: skip


def test_a_merge_becomes_the_layer_of_its_mode():
    made = layer("Merge", name="m", mode="concat", concat_axis=1, mode_type="raw")
    assert only(sequence(made), "1.2.2") == ("Concatenate", {"name": "m", "axis": 1})


def test_what_keras_2_has_not_is_called_by_what_it_was():
    assert only(sequence(layer("Merge", mode="cos")), "1.2.2")[0] == "Merge of mode cos"
    assert only(sequence(layer("BatchNormalization", mode=1)), "1.2.2")[0] == "BatchNormalization of mode 1"
