from tests.discovery.loop_text import LSTM, nested_rnn, rnn_in_branch
from tf1compat.discovery.findings import Layer, Rnn
from tf1compat.discovery.rnn.looping.loops import find_loops
from tf1compat.discovery.rnn.looping.outside import nodes_in_branches, outside_of
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef


def rnn(initial: str, final: str) -> Rnn:
    states = ({"h": TensorRef.parse(initial)}, {"h": TensorRef.parse(final)})
    return Rnn("", "dynamic", "forward", True, None, None, None, (Layer("RNN", 3, (), *states),))


def test_branches_hold_their_loops_and_the_constants_that_wait_for_them():
    found = nodes_in_branches(from_text(rnn_in_branch()))
    assert {"rnn/x_in", "rnn/made", "rnn/while/h_new", "rnn/while/h_exit", "rnn/stack"} <= found
    assert not found & {"x", "zeros", "result", "flag"}


def test_a_loop_is_no_branch():
    assert nodes_in_branches(from_text(LSTM)) == set()


def test_a_network_that_is_in_nothing_stays_as_it_is():
    graph = from_text(rnn_in_branch() + LSTM_BESIDE)
    loop = next(each for each in find_loops(graph, frozenset()) if each.scope == "beside")
    found = rnn("zeros:0", "beside/while/h_exit:0")
    assert outside_of(loop, (), graph, nodes_in_branches(graph)).view(found) is found


LSTM_BESIDE = """
    beside/while/enter = Enter(zeros) T=float32; frame_name='beside'
    beside/while/merge = Merge(beside/while/enter, beside/while/next) T=float32
    beside/while/test = Const(^beside/while/merge) dtype=bool; value=tensor(bool, True)
    beside/while/cond = LoopCond(beside/while/test)
    beside/while/switch = Switch(beside/while/merge, beside/while/cond) T=float32
    beside/while/new = Neg(beside/while/switch:1) T=float32
    beside/while/next = NextIteration(beside/while/new) T=float32
    beside/while/h_exit = Exit(beside/while/switch) T=float32
"""


def test_what_does_not_come_out_of_a_loop_is_left_as_it_is():
    graph = from_text(nested_rnn())
    inner = min(find_loops(graph, frozenset()), key=lambda each: len(each.frame.nodes))
    outer = max(find_loops(graph, frozenset()), key=lambda each: len(each.frame.nodes))
    found = rnn("outer/while/rnn/target:1", "outer/while/rnn/stack:0")
    (layer,) = outside_of(inner, (outer.frame,), graph, frozenset()).view(found).layers
    assert str(layer.initial_state["h"]) == "outer/while/rnn/target:1"
    assert str(layer.final_state["h"]) == "outer/while/rnn/stack:0"
