import pytest

from tf1compat.source.checkpoints.snappy import decompress

RAW = b"rnn/lstm_cell/kernel rnn/lstm_cell/bias rnn/lstm_cell/kernel/Adam"
# what the reference implementation makes of it
COMPRESSED = bytes.fromhex(
    "4150726e6e2f6c73746d5f63656c6c2f6b65726e656c203615000c626961733a1300286b65726e656c2f4164616d"
)


def test_literals_and_copies():
    assert decompress(COMPRESSED) == RAW


def test_a_copy_may_overlap_what_it_writes():
    assert decompress(b"\x09" + b"\x04ab" + b"\x0d\x02") == b"ababababa"


def test_a_literal_may_tell_its_length_in_bytes_of_its_own():
    assert decompress(b"\xac\x02" + b"\xf4\x2b\x01" + b"x" * 300) == b"x" * 300


def test_a_copy_may_come_from_far_back():
    far = b"\xf0\x45"  # 70 literal bytes
    raw = bytes(range(70))
    assert decompress(b"\x4a" + far + raw + b"\x0e\x46\x00") == raw + raw[:4]
    assert decompress(b"\x4a" + far + raw + b"\x0f\x46\x00\x00\x00") == raw + raw[:4]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x05\x10abc", "past the end"),
        (b"\x04\x0d\x02", "before the start"),
        (b"\x04\x00a\x0d\x00", "before the start"),
        (b"\x09\x08abc", "9 bytes were compressed, 3 come out"),
        (b"\x02\x08abc", "2 bytes were compressed, 3 come out"),
        (b"", "no whole integer"),
    ],
)
def test_damage_is_told(content, reason):
    with pytest.raises(ValueError, match=reason):
        decompress(content)
