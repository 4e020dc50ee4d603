from tests.discovery.loop_text import LSTM, LSTM_BODY, LSTM_WEIGHTS
from tests.discovery.unrolled_text import CONSTANTS, LSTM_INVARIANTS, LSTM_STATES, pieces, unrolled, unstack
from tf1compat.discovery.rnn.unrolling.applications import find_applications, variables_between
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

NET = CONSTANTS + unstack(3) + LSTM_WEIGHTS + unrolled(LSTM_BODY, LSTM_STATES, LSTM_INVARIANTS, pieces(3))
HEAD = "head = VariableV2() dtype=float32; shape=shape(3, 4)\nhead/read = Identity(head) T=float32\n"


def test_every_call_is_found_in_the_order_of_the_file():
    calls = find_applications(from_text(NET), frozenset())
    assert [call[0].match.output.node for call in calls] == ["rnn/0/h_new", "rnn/1/h_new", "rnn/2/h_new"]
    assert [str(call[0].input) for call in calls] == ["unstack:0", "unstack:1", "unstack:2"]
    assert {call[0].variables for call in calls} == {frozenset({"kernel", "bias"})}


def test_what_could_be_a_projection_is_another_way_to_read_the_call():
    *_, last = find_applications(
        from_text(NET + HEAD + "logits = MatMul(rnn/2/h_new, head/read)\n"), frozenset()
    )
    assert [each.match.output.node for each in last] == ["rnn/2/h_new", "logits"]
    assert last[1].variables == {"kernel", "bias", "head"}


def test_calls_inside_of_loops_are_left_out():
    assert find_applications(from_text(LSTM), frozenset()) == ()


def test_calls_of_the_training_are_left_out():
    graph = from_text(NET)
    assert len(find_applications(graph, frozenset({"rnn/1/h_new"}))) == 2


def test_variables_count_up_to_the_starts_and_not_where_only_a_shape_is_asked_for():
    text = (
        HEAD
        + "x = Placeholder() dtype=float32\na = MatMul(x, head/read)\nb = Tanh(a)\nc = Shape(a)\nd = Fill(c, b)\n"
    )
    graph = from_text(text)
    assert variables_between(graph, [TensorRef("d")], []) == {"head"}
    assert variables_between(graph, [TensorRef("d")], [TensorRef("b")]) == frozenset()


def test_two_cells_that_read_the_same_are_two_calls():
    others = LSTM_WEIGHTS.replace("kernel", "other_kernel").replace("bias", "other_bias")
    weights = {"kernel": "other_kernel/read", "bias": "other_bias/read"}
    text = NET + others + unrolled(LSTM_BODY, LSTM_STATES, weights, ["unstack"], "other")
    calls = find_applications(from_text(text), frozenset())
    assert [call[0].match.output.node for call in calls][-1] == "other/0/h_new"
    assert len(calls) == 4
