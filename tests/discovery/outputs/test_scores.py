from tests.discovery.model_text import CLASSIFIER, FORWARD
from tests.discovery.outputs.two_networks import arranged, layer, placeholder


def offered(text: str) -> dict[str, str]:
    return {str(each.tensor): each.role for each in arranged(text).outputs}


def test_an_action_that_is_drawn_is_offered_with_the_scores_that_it_is_drawn_by() -> None:
    drawn = (
        "one = Const() dtype=int32; value=tensor(int32, 1)\n"
        "drawn = Multinomial(logits, one) T=float32; output_dtype=int64\n"
    )
    text = FORWARD.replace("Softmax = Softmax(logits)", "unread = Rank(logits)") + drawn
    assert offered(text) == {"drawn:0": "class_ids", "logits:0": "logits"}


def test_the_best_class_in_a_branch_is_not_offered() -> None:
    branch = """
        choice = Const() dtype=bool; value=tensor(bool, True)
        parted = Switch(Softmax, choice) T=float32; _output_shapes=[shape(None, 3), shape(None, 3)]
        last = Const() dtype=int32; value=tensor(int32, 1)
        inside = ArgMax(parted:1, last) T=float32; output_type=int64
        other = ArgMax(parted, last) T=float32; output_type=int64
        joined = Merge(other, inside) T=int64; _output_shapes=[shape(None), shape()]
    """
    found = offered(FORWARD + branch)
    assert found["joined:0"] == "class_ids"
    assert not {"inside:0", "other:0"} & set(found)


def test_scores_without_a_softmax_say_how_to_get_one() -> None:
    text = CLASSIFIER.replace("Softmax = Softmax(logits)", "unread = Rank(logits)")
    (reason,) = (each.reason for each in arranged(text).outputs if each.role == "logits")
    assert "--softmax adds it" in reason


def test_probabilities_that_only_a_metric_looks_at_are_offered() -> None:
    metric = """
        labels = Placeholder() dtype=float32; shape=shape(None, 2)
        wrong = Sub(scores, labels) T=float32
        every = Const() dtype=int32; value=tensor(int32, [0, 1])
        mean = Mean(wrong, every) T=float32; _output_shapes=[shape()]
        total = VariableV2() dtype=float32; shape=shape()
        counted = AssignAdd(total, mean) T=float32
    """
    assert offered(placeholder("x", 3) + layer("scores", "x", 3, 2) + metric)["scores:0"] == "probabilities"


def test_logarithms_of_probabilities_are_offered() -> None:
    text = FORWARD.replace("Softmax = Softmax(logits)", "LogSoftmax = LogSoftmax(logits)")
    assert offered(text)["LogSoftmax:0"] == "value"


def test_the_best_class_with_an_axis_of_one_is_offered_beside_it() -> None:
    text = FORWARD + (
        "axis = Const() dtype=int32; value=tensor(int32, 1)\n"
        "best = ArgMax(logits, axis) T=float32; output_type=int64; _output_shapes=[shape(None)]\n"
        "ExpandDims = ExpandDims(best, axis) T=int64; _output_shapes=[shape(None, 1)]\n"
    )
    assert {"best:0", "ExpandDims:0"} <= offered(text).keys()


def test_scores_are_offered_before_their_largest_was_subtracted() -> None:
    drawn = """
        one = Const() dtype=int32; value=tensor(int32, 1)
        largest = Max(logits, one) T=float32; keep_dims=True
        shifted = Sub(logits, largest) T=float32; _output_shapes=[shape(None, 3)]
        drawn = Multinomial(shifted, one) T=float32; output_dtype=int64
    """
    text = FORWARD.replace("Softmax = Softmax(logits)", "unread = Rank(logits)") + drawn
    assert offered(text) == {"drawn:0": "class_ids", "logits:0": "logits"}
