"""Functional loops and conditionals as the ops of TensorFlow 1's control flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from tensorboard.compat.proto import function_pb2

from tests.discovery.loop_text import GIVEN, RNN_WEIGHTS
from tf1compat.discovery.findings import Rnn
from tf1compat.discovery.rnn import find_rnns
from tf1compat.graph.frames import find_frames
from tf1compat.graph.lint import lint
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.graph.walk import ancestors
from tf1compat.source.lowered import lowered

ARGUMENTS = ("step", "list", "h", "source", "kernel", "bias")
RESULTS = ("next_step:z:0", "written:output_handle:0", "h_new:y:0", "source", "kernel", "bias")
STEPS = {
    "one": ("Const", []),
    "axis": ("Const", []),
    "x": ("TensorListGetItem", ["source", "step", "one:output:0"]),
    "joined": ("ConcatV2", ["x:item:0", "h", "axis:output:0"]),
    "product": ("MatMul", ["joined:output:0", "kernel"]),
    "sum": ("BiasAdd", ["product:product:0", "bias"]),
    "h_new": ("Tanh", ["sum:output:0"]),
    "written": ("TensorListSetItem", ["list", "step", "h_new:y:0"]),
    "next_step": ("AddV2", ["step", "one:output:0"]),
}
TYPES = "[int32, type_21, float32, type_21, float32, float32]"
FUNCTIONS = "cond=function('more'); body=function('step')"
LOOP = f"""
    rnn/source = TensorListFromTensor(x, steps) element_dtype=float32
    rnn/list = TensorListReserve(steps, steps) element_dtype=float32
    rnn/while = While(zero, rnn/list, zeros, rnn/source, kernel/read, bias/read) T={TYPES}; {FUNCTIONS}
    rnn/while/Identity_1 = Identity(rnn/while:1)
    rnn/stack = TensorListStack(rnn/while/Identity_1, steps) element_dtype=float32
