from tests.discovery.model_text import CLASSIFIER, model_of
from tf1compat.discovery import discover
from tf1compat.graph.text import from_text


def blockers_of(text: str) -> list[tuple[str, str]]:
    findings = discover(model_of(from_text(text), keys=("w", "b")))
    return [(each.code, each.node) for each in findings.blockers]


def test_a_plain_classifier_has_no_blocker():
    assert blockers_of(CLASSIFIER) == []


def test_a_graph_without_predictions_is_blocked():
    assert blockers_of("x = Placeholder() dtype=float32; shape=shape(None)\ny = Neg(x) T=float32\n") == [
        ("no-outputs", "")
    ]


def test_examples_from_a_queue_are_a_blocker():
    queue = (
        "queue = FIFOQueueV2() component_types=[float32]\nn = Const() dtype=int32; value=tensor(int32, 8)\n"
    )
    batch = "x = QueueDequeueManyV2(queue, n) component_types=[float32]\n"
    text = CLASSIFIER.replace("x = Placeholder() dtype=float32; shape=shape(None, 4)\n", queue + batch)
    assert blockers_of(text) == [("queue-input", "x")]


def test_a_python_function_is_a_blocker_only_behind_an_output():
    called = (
        CLASSIFIER.replace("MatMul(x,", "MatMul(made,") + "made = PyFunc(x) Tin=[float32]; Tout=[float32]\n"
    )
    assert blockers_of(called) == [("python-function", "made")]
    assert blockers_of(CLASSIFIER + "aside = PyFunc(x) Tin=[float32]; Tout=[float32]\n") == []


def test_a_pipeline_of_another_part_is_no_blocker():
    aside = "iterator = IteratorV2() output_types=[float32]\n"
    aside += "next = IteratorGetNext(iterator) output_types=[float32]\n"
    assert blockers_of(CLASSIFIER + aside) == []
