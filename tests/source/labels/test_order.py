import pytest

from tf1compat.source.labels.order import is_number, labels_from_list, labels_from_pairs

ORDERED = ("cat", "dog", "bird")


def test_a_list_stays_as_it_is():
    assert labels_from_list(["b", b"a", "b", 3, " "]) == ("b", "a", "b", "3", " ")


@pytest.mark.parametrize("value", [None, True, ["a"], {"a": 1}, b"\xff", (1,)])
def test_what_is_no_name_is_refused(value):
    with pytest.raises(ValueError, match="is not"):
        labels_from_list([value])


@pytest.mark.parametrize(
    "pairs",
    [
        [("dog", 1), ("bird", 2), ("cat", 0)],
        [(1, "dog"), (2, "bird"), (0, "cat")],
        [("1", "dog"), ("2", "bird"), ("0", "cat")],
        [("dog", "1"), ("bird", "2"), ("cat", "0")],
        [(b"dog", 1), (b"bird", 2), (b"cat", 0)],
        [(b"1", b"dog"), (b"2", b"bird"), (b"0", b"cat")],
    ],
)
def test_pairs_go_either_way(pairs):
    assert labels_from_pairs(pairs) == ORDERED


def test_more_than_ten_are_ordered_by_number_not_by_text():
    assert labels_from_pairs([(str(n), f"c{n}") for n in reversed(range(12))]) == tuple(
        f"c{n}" for n in range(12)
    )


def test_names_that_are_digits_themselves():
    assert labels_from_pairs([("7", 0), ("5", 1)]) == ("7", "5")  # only the values are an order
    assert labels_from_pairs([("1", 0), ("0", 1)]) == ("1", "0")  # both are, integers win over text
    assert labels_from_pairs([(0, "1"), (1, "0")]) == ("1", "0")
    assert labels_from_pairs([("0", "0"), ("1", "1")]) == ("0", "1")  # both say the same


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        (
            [("cat", 0), ("dog", 2)],
            "no class has the number 1; 2 classes must be numbered 0 to 1, .* from 0 to 2",
        ),
        ([("cat", 1), ("dog", 2)], "no class has the number 0"),
        ([("cat", 0), ("dog", -1)], "no class has the number 1.*from -1 to 0"),
        ([("cat", 0), ("dog", 1), ("bird", 1)], "two classes have the number 1: 'dog' and 'bird'"),
        ([(0, "cat"), ("0", "dog")], "two classes have the number 0: 'cat' and 'dog'"),
        ([("0", "1"), ("1", "2"), ("2", "0")], "both sides of the mapping are numbers"),
        ([("cat", "feline")], "neither side .*the first pair is 'cat' and 'feline'"),
        ([("cat", True)], "neither side"),
        ([("cat", 0.5)], "neither side"),
        ([("0", ["n01440764", "tench"])], "is not the name of a class"),
    ],
)
def test_what_is_no_order_is_told(pairs, reason):
    with pytest.raises(ValueError, match=reason):
        labels_from_pairs(pairs)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3, True), ("3", True), (b" 3 ", True), ("\u0663", False), ("3.0", False), (True, False)],
)
def test_numbers_are_integers_and_digits(value, expected):
    assert is_number(value) is expected
