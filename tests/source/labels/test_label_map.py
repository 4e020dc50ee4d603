import pytest

from tf1compat.source.labels.label_map import namings_of_label_map
from tf1compat.source.labels.order import settled

MAP = """
# a map
item {
  id: 2
  name: '/m/02'
  display_name: "big \\"dog\\""
}
item: { name: 'caf\\303\\251', id: 1 keypoints { id: 7 name: 'nose' } }
"""


def names(text, neurons=None, offset=None):
    return settled(namings_of_label_map(text.encode()), neurons, offset)


def test_neuron_0_is_the_background():
    assert names(MAP) == ("background", "café", 'big "dog"')
    assert names(MAP, 3) == ("background", "café", 'big "dog"')
    assert names(MAP, 3, 1) == ("background", "café", 'big "dog"')


def test_a_network_without_a_background_counts_from_the_first_item():
    assert names(MAP, 2) == ("café", 'big "dog"')
    assert names(MAP, 2, 0) == ("café", 'big "dog"')


def test_an_item_of_id_0_is_neuron_0():
    assert names("item { id: 0 name: 'none_of_the_above' } item { id: 1 name: 'cat' }", 2) == (
        "none_of_the_above",
        "cat",
    )


def test_gaps_are_neurons_without_a_name():
    text = "item { id: 1 name: 'cat' } item { id: 4 name: 'dog' }"
    assert names(text, 5) == ("background", "cat", "unused_2", "unused_3", "dog")
    assert names(text, 4) == ("cat", "unused_1", "unused_2", "dog")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("node { name: 'x' op: 'Const' }", "it has no 'item"),
        ("item { name: 'cat' }", "has no name, or no id"),
        ("item { id: 1 }", "has no name, or no id"),
        ("item { id: 99999999 name: 'cat' }", "99999999 is not the number of a class"),
        (
            "item { id: 1 name: 'cat' } item { id: 1 name: 'dog' }",
            "two classes have the number 1: 'cat' and 'dog'",
        ),
        ("item { id: 1 name: 'cat'", "its braces do not match"),
        ("{'cat': 0} !", "is not protobuf's text form"),
        ("", "it has no 'item"),
    ],
)
def test_what_is_no_label_map(text, reason):
    with pytest.raises(ValueError, match=reason):
        names(text)
