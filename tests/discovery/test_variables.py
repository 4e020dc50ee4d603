from dataclasses import replace

from tests.discovery.model_text import CLASSIFIER, model_of
from tf1compat.analysis.forward_graph import ForwardGraph
from tf1compat.analysis.training import find_training_nodes
from tf1compat.discovery.findings import VariableFinding
from tf1compat.discovery.outputs import find_outputs
from tf1compat.discovery.variables import find_variables, trainable_variables
from tf1compat.graph.protos import MetaGraph
from tf1compat.graph.text import from_text

GRAPH = from_text(CLASSIFIER + "slot = VariableV2() dtype=float32; shape=shape(4, 3)\n")


def variables_of(**facts) -> dict[str, VariableFinding]:
    flow = ForwardGraph(GRAPH, find_training_nodes(GRAPH))
    found = find_variables(model_of(GRAPH, **facts), flow, find_outputs(flow, ()))
    return {each.name: each for each in found}


def test_a_variable_is_described_as_the_graph_and_the_collections_say():
    found = variables_of(trainable=("w",))
    assert [*found] == ["w", "b", "slot"]
    assert (found["w"].dtype, str(found["w"].shape), found["w"].trainable) == ("float32", "[4, 3]", True)
    assert found["b"].trainable is False


def test_needed_is_what_an_output_depends_on():
    assert {name: each.needed for name, each in variables_of().items()} == {
        "w": True,
        "b": True,
        "slot": False,
    }


def test_the_key_is_what_the_saver_calls_it():
    found = variables_of(saved_as={"w": "model/w"}, keys=("model/w",))
    assert (found["w"].key, found["w"].in_checkpoint) == ("model/w", True)


def test_without_a_saver_the_own_name_is_looked_up():
    found = variables_of(keys=("b",))
    assert (found["b"].key, found["b"].in_checkpoint) == ("b", True)
    assert (found["w"].key, found["w"].in_checkpoint) == (None, False)


def trained(text: str, **collections: tuple[()]) -> frozenset[str]:
    meta_graph = MetaGraph(from_text(text), "1.4.1", None, collections, {}, b"")
    return trainable_variables(replace(model_of(GRAPH), meta_graph=meta_graph))


BARE = """
    w = VariableV2() dtype=float32; shape=shape(2)
    v = VarHandleOp() dtype=float32; shape=shape(2)
    slot = VariableV2() dtype=float32; shape=shape(2)
    step = VariableV2() dtype=int64; shape=shape()
    g = Placeholder() dtype=float32; shape=shape(2)
"""
UPDATES = """
    a = ApplyMomentum(w, slot, g, g, g) T=float32
    b = ResourceApplyGradientDescent(v, g, g) T=float32
"""


def test_without_collections_what_an_optimizer_updates_is_trained():
    assert trained(BARE + UPDATES) == {"w", "v"}
    assert trained(BARE + UPDATES, trainable_variables=()) == frozenset()


def test_without_collections_and_optimizer_every_fraction_may_be_trained():
    assert trained(BARE) == {"w", "v", "slot"}
    assert trained(BARE, variables=()) == frozenset()
