import json

import pytest

from tf1compat.source.labels.documents import namings_of_json
from tf1compat.source.labels.order import settled

ORDERED = ("cat", "dog", "bird")
TO_NUMBER = {"dog": 1, "bird": 2, "cat": 0}
TO_NAME = {"1": "dog", "2": "bird", "0": "cat"}


def names(value, neurons=3, offset=None):
    return settled(namings_of_json(json.dumps(value).encode()), neurons, offset)


@pytest.mark.parametrize(
    "value",
    [
        {"labels": list(ORDERED)},
        {"classes": list(ORDERED), "units": 128},
        {"class_names": list(ORDERED), "layers": ["dense", "dense_1"]},
        {"names": TO_NAME, "nc": 3},
        {"model_type": "bert", "id2label": TO_NAME, "label2id": TO_NUMBER, "architectures": ["A", "B"]},
        {"label2id": {each: str(number) for each, number in TO_NUMBER.items()}},
        {"categories": [{"id": 2, "name": "bird"}, {"id": 0, "name": "cat"}, {"id": 1, "name": "dog"}]},
        [{"id": 2, "name": "bird"}, {"id": 0, "name": "cat"}, {"id": 1, "name": "dog"}],
        [{"name": each} for each in ORDERED],
        {"cat": [1, 0, 0], "bird": [0, 0, 1], "dog": [0, 1, 0]},
        {"cat": [1.0, 0.0, 0.0], "bird": [0.0, 0.0, 1.0], "dog": [0.0, 1.0, 0.0]},
        [["bird", "cat", "dog"], TO_NUMBER],
        [["dog", 1], ["bird", 2], ["cat", 0]],
        [[1, "dog"], [2, "bird"], [0, "cat"]],
        {str(number): [f"n0000000{number}", name] for number, name in enumerate(ORDERED)},
        [[f"n0000000{number}", name] for number, name in enumerate(ORDERED)],
        {"meta": {"seen": [1, 2]}, "mapping": TO_NUMBER},
        [[3, 1, 2, 0], TO_NUMBER, TO_NAME, {".": "||period||"}],
        {"data": {"labels": {"by_name": TO_NUMBER}}},
    ],
)
def test_names_in_what_is_around_them(value):
    assert names(value) == ORDERED


def test_of_several_lists_the_one_that_fits_is_meant():
    value = {"words": ["a", "b"], "tags_seen": ["x", "y", "z"], "other": ["p", "q", "r", "s"]}
    assert names(value, 3) == ("x", "y", "z")
    with pytest.raises(
        ValueError, match=r"several lists of names: words \(2\), tags_seen \(3\), other \(4\); which of"
    ):
        names(value, None)
    with pytest.raises(
        ValueError, match="none of them has 5 names, so write the one that is to a file of its own"
    ):
        names(value, 5)
    with pytest.raises(ValueError, match="which of them is meant cannot be told"):
        names({"one": ["a", "b"], "other": ["c", "d"]}, 2)


def test_a_vocabulary_with_gaps_is_told_as_one():
    with pytest.raises(ValueError, match="no class has the number 1; 2 classes must be numbered 0 to 1"):
        names([[0, 2, 0], {"cat": 0, "dog": 2}, {"0": "cat", "2": "dog"}], None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"cat": 1, "dog": 2}, ("background", "cat", "dog")),
        ({"cat": 0, "dog": 2}, ("cat", "unused_1", "dog")),
        ({"2": "dog", "1": "cat"}, ("background", "cat", "dog")),
        ({"labels": {"2": "dog", "0": "cat"}}, ("cat", "unused_1", "dog")),
    ],
)
def test_numbers_that_reach_the_last_neuron_are_the_neurons_own(value, expected):
    assert names(value, 3) == expected
    for neurons in (4, None):
        with pytest.raises(ValueError, match="no class has the number"):
            names(value, neurons)


def test_few_numbers_are_no_names():
    with pytest.raises(ValueError, match="no class has the number 0"):
        names({"units": 127, "layers": 2}, 128)


def test_numbers_from_one_on_take_an_offset():
    value = {"cat": 1, "dog": 2}
    with pytest.raises(
        ValueError, match=r"no class has the number 0; .*from 1 to 2 \(--label-offset 1 leaves neuron 0"
    ):
        names(value, 2)
    assert names(value, 3, 1) == ("background", "cat", "dog")
    assert names(value, 2, 0) == ("cat", "dog")
    assert names(["cat"], 4, 3) == ("unused_0", "unused_1", "unused_2", "cat")


@pytest.mark.parametrize(
    "value", [{"units": 128, "rate": 0.1}, {"a": {"b": 1.5}}, [["a"]], [{"x": 1}, {"y": 2}]]
)
def test_settings_are_no_names(value):
    with pytest.raises(ValueError, match=r"neither side|is not the name of a class"):
        names(value)


def test_categories_of_a_data_set_are_a_label_map():
    records = [{"id": number, "name": name} for number, name in ((1, "cat"), (2, "dog"), (4, "bird"))]
    assert names({"info": {}, "categories": records}, 5) == ("background", "cat", "dog", "unused_3", "bird")
    assert names(records, 4) == ("cat", "dog", "unused_2", "bird")
    records[0]["id"] = 0
    with pytest.raises(ValueError, match="no class has the number 1"):
        names({"info": {}, "categories": records})
