"""TensorArrays become TensorLists, whatever their version; the list goes where the flow went."""

from __future__ import annotations

import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.arrays.lists import tensor_arrays_to_lists

SIZES = """
    x = Placeholder() dtype=float32; shape=shape(None, 2); _output_shapes=[shape(None, 2)]
    shape = Shape(x) T=float32; out_type=int32
    begin = Const() dtype=int32; value=tensor(int32, [0])
    end = Const() dtype=int32; value=tensor(int32, [1])
    n = StridedSlice(shape, begin, end, end) T=int32; Index=int32; shrink_axis_mask=1
    zero = Const() dtype=int32; value=tensor(int32, 0)
    one = Const() dtype=int32; value=tensor(int32, 1)
    range = Range(zero, n, one) Tidx=int32
"""
V3 = (
    SIZES
    + """
    array = TensorArrayV3(n) dtype=float32; element_shape=shape(...); dynamic_size=False
    filled = TensorArrayScatterV3(array, range, x, array:1) T=float32
    item = TensorArrayReadV3(array, zero, filled) dtype=float32
    written = TensorArrayWriteV3(array, one, item, filled) T=float32
    size = TensorArraySizeV3(array, written)
    all = Range(zero, size, one) Tidx=int32
    stacked = TensorArrayGatherV3(array, all, written) dtype=float32; element_shape=shape(2)
    some = TensorArrayGatherV3(array, end, written) dtype=float32; element_shape=shape(2)
    closed = TensorArrayCloseV3(array, ^stacked)
"""
)
#: In TF 0.12 the flow starts at a constant, and an array has one output.
V2 = (V3.replace("V3(", "V2(").replace("array:1", "flow")
      + "    flow = Const() dtype=float32; value=tensor(float32, 0.0)\n")  # fmt: skip
LOOP = (
    SIZES
    + """
    array = TensorArrayV3(n) dtype=float32; element_shape=shape(2)
    enter = Enter(array:1) T=float32; frame_name="f"
    handle = Enter(array) T=resource; frame_name="f"; is_constant=True
    merge = Merge(enter, next) T=float32; N=2
    more = Const(^merge) dtype=bool; value=tensor(bool, False)
    cond = LoopCond(more)
    switch = Switch(merge, cond) T=float32
    body = Identity(switch:1) T=float32
    value = Const(^body) dtype=float32; value=tensor(float32, [1.0, 2.0])
    where = Const(^body) dtype=int32; value=tensor(int32, 0)
    write = TensorArrayWriteV3(handle, where, value, body) T=float32
    next = NextIteration(write) T=float32
    exit = Exit(switch) T=float32
    stacked = TensorArrayGatherV3(array, range, exit) dtype=float32; element_shape=shape(2)
"""
)


def ops(graph: Graph) -> dict[str, str]:
    return {node.name: node.op for node in graph.nodes}


@pytest.mark.parametrize("text", [V3, V2], ids=["V3", "V2"])
def test_every_operation_has_its_list_form(text: str) -> None:
    graph = tensor_arrays_to_lists(from_text(text)).graph
    assert lint(graph) == ()
    assert not [node for node in graph.nodes if node.op.startswith("TensorArray")]
    expected = {
        "array": "TensorListReserve", "filled": "TensorListFromTensor", "item": "TensorListGetItem",
        "written": "TensorListSetItem", "size": "TensorListLength", "stacked": "TensorListStack",
        "some": "TensorListGather", "closed": "NoOp",
    }  # fmt: skip
    assert expected.items() <= ops(graph).items()


@pytest.mark.parametrize("text", [V3, V2], ids=["V3", "V2"])
def test_the_list_takes_the_place_of_the_flow(text: str) -> None:
    graph = tensor_arrays_to_lists(from_text(text)).graph
    assert graph["item"].inputs[0] == TensorRef("filled")
    assert graph["written"].inputs == (TensorRef("filled"), TensorRef("one"), TensorRef("item"))
    assert graph["stacked"].inputs[0] == TensorRef("written")


def test_element_shapes_are_known_from_what_is_read_and_written() -> None:
    graph = tensor_arrays_to_lists(from_text(V3)).graph
    for name, position in (("array", 0), ("filled", 1), ("item", 2), ("stacked", 1)):
        value = graph.input(graph[name], position).attrs["value"]
        assert value.array.tolist() == [2], name  # type: ignore[union-attr]


def test_a_scatter_out_of_order_keeps_its_indices() -> None:
    shuffled = V3.replace("Scatter" + "V3(array, range", "ScatterV3(array, order") + (
        "    order = Const() dtype=int32; value=tensor(int32, [1, 0])\n"
    )
    graph = tensor_arrays_to_lists(from_text(shuffled)).graph
    assert graph["filled"].op == "TensorListScatterIntoExistingList"
    assert graph["filled"].inputs == (TensorRef("array"), TensorRef("x"), TensorRef("order"))


def test_a_list_travels_through_a_loop_as_a_variant() -> None:
    graph = tensor_arrays_to_lists(from_text(LOOP)).graph
    assert lint(graph) == ()
    assert {graph[name].dtype() for name in ("enter", "merge", "switch", "body", "next", "exit")} == {
        "variant"
    }
    assert graph["write"].inputs == (TensorRef("body"), TensorRef("where"), TensorRef("value"))
    assert graph["enter"].inputs == (TensorRef("array"),)


