"""Variables become values: references, handles and the variables themselves are gone."""

from __future__ import annotations

import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.lint import lint
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.rewrite.state.variables import variables_to_values

REFERENCES = """
    w = {0}() dtype=float32; shape=shape(3, 2)
    w/read = Identity(w) T=float32
    inside = RefEnter(w) T=float32_ref; frame_name="f"; is_constant=True
    p = Placeholder() dtype=bool
    sides = RefSwitch(w, p) T=float32
    same = RefIdentity(w) T=float32
"""
RESOURCES = """
    w = VarHandleOp() dtype=float32; shape=shape(5, 2)
    w/Read/ReadVariableOp = ReadVariableOp(w) dtype=float32
    ids = Placeholder() dtype=int64
    rows = ResourceGather(w, ids) dtype=float32; Tindices=int64; batch_dims=0
    inside = Enter(w) T=resource; frame_name="f"; is_constant=True
    read = ReadVariableOp(inside) dtype=float32
    size = VariableShape(w) out_type=int32
"""


@pytest.mark.parametrize("op", ["Variable", "VariableV2"])
def test_reference_variables_enter_as_values(op: str) -> None:
    graph = variables_to_values(from_text(REFERENCES.format(op))).graph
    assert lint(graph) == ()
    assert (graph["w"].op, graph["w"].dtype("dtype"), graph["w"].shape()) == (
        "Placeholder", "float32", Shape.of(3, 2),
    )  # fmt: skip
    assert [graph[name].op for name in ("inside", "sides", "same")] == ["Enter", "Switch", "Identity"]
    assert {graph[name].dtype() for name in ("inside", "sides", "same")} == {"float32"}


def test_resource_variables_lose_their_handles() -> None:
    graph = variables_to_values(from_text(RESOURCES)).graph
    assert lint(graph) == ()
    assert graph["w"].op == "Placeholder"
    assert [graph[name].op for name in ("w/Read/ReadVariableOp", "read")] == ["Identity", "Identity"]
    assert graph["inside"].dtype() == "float32"
    assert (graph["size"].op, graph["size"].dtype("out_type")) == ("Shape", "int32")


def test_a_gather_reads_the_value_along_its_first_axis() -> None:
    graph = variables_to_values(from_text(RESOURCES)).graph
    rows = graph["rows"]
    assert rows.op == "GatherV2"
    assert rows.inputs[:2] == (TensorRef("w"), TensorRef("ids"))
    assert (rows.dtype("Tparams"), rows.dtype("Tindices")) == ("float32", "int64")
    assert graph.input(rows, 2).attrs["value"].array == 0  # type: ignore[union-attr]


def test_a_graph_without_variables_is_left_alone() -> None:
    graph = from_text("x = Placeholder() dtype=float32\ny = Tanh(x) T=float32")
    assert variables_to_values(graph).graph is graph


@pytest.mark.parametrize("text", [REFERENCES.format("VariableV2"), RESOURCES])
def test_a_second_run_finds_nothing(text: str) -> None:
    once = variables_to_values(from_text(text)).graph
    assert variables_to_values(once).graph is once


@pytest.mark.parametrize(
    ("op", "attrs"),
    [
        ("AssignAdd", "T=float32"),
        ("ScatterUpdate", "T=float32"),
        ("ApplyAdam", "T=float32"),
        ("Assign", "T=float32"),
    ],
)
def test_a_variable_that_is_written_is_refused_by_name(op: str, attrs: str) -> None:
    text = REFERENCES.format("VariableV2") + f"\n    written = {op}(w, same) {attrs}"
    with pytest.raises(RewriteError, match=rf"'written' \({op}\) changes a variable"):
        variables_to_values(from_text(text))


def test_a_handle_that_is_used_as_such_is_refused_by_name() -> None:
    with pytest.raises(RewriteError, match=r"'odd' \(ShapeOfHandle\) uses a variable itself"):
        variables_to_values(from_text(RESOURCES + "\n    odd = ShapeOfHandle(w)"))


def test_types_of_carried_handles_follow_the_variable() -> None:
    graph = variables_to_values(
        from_text(RESOURCES.replace("dtype=float32; shape", "dtype=float64; shape"))
    ).graph
    assert graph["inside"].dtype() == DType("float64")


def test_a_handle_that_a_loop_carries_becomes_a_carried_value() -> None:
    loop = """
        enter = Enter(w) T=resource; frame_name="f"
        merge = Merge(enter, next) T=resource; N=2
        p = Placeholder() dtype=bool
        switch = Switch(merge, p) T=resource
        next = NextIteration(switch:1) T=resource
        late = ReadVariableOp(switch) dtype=float32
    """
    graph = variables_to_values(from_text(RESOURCES + loop)).graph
    assert lint(graph) == ()
    assert {graph[name].dtype() for name in ("enter", "merge", "switch", "next")} == {"float32"}
    assert (graph["late"].op, graph["late"].inputs) == ("Identity", (TensorRef("switch"),))


def test_the_axis_of_a_gather_gives_way_to_the_authors_name() -> None:
    graph = variables_to_values(from_text(RESOURCES + "\n    rows/axis = NoOp()")).graph
    assert lint(graph) == ()
    assert graph["rows/axis"].op == "NoOp"
    assert graph.input(graph["rows"], 2).op == "Const"


def test_a_carried_value_has_the_shape_of_its_variable_not_of_the_handle() -> None:
    text = RESOURCES.replace("is_constant=True", "is_constant=True; _output_shapes=[shape()]")
    text += (
        "p = Placeholder() dtype=bool\nsides = Switch(w, p) T=resource; _output_shapes=[shape(), shape()]\n"
    )
    graph = variables_to_values(from_text(text)).graph
    found = [
        graph.static_shape(ref) for ref in (TensorRef("inside"), TensorRef("sides"), TensorRef("sides", 1))
    ]
    assert found == [Shape.of(5, 2)] * 3
