from pathlib import Path

import numpy as np
import pytest

from tf1compat.errors import SourceError
from tf1compat.graph.attributes import Shape
from tf1compat.graph.protos.bundles import BundleEntryProto
from tf1compat.source.checkpoints.v2_checkpoint import read_checkpoint, read_strings, read_tensor

FIXTURES = Path(__file__).parents[3] / "fixtures"
TENSORS = {
    "kernel": np.arange(12, dtype=np.float32).reshape(3, 4),
    "bias": np.array([1.5, -2.5], np.float64),
    "step": np.int64(7),
    "flags": np.array([True, False]),
    "half": np.array([0.5], np.float16),
    "none": np.zeros((0, 3), np.int32),
    "names": np.array([[b"a", b""], ["\u00e4".encode(), b"long " * 60]], object),
}


@pytest.mark.parametrize("shards", [1, 3])
def test_what_was_written_is_read(tmp_path, checkpoint_at, shards):
    checkpoint = read_checkpoint(checkpoint_at(tmp_path / "model", TENSORS, shards=shards))
    assert set(checkpoint.entries) == set(TENSORS)
    assert len(checkpoint.shards) == shards
    for key in TENSORS.keys() - {"names"}:
        value = read_tensor(checkpoint, key)
        np.testing.assert_array_equal(value, TENSORS[key])
        assert value.dtype == TENSORS[key].dtype
    assert read_strings(checkpoint, "names") == list(TENSORS["names"].ravel())
    assert checkpoint.entries["names"].shape == Shape.of(2, 2)


def test_a_key_that_is_not_there_is_answered_with_the_nearest(tmp_path, checkpoint_at):
    checkpoint = read_checkpoint(checkpoint_at(tmp_path / "model", TENSORS))
    with pytest.raises(SourceError, match=r"model' has no key 'kernal'; did you mean 'kernel'\?"):
        read_tensor(checkpoint, "kernal")


def test_strings_and_numbers_are_not_taken_for_each_other(tmp_path, checkpoint_at):
    checkpoint = read_checkpoint(checkpoint_at(tmp_path / "model", TENSORS))
    with pytest.raises(SourceError, match=r"'names' in .* is string, not numbers"):
        read_tensor(checkpoint, "names")
    with pytest.raises(SourceError, match=r"'kernel' in .* is float32 \[3, 4\], not string"):
        read_strings(checkpoint, "kernel")


def test_a_missing_shard_is_named_with_the_number_there_should_be(tmp_path, checkpoint_at):
    prefix = checkpoint_at(tmp_path / "model", TENSORS, shards=2)
    (tmp_path / "model.data-00001-of-00002").unlink()
    with pytest.raises(SourceError, match=r"model.data-00001-of-00002' is missing.*has 2 data files"):
        read_checkpoint(prefix)


def test_a_renamed_shard_is_offered(tmp_path, checkpoint_at):
    prefix = checkpoint_at(tmp_path / "model", TENSORS)
    (tmp_path / "model.data-00000-of-00001").rename(tmp_path / "mode1.data-00000-of-00001")
    with pytest.raises(SourceError, match=r"has 1 data file; .*did you mean 'mode1.data-00000-of-00001'\?"):
        read_checkpoint(prefix)


def test_data_cut_short_names_tensor_and_bytes(tmp_path, checkpoint_at):
    prefix = checkpoint_at(tmp_path / "model", {"a": np.zeros(4, np.float32), "b": np.zeros(8, np.float32)})
    (tmp_path / "model.data-00000-of-00001").write_bytes(bytes(47))
    with pytest.raises(SourceError, match=r"cut short: tensor 'b' needs bytes 16 to 48, the file has 47"):
        read_checkpoint(prefix)


