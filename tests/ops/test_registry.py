"""The table of ops: what it says of nodes, and that it says what TensorFlow says."""

from __future__ import annotations

from typing import Any

import pytest

from tf1compat.graph.attributes import DType, Shape, TensorValue
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.ops.op_definition import ArgDef, parse_op_def
from tf1compat.ops.registry import (
    Lack,
    attribute,
    dtype_of,
    has_kernel,
    is_in_newest,
    lack_of_kernel,
    op_def,
    op_names,
    operand,
    operands,
    output_count,
    output_names,
    output_types,
    value_type,
)

GRAPH = from_text(
    """
    x = Placeholder() dtype=float32
    n = Const() dtype=int32; value=tensor(int32, 1)
    joined = ConcatV2(x, x, n) N=2; T=float32
    old = Concat(n, x, x) N=2; T=float32
    bare = ConcatV2(x, x, x, n)
    total = Sum(x, n) T=float32
    parts = Split(n, x) num_split=3; T=float32
    open = Split(n, x) T=float32
    parsed = ParseSingleExample(x, n, x) num_sparse=2; sparse_types=[string, int64]; Tdense=[float32, float64]
    handle = VarHandleOp() dtype=float32
    state = VariableV2() dtype=float64_ref
    custom = Mine(x) Tout=[int32, int64]
    called = Mine(x)
    stopped = NoOp()
    """
)


def ref(name: str) -> TensorRef:
    return TensorRef.parse(name)


def test_an_operand_is_read_by_its_name_behind_lists_too():
    assert operand(GRAPH["joined"], "axis") == ref("n")
    assert operand(GRAPH["old"], "axis", "concat_dim") == ref("n")
    assert operand(GRAPH["old"], "values") == ref("x")
    assert operand(GRAPH["parts"], "value") == ref("x")


def test_an_operand_has_its_name_in_python_too():
    assert operand(GRAPH["total"], "axis") == operand(GRAPH["total"], "reduction_indices") == ref("n")
    assert operand(GRAPH["parts"], "axis") == ref("n")


def test_an_operand_that_an_op_does_not_have_is_none():
    assert operand(GRAPH["joined"], "perm") is None
    assert operand(GRAPH["custom"], "x") is None


def test_a_list_whose_length_is_left_out_has_what_remains():
    assert operands(GRAPH["bare"]) == {"values": (ref("x"),) * 3, "axis": (ref("n"),)}
    assert operands(GRAPH["parsed"])["dense_defaults"] == (ref("n"), ref("x"))
    assert operands(GRAPH["custom"]) == {}


def test_attributes_have_the_defaults_of_their_op():
    assert attribute(GRAPH["joined"], "Tidx") == "int32"
    assert attribute(GRAPH["joined"], "N") == 2
    assert attribute(GRAPH["custom"], "N") is None
    defaults = {name: each.default for name, each in op_def("TensorArrayV3").attrs.items()}
    assert defaults == {
        "dtype": None, "element_shape": Shape(), "dynamic_size": False, "clear_after_read": True,
        "identical_element_shapes": False, "tensor_array_name": b"",
    }  # fmt: skip
    assert op_def("ArgMax").attrs["output_type"].default == DType("int64")


def test_the_number_of_outputs_is_what_the_attributes_say():
    counts = {
        name: output_count(GRAPH[name]) for name in ("joined", "parts", "open", "parsed", "custom", "stopped")
    }
    assert counts == {"joined": 1, "parts": 3, "open": None, "parsed": 8, "custom": None, "stopped": 0}


def test_outputs_have_the_names_and_types_of_their_lists():
    names = ["sparse_indices"] * 2 + ["sparse_values"] * 2 + ["sparse_shapes"] * 2 + ["dense_values"] * 2
    assert list(output_names(GRAPH["parsed"])) == names
    types = ["int64", "int64", "string", "int64", "int64", "int64", "float32", "float64"]
    assert list(output_types(GRAPH["parsed"])) == types
    assert [dtype_of(GRAPH, ref(f"parsed:{index}")) for index in range(8)] == types


