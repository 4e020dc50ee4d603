"""A small classifier as a text graph, with and without what training adds."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.training import find_training_nodes
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.model import Graph
from tf1compat.graph.protos import BundleEntry, MetaGraph, VariableDef
from tf1compat.graph.text import from_text
from tf1compat.source.model import Checkpoint, LegacyModel, SavedAs

FORWARD = """
    x = Placeholder() dtype=float32; shape=shape(None, 4)
    w = VariableV2() dtype=float32; shape=shape(4, 3)
    w/read = Identity(w) T=float32
    b = VariableV2() dtype=float32; shape=shape(3)
    b/read = Identity(b) T=float32
    product = MatMul(x, w/read) T=float32; _output_shapes=[shape(None, 3)]
    logits = BiasAdd(product, b/read) T=float32; _output_shapes=[shape(None, 3)]
    Softmax = Softmax(logits) T=float32; _output_shapes=[shape(None, 3)]
"""
LOSS = """
    y = Placeholder() dtype=int32; shape=shape(None)
    cost = SparseSoftmaxCrossEntropyWithLogits(logits, y) T=float32; _output_shapes=[shape(None), shape(None, 3)]
    zero = Const() dtype=int32; value=tensor(int32, [0])
    loss = Mean(cost, zero) T=float32; _output_shapes=[shape()]
    axis = Const() dtype=int32; value=tensor(int32, 1)
    best = ArgMax(logits, axis) T=float32; output_type=int32; _output_shapes=[shape(None)]
    right = Equal(best, y) T=int32; _output_shapes=[shape(None)]
    counted = Cast(right) SrcT=bool; DstT=float32; _output_shapes=[shape(None)]
    accuracy = Mean(counted, zero) T=float32; _output_shapes=[shape()]
"""
TRAINING = """
    rate = Placeholder() dtype=float32; shape=shape()
    gradients/seed = Const() dtype=float32; value=tensor(float32, 1.0)
    gradients/loss_grad/truediv = RealDiv(gradients/seed, zero) T=float32
    gradients/cost_grad/mul = Mul(gradients/loss_grad/truediv, cost:1) T=float32
    gradients/logits_grad/BiasAddGrad = BiasAddGrad(gradients/cost_grad/mul) T=float32
    gradients/product_grad/MatMul = MatMul(x, gradients/cost_grad/mul) T=float32
    clipped = Minimum(gradients/product_grad/MatMul, rate) T=float32
    halved = Mul(rate, gradients/seed) T=float32
    step_w = ApplyGradientDescent(w, halved, clipped) T=float32
    step_b = ApplyGradientDescent(b, halved, gradients/logits_grad/BiasAddGrad) T=float32
    train = NoOp(^step_w, ^step_b)
    tag = Const() dtype=string; value=tensor(string, "loss")
    seen = ScalarSummary(tag, loss) T=float32
    start/shape = Const() dtype=int32; value=tensor(int32, [4, 3])
    start = RandomUniform(start/shape) dtype=float32
    w/Assign = Assign(w, start) T=float32
    init = NoOp(^w/Assign)
    all = NoOp(^init, ^train)
    save/filename/input = Const() dtype=string; value=tensor(string, "model")
    save/filename = PlaceholderWithDefault(save/filename/input) dtype=string; shape=shape()
    save/Const = PlaceholderWithDefault(save/filename) dtype=string; shape=shape()
    save/names = Const() dtype=string; value=tensor(string, ["w", "b"])
    save/SaveV2 = SaveV2(save/Const, save/names, save/names, w, b) dtypes=[float32, float32]
    save/control_dependency = Identity(save/Const, ^save/SaveV2) T=string
    save/RestoreV2 = RestoreV2(save/Const, save/names, save/names) dtypes=[float32, float32]
    save/Assign = Assign(w, save/RestoreV2) T=float32
    save/restore_all = NoOp(^save/Assign)
"""
CLASSIFIER = FORWARD + LOSS + TRAINING


def flow_of(text: str) -> ForwardGraph:
    graph = from_text(text)
    return ForwardGraph(graph, find_training_nodes(graph))


def model_of(
    graph: Graph,
    *,
    trainable: tuple[str, ...] = (),
    saved_as: dict[str, str] | None = None,
    keys: tuple[str, ...] = (),
    collections: dict[str, tuple[str, ...]] | None = None,
) -> LegacyModel:
    """A model of just this graph, with these keys in its checkpoint."""
    definitions = tuple(VariableDef(f"{name}:0", "", "", True, False) for name in trainable)
    variables = MappingProxyType({"trainable_variables": definitions})
    meta_graph = MetaGraph(graph, "1.15.5", None, variables, MappingProxyType(collections or {}), b"")
    entry = BundleEntry(DType("float32"), Shape.of(3), 0, 0, 12, 0, False)
    checkpoint = Checkpoint(Path("model"), "V2", dict.fromkeys(keys, entry), ())
    saved = {name: SavedAs(key) for name, key in (saved_as or {}).items()}
    return LegacyModel(
        "meta_graph", "model", Path("model.meta"), meta_graph, checkpoint, saved, 0, "sha256:0"
    )
