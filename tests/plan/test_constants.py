from tf1compat.discovery.findings import Freeze
from tf1compat.graph.attributes import DType
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.constants import at_reads, found_constants
from tf1compat.plan.model import ConstantPlan

GRAPH = from_text("""
    rate = Const() dtype=float32; value=tensor(float32, 0.5)
    scale = Const() dtype=float32; value=tensor(float32, 2.0)
    handle = VarHandleOp() dtype=float32; shape=shape()
    read = ReadVariableOp(handle) dtype=float32
    entered = Enter(handle) T=resource; frame_name="loop"; is_constant=True
    again = ReadVariableOp(entered) dtype=float32
    held = VariableV2() dtype=float32; shape=shape()
""")
RATE, SCALE = TensorRef("rate"), TensorRef("scale")
FREEZES = (Freeze(RATE, 0.0, "keep_prob"), Freeze(SCALE, 1.0, "keep_prob", RATE))


def test_what_discovery_freezes_is_a_constant():
    found = found_constants(GRAPH, FREEZES, set())
    assert [(each.tensor, each.value, each.reason) for each in found] == [
        (RATE, 0.0, "keep_prob"),
        (SCALE, 1.0, "keep_prob"),
    ]


def test_what_the_user_chose_and_what_was_worked_out_from_it_is_left_to_the_user():
    assert found_constants(GRAPH, FREEZES, {RATE}) == ()
    assert [each.tensor for each in found_constants(GRAPH, FREEZES, {SCALE})] == [RATE]


def test_a_resource_variable_is_constant_at_each_of_its_reads():
    constant = ConstantPlan(TensorRef("handle"), 1.0, DType("float32"), "user")
    assert [each.tensor.node for each in at_reads(GRAPH, [constant])] == ["read", "again"]


def test_any_other_tensor_is_constant_itself():
    constant = ConstantPlan(TensorRef("held"), 1.0, DType("float32"), "user")
    assert at_reads(GRAPH, [constant]) == (constant,)
