"""What a variable begins with, when it is a constant."""

from __future__ import annotations

import numpy as np
import pytest

from tf1compat.discovery.weights.initial import initial_tensor, initializer_of
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.ops.values import constant

VARIABLE = """
    w = VariableV2() dtype=float32; shape=shape(2)
    dims = Const() dtype=int32; value=tensor(int32, [2])
    half = Const() dtype=float32; value=tensor(float32, 0.5)
    list = Const() dtype=float32; value=tensor(float32, [1.0, 2.0])
    drawn = RandomStandardNormal(dims) dtype=float32
    fed = Placeholder() dtype=float32; shape=shape(2)
"""


def beginning(value: str, more: str = "") -> list[float] | None:
    graph = from_text(f"{VARIABLE}\n{more}\n    w/Assign = Assign(w, {value}) T=float32")
    tensor = initial_tensor(graph, "w")
    return None if tensor is None else np.asarray(constant(graph, tensor)).tolist()


@pytest.mark.parametrize(
    ("made", "value", "expected"),
    [
        ("", "list", [1.0, 2.0]),
        ("    zeros = Fill(dims, half) T=float32", "zeros", [0.5, 0.5]),
        ("    sum = Add(list, half) T=float32", "sum", [1.5, 2.5]),
        ("    same = Identity(list) T=float32", "same", [1.0, 2.0]),
    ],
)
def test_a_constant_is_told(made: str, value: str, expected: list[float]) -> None:
    assert beginning(value, made) == expected


@pytest.mark.parametrize(
    ("made", "value"),
    [("", "drawn"), ("    noisy = Add(list, drawn) T=float32", "noisy"), ("", "fed")],
)
def test_what_is_drawn_or_fed_is_none(made: str, value: str) -> None:
    assert beginning(value, made) is None


def test_a_variable_that_the_program_filled_is_none() -> None:
    assert beginning("list", "    fill = Assign(w, fed) T=float32") is None


def test_a_variable_that_the_graph_resets_begins_as_it_did() -> None:
    assert beginning("list", "    reset = Assign(w, half) T=float32") == [1.0, 2.0]


def test_a_state_that_is_written_from_itself_begins_as_it_did() -> None:
    update = "    new = Add(w, fed) T=float32\n    remember = Assign(w, new) T=float32"
    assert beginning("list", update) == [1.0, 2.0]
    assert beginning("drawn", update) is None


def test_a_state_that_is_drawn_begins_with_what_it_is_reset_to() -> None:
    text = """
    zeros = Const() dtype=float32; value=tensor(float32, [0.0, 0.0])
    new = Add(w, fed) T=float32
    remember = Assign(w, new) T=float32
    reset = Assign(w, zeros) T=float32"""
    assert beginning("drawn", text) == [0.0, 0.0]


def test_weights_that_are_drawn_have_no_value_by_an_op_that_would_reset_them() -> None:
    assert beginning("drawn", "    reset = Assign(w, half) T=float32") is None


def test_what_a_saver_assigns_is_no_beginning() -> None:
    text = """
        save/Const = Const() dtype=string; value=tensor(string, "model")
        names = Const() dtype=string; value=tensor(string, ["w"])
        slices = Const() dtype=string; value=tensor(string, [""])
        save/RestoreV2 = RestoreV2(save/Const, names, slices) dtypes=[float32]
        save/Assign = Assign(w, save/RestoreV2) T=float32
    """
    graph = from_text(VARIABLE + text)
    assert initializer_of(graph, "w") is None
    assert initial_tensor(graph, "w") is None


def test_resource_variables_begin_too() -> None:
    graph = from_text("""
        v = VarHandleOp() dtype=float32; shape=shape()
        one = Const() dtype=float32; value=tensor(float32, 1.0)
        v/Assign = AssignVariableOp(v, one) dtype=float32
    """)
    assert initial_tensor(graph, "v") == TensorRef("one")
