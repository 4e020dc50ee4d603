"""TensorFlow itself as the consumer, whichever release runs this (written for Python 3.7)."""

import os
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf
from exchange import check, main


def call(function, feeds):
    """What a signature or a tf.function of the model gives, as arrays by alias."""
    found = function(**{alias: tf.constant(value) for alias, value in feeds.items()})
    return {alias: value.numpy() for alias, value in found.items()}


def attribute(loaded, signature):
    """The model's own tf.function of a signature: its name with other characters than letters and digits as `_`."""
    return getattr(loaded, "".join(each if each.isalnum() else "_" for each in signature))


def load(model):
    """Loaded in a process that did not write it."""
    loaded = tf.saved_model.load(model.path)
    for case in model.cases:
        check(call(loaded.signatures[case.signature], case.feeds), case)


def save_again(model):
    """Three generations: each is loaded, saved, and compared after loading it again."""
    path = model.path
    with tempfile.TemporaryDirectory() as place:
        for generation in range(3):
            loaded = tf.saved_model.load(path)
            path = os.path.join(place, str(generation))
            tf.saved_model.save(loaded, path, signatures=loaded.signatures)
            again = tf.saved_model.load(path)
            assert [each.name for each in again.variables] == [each.name for each in loaded.variables]
            for case in model.cases:
                check(call(again.signatures[case.signature], case.feeds), case)
                check(call(attribute(again, case.signature), case.feeds), case)


def compile_with_xla(model):
    """`tf.function(jit_compile=True)` around the model, and the model that `migrate --jit` wrote."""
    loaded = tf.saved_model.load(model.path)
    jitted = tf.saved_model.load(str(model.folder / "jit"))
    for case in model.cases:
        compiled = tf.function(_numbers(attribute(loaded, case.signature)), jit_compile=True, autograph=False)
        check(call(compiled, case.feeds), _of_numbers(case))
        check(call(attribute(jitted, case.signature), case.feeds), case)


def _numbers(function):
    """The function without its strings, which XLA does not have."""

    def numbers(**feeds):
        return {alias: value for alias, value in function(**feeds).items() if value.dtype != tf.string}

    return numbers


def _of_numbers(case):
    expected = {alias: value for alias, value in case.expected.items() if value.dtype.kind not in "OSU"}
    return case._replace(expected=expected)


def train(model):
    """Every trainable variable has a gradient, and a step against the gradients lowers a loss."""
    loaded = tf.saved_model.load(model.path)
    variables = list(loaded.trainable_variables)
    assert variables, "no trainable variables"
    reached = set()
    for case in model.cases:
        function = attribute(loaded, case.signature)
        gradients, before = _gradients(function, case.feeds, variables)
        if before is None or not np.isfinite(before):
            continue
        found = [number for number, each in enumerate(gradients) if each is not None]
        reached |= {number for number in found if np.any(gradients[number] != 0)}
        assert all(np.all(np.isfinite(gradients[number])) for number in found), "a gradient is not finite"
        if any(np.any(gradients[number] != 0) for number in found):
            _check_step(function, case.feeds, [(variables[each], gradients[each]) for each in found], before)
    missing = [each.name for number, each in enumerate(variables) if number not in reached]
    assert not missing, "no gradient for %s" % ", ".join(missing)


def _loss(function, feeds):
    """The outputs' distance from what they are not: every float output should be one."""
    outputs = function(**{alias: tf.constant(value) for alias, value in feeds.items()})
    floats = [each for each in outputs.values() if each.dtype.is_floating]
    return tf.add_n([tf.reduce_sum((each - 1.0) ** 2) for each in floats]) if floats else None


def _gradients(function, feeds, variables):
    with tf.GradientTape() as tape:
        loss = _loss(function, feeds)
    if loss is None:
        return [None] * len(variables), None
    gradients = [
        None if each is None else tf.convert_to_tensor(each) for each in tape.gradient(loss, variables)
    ]
    return [None if each is None else each.numpy() for each in gradients], float(loss)


def _check_step(function, feeds, pairs, before):
    """Some step of a gradient descent lowers the loss; the variables are as they were afterwards."""
    kept = [each.numpy() for each, _ in pairs]
    rates = [10.0**-power for power in range(1, 7)]
    losses = []
    for rate in rates:
        for (variable, gradient), value in zip(pairs, kept):
            variable.assign(value - rate * gradient)
        losses.append(float(_loss(function, feeds)))
    for (variable, _), value in zip(pairs, kept):
        variable.assign(value)
    assert min(losses) < before, "no step lowers the loss %s: %s" % (before, losses)


def run_command(model):
    """`saved_model_cli show` and `run`, by the command's own functions: a process a case would take minutes."""
    for case in model.cases:
        if not case.feeds:
            continue  # the command refuses to run without inputs
        with tempfile.TemporaryDirectory() as place:
            _command("show", model, case)
            feeds = os.path.join(place, "feeds.npz")
            np.savez(feeds, **case.feeds)
            given = ";".join("%s=%s[%s]" % (alias, feeds, alias) for alias in case.feeds)
            _command("run", model, case, "--inputs", given, "--outdir", place)
            found = {
                alias: np.load(os.path.join(place, alias + ".npy"), allow_pickle=True)
                for alias in case.expected
            }
            check(found, case)


def _command(name, model, case, *arguments):
    from absl import flags
    from tensorflow.python.tools import saved_model_cli

    chosen = ["--dir", model.path, "--tag_set", "serve", "--signature_def", case.signature]
    flags.FLAGS(["saved_model_cli", name, *chosen, *arguments])
    getattr(saved_model_cli, name)()


def wrap_in_keras(model):
    """A model of Keras 3 with the SavedModel as its layer."""
    import keras

    for signature in model.signatures:
        layer = keras.layers.TFSMLayer(model.path, call_endpoint=signature)
        for case in model.cases:
            if case.signature == signature:
                first, *others = [(alias, tf.constant(value)) for alias, value in case.feeds.items()]
                found = layer(first[1], **dict(others))
                check({alias: np.asarray(value) for alias, value in found.items()}, case)


CONSUMERS = {
    "load": load, "save again": save_again, "XLA": compile_with_xla, "train": train, "saved_model_cli": run_command,
    "Keras": wrap_in_keras, "TF 2.11": load,
}  # fmt: skip

if __name__ == "__main__":
    sys.exit(main(CONSUMERS))
