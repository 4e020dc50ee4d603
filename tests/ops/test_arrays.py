import pytest

from tf1compat.graph.model import make_node
from tf1compat.names import TensorRef
from tf1compat.ops.arrays import array_operation, array_role, array_state, is_array, stored
from tf1compat.ops.registry import op_def


def node(op: str):
    """A node of the op that reads one tensor for each of its operands, called as these are."""
    return make_node("n", op, [TensorRef(each.name) for each in op_def(op).inputs])


@pytest.mark.parametrize(
    ("op", "role", "tensor", "state"),
    [
        ("TensorArrayReadV3", "read", None, "flow_in"),
        ("TensorArrayRead", "read", None, "flow_in"),
        ("TensorListGetItem", "read", None, "input_handle"),
        ("TensorArrayWriteV2", "write", "value", "flow_in"),
        ("TensorListSetItem", "write", "item", "input_handle"),
        ("TensorArrayUnpack", "fill", "value", "flow_in"),
        ("TensorArrayScatterV3", "fill", "value", "flow_in"),
        ("TensorListFromTensor", "fill", "tensor", None),
        ("TensorArrayGatherV3", "stack", None, "flow_in"),
        ("TensorListStack", "stack", None, "input_handle"),
        ("TensorArraySizeV3", None, None, "flow_in"),
        ("Identity", None, None, None),
    ],
)
def test_an_op_has_a_role_and_its_operands_by_name(
    op: str, role: str | None, tensor: str | None, state: str | None
):
    found = node(op)
    assert array_role(found) == role
    assert stored(found) == (None if tensor is None else TensorRef(tensor))
    assert array_state(found) == (None if state is None else TensorRef(state))


def test_operations_have_one_name_in_all_versions():
    ops = (
        "TensorArrayV3",
        "TensorArrayWrite",
        "TensorArrayWriteV3",
        "TensorArrayGradWithShape",
        "TensorListStack",
    )
    assert [array_operation(node(op)) for op in ops] == [None, "write", "write", "gradwithshape", None]
    assert [is_array(node(op)) for op in ops] == [True, False, False, False, False]
