"""Where a signature enters and leaves the graph."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tf1compat.errors import RewriteError
from tf1compat.graph.attributes import DType, Shape, TensorValue
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Use
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import ConstantPlan, InputBinding, LabelPlan, OutputBinding, Piece, SignaturePlan
from tf1compat.rewrite.entry.signature_io import feed, freeze, outputs, use_defaults

FLOAT = DType("float32")
GRAPH = """
    x = Placeholder() dtype=float32; shape=shape(None, 4)
    rate = PlaceholderWithDefault(half) dtype=float32; shape=shape()
    half = Const() dtype=float32; value=tensor(float32, 0.5)
    axis = Const() dtype=int32; value=tensor(int32, 1)
    parts = Split(axis, x) T=float32; num_split=2
    left = Tanh(parts) T=float32
    right = Tanh(parts:1) T=float32
    y = Mul(left, rate) T=float32
"""


def bound(alias: str, *pieces: tuple[tuple[int, ...], str]) -> OutputBinding:
    made = tuple(Piece(index, TensorRef.parse(name)) for index, name in pieces)
    return OutputBinding(alias, made, FLOAT, Shape())


def test_a_frozen_tensor_is_a_constant() -> None:
    graph = freeze(from_text(GRAPH), [ConstantPlan(TensorRef("rate"), 1.0, FLOAT, "user")])
    assert lint(graph) == ()
    assert graph["rate"].op == "Const"
    assert float(graph["rate"].attrs["value"].array) == 1.0  # type: ignore[union-attr]


def test_defaults_that_nobody_feeds_hold() -> None:
    graph = use_defaults(from_text(GRAPH))
    assert (graph["rate"].op, graph["rate"].inputs) == ("Identity", (TensorRef("half"),))


def test_an_input_may_be_any_tensor() -> None:
    binding = InputBinding("hidden", TensorRef("left"), FLOAT, Shape.of(None, 2))
    graph, entries = feed(from_text(GRAPH), [binding])
    assert lint(graph) == ()
    assert entries == (("hidden", "left"),)
    assert (graph["left"].op, graph["left"].shape()) == ("Placeholder", Shape.of(None, 2))


def test_one_of_several_outputs_is_fed_and_the_others_are_still_computed() -> None:
    for index, fed, other in ((0, "left", "right"), (1, "right", "left")):
        binding = InputBinding("half", TensorRef("parts", index), FLOAT, Shape())
        graph, ((_, entry),) = feed(from_text(GRAPH), [binding])
        assert lint(graph) == ()
        assert graph.input(graph[fed], 0).name == entry
        assert graph[entry].op == "Placeholder"
        assert graph.input(graph[other], 0).op == "Split"


def test_states_are_stacked_in_the_shape_in_which_they_go_in() -> None:
    nested = bound("state", ((0, 0), "left"), ((0, 1), "right"), ((1, 0), "y"), ((1, 1), "x"))
    signature = SignaturePlan("step", (), (bound("y", ((), "y")), nested))
    graph, found = outputs(from_text(GRAPH), signature, None)
    assert lint(graph) == ()
    assert found[0] == ("y", TensorRef("y"))
    stack = graph.producer(found[1][1])
    rows = [graph.producer(ref) for ref in stack.inputs]
    assert stack.op == "Pack"
    assert [[ref.node for ref in row.inputs] for row in rows] == [["left", "right"], ["y", "x"]]


def test_labels_add_ids_and_names_of_the_largest_score() -> None:
    signature = SignaturePlan("serving_default", (), (bound("scores", ((), "y")),))
    graph, found = outputs(from_text(GRAPH), signature, LabelPlan("s", ("no", "yes"), "scores"))
    assert lint(graph) == ()
    assert [alias for alias, _ in found] == ["scores", "class_ids", "classes"]
    ids, classes = (graph.producer(ref) for _, ref in found[1:])
    assert (ids.op, ids.inputs[0], ids.dtype("output_type")) == ("ArgMax", TensorRef("y"), "int64")
    names = graph.input(classes, 0)
    assert names.name == "all_classes"
    assert names.attrs["value"].array.tolist() == [b"no", b"yes"]  # type: ignore[union-attr]


def test_a_signature_without_the_scores_gets_no_labels() -> None:
    signature = SignaturePlan("other", (), (bound("left", ((), "left")),))
    _, found = outputs(from_text(GRAPH), signature, LabelPlan("s", ("no", "yes"), "scores"))
    assert found == (("left", TensorRef("left")),)


def test_two_inputs_that_are_one_tensor_are_refused_with_both_names() -> None:
    twice = [InputBinding(alias, TensorRef("x"), FLOAT, Shape()) for alias in ("first", "second")]
    with pytest.raises(RewriteError, match="'first' and 'second' are both 'x:0'"):
        feed(from_text(GRAPH), twice)


@pytest.mark.parametrize(
    "pieces",
    [
        [((0,), "left"), ((2,), "right")],
        [((0,), "left"), ((0,), "right")],
        [((), "left"), ((), "right")],
        [((0, 0), "left"), ((1, 1), "right")],
        [((0,), "left"), ((1, 0), "right")],
    ],
    ids=["gap", "twice", "whole twice", "corners", "depths"],
)
def test_pieces_that_do_not_fill_their_output_are_refused(pieces: list[tuple[tuple[int, ...], str]]) -> None:
    signature = SignaturePlan("step", (), (bound("state", *pieces),))
    with pytest.raises(RewriteError, match="'state' is put together of 2 tensors"):
        outputs(from_text(GRAPH), signature, None)


def test_made_names_give_way_to_the_authors() -> None:
    text = GRAPH + "    parts/output_1 = Neg(x) T=float32\n    class_ids = Neg(x) T=float32\n"
    binding = InputBinding("half", TensorRef("parts", 1), FLOAT, Shape())
    graph, ((_, entry),) = feed(from_text(text), [binding])
    assert (entry, graph["right"].inputs) == ("parts/output_1_1", (TensorRef(entry),))
    signature = SignaturePlan("serving_default", (), (bound("scores", ((), "y")),))
    graph, found = outputs(graph, signature, LabelPlan("s", ("no", "yes"), "scores"))
    assert lint(graph) == ()
    assert found[1] == ("class_ids", TensorRef("class_ids_1"))


def test_a_default_that_passes_on_keeps_its_type_and_its_waits() -> None:
    text = GRAPH.replace("PlaceholderWithDefault(half)", "PlaceholderWithDefault(half, ^x)")
    node = use_defaults(from_text(text))["rate"]
    assert (node.dtype(), node.control_inputs) == ("float32", ("x",))


def test_several_outputs_of_one_node_are_fed_in_any_order() -> None:
    halves = [InputBinding(f"half_{index}", TensorRef("parts", index), FLOAT, Shape()) for index in (0, 1)]
    for order in (halves, halves[::-1]):
        graph, entries = feed(from_text(GRAPH), order)
        assert lint(graph) == ()
        assert [alias for alias, _ in entries] == [each.alias for each in order]
        nodes = dict(entries)
        assert graph.input(graph["left"], 0).name == nodes["half_0"]
        assert graph.input(graph["right"], 0).name == nodes["half_1"]


def test_only_the_readers_that_are_named_take_what_is_fed() -> None:
    text = GRAPH + "again = Tanh(left) T=float32\n"
    bindings = [
        InputBinding("one", TensorRef("left"), FLOAT, Shape.of(None, 2), (Use("y", 0),)),
        InputBinding("two", TensorRef("left"), FLOAT, Shape.of(None, 2), (Use("again", 0),)),
    ]
    graph, entries = feed(from_text(text), bindings)
    assert lint(graph) == ()
    assert [graph.input(graph[name], 0).name for name in ("y", "again")] == [node for _, node in entries]
    assert graph["left"].op == "Tanh"


def test_a_reader_that_is_not_there_is_refused() -> None:
    binding = InputBinding("one", TensorRef("left"), FLOAT, Shape(), (Use("y", 7),))
    with pytest.raises(RewriteError, match="'y' has no input 7"):
        feed(from_text(GRAPH), [binding])


def test_pieces_that_lie_side_by_side_are_joined() -> None:
    pieces = (Piece((1,), TensorRef("right")), Piece((0,), TensorRef("left")))
    signature = SignaturePlan("step", (), (OutputBinding("state", pieces, FLOAT, Shape(), "state", 1),))
    graph, ((_, ref),) = outputs(from_text(GRAPH), signature, None)
    assert lint(graph) == ()
    joined = graph.producer(ref)
    assert (joined.op, [str(each) for each in joined.inputs[:2]]) == ("ConcatV2", ["left:0", "right:0"])


def test_a_softmax_that_is_asked_for_is_added_behind_its_logits() -> None:
    binding = replace(bound("probabilities", ((), "y")), softmax=True)
    graph, found = outputs(from_text(GRAPH), SignaturePlan("serving_default", (), (binding,)), None)
    assert lint(graph) == ()
    ((alias, ref),) = found
    assert (alias, graph[ref.node].op, graph[ref.node].inputs) == (
        "probabilities",
        "Softmax",
        (TensorRef("y"),),
    )


def test_a_constant_that_is_frozen_still_stands_in_its_branch() -> None:
    graph = from_text("""
        x = Placeholder() dtype=float32; shape=shape()
        flag = Placeholder() dtype=bool; shape=shape()
        side = Switch(x, flag) T=float32
        taken = Identity(side:1) T=float32
        keep = Const(^taken) dtype=float32; value=tensor(float32, 0.5)
        y = Mul(taken, keep) T=float32
    """)
    frozen = freeze(graph, [ConstantPlan(TensorRef("keep"), 1.0, DType("float32"), "keep_prob")])
    assert frozen["keep"].control_inputs == ("taken",)
    assert frozen["keep"].attrs["value"] == TensorValue.of(1.0, DType("float32"))


def test_what_is_frozen_in_a_loop_stays_in_it() -> None:
    graph = from_text("""
        handle = VarHandleOp() dtype=float32; shape=shape()
        entered = Enter(handle) T=resource; frame_name="loop"; is_constant=True
        read = ReadVariableOp(entered) dtype=float32
    """)
    frozen = freeze(graph, [ConstantPlan(TensorRef("read"), 1.0, DType("float32"), "user")])
    assert (frozen["read"].op, frozen["read"].control_inputs) == ("Const", ("entered",))


DRAWN = """
    x = Placeholder() dtype=float32; shape=shape(None, 4)
    shape = Shape(x) T=float32; out_type=int32
    u = RandomUniform(shape) T=int32; dtype=float32
    mask = Round(u) T=float32
    y = Mul(x, mask) T=float32
"""


def test_what_is_drawn_is_filled_with_the_constant_in_its_own_sizes() -> None:
    graph = freeze(from_text(DRAWN), [ConstantPlan(TensorRef("mask"), 1.0, FLOAT, "keep_prob")])
    assert lint(graph) == ()
    assert graph["mask"].op == "Fill"
    sizes, one = (graph[ref.node] for ref in graph["mask"].inputs)
    assert (sizes.op, graph[sizes.inputs[0].node].op) == ("Shape", "Round")
    assert float(one.attrs["value"].array) == 1.0  # type: ignore[union-attr]
    assert graph["y"].inputs == (TensorRef("x"), TensorRef("mask"))
