from dataclasses import replace

from tensorboard.compat.proto import function_pb2

from tests.discovery.loop_text import GIVEN, RNN_WEIGHTS
from tf1compat.discovery.findings import Rnn
from tf1compat.discovery.rnn import find_rnns
from tf1compat.discovery.rnn.looping.functional import with_frames
from tf1compat.graph.frames import find_frames
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text

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
LOOP = f"""
    rnn/source = TensorListFromTensor(x, steps) element_dtype=float32
    rnn/list = TensorListReserve(steps, steps) element_dtype=float32
    rnn/while = While(zero, rnn/list, zeros, rnn/source, kernel/read, bias/read) T={TYPES}; body=function('step')
    rnn/while/Identity_1 = Identity(rnn/while:1)
    rnn/stack = TensorListStack(rnn/while/Identity_1, steps) element_dtype=float32
"""
TAKEN_OUT = "rnn/while/Identity_2 = Identity(rnn/while:2) T=float32\n"
READ = "seen = Neg(rnn/while:2) T=float32\n"


def library() -> bytes:
    """The body of a loop over a plain cell, as a serialized library of one function."""
    made = function_pb2.FunctionDefLibrary()
    function = made.function.add()
    function.signature.name = "step"
    for argument, result in zip(ARGUMENTS, RESULTS, strict=True):
        function.signature.input_arg.add(name=argument)
        function.signature.output_arg.add(name=f"out_{argument}")
        function.ret[f"out_{argument}"] = result
    for name, (op, inputs) in STEPS.items():
        node = function.node_def.add(name=name, op=op, input=inputs)
        if op == "Const":
            node.attr["dtype"].type = 3
            node.attr["value"].tensor.dtype = 3
            node.attr["value"].tensor.tensor_shape.SetInParent()
            node.attr["value"].tensor.int_val.append(1)
    return made.SerializeToString()


def graph_of(*further: str) -> Graph:
    return replace(from_text(GIVEN + RNN_WEIGHTS + LOOP + "".join(further)), library=library())


def rnn_of(graph: Graph) -> Rnn:
    (rnn,) = find_rnns(graph, frozenset())
    return rnn


def test_a_functional_loop_becomes_a_frame():
    graph = with_frames(graph_of(TAKEN_OUT), frozenset())
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
    assert with_frames(graph, frozenset()) is graph


def test_a_functional_loop_of_the_training_stays_as_it_is():
    graph = graph_of()
    assert with_frames(graph, frozenset({"rnn/while"})) is graph


def test_a_loop_whose_body_the_file_does_not_hold_stays_as_it_is():
    graph = replace(graph_of(), library=b"")
    assert with_frames(graph, frozenset()) is graph


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


def test_a_final_state_that_is_read_without_an_identity_is_the_while_s_own_output():
    assert str(rnn_of(graph_of(READ)).layers[0].final_state["h"]) == "rnn/while:2"
