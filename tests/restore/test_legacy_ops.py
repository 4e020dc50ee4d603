"""TensorArrays of before TensorFlow 1.0 become V3, and nothing else changes."""

from __future__ import annotations

from tf1compat.graph.lint import lint
from tf1compat.graph.text import from_text, to_text
from tf1compat.restore.legacy_ops import runnable

LOOP = """
size = Const() dtype=int32; value=tensor(int32, 3)
flow = Const() dtype=float32; value=tensor(float32, 0.0)
array = TensorArrayV2(size) dtype=float32; dynamic_size=False; tensor_array_name="a"
inside = Enter(array) T=string; frame_name="loop"; is_constant=True
flow_inside = Enter(flow) T=float32; frame_name="loop"; is_constant=False
index = Const() dtype=int32; value=tensor(int32, 0)
value = TensorArrayReadV2(inside, index, flow_inside) dtype=float32
written = TensorArrayWriteV2(inside, index, value, flow_inside) T=float32
"""


def test_each_op_becomes_its_v3_form_under_its_own_name() -> None:
    after, _ = runnable(from_text(LOOP))
    ops = {node.name: node.op for node in after.nodes}
    assert ops["array"] == "TensorArrayV3"
    assert ops["value"] == "TensorArrayReadV3"
    assert ops["written"] == "TensorArrayWriteV3"
    assert [node.name for node in after.nodes] == [node.name for node in from_text(LOOP).nodes]


def test_what_carries_a_handle_carries_a_resource_and_other_values_keep_their_type() -> None:
    after, _ = runnable(from_text(LOOP))
    assert after["inside"].dtype() == "resource"
    assert after["flow_inside"].dtype() == "float32"


def test_it_says_what_was_replaced_and_how_often() -> None:
    _, replaced = runnable(from_text(LOOP))
    assert replaced == (
        "TensorArrayReadV2 became TensorArrayReadV3 (1)",
        "TensorArrayV2 became TensorArrayV3 (1)",
        "TensorArrayWriteV2 became TensorArrayWriteV3 (1)",
    )


def test_a_graph_that_needs_nothing_comes_back_itself() -> None:
    graph = from_text("size = Const() dtype=int32\narray = TensorArrayV3(size) dtype=float32")
    assert runnable(graph) == (graph, ())
    assert runnable(graph)[0] is graph


def test_a_second_time_changes_nothing() -> None:
    once, _ = runnable(from_text(LOOP))
    assert runnable(once) == (once, ())


def test_a_handle_is_followed_through_both_outputs_of_a_switch() -> None:
    after, _ = runnable(
        from_text("""
        size = Const() dtype=int32; value=tensor(int32, 3)
        choice = Placeholder() dtype=bool
        array = TensorArrayV2(size) dtype=float32
        sides = Switch(array, choice) T=string
        one = Identity(sides) T=string
        other = Identity(sides:1) T=string
        either = Merge(one, other) T=string; N=2
    """)
    )
    assert {after[name].dtype() for name in ("sides", "one", "other", "either")} == {"resource"}


def test_gradients_of_arrays_are_followed_too() -> None:
    after, _ = runnable(
        from_text("""
        size = Const() dtype=int32; value=tensor(int32, 3)
        flow = Const() dtype=float32; value=tensor(float32, 0.0)
        array = TensorArrayV2(size) dtype=float32
        gradient = TensorArrayGradV2(array, flow) source="gradients"
        handle = Identity(gradient) T=string
        value = TensorArrayGatherV2(handle, size, flow) dtype=float32
    """)
    )
    assert after["gradient"].op == "TensorArrayGradV3"
    assert after["handle"].dtype() == "resource"


def test_the_first_generation_packs_and_unpacks_by_index() -> None:
    after, replaced = runnable(
        from_text("""
        size = Const() dtype=int32; value=tensor(int32, 3)
        rows = Placeholder() dtype=float32
        flow = Const() dtype=float32; value=tensor(float32, 0.0)
        array = TensorArray(size) dtype=float32
        inside = RefEnter(array) T=string; frame_name="loop"; is_constant=True
        unpacked = TensorArrayUnpack(array, rows, flow) T=float32
        packed = TensorArrayPack(array, unpacked) dtype=float32
    """)
    )
    assert after["array"].op == "TensorArrayV3"
    assert (after["inside"].op, after["inside"].dtype()) == ("Enter", "resource")
    assert after["unpacked"].op == "TensorArrayScatterV3"
    assert [str(ref) for ref in after["unpacked"].inputs] == [
        "array:0",
        "unpacked/range:0",
        "rows:0",
        "flow:0",
    ]
    assert after["packed"].op == "TensorArrayGatherV3"
    assert [str(ref) for ref in after["packed"].inputs] == ["array:0", "packed/range:0", "unpacked:0"]
    assert "TensorArrayPack became TensorArrayGatherV3 (1)" in replaced
    assert lint(after) == ()


def test_what_is_not_an_array_is_left_as_it_is() -> None:
    graph = from_text(LOOP)
    after, _ = runnable(graph)
    for name in ("size", "flow", "index", "flow_inside"):
        assert to_text(after.replacing([after[name]])) == to_text(graph.replacing([graph[name]]))