@pytest.mark.parametrize(
    ("tensor", "expected"),
    [("parts:2", "float32"), ("open:1", "float32"), ("custom:1", "int64"), ("called", "type_0"), ("state", "float64"),
     ("handle", "resource"), ("stopped", "type_0"), ("joined:1", "type_0")],
)  # fmt: skip
def test_the_type_of_a_tensor_is_what_its_op_says(tensor: str, expected: str):
    assert dtype_of(GRAPH, ref(tensor)) == expected


def test_the_handle_of_a_variable_holds_values_of_its_type():
    assert value_type(GRAPH, ref("handle")) == "float32"
    assert value_type(GRAPH, ref("state")) == "float64"


def test_a_line_of_the_table_is_a_definition():
    attrs = 'N:int T:type="float32" types:list(type) s:shape=[2,-1]'
    line = f"Op\t(1.4) 2.21\tstateful cpu\ta:N*&T b~d:types\tc:int64\t{attrs}\timage"
    found = parse_op_def(line)
    assert found.inputs == (
        ArgDef("a", type_attr="T", number_attr="N", is_ref=True), ArgDef("b", "d", type_list_attr="types")
    )  # fmt: skip
    assert found.outputs == (ArgDef("c", type=DType("int64")),)
    assert (found.attrs["T"].default, found.attrs["s"].default) == (DType("float32"), Shape((2, None)))
    assert (found.is_stateful, found.releases, found.contrib) == (True, {"2.21"}, {"1.4"})
    assert (found.kernels, found.folder) == ({"cpu"}, "image")
    assert parse_op_def(line.replace("cpu", "cpu -cpu:T=half,int8")).lacking == {
        "cpu": {"T": {"half", "int8"}}
    }


def test_a_damaged_line_is_refused():
    with pytest.raises(ValueError, match="damaged"):
        parse_op_def("Op\t2.21\tcpu\ta\t\t\t")


def test_every_line_of_the_table_can_be_read():
    defined = [op_def(name) for name in op_names()]
    held = [(each, arg) for each in defined for arg in (*each.inputs, *each.outputs)]
    named = [(each.name, name) for each, arg in held for name in (arg.type_attr, arg.number_attr, arg.type_list_attr)
             if name and name not in each.attrs]  # fmt: skip
    assert named == []
    assert len(defined) > 2000


def test_types_that_an_op_takes_and_no_kernel_does_are_known():
    graph = from_text(
        """
        x = Placeholder() dtype=float16
        pooled = MaxPool3D(x) T=float16
        rounded = Rint(x) T=float16
        wide = Rint(x) T=float32
        seconds = Rint(x) T=bfloat16
        reduced = NcclAllReduce(x) T=float32
        trees = BoostedTreesPredict(x) num_bucketized_features=1
        """
    )
    lacks = {node.name: lack_of_kernel(node) for node in graph.nodes}
    assert lacks == {
        "x": None, "wide": None, "pooled": Lack("float16", True), "rounded": Lack("float16", True),
        "seconds": Lack("bfloat16", False), "reduced": Lack("", True), "trees": None,
    }  # fmt: skip
    assert lack_of_kernel(graph["rounded"], "gpu") is None


def test_where_an_op_is_registered_and_runs_is_known():
    assert [name for name in ("MatMul", "GatherTree", "Mine") if is_in_newest(name)] == ["MatMul"]
    assert op_def("GatherTree").contrib == {"1.4", "1.15"}
    runs = {device: [name for name in ("MatMul", "CudnnRNN", "Mine") if has_kernel(name, device)]
            for device in ("cpu", "gpu", "xla")}  # fmt: skip
    assert runs == {"cpu": ["MatMul"], "gpu": ["MatMul", "CudnnRNN"], "xla": ["MatMul"]}


