import pytest

from tf1compat.source.labels.order import settled
from tf1compat.source.labels.texts import namings_of_lines, namings_of_table


def lines(text, neurons=None, offset=None):
    return settled(namings_of_lines(text.encode()), neurons, offset)


def table(text, delimiter=",", neurons=None, offset=None):
    return settled(namings_of_table(delimiter)(text.encode()), neurons, offset)


@pytest.mark.parametrize(
    "text",
    [
        "1 dog\n0 cat\n2 big bird",
        "1: dog\n0: cat\n2: big bird\n",
        "1\tdog\n0\tcat\n2\tbig bird",
        "dog 1\ncat 0\nbig bird 2",
        "dog:1\ncat:0\nbig bird:2",
        "cat\ndog\nbig bird",
        "n01440764 cat\nn01443537 dog\nn01484850 big bird",
    ],
)
def test_numbers_and_keys_beside_the_names(text):
    assert lines(text) == ("cat", "dog", "big bird")


@pytest.mark.parametrize(
    "text",
    [
        "1 star\n2 stars\n3 stars", "7 up\n8 ball", "digit 0\ndigit 1", "0\n1\n2", "cat 9 lives\ndog",
        "n01440764 tench\nother",
    ],
)  # fmt: skip
def test_digits_that_are_part_of_the_names_stay(text):
    assert lines(text) == tuple(text.split("\n"))


def test_numbers_from_one_on():
    with pytest.raises(ValueError, match="--label-offset 1 leaves neuron 0 to a background class"):
        lines("1 cat\n2 dog")
    assert lines("1 cat\n2 dog", 3, 1) == ("background", "cat", "dog")


@pytest.mark.parametrize(
    "text",
    [
        "index,mid,display_name\n0,/m/1,cat\n1,/m/2,dog\n",
        "ClassId,SignName\n1,dog\n0,cat\n",
        ",label\n0,cat\n1,dog\n",
        "label,description\ncat,a pet\ndog,a friend\n",
        "id;name\n0;cat\n1;dog\n",
        "name\tpicture\ncat\tc.png\ndog\td.png\n",
        "mid,label,number\n/m/2,dog,1\n/m/1,cat,0\n",
        "label,count,place\ncat,70,0\ndog,50,1\n",
    ],
)
def test_columns_by_their_titles(text):
    if text.startswith("label,count"):
        with pytest.raises(ValueError, match="no class has the number"):
            table(text)
        return
    assert table(text) == ("cat", "dog")


def test_columns_without_titles_that_tell():
    with pytest.raises(
        ValueError, match=r"row 1 has 3 columns; give one \(names\), two .* or titles that say which"
    ):
        table("x,y,z\ncat,1,2\n")


def test_text_of_windows():
    assert settled(namings_of_lines("cat\r\ncaf\u00e9\r\n".encode("utf-16")), None, None) == (
        "cat",
        "caf\u00e9",
    )