def test_data_that_git_lfs_left_out_is_named(tmp_path, checkpoint_at):
    prefix = checkpoint_at(tmp_path / "model", TENSORS)
    (tmp_path / "model.data-00000-of-00001").write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(SourceError, match=r"model.data-00000-of-00001' is a Git LFS pointer"):
        read_checkpoint(prefix)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"endianness": 1}, "big-endian"),
        ({"num_shards": 0}, "tells of 0 data files"),
        ({"num_shards": 1 << 30}, "tells of 1073741824 data files"),
    ],
)
def test_headers_that_cannot_be_read_are_refused(tmp_path, checkpoint_at, header, reason):
    with pytest.raises(SourceError, match=reason):
        read_checkpoint(checkpoint_at(tmp_path / "model", TENSORS, header=header))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"\xff", "the entry 'w' in .* is damaged"),
        (BundleEntryProto(dtype=1, shard_id=5).SerializeToString(), "puts 'w' into a place that cannot be"),
        (BundleEntryProto(dtype=1, offset=-1).SerializeToString(), "puts 'w' into a place that cannot be"),
    ],
)
def test_entries_that_cannot_be_are_refused(tmp_path, checkpoint_at, make_table, value, reason):
    prefix = checkpoint_at(tmp_path / "model", {})
    header = b"\x08\x01"
    (tmp_path / "model.index").write_bytes(make_table(({b"": header, b"w": value}, 0, None)))
    with pytest.raises(SourceError, match=reason):
        read_checkpoint(prefix)


def test_an_index_without_header_is_refused(tmp_path, make_table):
    (tmp_path / "model.index").write_bytes(make_table(({b"w": b""}, 0, None)))
    with pytest.raises(SourceError, match="has no header"):
        read_checkpoint(tmp_path / "model")


def test_slices_are_known_as_such(tmp_path, checkpoint_at, make_table):
    prefix = checkpoint_at(tmp_path / "model", {})
    whole = BundleEntryProto(dtype=1, slices=[b""])
    whole.shape.dim.add().size = 4
    part = BundleEntryProto(dtype=1, size=8)
    index = make_table(
        ({b"": b"\x08\x01", b"\0w\0\1": part.SerializeToString(), b"w": whole.SerializeToString()}, 0, None)
    )
    (tmp_path / "model.index").write_bytes(index)
    with pytest.raises(SourceError, match="cut short"):  # the part's own bytes are looked for
        read_checkpoint(prefix)
    (tmp_path / "model.data-00000-of-00001").write_bytes(bytes(8))
    checkpoint = read_checkpoint(prefix)
    assert set(checkpoint.entries) == {"w"}
    assert checkpoint.entries["w"].sliced
    with pytest.raises(SourceError, match=r"'w' in .* is stored in slices"):
        read_tensor(checkpoint, "w")


def test_a_size_that_does_not_fit_the_shape_is_refused(tmp_path, checkpoint_at, make_table):
    prefix = checkpoint_at(tmp_path / "model", {})
    index = make_table(({b"": b"\x08\x01", b"w": BundleEntryProto(dtype=1).SerializeToString()}, 0, None))
    (tmp_path / "model.index").write_bytes(index)
    with pytest.raises(SourceError, match=r"'w' in .* has 0 bytes; float32 \[\] takes 4"):
        read_tensor(read_checkpoint(prefix), "w")


@pytest.mark.parametrize(
    ("position", "reason"),
    [
        (0, "checksum of their lengths"),
        (2, "checksum of their lengths"),  # the checksum itself
        (-1, "checksum of their bytes"),
    ],
)
def test_damaged_strings_are_refused(tmp_path, checkpoint_at, position, reason):
    prefix = checkpoint_at(tmp_path / "model", {"names": np.array([b"cat", b"dog"], object)})
    data = tmp_path / "model.data-00000-of-00001"
    content = bytearray(data.read_bytes())
    content[position] ^= 1
    data.write_bytes(content)
    with pytest.raises(SourceError, match=f"the strings of 'names' in .* are damaged: .*{reason}"):
        read_strings(read_checkpoint(prefix), "names")


@pytest.mark.tensorflow
def test_every_tensor_of_the_genuine_checkpoints_is_what_tensorflow_reads():
    import tensorflow as tf

    prefixes = sorted(path.with_suffix("") for path in FIXTURES.glob("*/*/*.index"))
    assert prefixes
    for prefix in prefixes:
        checkpoint, reader = read_checkpoint(prefix), tf.train.load_checkpoint(str(prefix))
        assert set(checkpoint.entries) == set(reader.get_variable_to_shape_map())
        for key, entry in checkpoint.entries.items():
            expected = reader.get_tensor(key)
            if entry.dtype == "string":
                assert read_strings(checkpoint, key) == list(expected.ravel())
            else:
                np.testing.assert_array_equal(read_tensor(checkpoint, key), expected)
