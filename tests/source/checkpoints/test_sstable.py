import pytest

from tf1compat.errors import SourceError
from tf1compat.source.checkpoints.sstable import is_table, read_table

ENTRIES = {b"rnn/bias": b"1", b"rnn/bias/Adam": b"22", b"rnn/kernel": b"", b"z": b"4"}


def test_keys_that_share_prefixes_come_whole_and_in_order(make_table):
    content = make_table((ENTRIES, 0, None))
    assert is_table(content)
    assert list(read_table(content, "model.index").items()) == list(ENTRIES.items())


def test_blocks_follow_each_other(make_table):
    content = make_table(({b"a": b"1", b"ab": b"2"}, 0, None), ({b"abc": b"3"}, 0, None))
    assert read_table(content, "model.index") == {b"a": b"1", b"ab": b"2", b"abc": b"3"}


def test_a_table_may_be_empty(make_table):
    assert read_table(make_table(), "model.index") == {}


def test_a_snappy_block_is_read(make_table):
    raw = b"\x00\x01\x01ab" + bytes(4) + b"\x01" + bytes(3)
    compressed = bytes([len(raw), (len(raw) - 1) << 2]) + raw
    assert read_table(make_table(({}, 1, compressed)), "model.index") == {b"a": b"b"}


@pytest.mark.parametrize(
    ("kind", "block", "reason"),
    [
        (7, None, "compressed in a way that is not known .type 7."),
        (1, b"\x05\x10abc", "a literal reaches past the end"),
        (0, b"\x00\x09\x01ab" + bytes(8), "an entry reaches past its block"),
        (0, b"\x03\x01\x01ab" + bytes(8), "an entry reaches past its block"),
        (0, b"\x01\xff\xff\xff", "shorter than its own list of restarts"),
        (0, b"", "shorter than its own list of restarts"),
    ],
)
def test_a_block_that_cannot_be_read_is_refused(make_table, kind, block, reason):
    with pytest.raises(SourceError, match=f"'model.index' is damaged: .*{reason}"):
        read_table(make_table((ENTRIES, kind, block)), "model.index")


def test_a_changed_byte_does_not_pass_the_checksum(make_table):
    content = bytearray(make_table((ENTRIES, 0, None)))
    content[4] ^= 1
    with pytest.raises(SourceError, match="checksum of the block at byte 0 does not fit"):
        read_table(bytes(content), "model.index")


@pytest.mark.parametrize("cut", [0, 10, 47, -1])
def test_a_table_cut_short_is_refused(make_table, cut):
    content = make_table((ENTRIES, 0, None))[:cut]
    with pytest.raises(SourceError, match=f"not a checkpoint's index: {len(content)} bytes"):
        read_table(content, "model.index")


def test_a_table_without_its_beginning_is_refused(make_table):
    with pytest.raises(SourceError, match=r"'model.index' is damaged"):
        read_table(make_table((ENTRIES, 0, None))[20:], "model.index")
