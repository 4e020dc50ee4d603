"""The ops that converters take, against their own registries where these are installed."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tf1compat.consumers.known_ops import ONNX, TFLITE


def test_the_registers_are_of_ops():
    assert {"MatMul", "While", "If", "TensorListReserve"} <= ONNX & TFLITE
    assert not {"BlockLSTM", "TensorArrayV3", "Switch"} & (ONNX | TFLITE)


@pytest.mark.tensorflow
@pytest.mark.skipif(find_spec("tf2onnx") is None, reason="tf2onnx is not installed")
@pytest.mark.filterwarnings("ignore")
def test_tf2onnx_has_every_op_that_it_is_said_to_take():
    from tf2onnx import constants, handler, tfonnx

    assert tfonnx is not None  # importing it fills the registry
    versions = handler.tf_op.get_opsets()[constants.ONNX_DOMAIN]
    registered = {op for version in versions[:18] for op in version}
    assert ONNX - registered - {"Assert"} == set()