@pytest.mark.tensorflow
def test_the_table_says_what_tensorflow_says() -> None:
    """Of every op that is in the newest release, in both directions; another release lacks some, and has others."""
    import tensorflow as tf

    registered = {each.name: each for each in _registered()}
    newest = {name for name in op_names() if is_in_newest(name)}
    if tf.__version__.startswith("2.21."):
        assert newest == set(registered)
    wrong = [name for name in sorted(newest & set(registered)) if _said(name) != _says(registered[name])]
    assert wrong == [] or not tf.__version__.startswith("2.21.")
    assert len(newest & set(registered)) > 1300


@pytest.mark.tensorflow
def test_the_table_knows_which_ops_have_kernels() -> None:
    import tensorflow as tf
    from tensorflow.python.framework import kernels

    if not tf.__version__.startswith("2.21."):
        pytest.skip("the kernels of another release are others")
    tf.function(lambda x: x + 1, jit_compile=True)(
        tf.constant(1.0)
    )  # XLA registers its own when it is first used
    for device, types in {"cpu": ("CPU", "DEFAULT"), "xla": ("XLA_CPU_JIT",)}.items():
        registered = kernels.get_all_registered_kernels().kernel
        found = {each.op for each in registered if each.device_type in types}
        assert {name for name in op_names() if has_kernel(name, device)} == found


@pytest.mark.tensorflow
def test_the_table_knows_the_types_that_no_kernel_takes() -> None:
    import tensorflow as tf
    from tensorflow.python.framework import kernels

    if not tf.__version__.startswith("2.21."):
        pytest.skip("the kernels of another release are others")
    taken: dict[str, list[dict[str, set[str]]]] = {}
    for each in kernels.get_all_registered_kernels().kernel:
        types = {
            one.name: {_name(number) for number in one.allowed_values.list.type} for one in each.constraint
        }
        if each.device_type in ("CPU", "DEFAULT"):
            taken.setdefault(each.op, []).append(types)
    lacking = {
        name: found.lacking["cpu"]
        for name in op_names()
        if (found := op_def(name)) and "cpu" in found.lacking
    }
    assert len(lacking) > 300
    for name, attrs in lacking.items():
        for attr, types in attrs.items():
            assert not types & set().union(*(kernel[attr] for kernel in taken[name])), (name, attr)


def _name(number: int) -> str:
    return str(DType.of_number(number).base)


def _registered() -> Any:
    from tensorflow.core.framework import op_def_pb2
    from tensorflow.python.client import pywrap_tf_session

    return op_def_pb2.OpList.FromString(
        pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList())
    ).op


def _said(name: str) -> Any:
    found = op_def(name)
    sides = [
        [
            (arg.name, arg.type or "", arg.type_attr, arg.number_attr, arg.type_list_attr, arg.is_ref)
            for arg in side
        ]
        for side in (found.inputs, found.outputs)
    ]
    return (
        sides,
        {each.name: (each.type, _plain(each.default)) for each in found.attrs.values()},
        found.is_stateful,
    )


def _says(op: Any) -> Any:
    sides = [[_argument(arg) for arg in side] for side in (op.input_arg, op.output_arg)]
    return sides, {each.name: (each.type, _default(each)) for each in op.attr}, op.is_stateful


def _argument(arg: Any) -> tuple[Any, ...]:
    fixed = DType.of_number(arg.type).base if arg.type else ""
    return arg.name, fixed, arg.type_attr, arg.number_attr, arg.type_list_attr, arg.is_ref


def _default(attr: Any) -> Any:
    from tf1compat.graph.protos.graphs import attrs_from

    return _plain(attrs_from({"it": attr.default_value})["it"]) if attr.HasField("default_value") else None


def _plain(value: Any) -> Any:
    """Lists and tensors as something that compares, floats as far as a table of decimal numbers has them."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, TensorValue):
        return value.array.tolist()
    return round(value, 6) if isinstance(value, float) else value
