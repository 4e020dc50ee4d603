from tests.discovery.loop_text import GIVEN, LSTM, RNN, nested_rnn, while_loop
from tf1compat.discovery.rnn.looping.loops import (
    find_loops,
    reads_steps,
    step_ancestors,
    weights_behind,
    written_value,
)
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef


def test_what_a_loop_carries_is_told_apart():
    (loop,) = find_loops(from_text(LSTM), frozenset())
    assert [each.value.node for each in loop.counters] == ["rnn/while/step_switch"]
    assert [each.value.node for each in loop.arrays] == ["rnn/while/out_switch"]
    assert [each.value.node for each in loop.states] == ["rnn/while/c_switch", "rnn/while/h_switch"]


def test_a_state_has_its_tensors_around_and_inside_the_loop():
    (loop,) = find_loops(from_text(LSTM), frozenset())
    cell_state = loop.states[0]
    assert str(cell_state.initial) == "zeros:0"
    assert str(cell_state.value) == "rnn/while/c_switch:1"
    assert str(cell_state.next) == "rnn/while/c_new:0"
    assert str(cell_state.final) == "rnn/while/c_exit:0"
    assert cell_state.dtype == "float32"


def test_the_scope_is_the_loop_s_without_while():
    (loop,) = find_loops(from_text(RNN), frozenset())
    assert loop.scope == "rnn"
    (second,) = find_loops(from_text(RNN.replace("/while/", "/while_1/")), frozenset())
    assert second.scope == "rnn/while_1"


def test_loops_of_the_training_are_left_out():
    assert find_loops(from_text(LSTM), frozenset({"rnn/while/cond"})) == ()


def test_a_loop_that_takes_back_what_another_pushed_is_left_out():
    body = "~h_new = StackPopV2(~stack) elem_type=float32\n"
    stack = "stack = StackV2(steps) elem_type=float32\n"
    text = GIVEN + stack + while_loop(body, {"h": "zeros"}, {"stack": "stack"})
    assert find_loops(from_text(text), frozenset()) == ()


def test_loops_come_in_the_order_of_the_file():
    text = GIVEN + while_loop("~a_new = Neg(~a)", {"a": "zeros"}, {}, "second")
    text += while_loop("~a_new = Neg(~a)", {"a": "zeros"}, {}, "first")
    assert [loop.scope for loop in find_loops(from_text(text), frozenset())] == ["second", "first"]


def test_what_a_loop_carries_comes_in_the_order_of_the_enter_nodes_numbers():
    text = GIVEN + while_loop("~a_new = Neg(~a)\n~b_new = Neg(~b)\n", {"a": "zeros", "b": "zeros"}, {})
    names = {"step_enter": "Enter", "b_enter": "Enter_1", "a_enter": "Enter_2"}
    for old, new in names.items():
        text = text.replace(old, new)
    (loop,) = find_loops(from_text(text), frozenset())
    assert [each.value.node for each in loop.states] == ["rnn/while/b_switch", "rnn/while/a_switch"]


def test_a_loop_knows_which_of_its_nodes_run_in_a_loop_inside():
    inner, outer = sorted(find_loops(from_text(nested_rnn()), frozenset()), key=lambda each: -len(each.scope))
    assert inner.frame.nodes == outer.inner
    assert reads_steps(from_text(nested_rnn()), inner)
    assert not reads_steps(from_text(nested_rnn()), outer)


def test_weights_that_a_branch_reads_are_weights():
    graph = from_text(RNN + "flag = Placeholder() dtype=bool\ninside = Switch(kernel/read, flag) T=float32\n")
    assert weights_behind(graph, TensorRef("inside", 1)) == {"kernel"}


def test_a_value_written_to_an_array_is_found_in_each_version_of_the_ops():
    for version in ("", "V2", "V3"):
        graph = from_text(RNN.replace("V3(", version + "("))
        (loop,) = find_loops(graph, frozenset())
        assert str(written_value(graph, loop.arrays[0])) == "rnn/while/h_new:0"
        assert reads_steps(graph, loop)


def test_a_step_s_ancestors_end_where_the_step_begins():
    graph = from_text(RNN)
    (loop,) = find_loops(graph, frozenset())
    behind = step_ancestors(graph, loop, TensorRef("rnn/while/h_new"))
    assert {"rnn/while/x", "rnn/while/kernel", "rnn/while/h_switch"} <= behind
    assert not behind & {"x", "kernel/read", "rnn/while/h_merge", "rnn/while/h_new_next"}


def test_weights_are_variables_and_what_is_made_of_variables_alone():
    graph = from_text(
        RNN
        + """
        whole = ConcatV2(kernel/read, bias/read, axis) T=float32
        mixed = MatMul(x, kernel/read) T=float32
        """
    )
    assert weights_behind(graph, TensorRef("kernel/read")) == {"kernel"}
    assert weights_behind(graph, TensorRef("whole")) == {"kernel", "bias"}
    assert weights_behind(graph, TensorRef("mixed")) == set()
