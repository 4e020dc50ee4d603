"""Give single ops to consumers: `one_op.py CONSUMER...`, names of ops on the standard input, answers on the output.

A line `asks OP` is written before an op is tried, since some arguments end the process, and `takes OP CONSUMER...`
after it, `-` where there is none; nothing where TensorFlow took none of the arguments.
"""

import itertools
import os
import signal
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # its kernels end the process where others raise
import numpy as np
import tensorflow as tf

_OPSET = 17
_TRIED, _SECONDS, _FORMS = 6000, 20.0, 5
_GENERATOR = np.random.default_rng(5)


def _floats(*shape):
    return _GENERATOR.uniform(0.1, 0.9, shape).astype(np.float32)


_FLOATS = [_floats(2, 3), _floats(3), _floats(), _floats(3, 3), _floats(2, 3, 4), _floats(1, 4, 4, 2),
           _floats(2, 2, 2, 2), _floats(2, 2, 2, 1), _floats(1, 4, 4, 3), _floats(1, 3, 4, 4, 2),
           _floats(2, 2, 2, 2, 2), _floats(2), _floats(2, 4), np.float32(0), np.float32(6)]  # fmt: skip
_INTEGERS = [np.asarray(0), np.asarray(1), np.asarray([0]), np.asarray([1, 0]), np.asarray([2, 3]), np.asarray(2),
             np.asarray(3), np.asarray([1, 2]), np.asarray([0, 0]), np.asarray([1, 1]), np.asarray([1, 1, 1, 1]),
             np.asarray([[0, 1], [1, 1]]), np.asarray([[0, 1, 2], [2, 1, 0]]), np.asarray([0, 1, 1]),
             np.asarray([3, 3]), np.asarray([2, 2]), np.asarray([[[0], [1]], [[1], [0]]]), np.asarray([1, 4, 4, 2]),
             np.asarray([[0, 0], [0, 0]]), np.asarray([0, 0, 0]), np.asarray([2, 1]), np.asarray([[0], [1]]),
             np.asarray([8, 8]), np.asarray([6]), np.asarray([1, 3, 4, 4, 2])]  # fmt: skip
_TEXTS = [np.asarray(["a", "b"], object), np.asarray("a", object), np.asarray(["1", "2"], object)]
_TRUTHS = [np.asarray([[True, False, True], [False, True, True]]), np.asarray(True), np.asarray([True, False, True]),
           np.asarray([False])]  # fmt: skip


def options(dtype):
    """Arrays of a type."""
    dtype = tf.as_dtype(dtype)
    if dtype == tf.bool:
        return _TRUTHS
    if dtype == tf.string:
        return _TEXTS
    if dtype.is_integer:
        return [each.astype(dtype.as_numpy_dtype) for each in _INTEGERS]
    return [each.astype(dtype.as_numpy_dtype) for each in _FLOATS]


_ATTRIBUTES = {"type": ["float32", "int32"], "int": [1, 2], "float": [0.5], "bool": [True], "shape": [[2, 3]],
               "list(int)": [[1, 1, 1, 1], [1, 2, 2, 1], [1, 1, 1, 1, 1], [0]], "string": ["SAME", ""],
               "list(float)": [[0.5]], "list(type)": [["float32"]]}  # fmt: skip


def _attributes(definition, inferred):
    """Values for the attributes that have to be given."""
    names, values = [], []
    for attr in definition.attr:
        if attr.name in inferred or attr.HasField("default_value"):
            continue
        allowed = [each.decode() for each in attr.allowed_values.list.s]
        allowed = allowed or [tf.as_dtype(each).name for each in attr.allowed_values.list.type]
        names.append(attr.name)
        values.append(allowed[:3] or _ATTRIBUTES.get(attr.type, [None]))
    return [dict(zip(names, chosen)) for chosen in itertools.product(*values)]


def _operands(definition, dtype):
    """For each operand the arrays to try; of a list, lists of two that are alike."""
    found = []
    for arg in definition.input_arg:
        if arg.type_list_attr:
            found.append([[each] for each in _FLOATS])
            continue
        held = _type(definition, arg, dtype)
        arrays = options(held)
        found.append([[each, each] for each in arrays] if arg.number_attr else arrays)
    return found


def _type(definition, arg, dtype):
    """The element type of an operand: fixed, or the wanted one where that is allowed."""
    if arg.type:
        return arg.type
    attr = next(each for each in definition.attr if each.name == arg.type_attr)
    allowed = list(attr.allowed_values.list.type)
    wanted = tf.as_dtype(dtype).as_datatype_enum
    first = [each for each in (1, 3, 9, 10, 7) if each in allowed]
    if not allowed or wanted in allowed:
        is_index = attr.name.startswith("Ti") or attr.name in (
            "Tidx",
            "Tshape",
            "Tperm",
            "Tdim",
            "Tmultiples",
        )
        return 3 if is_index and (not allowed or 3 in allowed) else wanted
    return first[0] if first else allowed[0]


