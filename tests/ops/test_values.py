"""What follows from constants, and from what is assumed, is known; nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.ops.values import Evaluation, constant, constant_of, evaluate, known_scalar

GRAPH = from_text("""
    one = Const() dtype=float32; value=tensor(float32, 1.0)
    keep = Const() dtype=float32; value=tensor(float32, 0.25)
    zero = Const() dtype=float32; value=tensor(float32, 0.0)
    rate = Sub(one, keep) T=float32
    scale = RealDiv(one, keep) T=float32
    nothing = RealDiv(one, zero) T=float32
    entered = Enter(rate) T=float32; frame_name="f"; is_constant=True
    open = Placeholder() dtype=bool
    true = Const() dtype=bool; value=tensor(bool, True)
    false = LogicalNot(true)
    and = LogicalAnd(open, false)
    or = LogicalOr(true, open)
    unsure = LogicalAnd(open, true)
    list = Const() dtype=float32; value=tensor(float32, [1.0])
    word = Const() dtype=string; value=tensor(string, "x")
    other = Const() dtype=string; value=tensor(string, "y")
    same = Equal(word, word) T=string
    differs = NotEqual(word, other) T=string
    axis = Const() dtype=int32; value=tensor(int32, [0])
    both = Pack(true, false) T=bool; N=2; axis=0
    half_open = Pack(open, false) T=bool; N=2; axis=0
    open_or_true = Pack(open, true) T=bool; N=2; axis=0
    all = All(half_open, axis) Tidx=int32
    any = Any(both, axis) Tidx=int32
    all_unsure = All(open_or_true, axis) Tidx=int32
    number = Cast(false) SrcT=bool; DstT=int32
    back = Cast(number) SrcT=int32; DstT=bool
    cast_open = Cast(open) SrcT=bool; DstT=int32
""")


@pytest.mark.parametrize(
    ("name", "value"),
    [("rate", 0.75), ("scale", 4.0), ("nothing", float("inf")), ("entered", 0.75), ("false", False), ("and", False),
     ("or", True), ("word", b"x"), ("same", True), ("differs", True), ("all", False), ("any", True), ("number", 0),
     ("back", False)],
)  # fmt: skip
def test_known_scalars(name: str, value: object) -> None:
    assert known_scalar(GRAPH, TensorRef(name)) == value


@pytest.mark.parametrize("name", ["open", "unsure", "list", "all_unsure", "cast_open"])
def test_everything_else_is_unknown(name: str) -> None:
    assert known_scalar(GRAPH, TensorRef(name)) is None


MORE = """
    w = VariableV2() dtype=float32
    set = IsVariableInitialized(w) dtype=float32
    sides = Switch(rate, open) T=float32
    branch = Identity(sides:1) T=float32
    less = Less(branch, one) T=float32
    equal = Equal(scale, one) T=float32
    tenth = Const() dtype=float32; value=tensor(float32, 0.1)
    fifth = Const() dtype=float32; value=tensor(float32, 0.2)
    third = Const() dtype=float32; value=tensor(float32, 0.3)
    sum = Add(tenth, fifth) T=float32
    exact = Equal(sum, third) T=float32
    looped = Merge(rate, looped) T=float32; N=2
