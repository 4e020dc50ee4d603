from tests.discovery.loop_text import LSTM, STEPS, carried, nested_rnn, rnn_in_branch, while_loop
from tests.discovery.model_text import CLASSIFIER, FORWARD, LOSS, flow_of
from tf1compat.discovery.outputs import find_outputs
from tf1compat.discovery.rnn import find_rnns


def offered(text: str, **collections: tuple[str, ...]) -> list[tuple[str, str]]:
    flow = flow_of(text)
    rnns = find_rnns(flow.graph, flow.training)
    return [(str(each.tensor), each.role) for each in find_outputs(flow, rnns, collections)]


def roles(text: str, *wanted: str) -> list[tuple[str, str]]:
    return [each for each in offered(text) if each[1] in wanted]


def test_a_classifier_offers_probabilities_logits_classes_and_its_loss_in_this_order():
    assert offered(CLASSIFIER) == [
        ("Softmax:0", "probabilities"),
        ("logits:0", "logits"),
        ("best:0", "class_ids"),
        ("loss:0", "loss"),
    ]


def test_outputs_have_types_and_shapes():
    flow = flow_of(CLASSIFIER)
    found = {str(each.tensor): (each.dtype, str(each.shape)) for each in find_outputs(flow, ())}
    assert found["Softmax:0"] == ("float32", "[?, 3]")
    assert found["best:0"] == ("int32", "[?]")


def test_logits_that_only_a_loss_reads_are_offered():
    text = CLASSIFIER.replace("Softmax = Softmax(logits)", "unused = Rank(logits)")
    assert roles(text, "probabilities", "logits") == [("logits:0", "logits")]


def test_a_loss_on_the_logarithm_of_probabilities_makes_no_second_logits():
    text = CLASSIFIER.replace("Logits(logits,", "Logits(logarithm,") + "logarithm = Log(Softmax) T=float32\n"
    assert roles(text, "probabilities", "logits") == [("Softmax:0", "probabilities"), ("logits:0", "logits")]


def test_logits_are_those_before_tensorflow_flattened_them():
    flat = """
        rows = Const() dtype=int32; value=tensor(int32, [-1, 3])
        flat = Reshape(logits, rows) T=float32; _output_shapes=[shape(None, 3)]
    """
    text = FORWARD.replace("Softmax(logits)", "Softmax(flat)").replace(
        "shape(None, 3)", "shape(None, None, 3)", 2
    )
    assert roles(text + flat, "logits") == [("logits:0", "logits")]


def test_a_sigmoid_at_the_end_is_a_probability_and_one_in_between_is_not():
    inner = (
        FORWARD.replace("MatMul(x,", "MatMul(hidden,")
        + """
        v = VariableV2() dtype=float32; shape=shape(4, 4)
        first = MatMul(x, v) T=float32
        hidden = Sigmoid(first) T=float32
    """
    )
    outer = inner.replace("Softmax = Softmax(", "Softmax = Sigmoid(")
    for text in (inner, outer):
        assert roles(text, "probabilities") == [("Softmax:0", "probabilities")]


def test_the_name_that_the_author_gave_last_is_preferred():
    named = "predictions = Identity(Softmax) T=float32; _output_shapes=[shape(None, 3)]\n"
    assert roles(CLASSIFIER + named, "probabilities", "value") == [("predictions:0", "probabilities")]
    squeezed = "cls_prob = Squeeze(Softmax) T=float32; squeeze_dims=[1]\n"
    assert roles(CLASSIFIER + squeezed, "probabilities", "value") == [("cls_prob:0", "probabilities")]


def test_a_rearranged_result_without_a_name_of_its_own_is_not_offered_twice():
    rows = "rows = Const() dtype=int32; value=tensor(int32, [3, -1])\n"
    assert offered(CLASSIFIER + rows + "Reshape = Reshape(Softmax, rows) T=float32\n") == offered(CLASSIFIER)


def test_the_prediction_of_a_regression_is_what_is_held_against_the_target():
    text = (
        FORWARD.replace("Softmax = Softmax(logits)", "squashed = Tanh(logits)")
        + """
        y = Placeholder() dtype=float32; shape=shape(None, 3)
        off = Sub(squashed, y) T=float32
        squared = Square(off) T=float32
        zero = Const() dtype=int32; value=tensor(int32, [0, 1])
        loss = Mean(squared, zero) T=float32; _output_shapes=[shape()]
    """
    )
    assert offered(text) == [("squashed:0", "value")]


