from tests.discovery.loop_text import RNN_BODY
from tests.discovery.wrapper_text import nodes, unwrapped
from tf1compat.names import TensorRef

ENTRANCE = """
    ~entrance = ConcatV2(~x, ~old_attention, ~axis) T=float32
    ~entrance_product = MatMul(~entrance, entrance/read) T=float32
    ~mixed = BiasAdd(~entrance_product, ~c) T=float32
"""
GIVEN = """
    ~old_attention = Placeholder() dtype=float32; shape=shape(None, 3)
    ~old_window = Placeholder() dtype=float32; shape=shape(None, 6)
    ~sizes = Placeholder() dtype=int32; shape=shape(3)
"""
BODY = GIVEN + ENTRANCE + RNN_BODY.replace("(~x,", "(~mixed,")
AROUND = """
    ~window = Reshape(~old_window, ~sizes) T=float32
    ~hidden = Reshape(~window, ~sizes) T=float32
    ~scores = MatMul(~h_new, query/read) T=float32
    ~weights = Softmax(~scores) T=float32
    ~wide = Reshape(~weights, ~sizes) T=float32
    ~weighed = Mul(~wide, ~hidden) T=float32
    ~attended = Sum(~weighed, ~sizes) T=float32
    ~attention = Reshape(~attended, ~sizes) T=float32
    ~both = ConcatV2(~h_new, ~attention, ~axis) T=float32
    ~projected = MatMul(~both, projection/read) T=float32
    ~y = BiasAdd(~projected, ~c) T=float32
    ~later = Slice(~window, ~sizes, ~sizes) T=float32
    ~last = ExpandDims(~y, ~axis) T=float32
    ~shifted = ConcatV2(~later, ~last, ~axis) T=float32
    ~new_window = Reshape(~shifted, ~sizes) T=float32
"""
WEIGHTS = ("entrance", "query", "projection")


def test_attention_over_the_last_outputs_is_found_with_its_states():
    whole = unwrapped(AROUND, BODY, WEIGHTS)
    assert (whole.wrappers, nodes(whole)) == (("attention",), ("x", "y"))
    assert list(whole.states) == ["attention", "attention_states"]
    attention, window = whole.states.values()
    assert attention.before == TensorRef("step/old_attention")
    assert attention.after.node == "step/attention"
    assert window.before == TensorRef("step/old_window")
    assert window.after.node == "step/new_window"


def test_without_a_window_that_moves_on_there_is_none():
    assert (
        unwrapped(
            AROUND.replace("~new_window", "~unused").replace("Reshape(~shifted", "Abs(~shifted"),
            BODY,
            WEIGHTS,
        ).wrappers
        == ()
    )


def test_a_window_that_takes_in_something_else_is_none():
    assert unwrapped(AROUND.replace("ExpandDims(~y", "ExpandDims(~c"), BODY, WEIGHTS).wrappers == ()


def test_without_attention_at_the_entrance_there_is_none():
    assert unwrapped(GIVEN + AROUND, RNN_BODY, WEIGHTS).wrappers == ()
