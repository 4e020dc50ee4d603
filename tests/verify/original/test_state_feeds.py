"""States that share their start are fed one by one in the original."""

from __future__ import annotations

from dataclasses import replace

from tests.plan.conftest import legacy_model
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Use
from tf1compat.graph.protos import read_meta_graph
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding, MigrationPlan, SignaturePlan
from tf1compat.source.model import LegacyModel
from tf1compat.verify.original.state_feeds import with_taps

FLOAT = DType("float32")


def plan(*inputs: InputBinding) -> MigrationPlan:
    return MigrationPlan("model", "sha256:0", (SignaturePlan("step", inputs, ()),) * 2)


def serialized(model: LegacyModel) -> LegacyModel:
    """The model with a file's bytes, of which `with_taps` makes new ones."""
    from tensorboard.compat.proto import meta_graph_pb2

    meta = meta_graph_pb2.MetaGraphDef()
    return replace(model, meta_graph=replace(model.meta_graph, serialized=meta.SerializeToString()))


def test_each_group_of_readers_gets_a_node_of_its_own() -> None:
    readers = [(Use("ArgMax", 0),), (Use("Softmax", 0),)]
    inputs = [
        InputBinding(f"s{at}", TensorRef("dense/MatMul"), FLOAT, Shape(), each)
        for at, each in enumerate(readers)
    ]
    inputs[0] = replace(inputs[0], tensor=TensorRef("Softmax"))
    tapped, taps = with_taps(serialized(legacy_model()), plan(*inputs))
    graph = tapped.meta_graph.graph
    assert lint(graph) == ()
    assert [str(each) for each in taps.values()] == ["Softmax_s0:0", "dense/MatMul_s1:0"]
    assert graph.input(graph["ArgMax"], 0).inputs == (TensorRef("Softmax"),)
    assert graph.input(graph["Softmax"], 0).op == "Identity"


def test_the_file_that_tensorflow_imports_has_them_too() -> None:
    entry = InputBinding("s", TensorRef("Softmax"), FLOAT, Shape(), (Use("ArgMax", 0),))
    tapped, _ = with_taps(serialized(legacy_model()), plan(entry))
    assert "Softmax_s" in read_meta_graph(tapped.meta_graph.serialized).graph


def test_a_model_whose_states_start_apart_is_left_alone() -> None:
    model = legacy_model()
    entry = InputBinding("s", TensorRef("Softmax"), FLOAT, Shape())
    assert with_taps(model, plan(entry)) == (model, {})
