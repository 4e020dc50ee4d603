"""The open dimensions of an array's elements, read off what enters its loop."""

from __future__ import annotations

from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.arrays.dimension_rules import Dimension
from tf1compat.rewrite.arrays.element_dimensions import ElementDimensions, emit_dimension
from tf1compat.rewrite.arrays.lists import tensor_arrays_to_lists
from tf1compat.rewrite.emit import Emitter

#: A loop that writes tanh(state + x) to an array, its batch open.
LOOP = """
    x = Placeholder() dtype=float32; shape=shape(None, 2); _output_shapes=[shape(None, 2)]
    start = Placeholder() dtype=float32; shape=shape(None, 2); _output_shapes=[shape(None, 2)]
    n = Const() dtype=int32; value=tensor(int32, 3)
    array = TensorArrayV3(n) dtype=float32; element_shape=shape(...)
    enter = Enter(array:1) T=float32; frame_name="f"
    handle = Enter(array) T=resource; frame_name="f"; is_constant=True
    x_in = Enter(x) T=float32; frame_name="f"; is_constant=True; _output_shapes=[shape(None, 2)]
    state_in = Enter(start) T=float32; frame_name="f"; _output_shapes=[shape(None, 2)]
    flow = Merge(enter, flow_next) T=float32; N=2
    state = Merge(state_in, state_next) T=float32; N=2; _output_shapes=[shape(None, 2)]
    more = Const(^flow) dtype=bool; value=tensor(bool, False)
    cond = LoopCond(more)
    flow_switch = Switch(flow, cond) T=float32
    state_switch = Switch(state, cond) T=float32; _output_shapes=[shape(None, 2), shape(None, 2)]
    where = Const(^flow) dtype=int32; value=tensor(int32, 0)
    sum = Add(state_switch:1, x_in) T=float32; _output_shapes=[shape(None, 2)]
    value = Tanh(sum) T=float32; _output_shapes=[shape(None, 2)]
    write = TensorArrayWriteV3(handle, where, value, flow_switch:1) T=float32
    flow_next = NextIteration(write) T=float32
    state_next = NextIteration(value) T=float32; _output_shapes=[shape(None, 2)]
    exit = Exit(flow_switch) T=float32
    range = Const() dtype=int32; value=tensor(int32, [0, 1, 2])
    stacked = TensorArrayGatherV3(array, range, exit) dtype=float32; element_shape=shape(...)
"""


def origins(graph: Graph) -> set[object]:
    dimensions = ElementDimensions(graph, lambda node, axis: ())
    return set(dimensions.origins(graph["array"], [Dimension(TensorRef("value"), 0)]))


def test_a_batch_is_followed_out_of_the_loop_on_every_way() -> None:
    assert origins(from_text(LOOP)) == {Dimension(TensorRef("x"), 0), Dimension(TensorRef("start"), 0)}


def test_an_op_without_a_rule_leaves_the_dimension_open() -> None:
    assert origins(from_text(LOOP.replace("value = Tanh(sum)", "value = Unique(sum)"))) == set()


def test_what_depends_on_the_array_itself_does_not_tell_its_elements() -> None:
    text = LOOP.replace("x_in = Enter(x)", "x_in = Enter(late)") + (
        "    late = Identity(x, ^array) T=float32; _output_shapes=[shape(None, 2)]\n"
    )
    assert origins(from_text(text)) == set()


def test_an_array_inside_a_branch_keeps_its_shape_open() -> None:
    text = LOOP.replace("TensorArrayV3(n)", "TensorArrayV3(m:1)") + (
        "    p = Placeholder() dtype=bool; shape=shape()\n    m = Switch(n, p) T=int32\n"
    )
    assert origins(from_text(text)) == set()


def test_the_list_is_made_with_the_batch_or_any_where_the_ways_differ() -> None:
    graph = tensor_arrays_to_lists(from_text(LOOP)).graph
    assert lint(graph) == ()
    shape = graph.input(graph["array"], 0)
    batch, units = (graph.producer(ref) for ref in shape.inputs)
    assert (shape.op, batch.op, graph.input(batch, 0).op) == ("Pack", "SelectV2", "Equal")
    assert graph.input(batch, 2).attrs["value"].array == -1  # type: ignore[union-attr]
    assert units.attrs["value"].array == 2  # type: ignore[union-attr]


def test_what_is_stacked_has_the_shape_that_the_list_began_with() -> None:
    whole = LOOP.replace(
        "range = Const() dtype=int32; value=tensor(int32, [0, 1, 2])",
        """
    zero = Const() dtype=int32; value=tensor(int32, 0)
    one = Const() dtype=int32; value=tensor(int32, 1)
    range = Range(zero, n, one) Tidx=int32""",
    )
    graph = tensor_arrays_to_lists(from_text(whole)).graph
    assert graph["stacked"].op == "TensorListStack"
    assert graph["stacked"].inputs[1] == graph["array"].inputs[0]


def test_one_origin_needs_no_comparison() -> None:
    graph = from_text(LOOP)
    emit = Emitter("array", "test", graph.by_name)
    emit_dimension(graph, emit, (Dimension(TensorRef("x"), 0),))
    assert {node.op for node in emit.nodes} == {"Shape", "Const", "StridedSlice"}