"""
TAKEN_OUT = "rnn/while/Identity_2 = Identity(rnn/while:2) T=float32\n"
READ = "seen = Neg(rnn/while:2) T=float32\n"


CONDITION = {"most": ("Const", []), "less": ("Less", ["step", "most:output:0"])}
INT, FLOAT, BOOL, STRING, RESOURCE = 3, 1, 10, 7, 20


def add_function(
    library: Any,
    name: str,
    results: Mapping[str, tuple[str, int]],
    arguments: Sequence[str],
    steps: Mapping[str, Any],
) -> None:
    """A function of a library: its results by name, with where they come from and their types."""
    function = library.function.add()
    function.signature.name = name
    for argument in arguments:
        function.signature.input_arg.add(name=argument)
    for result, (given, kind) in results.items():
        function.signature.output_arg.add(name=result, type=kind)
        function.ret[result] = given
    for node_name, (op, inputs) in steps.items():
        node = function.node_def.add(name=node_name, op=op, input=inputs)
        if op == "Const":
            node.attr["dtype"].type = INT
            node.attr["value"].tensor.dtype = INT
            node.attr["value"].tensor.tensor_shape.SetInParent()
            node.attr["value"].tensor.int_val.append(1)


def library() -> bytes:
    """The condition and the body of a loop over a plain cell, as a serialized library."""
    made = function_pb2.FunctionDefLibrary()
    results = {f"out_{name}": (given, 0) for name, given in zip(ARGUMENTS, RESULTS, strict=True)}
    add_function(made, "step", results, ARGUMENTS, STEPS)
    add_function(made, "more", {"goes_on": ("less:z:0", BOOL)}, ARGUMENTS, CONDITION)
    return made.SerializeToString()


def graph_of(*further: str) -> Graph:
    return replace(from_text(GIVEN + RNN_WEIGHTS + LOOP + "".join(further)), library=library())


def rnn_of(graph: Graph) -> Rnn:
    (rnn,) = find_rnns(lowered(graph), frozenset())
    return rnn


def test_a_functional_loop_becomes_a_frame():
    graph = lowered(graph_of(TAKEN_OUT))
    assert lint(graph) == ()
    (frame,) = find_frames(graph)
    assert [each.enter for each in frame.variables] == [
        "rnn/while/Enter_0",
        "rnn/while/Enter_1",
        "rnn/while/Enter_2",
    ]
    assert frame.invariants == ("rnn/while/Enter_3", "rnn/while/Enter_4", "rnn/while/Enter_5")
    assert "rnn/while" not in graph
    assert graph["rnn/while/Identity_2"].op == "Exit"


def test_a_graph_without_functional_loops_stays_as_it_is():
    graph = from_text(GIVEN)
    assert lowered(graph) is graph


def test_a_loop_whose_body_the_file_does_not_hold_stays_as_it_is():
    graph = replace(graph_of(), library=b"")
    assert lowered(graph) is graph


def test_an_rnn_in_a_functional_loop_is_described_as_any_other():
    rnn = rnn_of(graph_of(TAKEN_OUT))
    (layer,) = rnn.layers
    assert (rnn.scope, rnn.kind, str(rnn.inputs), str(rnn.outputs)) == (
        "rnn",
        "dynamic",
        "x:0",
        "rnn/stack:0",
    )
    assert (layer.cell, layer.variables) == ("RNN", ("kernel", "bias"))
    assert (str(layer.initial_state["h"]), str(layer.final_state["h"])) == (
        "zeros:0",
        "rnn/while/Identity_2:0",
    )


def test_a_final_state_that_is_read_without_an_identity_is_an_exit_of_its_own():
    assert str(rnn_of(graph_of(READ)).layers[0].final_state["h"]) == "rnn/while/Exit_2:0"


def test_what_a_gradient_adds_to_a_loop_stands_by_itself():
    """The values of the loop do not depend on it."""
    graph = lowered(graph_of(TAKEN_OUT))
    behind = ancestors(graph, ["rnn/while/Identity_2"])
    assert "rnn/while/body/written" not in behind
    assert {"rnn/while/body/h_new", "rnn/while/cond/less"} <= behind


def test_a_constant_of_a_loop_waits_for_its_turn():
    graph = lowered(graph_of())
    assert graph["rnn/while/body/axis"].control_inputs == ("rnn/while/pivot",)
    assert graph["rnn/while/cond/most"].control_inputs == ("rnn/while/Merge_0",)


# --------------------------------------------------------------------------------------------- conditionals

BRANCHES = """
    flag = Placeholder() dtype=bool; shape=shape()
    x = Placeholder() dtype=float32; shape=shape(None, 2)
    choice = If(flag, x) Tcond=bool; Tin=[float32]; Tout=[float32, float32]; then_branch=function('double'); \
else_branch=function('same')
    choice/Identity = Identity(choice) T=float32
    both = Neg(choice:1) T=float32
"""


def conditional(*further: str, text: str = BRANCHES) -> Graph:
    made = function_pb2.FunctionDefLibrary()
    types = {"first": ("x", FLOAT), "second": ("x", FLOAT)}
    doubled = {"first": ("twice:z:0", FLOAT), "second": ("x", FLOAT)}
    noted = ("Print", ["x"])
    add_function(made, "double", doubled, ["x"], {"twice": ("Add", ["x", "x"]), "noted": noted})
    add_function(made, "same", types, ["x"], {})
    return replace(from_text(text + "".join(further)), library=made.SerializeToString())


def test_a_functional_conditional_becomes_switches_and_merges():
    graph = lowered(conditional())
    assert lint(graph) == ()
    assert "choice" not in graph
    merge = graph["choice/Identity"]
    assert (merge.op, [str(ref) for ref in merge.inputs]) == (
        "Merge",
        ["choice/Switch_0:0", "choice/then/twice:0"],
    )
    assert [str(ref) for ref in graph["both"].inputs] == ["choice/Merge_1:0"]


def test_who_waits_for_a_conditional_waits_for_what_its_branches_do():
    graph = lowered(conditional("later = Identity(x, ^choice) T=float32\n"))
    assert graph["choice"].op == "Merge"
    assert graph["choice/done_1"].control_inputs == ("choice/then/noted",)


def test_a_choice_by_a_number_stays_as_it_is():
    graph = conditional(text=BRANCHES.replace("Tcond=bool", "Tcond=int32"))
    assert lowered(graph) is graph


CALLED = """
    x = Placeholder() dtype=float32; shape=shape(2, 3)
    one = PartitionedCall(x) f=function('layer'); Tin=[float32]; Tout=[float32, float32]
    two = PartitionedCall(one) f=function('layer'); Tin=[float32]; Tout=[float32, float32]
    y = Add(two, two:1) T=float32