def test_a_growing_array_may_be_written_past_its_end() -> None:
    graph = tensor_arrays_to_lists(from_text(LOOP.replace("element_shape=shape(2)\n    enter", "element_shape=shape(2);"
                                                         " dynamic_size=True\n    enter"))).graph  # fmt: skip
    room = graph.input(graph["write"], 0)
    assert (room.op, graph.input(room, 1).op) == ("TensorListResize", "Maximum")
    assert room.inputs[0] == TensorRef("body")
    assert lint(graph) == ()


def test_the_oldest_forms_pack_and_unpack() -> None:
    text = (
        SIZES
        + """
        array = TensorArray(n) dtype=float32
        flow = Const() dtype=float32; value=tensor(float32, 0.0)
        filled = TensorArrayUnpack(array, x, flow) T=float32
        packed = TensorArrayPack(array, filled) dtype=float32; element_shape=shape(2)
    """
    )
    graph = tensor_arrays_to_lists(from_text(text)).graph
    assert {"filled": "TensorListFromTensor", "packed": "TensorListStack"}.items() <= ops(graph).items()


def test_a_graph_without_arrays_is_left_alone() -> None:
    graph = from_text(SIZES)
    assert tensor_arrays_to_lists(graph).graph is graph


@pytest.mark.parametrize("text", [V3, V2, LOOP], ids=["V3", "V2", "loop"])
def test_a_second_run_finds_nothing(text: str) -> None:
    once = tensor_arrays_to_lists(from_text(text)).graph
    assert tensor_arrays_to_lists(once).graph is once


@pytest.mark.parametrize(
    ("line", "message"),
    [("grad = TensorArrayGradV3(array, filled) source='g'", r"'grad' \(TensorArrayGradV3\) belongs to a gradient"),
     ("odd = Tanh(filled) T=float32", r"'odd' \(Tanh\) reads the flow 'filled:0' of a TensorArray as a number"),
     ("late = TensorArraySizeV3(x, filled)", r"'late' \(TensorArraySizeV3\) works on more than one TensorArray")],
)  # fmt: skip
def test_what_has_no_list_form_is_refused_by_name(line: str, message: str) -> None:
    with pytest.raises(RewriteError, match=message):
        tensor_arrays_to_lists(from_text(V3 + "    " + line))


def test_one_constant_as_the_flow_of_two_arrays_is_refused() -> None:
    second = """
        other = TensorArrayV2(n) dtype=float32
        also = TensorArrayScatterV2(other, range, x, flow) T=float32
    """
    with pytest.raises(RewriteError, match="both start at 'flow:0'"):
        tensor_arrays_to_lists(from_text(V2 + second))


def test_a_growing_array_is_read_whole_only_up_to_its_size_at_that_point() -> None:
    grown = V3.replace("dynamic_size=False", "dynamic_size=True")
    assert tensor_arrays_to_lists(from_text(grown)).graph["stacked"].op == "TensorListStack"
    stale = grown.replace("TensorArraySizeV3(array, written)", "TensorArraySizeV3(array, filled)")
    assert tensor_arrays_to_lists(from_text(stale)).graph["stacked"].op == "TensorListGather"


def test_a_growing_array_is_not_replaced_by_what_is_scattered_into_it() -> None:
    grown = V3.replace("dynamic_size=False", "dynamic_size=True")
    assert tensor_arrays_to_lists(from_text(grown)).graph["filled"].op == "TensorListScatterIntoExistingList"


def test_pieces_of_different_lengths_have_an_open_first_dimension() -> None:
    text = (
        SIZES
        + """
        lengths = Placeholder() dtype=int64
        array = TensorArrayV3(n) dtype=float32; element_shape=shape(...)
        pieces = TensorArraySplitV3(array, x, lengths, array:1) T=float32
        joined = TensorArrayConcatV3(array, pieces) dtype=float32; element_shape_except0=shape(...)
    """
    )
    graph = tensor_arrays_to_lists(from_text(text)).graph
    assert lint(graph) == ()
    assert {"pieces": "TensorListSplit", "joined": "TensorListConcatV2"}.items() <= ops(graph).items()
    assert graph["pieces"].inputs[::2] == (TensorRef("x"), TensorRef("lengths"))
    for name in ("pieces", "joined"):
        value = graph.input(graph[name], 1).attrs["value"]
        assert value.array.tolist() == [-1, 2], name  # type: ignore[union-attr]


def test_a_list_waits_for_what_its_array_waited_for() -> None:
    inside = V3.replace("TensorArrayV3(n)", "TensorArrayV3(n, ^zero)")
    assert tensor_arrays_to_lists(from_text(inside)).graph["array"].control_inputs == ("zero",)


def test_constants_give_way_to_the_authors_names() -> None:
    graph = tensor_arrays_to_lists(from_text(V3 + "    item/element_shape = NoOp()\n")).graph
    assert lint(graph) == ()
    assert graph["item/element_shape"].op == "NoOp"
    assert graph.input(graph["item"], 2).op == "Const"
