import pytest

from tf1compat.source.checkpoints.varint import read_varint, read_varints


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"\x00", 0),
        (b"\x7f", 127),
        (b"\x80\x01", 128),
        (b"\xac\x02", 300),
        (b"\xff" * 9 + b"\x01", 2**64 - 1),
    ],
)
def test_one_integer(content, value):
    assert read_varint(content + b"rest", 0) == (value, len(content))


def test_integers_in_a_row_leave_the_position_behind_them():
    assert read_varints(b"..\x01\xac\x02\x03", 2, 3) == ([1, 300, 3], 6)


@pytest.mark.parametrize("content", [b"", b"\x80", b"\xff" * 11])
def test_what_does_not_end_is_refused(content):
    with pytest.raises(ValueError, match="no whole integer at byte 0"):
        read_varint(content, 0)
