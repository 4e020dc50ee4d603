from tests.discovery.input_pipeline.feeding_text import (
    EXAMPLES,
    ITERATOR,
    PARSE,
    QUEUE,
    READER,
    classifier,
    entries_of,
)
from tests.discovery.model_text import flow_of
from tf1compat.discovery.input_pipeline.names import name_of

TYPES = "; Tdense=[float32, int64]; dense_shapes=[shape(4), shape()]\n"
PARSED = EXAMPLES + PARSE.rstrip() + TYPES


def names_of(text: str) -> dict[str, str]:
    graph = flow_of(text).graph
    return {
        str(each.tensor): name_of(graph, each)
        for each in entries_of(text).entries
        if each.kind != "placeholder"
    }


def test_what_is_parsed_has_the_name_of_the_feature():
    text = classifier(PARSED.replace("strings = Placeholder() dtype=string; shape=shape(None)", READER)
                      .replace("(strings,", "(record:1,"), "parsed", "parsed:1")  # fmt: skip
    assert names_of(text) == {"parsed:0": "image/width", "parsed:1": "label"}


def test_what_is_put_into_a_queue_has_the_name_that_it_had_before():
    given = (
        PARSED + "scaled = Mul(parsed, parsed) T=float32\nfill = QueueEnqueueV2(queue, scaled, parsed:1)\n"
    )
    assert names_of(classifier(given + QUEUE, "batch", "batch:1")) == {
        "batch:0": "image/width",
        "batch:1": "label",
    }


def test_a_placeholder_that_fills_a_queue_through_a_branch_names_what_comes_out():
    given = (
        "measures = Placeholder() dtype=float32; shape=shape(4)\nyes = Placeholder() dtype=bool; shape=shape()\n"
        "handle = Switch(queue, yes) T=resource\nput = QueueEnqueueV2(handle:1, measures, measures)\n"
    )
    assert names_of(classifier(QUEUE + given, "batch"))["batch:0"] == "measures"


def test_arrays_that_a_dataset_slices_name_its_elements():
    data = (
        "rows = Placeholder() dtype=float32; shape=shape(None, 4)\nkinds = Placeholder() dtype=int32\n"
        "sliced = TensorSliceDataset(rows, kinds) Toutput_types=[float32, int32]\n"
        "eight = Const() dtype=int64; value=tensor(int64, 8)\nbatched = BatchDataset(sliced, eight)\n"
        "make = MakeIterator(batched, iterator)\n"
    )
    assert names_of(classifier(ITERATOR + data, "next", "next:1")) == {"next:0": "rows", "next:1": "kinds"}


def test_feature_columns_name_what_they_read():
    read = "dnn/input_layer/height_bucketized/Cast = Cast(next) SrcT=float32; DstT=float32\n"
    text = classifier(ITERATOR + read, "dnn/input_layer/height_bucketized/Cast")
    assert names_of(text) == {"next:0": "height"}


def test_a_decoded_picture_loses_the_end_of_its_key():
    raw = PARSED.replace("image/width", "image/encoded").replace("Tdense=[float32,", "Tdense=[string,")
    raw = raw.replace("strings = Placeholder() dtype=string; shape=shape(None)", READER).replace(
        "(strings,", "(record:1,"
    )
    text = classifier(raw + "row = DecodeRaw(parsed) out_type=float32\n", "row", "parsed:1")
    assert names_of(text)["row:0"] == "image"


def test_nothing_is_told_of_what_nobody_named():
    assert names_of(classifier(ITERATOR.replace("next", "IteratorGetNext"), "IteratorGetNext")) == {
        "IteratorGetNext:0": ""
    }


def test_an_op_that_the_author_named_names_what_it_gives():
    assert names_of(classifier(ITERATOR.replace("next", "pixels"), "pixels")) == {"pixels:0": "pixels"}


def test_lengths_are_named_after_what_they_count():
    given = "words = Placeholder() dtype=int32; shape=shape(None)\ncount = Size(words) T=int32\n"
    given += "put = QueueEnqueueV2(queue, words, count)\n"
    assert names_of(classifier(QUEUE + given, "batch", "batch:1"))["batch:1"] == "words_length"
