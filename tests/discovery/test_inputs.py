from tests.discovery.input_pipeline.feeding_text import QUEUE, classifier
from tests.discovery.loop_text import GIVEN, LSTM_BODY, LSTM_INVARIANTS, LSTM_WEIGHTS, dynamic_rnn
from tests.discovery.model_text import CLASSIFIER, FORWARD, flow_of
from tests.discovery.training_mode.test_freezes import OLD_DROPOUT
from tf1compat.discovery.findings import InputFinding
from tf1compat.discovery.inputs import find_inputs, find_serialized
from tf1compat.discovery.outputs import find_outputs
from tf1compat.discovery.rnn import find_rnns
from tf1compat.discovery.rnn.states.pairing import find_pairings
from tf1compat.discovery.training_mode.freezes import find_freezes


def inputs_of(text: str) -> tuple[InputFinding, ...]:
    flow = flow_of(text)
    rnns = find_rnns(flow.graph, flow.training)
    pairings = find_pairings(flow.graph, rnns)
    return find_inputs(flow, rnns, pairings, find_freezes(flow), find_outputs(flow, rnns))


def in_words(text: str) -> dict[str, tuple[str, bool]]:
    return {str(each.tensor): (each.role, each.live) for each in inputs_of(text)}


def test_each_placeholder_has_the_role_of_what_it_does():
    assert in_words(CLASSIFIER) == {
        "x:0": ("data", True),
        "y:0": ("label", False),
        "rate:0": ("learning_rate", False),
    }


def test_inputs_have_types_and_shapes():
    first = inputs_of(CLASSIFIER)[0]
    assert (first.dtype, str(first.shape)) == ("float32", "[?, 4]")


def test_a_keep_probability_is_live_where_an_output_is_dropped():
    text = FORWARD.replace("Softmax(logits)", "Softmax(dropped)") + OLD_DROPOUT
    assert in_words(text)["keep:0"] == ("keep_prob", True)


def test_what_feeds_nothing_is_other_and_dead():
    assert in_words(CLASSIFIER + "lost = Placeholder() dtype=float32; shape=shape()\n")["lost:0"] == (
        "other",
        False,
    )


def test_a_scalar_that_tempers_the_softmax_is_other_and_live():
    text = FORWARD.replace("Softmax(logits)", "Softmax(cooled)")
    text += "heat = Placeholder() dtype=float32; shape=shape()\ncooled = RealDiv(logits, heat) T=float32\n"
    assert in_words(text)["heat:0"] == ("other", True)


def test_a_scalar_id_that_is_looked_up_is_data():
    ids = "id = Placeholder() dtype=int32; shape=shape()\nrow = Gather(w/read, id) Tparams=float32\n"
    assert in_words(FORWARD.replace("MatMul(x,", "MatMul(row,") + ids)["id:0"] == ("data", True)


def test_a_label_whose_shape_an_output_needs_is_live():
    text = CLASSIFIER.replace("Softmax(logits)", "Softmax(shaped)")
    text += "sizes = Shape(y) T=int32\nshaped = Reshape(logits, sizes) T=float32; _output_shapes=[shape(None, 3)]\n"
    assert in_words(text)["y:0"] == ("label", True)


def test_states_and_lengths_have_their_roles_from_the_rnn():
    body = (
        LSTM_BODY.replace("~h_new", "~made")
        + """
        ~over = GreaterEqual(~step, ~lengths) T=int32
        ~h_new = Select(~over, ~h, ~made) T=float32
    """
    )
    given = """
        state = Placeholder() dtype=float32; shape=shape(None, 3)
        lengths = Placeholder() dtype=int32; shape=shape(None)
        bounded = Minimum(lengths, steps) T=int32
    """
    invariants = {**LSTM_INVARIANTS, "lengths": "bounded"}
    text = GIVEN + LSTM_WEIGHTS + given + dynamic_rnn(body, {"c": "zeros", "h": "state"}, invariants)
    assert in_words(text) == {
        "x:0": ("data", True),
        "state:0": ("state", True),
        "lengths:0": ("sequence_length", True),
    }


# ------------------------------------------------------------------------------------------ out of pipelines


def test_what_a_queue_gives_is_data_and_its_labels_are_labels():
    assert in_words(classifier(QUEUE, "batch", "batch:1")) == {
        "batch:0": ("data", True),
        "batch:1": ("label", False),
        "rate:0": ("learning_rate", False),
    }


def test_what_a_queue_gives_has_the_type_and_shape_of_its_component():
    first = next(each for each in inputs_of(classifier(QUEUE, "batch", "batch:1")) if each.kind == "queue")
    assert (first.dtype, str(first.shape)) == ("float32", "[?, 4]")


def test_labels_that_lie_beside_the_features_are_told_from_them():
    cut = (
        "row = Slice(batch, n, n) T=float32; Index=int32\nlabel = Slice(batch, n, n) T=float32; Index=int32\n"
    )
    flow = flow_of(classifier(QUEUE + cut, "row", "label"))
    assert {str(each) for each in flow.labels} == {"label:0"}
    assert in_words(classifier(QUEUE + cut, "row", "label"))["batch:0"] == ("data", True)


def test_a_pipeline_that_feeds_neither_outputs_nor_losses_is_not_listed():
    assert "batch:0" not in in_words(CLASSIFIER + QUEUE + "aside = Neg(batch) T=float32\n")


def test_a_placeholder_in_front_of_a_queue_is_the_input_itself():
    text = QUEUE + "given = PlaceholderWithDefault(batch) dtype=float32; shape=shape(None, 4)\n"
    words = in_words(classifier(text, "given", "batch:1"))
    assert words["given:0"] == ("data", True)
    assert "batch:0" not in words


def test_a_placeholder_that_only_fills_a_queue_is_said_to():
    text = classifier(
        "rows = Placeholder() dtype=float32\nfill = QueueEnqueueV2(queue, rows, rows)\n" + QUEUE, "batch"
    )
    kinds = {str(each.tensor): (each.kind, each.live) for each in inputs_of(text)}
    assert kinds["rows:0"] == ("pipeline", False)


def test_a_placeholder_of_serialized_values_is_listed_with_what_is_decoded():
    text = classifier(
        "lines = Placeholder() dtype=string; shape=shape(None)\nrow = DecodeRaw(lines) out_type=float32\n",
        "row",
    )
    found = inputs_of(text)
    assert {
        str(each.tensor): (each.kind, each.live) for each in found if each.dtype == "string" or each.live
    } == {
        "row:0": ("placeholder", True),
        "lines:0": ("serialized", True),
    }
    (serialized,) = find_serialized(flow_of(text), found)
    assert (str(serialized.tensor), serialized.format, [*map(str, serialized.decoded)]) == (
        "lines:0",
        "raw",
        ["row:0"],
    )