def test_a_prediction_rearranged_for_its_loss_is_offered_as_it_was():
    rows = (
        "rows = Const() dtype=int32; value=tensor(int32, [-1])\nReshape = Reshape(logits, rows) T=float32\n"
    )
    text = FORWARD.replace("Softmax = Softmax(logits)", "unused = Rank(logits)") + rows
    text += "y = Placeholder() dtype=float32; shape=shape(None)\noff = Sub(Reshape, y) T=float32\n"
    text += "loss = Mean(off, rows) T=float32; _output_shapes=[shape()]\n"
    assert offered(text) == [("logits:0", "value")]


def test_logits_of_a_sigmoid_cross_entropy_are_logits():
    text = (
        FORWARD.replace("Softmax = Softmax(logits)", "unused = Rank(logits)")
        + """
        y = Placeholder() dtype=float32; shape=shape(None, 3)
        zeros = ZerosLike(logits) T=float32
        positive = GreaterEqual(logits, zeros) T=float32
        relu = Select(positive, logits, zeros) T=float32
        minus = Neg(logits) T=float32
        small = Select(positive, minus, logits) T=float32
        times = Mul(logits, y) T=float32
        first = Sub(relu, times) T=float32
        power = Exp(small) T=float32
        second = Log1p(power) T=float32
        each = Add(first, second) T=float32
        axes = Const() dtype=int32; value=tensor(int32, [0, 1])
        loss = Mean(each, axes) T=float32; _output_shapes=[shape()]
    """
    )
    assert offered(text) == [("logits:0", "logits")]


def test_an_op_that_gives_nothing_is_no_output():
    queue = "queue = FIFOQueueV2() component_types=[float32]\n"
    assert offered(CLASSIFIER + queue + "pushed = QueueEnqueueManyV2(queue, x) Tcomponents=[float32]\n") == (
        offered(CLASSIFIER)
    )


def test_shapes_guards_means_and_training_parts_are_not_offered():
    text = (
        CLASSIFIER
        + """
        shape = Shape(logits) T=float32
        finite = IsFinite(logits) T=float32; _output_shapes=[shape(None, 3)]
        check = Assert(finite, logits) T=[float32]
        everything = Const() dtype=int32; value=tensor(int32, [0, 1])
        mean_logit = Mean(logits, everything) T=float32; _output_shapes=[shape()]
    """
    )
    assert not {"shape:0", "check:0", "mean_logit:0"} & {tensor for tensor, _ in offered(text)}


def test_an_rnn_offers_its_outputs_and_every_final_state_even_those_that_nothing_reads():
    assert offered(LSTM) == [
        ("rnn/stack:0", "sequence"),
        ("rnn/while/c_exit:0", "state"),
        ("rnn/while/h_exit:0", "state"),
    ]


def test_states_that_the_author_packed_are_a_state_and_counters_are_no_output():
    packed = "packed = Pack(rnn/while/c_exit, rnn/while/h_exit) N=2; axis=0; T=float32\n"
    assert ("packed:0", "state") in offered(LSTM + packed)
    assert "rnn/while/step_exit:0" not in {tensor for tensor, _ in offered(LSTM)}


def test_final_tensors_in_the_author_s_own_collections_are_offered():
    middle = "middle = Neg(logits) T=float32\nend = Neg(middle) T=float32; _output_shapes=[shape(None, 3)]\n"
    found = offered(FORWARD + LOSS + middle, similarity=("middle:0",), activations=("product:0",))
    assert ("middle:0", "value") in found
    assert "product:0" not in {tensor for tensor, _ in found}


def test_a_model_whose_loss_takes_its_predictions_apart_offers_its_last_layer():
    text = (
        FORWARD.replace("Softmax = Softmax(logits)", "size = L2Loss(logits)")
        + """
        loss = Neg(size) T=float32; _output_shapes=[shape()]
        gradients/loss_grad/Neg = Neg(loss) T=float32
        gradients/size_grad/mul = Mul(logits, gradients/loss_grad/Neg) T=float32
    """
    )
    assert offered(text) == [("logits:0", "value"), ("loss:0", "loss")]