def _in_order(lists):
    """All choices, those of the first entries first; at the very first those of the same place in each list."""
    longest = max(map(len, lists))
    yield from (tuple(each[min(at, len(each) - 1)] for each in lists) for at in range(longest))
    indices = itertools.islice(itertools.product(*(range(min(len(each), 25)) for each in lists)), 400_000)
    for chosen in sorted(itertools.islice(indices, 60_000), key=sum):
        yield tuple(each[at] for each, at in zip(lists, chosen))


def accepted(op, names, definition):
    """Arguments with which TensorFlow runs an op, and what it gives for them."""
    call = getattr(tf.raw_ops, op)
    inferred = {
        name for arg in definition.input_arg for name in (arg.type_attr, arg.number_attr, arg.type_list_attr)
    }
    end, count = time.monotonic() + _SECONDS, 0
    for dtype in ("float32", "int32", "bool", "string", "complex64"):
        for tried, values in enumerate(_in_order(_operands(definition, dtype))):
            if tried > _TRIED or count >= _FORMS or time.monotonic() > end:
                break
            for attributes in _attributes(definition, inferred):
                try:
                    with tf.Graph().as_default():  # the inference of shapes raises where a kernel might crash
                        call(**dict(zip(names, values)), **attributes)
                    expected = call(**dict(zip(names, values)), **attributes)
                except Exception:  # whatever TensorFlow says, it does not take these
                    continue
                if any(each.shape.num_elements() for each in _flat(expected)):
                    count += 1
                    yield values, attributes, expected
                    break


def _flat(result):
    return [each for each in tf.nest.flatten(result) if isinstance(each, tf.Tensor)]


def concrete(op, names, values, attributes, fed):
    """A function of the operands that are fed, the others constants in it."""
    call = getattr(tf.raw_ops, op)

    def function(*given):
        rest = iter(given)
        operands = [next(rest) if at in fed else value for at, value in enumerate(values)]
        return [tf.identity(each) for each in _flat(call(**dict(zip(names, operands)), **attributes))]

    specs = [
        tf.TensorSpec(values[at].shape, values[at].dtype if values[at].dtype != object else tf.string)
        for at in fed
    ]
    return tf.function(function, input_signature=specs, autograph=False)


def by_xla(function, arrays):
    return tf.function(function.python_function, jit_compile=True, autograph=False)(*map(tf.constant, arrays))


def by_tflite(function, arrays):
    from ai_edge_litert.interpreter import Interpreter

    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [function.get_concrete_function()], tf.Module()
    )
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    interpreter = Interpreter(model_content=converter.convert())
    interpreter.allocate_tensors()
    for detail, array in zip(interpreter.get_input_details(), arrays):
        interpreter.set_tensor(detail["index"], array)
    interpreter.invoke()
    return [interpreter.get_tensor(each["index"]) for each in interpreter.get_output_details()]


def by_onnx(function, arrays):
    import onnxruntime
    import tf2onnx

    proto, _ = tf2onnx.convert.from_function(function, input_signature=function.input_signature, opset=_OPSET)
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {each.name: array for each, array in zip(session.get_inputs(), arrays)})


_BY = {"xla": by_xla, "tflite": by_tflite, "onnx": by_onnx}


def takes(consumer, op, names, form):
    """Whether a consumer gives what TensorFlow gives; it is enough that one way of feeding the operands does."""
    values, attributes, expected = form
    plain = [at for at, value in enumerate(values) if not isinstance(value, list)]
    for fed in dict.fromkeys([tuple(plain[:1]), tuple(plain)]):
        try:
            found = _BY[consumer](concrete(op, names, values, attributes, fed), [values[at] for at in fed])
            if _same(op, found, _flat(expected)):
                return True
        except Exception:  # whatever it says, it does not take this
            continue
    return False


def _same(op, found, expected):
    pairs = [(np.asarray(one), each.numpy()) for one, each in zip(found, expected)]
    if len(found) != len(expected):
        return False
    if "Random" in op or op in ("Multinomial", "TruncatedNormal"):
        return all(one.shape == other.shape for one, other in pairs)
    return all(_equal(one, other) for one, other in pairs)


def _equal(one, other):
    if other.dtype == object or one.dtype == object:
        return [str(each) for each in one.ravel()] == [str(each) for each in other.ravel()]
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-3, atol=1e-4, equal_nan=True)


def main(consumers):
    import inspect

    from tensorflow.python.framework import op_def_registry

    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # converters talk
    for op in sys.stdin.read().split():
        answers.write(f"asks {op}\n")
        signal.alarm(120)
        definition = op_def_registry.get(op)
        names = list(inspect.signature(getattr(tf.raw_ops, op)).parameters)[: len(definition.input_arg)]
        forms = list(accepted(op, names, definition))
        taking = [each for each in consumers if any(takes(each, op, names, form) for form in forms)]
        if forms:
            answers.write(f"takes {op} {' '.join(taking) or '-'}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