"""


@pytest.mark.parametrize(
    ("name", "value"), [("set", True), ("branch", 0.75), ("less", True), ("equal", False)]
)
def test_comparisons_branches_and_restored_variables_are_known(name: str, value: object) -> None:
    graph = GRAPH.replacing((*GRAPH.nodes, *from_text(MORE).nodes))
    assert known_scalar(graph, TensorRef(name)) == value
    assert known_scalar(graph, TensorRef("looped")) is None


def test_arithmetic_rounds_as_the_tensors_do() -> None:
    """0.1 + 0.2 is 0.3 in float32; computed more exactly it is not."""
    graph = GRAPH.replacing((*GRAPH.nodes, *from_text(MORE).nodes))
    assert float(np.float32(0.1)) + float(np.float32(0.2)) != float(np.float32(0.3))
    assert known_scalar(graph, TensorRef("exact"))


# -------------------------------------------------------------------------------------------------- assumed

CHOSEN = from_text("""
    flag = Placeholder() dtype=bool; shape=shape()
    side = Switch(flag, flag) T=bool
    taken = Identity(side:1) T=bool
    left = Identity(side) T=bool
    low = Const(^taken) dtype=float32; value=tensor(float32, 0.5)
    full = Const(^left) dtype=float32; value=tensor(float32, 1.0)
    keep = Merge(full, low) T=float32
    turned = Select(flag, keep, full) T=float32
    handle = VarHandleOp() dtype=float32; shape=shape()
    read = ReadVariableOp(handle) dtype=float32
    rest = Sub(keep, read) T=float32
""")
KEEP, FLAG, HANDLE = TensorRef("keep"), TensorRef("flag"), TensorRef("handle")


@pytest.mark.parametrize(("value", "expected"), [(True, 0.5), (False, 1.0)])
def test_a_branch_gives_what_the_side_that_is_taken_gives(value: bool, expected: float):
    assert Evaluation(CHOSEN, {FLAG: value}).scalar(KEEP) == expected
    assert Evaluation(CHOSEN, {FLAG: value}).scalar(TensorRef("turned")) == expected


def test_nothing_follows_from_nothing():
    assert Evaluation(CHOSEN, {}).scalar(KEEP) is None
    assert Evaluation(CHOSEN, {}).scalar(TensorRef("read")) is None


def test_a_variable_that_is_given_is_given_wherever_it_is_read():
    assert Evaluation(CHOSEN, {FLAG: True, HANDLE: 0.25}).scalar(TensorRef("rest")) == 0.25


# --------------------------------------------------------------------------------------------------- arrays

ARRAYS = from_text("""
    x = Placeholder() dtype=float32; shape=shape(None, 3)
    zero = Const() dtype=int32; value=tensor(int32, 0)
    two = Const() dtype=int32; value=tensor(int32, 2)
    sizes = Const() dtype=int32; value=tensor(int32, [4, 5, 6])
    last = GatherV2(sizes, two, zero) Tparams=int32; Tindices=int32; Taxis=int32
    count = Prod(sizes, zero) T=int32
    shape = Pack(count, last) T=int32; N=2
    rank = Rank(x) T=float32
    open_shape = Shape(x) T=float32
    nothing = FloorDiv(two, zero) T=int32
    outside = GatherV2(sizes, sizes, zero) Tparams=int32; Tindices=int32; Taxis=int32
    parts = Split(zero, sizes) T=int32; num_split=3
    huge = Const() dtype=int32; value=tensor(int32, [100000, 100000])
    filled = Fill(huge, two) T=int32
    tiled = Tile(sizes, huge) T=int32
    doubled = Add(filled, filled) T=int32
    half = Const() dtype=bfloat16; value=tensor(float32, 1.0)
    mean = Mean(sizes, zero) T=int32