"""


def called(text: str) -> Graph:
    made = function_pb2.FunctionDefLibrary()
    results = {"first": ("tanh:y:0", FLOAT), "second": ("negated:y:0", FLOAT)}
    add_function(
        made, "layer", results, ("x",), {"negated": ("Neg", ["x"]), "tanh": ("Tanh", ["negated:y:0"])}
    )
    return lowered(replace(from_text(text), library=made.SerializeToString()))


def test_a_function_that_is_called_again_and_again_is_written_out_under_the_calls_names():
    graph = called(CALLED)
    assert lint(graph) == ()
    assert [str(each) for each in graph["y"].inputs] == ["two:0", "two/negated:0"]
    assert (graph["two"].op, str(graph["two"].inputs[0])) == ("Identity", "two/tanh:0")
    assert str(graph["two/negated"].inputs[0]) == "one:0"


def test_who_asks_for_a_call_s_results_finds_all_of_them():
    assert called(CALLED.replace("Add(two, two:1)", "Neg(one)"))["two"].op == "IdentityN"


def test_a_function_that_is_called_once_and_holds_no_loop_stays_as_it_is():
    text = CALLED.replace("PartitionedCall(one)", "Other(one)")
    assert called(text)["one"].op == "PartitionedCall"


def test_a_loop_in_a_function_becomes_a_frame_under_the_call_s_name():
    made = function_pb2.FunctionDefLibrary.FromString(library())
    loop = {"loop": ("While", list(ARGUMENTS))}
    add_function(made, "run", {"last": ("loop:output:2", FLOAT)}, ARGUMENTS, loop)
    (node,) = (each for each in made.function[-1].node_def if each.op == "While")
    for key, name in (("cond", "more"), ("body", "step")):
        node.attr[key].func.name = name
    node.attr["T"].list.type.extend([INT, 21, FLOAT, 21, FLOAT, FLOAT])
    call = "rnn/run = PartitionedCall(zero, rnn/list, zeros, rnn/source, kernel/read, bias/read) f=function('run')\n"
    text = "".join(line for line in LOOP.splitlines(keepends=True) if "rnn/while" not in line)
    graph = replace(from_text(GIVEN + RNN_WEIGHTS + text + call), library=made.SerializeToString())
    (frame,) = find_frames(lowered(graph))
    assert all(each.enter.startswith("rnn/run/loop/") for each in frame.variables)


def test_a_table_in_a_function_and_what_fills_it_are_written_out():
    """As in what TensorFlow 2 saved of a preprocessing: a function makes the table, another one fills it."""
    made = function_pb2.FunctionDefLibrary()
    add_function(
        made, "make", {"handle": ("table:table_handle:0", RESOURCE)}, (), {"table": ("HashTableV2", [])}
    )
    fill = {"fill": ("InitializeTableFromTextFileV2", ["table", "file"])}
    add_function(made, "fill", {"file": ("file", STRING)}, ("table", "file"), fill)
    text = """
        words = Const() dtype=string; value=tensor(string, "words.txt")
        made = StatefulPartitionedCall() f=function('make'); Tin=[]; Tout=[resource]
        filled = StatefulPartitionedCall(made, words) f=function('fill'); Tin=[resource, string]; Tout=[string]
    """
    graph = lowered(replace(from_text(text), library=made.SerializeToString()))
    assert graph["made/table"].op == "HashTableV2"
    assert graph["filled/fill"].op == "InitializeTableFromTextFileV2"
    assert [str(each) for each in graph["filled/fill"].inputs] == ["made/table:0", "words:0"]