def test_what_a_loop_of_the_author_s_own_carries_out_is_offered():
    loop = while_loop("~h_new = Tanh(~h) T=float32\n", {"h": "logits"}, {}, "own")
    text = FORWARD.replace("Softmax = Softmax(logits)", "unused = Rank(logits)") + STEPS + "\n" + loop
    assert offered(text) == [("own/while/h_exit:0", "value")]


def test_nothing_inside_a_loop_is_offered():
    body = "~h_new = Tanh(~h) T=float32\n~aside = Neg(~h_new) T=float32\n"
    loop = while_loop(body, {"h": "logits"}, {}, "own")
    text = FORWARD.replace("Softmax = Softmax(logits)", "unused = Rank(logits)") + STEPS + "\n" + loop
    assert offered(text) == [("own/while/h_exit:0", "value")]


def test_penalties_on_activations_are_terms_of_the_loss_and_not_offered():
    penalised = """
        entropy = Mean(cost, zero) T=float32; _output_shapes=[shape()]
        weight = Const() dtype=float32; value=tensor(float32, 0.01)
        square = Square(logits) T=float32; _output_shapes=[shape(None, 3)]
        both = Const() dtype=int32; value=tensor(int32, [0, 1])
        mean = Mean(square, both) T=float32; _output_shapes=[shape()]
        half = L2Loss(product) T=float32; _output_shapes=[shape()]
        scaled = Mul(weight, mean) T=float32; _output_shapes=[shape()]
        penalty = AddV2(scaled, half) T=float32; _output_shapes=[shape()]
        loss = AddV2(entropy, penalty) T=float32; _output_shapes=[shape()]
    """
    text = CLASSIFIER.replace("loss = Mean(cost, zero) T=float32; _output_shapes=[shape()]", penalised)
    assert offered(text) == offered(CLASSIFIER)


def decoder() -> str:
    """An LSTM's loop that also chooses ids and notes when each sequence has ended."""
    extra = carried("done", "flags", "rnn/frame", "bool") + carried("length", "lengths", "rnn/frame", "int32")
    extra += carried("ids", "rnn/ids_array:1", "rnn/frame")
    extra += """
        ~done_new = LogicalNot(~done)
        ~length_new = Select(~done, ~length, ~step_new) T=int32
        ~best = ArgMax(~h_new, ~axis) T=float32; output_type=int32
        ~ids_array_in = Enter(rnn/ids_array) T=resource; frame_name='rnn/frame'; is_constant=True
        ~ids_new = TensorArrayWriteV3(~ids_array_in, ~step, ~best, ~ids) T=int32
    """
    around = """
        flags = Placeholder() dtype=bool; shape=shape(None)
        lengths = Placeholder() dtype=int32; shape=shape(None)
        rnn/ids_array = TensorArrayV3(steps) dtype=int32
        rnn/ids_stack = TensorArrayGatherV3(rnn/ids_array, indices, rnn/while/ids_exit) dtype=int32
    """
    return LSTM + around + extra.replace("~", "rnn/while/")


def test_a_decoder_offers_what_it_decoded_the_ids_that_it_chose_and_its_states():
    assert offered(decoder()) == [
        ("rnn/ids_stack:0", "class_ids"),
        ("rnn/stack:0", "sequence"),
        ("rnn/while/c_exit:0", "state"),
        ("rnn/while/h_exit:0", "state"),
    ]


def test_ids_of_a_batch_major_decoder_are_offered_as_it_turned_them():
    swap = "swap = Const() dtype=int32; value=tensor(int32, [1, 0])\n"
    turned = "".join(
        f"rnn/{name}_turned = Transpose(rnn/{name}, swap) T=float32\n" for name in ("stack", "ids_stack")
    )
    assert roles(decoder() + swap + turned, "class_ids", "sequence") == [
        ("rnn/ids_stack_turned:0", "class_ids"),
        ("rnn/stack_turned:0", "sequence"),
    ]


def test_sequences_traced_through_beams_are_class_ids():
    beams = "beams = GatherTree(rnn/ids_stack, rnn/ids_stack, lengths, zero) T=int32\n"
    assert ("beams:0", "class_ids") in offered(decoder() + beams)


def test_nothing_inside_a_loop_of_the_author_s_is_offered():
    assert [ref for ref, _ in offered(nested_rnn())] == ["outer/while/h_exit:0"]


def test_nothing_inside_a_branch_is_offered():
    assert [ref for ref, _ in offered(rnn_in_branch())] == ["result:0"]
