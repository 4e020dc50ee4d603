from tests.discovery.input_pipeline.feeding_text import (
    EXAMPLES,
    ITERATOR,
    PARSE,
    QUEUE,
    READER,
    classifier,
    entries_of,
    tensors_of,
)
from tests.discovery.model_text import CLASSIFIER

TYPES = "Tdense=[float32, int64]; dense_shapes=[shape(4), shape()]\n"


def serialized_of(text: str) -> dict[str, tuple[str, list[str]]]:
    return {
        str(each.tensor): (each.format, list(map(str, each.decoded))) for each in entries_of(text).serialized
    }


def test_a_placeholder_is_an_entry_itself_and_ends_no_walk():
    assert tensors_of(CLASSIFIER) == ["x:0"]
    assert entries_of(CLASSIFIER).ends == frozenset()


def test_what_a_queue_and_an_iterator_give_is_an_entry_and_the_walk_ends_there():
    for pipeline, name in ((QUEUE, "batch"), (ITERATOR, "next")):
        text = classifier(pipeline, name, f"{name}:1")
        assert tensors_of(text) == [f"{name}:0", f"{name}:1"]
        assert entries_of(text).ends == {name}


def test_the_kind_says_what_the_examples_came_out_of():
    kinds = [
        entries_of(classifier(text, name)).entries[0].kind
        for text, name in ((QUEUE, "batch"), (ITERATOR, "next"))
    ]
    assert kinds == ["queue", "iterator"]


def test_a_queue_of_which_nothing_is_read_is_no_entry():
    assert tensors_of(QUEUE + CLASSIFIER) == ["x:0"]


def test_strings_that_are_only_decoded_are_followed_to_what_is_decoded():
    text = classifier(READER + "row = DecodeRaw(record:1) out_type=float32\n", "row")
    assert tensors_of(text) == ["row:0"]
    assert serialized_of(text) == {"record:1": ("raw", ["row:0"])}
    assert entries_of(text).ends == {"row"}


def test_strings_whose_shape_is_read_too_stay_the_entry():
    decoded = "row = DecodeRaw(record:1) out_type=float32\nsize = Shape(record:1) T=string\n"
    text = classifier(READER + decoded + "sized = Reshape(row, size) T=float32\n", "sized")
    assert tensors_of(text) == ["record:1"]
    assert serialized_of(text) == {}


def test_what_is_decoded_step_by_step_is_serialized_at_the_first_and_fed_at_the_last():
    parsed = (
        PARSE.replace("(strings,", "(packed,").strip()
        + "; Tdense=[string, int64]; dense_shapes=[shape(), shape()]\n"
    )
    packed = "packed = Reshape(record:1, one) T=string\none = Const() dtype=int32; value=tensor(int32, [1])\n"
    text = classifier(
        READER + EXAMPLES + packed + parsed + "row = DecodeRaw(parsed) out_type=float32\n", "row", "parsed:1"
    )
    assert serialized_of(text) == {"record:1": ("example", ["row:0", "parsed:1"])}


def test_the_labels_of_parsed_examples_are_entries_of_their_own():
    text = classifier(EXAMPLES + PARSE.strip() + "; " + TYPES, "parsed", "parsed:1")
    assert tensors_of(text) == ["parsed:0", "parsed:1"]
    assert serialized_of(text) == {"strings:0": ("example", ["parsed:0", "parsed:1"])}


def test_one_example_that_was_parsed_as_a_batch_of_one_is_fed_without_its_axis():
    text = (
        EXAMPLES.replace("shape=shape(None)", "shape=shape()")
        + PARSE.replace("(strings,", "(one,").strip()
        + "; "
        + TYPES
    )
    text += (
        "axis_at = Const() dtype=int32; value=tensor(int32, 0)\none = ExpandDims(strings, axis_at) T=string\n"
    )
    text += "scope/Squeeze_width = Squeeze(parsed) T=float32; squeeze_dims=[0]\n"
    assert tensors_of(classifier(text, "scope/Squeeze_width", "parsed:1")) == [
        "parsed:1",
        "scope/Squeeze_width:0",
    ]


def test_names_of_files_are_no_serialized_values_but_their_contents_are():
    names = QUEUE.replace("component_types=[float32, int32]", "component_types=[string]")
    read = "contents = ReadFile(batch)\nrow = DecodeRaw(contents) out_type=float32\n"
    text = classifier(names + read, "row")
    assert serialized_of(text) == {"contents:0": ("raw", ["row:0"])}


