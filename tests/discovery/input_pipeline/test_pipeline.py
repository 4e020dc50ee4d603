from tests.discovery.input_pipeline.feeding_text import QUEUE, classifier, entries_of
from tests.discovery.model_text import flow_of
from tf1compat.discovery.input_pipeline.pipeline import fills_pipeline, pipeline_entries, work_before
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

FILLED = """
    rows = Placeholder() dtype=float32; shape=shape(4)
    picture = DecodeJpeg(rows)
    lesser = Less(rows, rows) T=float32
    scaled_rows = Mul(picture, rows) T=float32
    fill = QueueEnqueueV2(queue, scaled_rows, rows)
"""


def work_of(text: str) -> set[str]:
    """The work before the classifier's features."""
    entry = next(each for each in entries_of(text).entries if str(each.tensor) == "batch:0")
    return set(work_before(flow_of(text).graph, entry))


def test_what_was_done_before_a_queue_is_told_by_its_ops():
    assert work_of(classifier(FILLED + QUEUE, "batch")) == {"DecodeJpeg", "Mul"}


def test_what_chose_the_queue_is_no_work_on_the_examples():
    chosen = "yes = Log(rows) T=float32\nfed = Switch(rows, yes) T=float32\nput = QueueEnqueueV2(queue, fed:1, fed:1)\n"
    text = FILLED.partition("picture")[0] + chosen
    assert work_of(classifier(text + QUEUE, "batch")) == set()


def test_what_went_through_two_queues_is_told_whole():
    inner = "inner = FIFOQueueV2() component_types=[float32]\ntaken = QueueDequeueV2(inner) component_types=[float32]\n"
    text = FILLED.replace("queue,", "inner,") + inner + "logged = Log(taken) T=float32\n"
    text = classifier(text + "into = QueueEnqueueV2(queue, logged, taken)\n" + QUEUE, "batch")
    assert work_of(text) == {"DecodeJpeg", "Mul", "Log"}


def test_a_placeholder_that_goes_into_a_queue_fills_the_pipeline():
    graph = flow_of(classifier(FILLED + QUEUE, "batch")).graph
    assert fills_pipeline(graph, TensorRef("rows"))
    assert not fills_pipeline(graph, TensorRef("y"))


def test_a_handle_that_chooses_an_iterator_fills_the_pipeline():
    graph = from_text("handle = Placeholder() dtype=string\nmade = IteratorFromStringHandleV2(handle)\n")
    assert fills_pipeline(graph, TensorRef("handle"))


def test_a_pipeline_is_told_of_once_whatever_it_gives():
    text = classifier(QUEUE, "batch", "batch:1")
    entries = entries_of(text)
    found = pipeline_entries(entries, [each.tensor for each in entries.entries])
    assert [str(each.root) for each in found] == ["batch:0"]
