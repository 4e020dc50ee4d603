from tests.discovery.loop_text import GIVEN, LSTM, RNN, RNN_BODY, RNN_INVARIANTS, RNN_WEIGHTS, dynamic_rnn
from tf1compat.analysis.pattern import Mismatch
from tf1compat.discovery.rnn.looping.loops import find_loops
from tf1compat.discovery.rnn.looping.recurrence import LoopCell, attempts, carried_parts, find_cells, slot_of
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef


def test_a_cell_is_bound_to_what_the_loop_carries():
    graph = from_text(LSTM)
    (loop,) = find_loops(graph, frozenset())
    (cell,) = find_cells(graph, loop)
    assert {part: slot.carried for part, slot in cell.slots.items()} == dict(
        zip("ch", loop.states, strict=True)
    )
    assert [str(each) for each in cell.after] == ["rnn/while/c_new:0", "rnn/while/h_new:0"]


def test_a_cell_whose_new_state_is_not_the_one_it_reads_next_is_no_cell_of_the_loop():
    body = RNN_BODY.replace("~joined = ConcatV2(~x, ~h,", "~joined = ConcatV2(~x, ~other,")
    body += "~other_new = Neg(~other) T=float32\n"
    text = GIVEN + RNN_WEIGHTS + dynamic_rnn(body, {"h": "zeros", "other": "zeros"}, RNN_INVARIANTS)
    graph = from_text(text)
    (loop,) = find_loops(graph, frozenset())
    assert find_cells(graph, loop) == ()
    missed = [each.outcome for each in attempts(graph, loop) if str(each.tensor) == "rnn/while/h_new:0"]
    assert any(isinstance(each, Mismatch) and "not carried on" in each.reason for each in missed)


def test_every_kind_of_cell_is_held_against_every_part_that_is_carried():
    graph = from_text(RNN)
    (loop,) = find_loops(graph, frozenset())
    tried = list(attempts(graph, loop))
    assert {str(each.tensor) for each in tried} == {"rnn/while/h_new:0"}
    assert sum(isinstance(each.outcome, LoopCell) for each in tried) == 1


def test_a_state_that_no_step_reads_is_found_by_what_it_becomes():
    text = GIVEN + dynamic_rnn("~h_new = Neg(~x) T=float32\n", {"h": "zeros"}, {})
    graph = from_text(text)
    (loop,) = find_loops(graph, frozenset())
    assert [str(each) for each in carried_parts(graph, loop)] == ["rnn/while/h_new:0"]
    slot = slot_of(graph, loop, None, TensorRef("rnn/while/h_new"))
    assert slot is not None
    assert slot.carried == loop.states[0]
    assert slot_of(graph, loop, None, TensorRef("rnn/while/x")) is None
