from tests.discovery.loop_text import RNN_BODY
from tests.discovery.wrapper_text import nodes, unwrapped

JOINED = "~cell_input = ConcatV2(~x, ~c, ~axis) T=float32\n" + RNN_BODY.replace("(~x,", "(~cell_input,")
CONTEXT = """
    ~memory = Placeholder() dtype=float32; shape=shape(None, None, 3)
    ~query = MatMul(~h_new, query/read) T=float32
    ~scores = BatchMatMul(~memory, ~query) T=float32
    ~alignments = Softmax(~scores) T=float32
    ~expanded = ExpandDims(~alignments, ~axis) T=float32
    ~weighed = BatchMatMul(~expanded, ~memory) T=float32
    ~context = Squeeze(~weighed) T=float32; squeeze_dims=[1]
"""
LAYER = """
    ~with_output = ConcatV2(~h_new, ~context, ~axis) T=float32
    ~attention = MatMul(~with_output, layer/read) T=float32
"""
WEIGHTS = ("query", "layer")


def test_an_attention_layer_over_output_and_context_is_found():
    whole = unwrapped(CONTEXT + LAYER, JOINED, WEIGHTS, ["~alignments", "~attention"])
    assert (whole.wrappers, nodes(whole)) == (("attention",), ("x", "h_new"))
    after = {part: each.after.node for part, each in whole.states.items()}
    assert after == {"attention": "step/attention", "alignments": "step/alignments"}


def test_the_context_alone_may_be_the_attention():
    whole = unwrapped(CONTEXT, JOINED, WEIGHTS, ["~context", "~alignments"])
    assert {part: each.after.node for part, each in whole.states.items()} == {
        "attention": "step/context",
        "alignments": "step/alignments",
    }


def test_attention_that_is_not_carried_on_is_no_wrapper_s():
    assert unwrapped(CONTEXT + LAYER, JOINED, WEIGHTS, ["~alignments"]).wrappers == ()


def test_attention_that_another_tensor_asks_for_is_not_this_cell_s():
    around = CONTEXT.replace("~h_new", "~c") + LAYER
    assert unwrapped(around, JOINED, WEIGHTS, ["~attention", "~alignments"]).wrappers == ()
