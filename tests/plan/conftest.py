"""A small model as literals: a graph in text, a checkpoint's keys, and what discovery says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from tf1compat.discovery.findings import (
    Findings,
    Freeze,
    InputFinding,
    LabelFinding,
    OutputFinding,
    VariableFinding,
)
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.protos import BundleEntry, MetaGraph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.source.model import Checkpoint, LegacyModel, SavedAs

GRAPH = """
    x = Placeholder() dtype=float32; shape=shape(None, 3)
    Placeholder = Placeholder() dtype=int32; shape=shape(None)
    keep_prob = Placeholder() dtype=float32; shape=shape()
    dense/kernel = VariableV2() dtype=float32; shape=shape(3, 2)
    dense/kernel/read = Identity(dense/kernel) T=float32
    step = VariableV2() dtype=int64; shape=shape()
    scaled = Mul(x, keep_prob) T=float32
    dense/MatMul = MatMul(scaled, dense/kernel/read, ^Placeholder) T=float32; _output_shapes=[shape(None, 2)]
    Softmax = Softmax(dense/MatMul) T=float32; _output_shapes=[shape(None, 2)]
    ArgMax = ArgMax(Softmax, axis) T=float32; output_type=int64; _output_shapes=[shape(None)]
    axis = Const() dtype=int32; value=tensor(int32, 1)
"""
FLOAT, INT = DType("float32"), DType("int32")


def ref(name: str) -> TensorRef:
    return TensorRef.parse(name)


FINDINGS = Findings(
    inputs=(
        InputFinding(ref("x"), FLOAT, Shape.of(None, 3), "data", True),
        InputFinding(ref("Placeholder"), INT, Shape.of(None), "sequence_length", True),
        InputFinding(ref("keep_prob"), FLOAT, Shape.of(), "keep_prob", True),
    ),
    outputs=(
        OutputFinding(ref("Softmax"), FLOAT, Shape.of(None, 2), "probabilities"),
        OutputFinding(ref("dense/MatMul"), FLOAT, Shape.of(None, 2), "logits"),
        OutputFinding(ref("ArgMax"), DType("int64"), Shape.of(None), "class_ids"),
    ),
    variables=(
        VariableFinding("dense/kernel", FLOAT, Shape.of(3, 2), True, True, True, "dense/kernel"),
        VariableFinding("step", DType("int64"), Shape.of(), False, True, False, "step"),
    ),
    labels=(LabelFinding("checkpoint:names", 2, ("no", "yes")),),
    freezes=(Freeze(ref("keep_prob"), 1.0, "keep_prob"),),
)


def legacy_model(keys: Mapping[str, str] | None = None) -> LegacyModel:
    """The model; `keys` gives the checkpoint's key of each variable."""
    named = {"dense/kernel": "dense/kernel", "step": "step"} if keys is None else keys
    entry = BundleEntry(FLOAT, Shape.of(3, 2), 0, 0, 24, 0, False)
    meta_graph = MetaGraph(from_text(GRAPH), "1.4.1", None, MappingProxyType({}), MappingProxyType({}), b"")
    checkpoint = Checkpoint(Path("model"), "V2", dict.fromkeys(named.values(), entry), (Path("model.data"),))
    saved_as = {name: SavedAs(key) for name, key in named.items()}
    return LegacyModel(
        "meta_graph", "model", Path("model.meta"), meta_graph, checkpoint, saved_as, 100, "sha256:0"
    )


@pytest.fixture
def model() -> LegacyModel:
    return legacy_model()


@pytest.fixture
def make_model() -> Callable[..., LegacyModel]:
    return legacy_model


@pytest.fixture
def findings() -> Findings:
    return FINDINGS