""")


@pytest.mark.parametrize(
    ("name", "value"),
    [("last", 6), ("count", 120), ("shape", [120, 6]), ("rank", 2), ("parts:2", [6]), ("mean", 5)],
)
def test_tensors_that_hold_sizes_are_known_in_their_own_type(name: str, value: object) -> None:
    found = constant(ARRAYS, TensorRef.parse(name))
    assert found is not None
    assert (found.dtype, found.tolist()) == (np.int32, value)


@pytest.mark.parametrize("name", ["x", "open_shape", "nothing", "outside", "parts:3", "half"])
def test_what_has_no_value_of_its_own_is_unknown(name: str) -> None:
    assert constant(ARRAYS, TensorRef.parse(name)) is None


def test_what_is_too_large_is_not_computed() -> None:
    filled = constant(ARRAYS, TensorRef("filled"))
    assert filled is not None
    assert filled.shape == (100000, 100000)  # held once
    assert constant(ARRAYS, TensorRef("tiled")) is None
    assert constant(ARRAYS, TensorRef("doubled")) is None


def test_no_chain_is_too_long() -> None:
    links = [f"n{number} = Add(n{number - 1}, one) T=int32" for number in range(1, 4_001)]
    start = ["one = Const() dtype=int32; value=tensor(int32, 1)", "n0 = Identity(one) T=int32"]
    graph = from_text("\n".join(start + links))
    assert known_scalar(graph, TensorRef("n4000")) == 4_001


def test_a_graph_keeps_what_was_found_in_it() -> None:
    assert constant(ARRAYS, TensorRef("shape")) is constant(ARRAYS, TensorRef("shape"))


def test_an_array_stands_in_a_node() -> None:
    assert constant_of(ARRAYS["two"]).item() == 2
    assert constant_of(ARRAYS["half"]) is None
    assert constant_of(ARRAYS["last"]) is None


# ------------------------------------------------------------------------------------------------- branches

NESTED = from_text("""
    outer = Placeholder() dtype=bool; shape=shape()
    inner = Placeholder() dtype=bool; shape=shape()
    x = Placeholder() dtype=float32
    out = Switch(x, outer) T=float32
    flag = Switch(inner, outer) T=bool
    in = Switch(out:1, flag:1) T=float32
    a = Neg(in) T=float32
    b = Exp(in:1) T=float32
    joined = Merge(a, b) T=float32; N=2
    other = Identity(out) T=float32
    y = Merge(other, joined) T=float32; N=2
    one = Const() dtype=float32; value=tensor(float32, 1.0)
    shape = Placeholder() dtype=int32
    keep = Placeholder() dtype=float32; shape=shape(1)
    arranged = Reshape(keep, shape) T=float32
    rate = Sub(one, arranged) T=float32
""")
OUTER, INNER, KEEP_PROB = TensorRef("outer"), TensorRef("inner"), TensorRef("keep")


def taken(graph: Graph, assumed: dict[TensorRef, object]) -> object:
    found = evaluate(graph, TensorRef("y", 1), assumed)
    return None if found is None else found.item()


def test_a_merge_says_which_branch_it_took() -> None:
    assert (taken(NESTED, {OUTER: False}), taken(NESTED, {OUTER: True}), taken(NESTED, {})) == (0, 1, None)


def test_a_branch_in_a_branch_that_is_not_taken_gives_nothing() -> None:
    evaluation = Evaluation(NESTED, {OUTER: False})
    dead = {name for name in NESTED.by_name if evaluation.is_dead(TensorRef(name))}
    assert dead == {"in", "a", "b", "joined"}
    assert Evaluation(NESTED, {INNER: True}).is_dead(TensorRef("a"))
    assert not Evaluation(NESTED, {INNER: True}).is_dead(TensorRef("joined"))


def test_one_entry_is_assumed_however_it_is_arranged() -> None:
    assert evaluate(NESTED, TensorRef("rate"), {KEEP_PROB: 0.25}) == 0.75
    assert evaluate(NESTED, TensorRef("rate"), {}) is None


def test_a_tensor_that_is_filled_with_what_is_assumed_is_that_value():
    filled = from_text("""
        flag = Placeholder() dtype=bool; shape=shape()
        sizes = Placeholder() dtype=int32; shape=shape(None)
        flags = Fill(sizes, flag) T=bool
        tiled = Tile(flags, sizes) T=bool
        three = Const() dtype=int32; value=tensor(int32, [3])
        alike = Fill(three, flag) T=bool
        mixed = Const() dtype=int32; value=tensor(int32, [3, 4])
    """)
    assumed = Evaluation(filled, {TensorRef("flag"): True})
    assert assumed.entry(TensorRef("tiled")) == np.True_
    assert assumed.entry(TensorRef("alike")) == np.True_
    assert assumed.scalar(TensorRef("alike")) is None
    assert assumed.entry(TensorRef("mixed")) is None
    assert Evaluation(filled, {}).entry(TensorRef("tiled")) is None
