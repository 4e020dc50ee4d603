from tests.discovery.loop_text import RNN, RNN_BODY
from tf1compat.discovery.rnn import find_rnns
from tf1compat.discovery.rnn.looping.leftovers import is_left_over
from tf1compat.graph.text import from_text

INDEX = "index = Const() dtype=int32; value=tensor(int32, [-1])\n"
READ = "read = Neg(rnn/stack) T=float32\n"
#: The first step, as Keras writes it for its shape.
FIRST = """
    first_x = Placeholder() dtype=float32; shape=shape(None, 5)
""" + RNN_BODY.replace("~h,", "zeros,").replace("~x,", "first_x,").replace("~kernel", "kernel/read").replace(
    "~bias", "bias/read"
).replace("(^~step)", "()").replace("~", "rnn/")


def left_over(text: str, name: str) -> bool:
    graph = from_text(RNN + INDEX + text)
    return is_left_over(graph, find_rnns(graph, frozenset()), graph[name])


def test_a_step_from_the_initial_state_outside_of_the_loop_is_left_over():
    assert left_over(FIRST, "rnn/h_new")


def test_a_step_from_another_state_is_not():
    other = "other = Placeholder() dtype=float32; shape=shape(None, 3)\n"
    assert not left_over(other + FIRST.replace("zeros,", "other,"), "rnn/h_new")


def test_a_step_that_the_author_made_elsewhere_is_not():
    assert not left_over(FIRST.replace("rnn/", "mine/"), "mine/h_new")


def test_the_last_output_is_left_over_where_all_outputs_are_read():
    last = "rnn/last = StridedSlice(rnn/stack, index, index, index) T=float32\n"
    assert left_over(last + READ, "rnn/last")
    assert not left_over(last.replace("rnn/last", "last") + READ, "last")
    assert not left_over(last.replace("rnn/stack", "x"), "rnn/last")


def test_the_last_output_of_turned_outputs_is_left_over_too():
    turned = "swap = Const() dtype=int32; value=tensor(int32, [1, 0, 2])\n"
    turned += "rnn/transpose = Transpose(rnn/stack, swap) T=float32\nmore = Neg(rnn/transpose) T=float32\n"
    last = "rnn/last = StridedSlice(rnn/stack, index, index, index) T=float32\n"
    assert left_over(turned + last, "rnn/last")
    assert not left_over(turned.replace("more = Neg(rnn/transpose)", "more = Neg(x)") + last, "rnn/last")
