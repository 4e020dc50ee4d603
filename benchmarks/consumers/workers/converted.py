"""Consumers that run a converted model: TensorFlow Lite with built-in ops only, and ONNX Runtime."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import tensorflow as tf
from exchange import check, main

_OPSET = 17


def convert_to_tflite(model):
    """The TensorFlow Lite converter, no Flex and no custom ops, and the interpreter's answer."""
    from ai_edge_litert.interpreter import Interpreter

    for signature in model.signatures:
        converter = tf.lite.TFLiteConverter.from_saved_model(model.path, signature_keys=[signature])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
        runner = Interpreter(model_content=converter.convert()).get_signature_runner(signature)
        for case in _of(model, signature):
            check(runner(**case.feeds), case)


def _of(model, signature):
    """A signature's cases; those with no example in them apart, which phones and ONNX never get."""
    return [
        case
        for case in model.cases
        if case.signature == signature and all(value.size for value in case.feeds.values())
    ]


def convert_to_onnx(model):
    """tf2onnx, and ONNX Runtime's answer."""
    import onnxruntime
    import tf2onnx

    loaded = tf.saved_model.load(model.path)
    for signature in model.signatures:
        function = loaded.signatures[signature]
        specs = [
            tf.TensorSpec(each.shape, each.dtype, name=alias)
            for alias, each in function.structured_input_signature[1].items()
        ]
        aliases = [each.name for each in specs]

        outputs = sorted(function.structured_outputs)

        def call(*tensors, function=function, aliases=aliases, outputs=outputs):
            # In order, not by alias: to tf2onnx, an input and an output of one name are one tensor.
            found = function(**dict(zip(aliases, tensors)))
            return [tf.identity(found[alias]) for alias in outputs]

        traced = tf.function(call, input_signature=specs, autograph=False)
        proto, _ = tf2onnx.convert.from_function(traced, input_signature=specs, opset=_OPSET)
        session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
        names = [each.name for each in session.get_outputs()]
        for case in _of(model, signature):
            feeds = {each.name: case.feeds[alias] for alias, each in zip(aliases, session.get_inputs())}
            check(dict(zip(outputs, session.run(names, feeds))), case)


CONSUMERS = {"TFLite": convert_to_tflite, "ONNX": convert_to_onnx}

if __name__ == "__main__":
    sys.exit(main(CONSUMERS))