def test_columns_that_only_make_up_a_row_are_fed_as_the_row():
    columns = "columns = DecodeCSV(record:1, none, none, none) OUT_TYPE=[float32, float32, int32]\n"
    columns += "none = Const() dtype=float32; value=tensor(float32, [0.0])\n"
    text = classifier(
        READER + columns + "row = Pack(columns, columns:1) T=float32; N=2\n", "row", "columns:2"
    )
    assert tensors_of(text) == ["columns:2", "row:0"]
    assert serialized_of(text) == {"record:1": ("csv", ["row:0", "columns:2"])}


def test_an_index_into_data_of_the_graph_is_followed_to_the_example():
    index = QUEUE.replace("component_types=[float32, int32]", "component_types=[int32]")
    data = "data = Const() dtype=float32; value=tensor(float32, [[1.0, 2.0, 3.0, 4.0]])\n"
    text = classifier(index + data + "row = Gather(data, batch) Tparams=float32\n", "row")
    assert tensors_of(text) == ["row:0"]


def test_windows_that_slide_over_data_of_the_graph_are_the_entries():
    index = QUEUE.replace("component_types=[float32, int32]", "component_types=[int32]")
    data = "data = Const() dtype=float32; value=tensor(float32, [1.0, 2.0, 3.0, 4.0])\n"
    window = "at = Mul(batch, n) T=int32\nnext_at = Add(at, n) T=int32\n"
    window += "row = StridedSlice(data, at, next_at, n) T=float32\n"
    window += "following = StridedSlice(data, next_at, at, n) T=float32\n"
    assert tensors_of(classifier(index + data + window, "row", "following")) == ["row:0", "following:0"]


def test_ids_that_look_up_weights_are_fed_themselves():
    index = QUEUE.replace("component_types=[float32, int32]", "component_types=[int32]")
    text = classifier(index + "row = Gather(w/read, batch) Tparams=float32\n", "row")
    assert tensors_of(text) == ["batch:0"]


def test_a_name_that_the_author_gave_to_nothing_but_the_value_is_taken():
    for name, tensor in (("features", "features:0"), ("Identity", "next:0"), ("sequence_length", "next:0")):
        text = classifier(ITERATOR + f"{name} = Identity(next) T=float32\n", name)
        assert tensors_of(text) == [tensor]


def test_what_a_branch_chooses_among_pipelines_is_the_entry():
    both = QUEUE + "test = QueueDequeueManyV2(queue, n) component_types=[float32, int32]\n"
    chosen = (
        "training = Placeholder() dtype=bool; shape=shape()\none = Switch(batch, training) T=float32\n"
        "two = Switch(test, training) T=float32\nx_of = Merge(two, one:1) N=2; T=float32\n"
    )
    text = classifier(both + chosen, "x_of")
    assert "x_of" in entries_of(text).ends
    assert "x_of:0" in tensors_of(text)


def test_a_branch_that_computes_is_part_of_the_model():
    chosen = (
        "training = Placeholder() dtype=bool; shape=shape()\none = Switch(batch, training) T=float32\n"
        "changed = Neg(one:1) T=float32\nx_of = Merge(one, changed) N=2; T=float32\n"
    )
    assert "x_of:0" not in tensors_of(classifier(QUEUE + chosen, "x_of"))


def test_a_placeholder_in_front_of_a_queue_ends_the_walk():
    text = classifier(
        QUEUE + "x_in = PlaceholderWithDefault(batch) dtype=float32; shape=shape(None, 4)\n", "x_in"
    )
    assert entries_of(text).ends == {"batch", "x_in"}
    by_tensor = {str(each.tensor): each.kind for each in entries_of(text).entries}
    assert by_tensor["x_in:0"] == "placeholder"


def test_a_placeholder_with_any_other_default_ends_no_walk():
    text = classifier(
        "zero_x = Const() dtype=float32\nx_in = PlaceholderWithDefault(zero_x) dtype=float32\n", "x_in"
    )
    assert entries_of(text).ends == frozenset()


def test_a_handle_cannot_be_fed_and_ends_no_walk():
    handles = QUEUE.replace("component_types=[float32, int32]", "component_types=[resource]")
    found = entries_of(classifier(handles + "row = ReadVariableOp(batch) dtype=float32\n", "row"))
    assert {str(each.tensor): each.can_be_fed for each in found.entries}["batch:0"] is False
    assert found.ends == frozenset()
