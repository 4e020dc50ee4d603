"""V1 checkpoints: genuine ones of one file, of shards and of slices, and what is damaged."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.source.conftest import block, sealed, table
from tf1compat.errors import SourceError
from tf1compat.graph.attributes import Array, DType, Shape
from tf1compat.graph.protos.saved_slices import SavedTensorSlices
from tf1compat.source import open_model
from tf1compat.source.checkpoints.v1_checkpoint import (
    is_first_version,
    read_first_version,
    shards_of,
    without_shard,
)
from tf1compat.source.checkpoints.v2_checkpoint import read_checkpoint, read_strings, read_tensor

FIXTURES = Path(__file__).parents[3] / "fixtures" / "training_graphs"
SINGLE = FIXTURES / "tf0.12.1" / "first_version"
SHARDS = FIXTURES / "tf1.4.1" / "first_version_shards"


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHARDS, tmp_path / "shards")) / "model"


def values_of(array: Array) -> dict[str, list[object]]:
    fields = {"f": "float_val", "i": "int64_val", "b": "bool_val", "O": "string_val"}
    return {fields[array.dtype.kind]: array.ravel().tolist()}


def first_version(tensors: dict[str, tuple[Array, list[tuple[slice, ...]]]]) -> bytes:
    """A V1 file of these tensors, each with the slices of it that lie there; no slice stands for all of it."""
    listed = SavedTensorSlices()
    entries: dict[bytes, bytes] = {}
    for name, (array, places) in sorted(tensors.items()):
        kind = "string" if array.dtype == object else array.dtype.name
        meta = listed.meta.tensor.add(name=name.encode(), type=DType(kind).number)
        meta.shape.SetInParent()
        for size in array.shape:
            meta.shape.dim.add(size=size)
        for number, place in enumerate(places or [tuple(slice(None) for _ in array.shape)]):
            stored = SavedTensorSlices()
            stored.data.name = name.encode()
            stored.data.data.MergeFrom(type(stored.data.data)(**values_of(array[place])))
            for found in (meta.slice.add(), stored.data.slice):
                for axis in place:
                    extent = found.extent.add()
                    if axis.start is not None:
                        extent.start, extent.length = axis.start, axis.stop - axis.start
            entries[b"\0" + name.encode() + b"\0\1" + bytes([number])] = stored.SerializeToString()
    return table(sealed(block({b"": listed.SerializeToString(), **entries})))


WHOLE = {
    "kernel": (np.arange(6, dtype=np.float32).reshape(2, 3), []),
    "kernel/more": (np.array([1.5, 2.5], np.float64).astype(np.float32), []),
    "step": (np.array(7, np.int64), []),
    "flags": (np.array([True, False]), []),
    "words": (np.array([b"a", b""], object), []),
}


def test_every_type_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(first_version(WHOLE))
    checkpoint = read_checkpoint(tmp_path / "model")
    assert (checkpoint.format, checkpoint.tensorflow_path) == ("V1", str(tmp_path / "model"))
    assert set(checkpoint.entries) == set(WHOLE)
    for name in WHOLE.keys() - {"words"}:
        np.testing.assert_array_equal(read_tensor(checkpoint, name), WHOLE[name][0])
    assert read_strings(checkpoint, "words") == [b"a", b""]
    entry = checkpoint.entries["kernel"]
    assert (entry.dtype, entry.shape, entry.size, entry.sliced) == ("float32", Shape.of(2, 3), 24, False)


def test_slices_in_two_shards_are_joined(tmp_path: Path) -> None:
    array = np.arange(12, dtype=np.float32).reshape(4, 3)
    halves = [(slice(0, 3), slice(None)), (slice(3, 4), slice(None))]
    for number, half in enumerate(halves):
        content = first_version({"w": (array, [half])})
        (tmp_path / f"model-{number:05d}-of-00002").write_bytes(content)
    checkpoint = read_first_version(tmp_path / "model")
    assert checkpoint.tensorflow_path == str(tmp_path / "model-?????-of-00002")
    assert checkpoint.entries["w"].sliced
    np.testing.assert_array_equal(read_tensor(checkpoint, "w"), array)


def test_a_slice_that_is_nowhere_is_missed(tmp_path: Path) -> None:
    array = np.arange(12, dtype=np.float32).reshape(4, 3)
    (tmp_path / "model").write_bytes(first_version({"w": (array, [(slice(0, 3), slice(None))])}))
    with pytest.raises(SourceError, match=r"parts of 'w' are not in '.*model'; copy all its files again"):
        read_tensor(read_first_version(tmp_path / "model"), "w")


# ------------------------------------------------------------------------------------------- genuine ones


@pytest.mark.parametrize("folder", [SINGLE, SHARDS], ids=lambda each: each.name)
def test_the_saver_of_a_genuine_model_accounts_for_its_variables(folder: Path) -> None:
    model = open_model(folder)
    assert model.checkpoint.format == "V1"
    assert {each.key for each in model.saved_as.values()} == set(model.checkpoint.entries)
    assert all(part.is_file() for part in model.checkpoint.shards)


@pytest.mark.tensorflow
@pytest.mark.parametrize("folder", [SINGLE, SHARDS], ids=lambda each: each.name)
def test_the_values_are_those_that_tensorflow_reads(
    folder: Path, tensorflow: ModuleType, tmp_path: Path
) -> None:
    checkpoint = open_model(shutil.copytree(folder, tmp_path / "run [1]")).checkpoint
    assert checkpoint.entries
    for key in checkpoint.entries:
        (expected,) = tensorflow.raw_ops.RestoreV2(
            prefix=checkpoint.tensorflow_path,
            tensor_names=[key],
            shape_and_slices=[""],
            dtypes=[tensorflow.float32],
        )
        np.testing.assert_array_equal(read_tensor(checkpoint, key), expected)


# ---------------------------------------------------------------------------------------------- hostile


def test_one_that_is_cut_short_is_none(tmp_path: Path) -> None:
    content = (SINGLE / "model").read_bytes()
    (tmp_path / "model").write_bytes(content[:-1])
    (tmp_path / "model.meta").write_bytes((SINGLE / "model.meta").read_bytes())
    assert not is_first_version(tmp_path / "model")
    with pytest.raises(SourceError, match=r"'.*model' is no V1 checkpoint .*: it is cut short"):
        open_model(tmp_path / "model")


def test_one_that_is_damaged_inside_is_named(tmp_path: Path) -> None:
    content = bytearray((SINGLE / "model").read_bytes())
    content[40] ^= 0xFF
    (tmp_path / "model").write_bytes(content)
    with pytest.raises(
        SourceError, match=r"'.*model' is damaged: the checksum of the block at byte 0 does not fit"
    ):
        read_first_version(tmp_path / "model")


def test_a_table_of_another_kind_is_named(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(table(sealed(block({b"key": b"value"}))))
    with pytest.raises(SourceError, match=r"its first entry does not list a V1 checkpoint's tensors"):
        read_first_version(tmp_path / "model")


def test_a_missing_shard_is_named_with_the_number_there_should_be(shards: Path) -> None:
    shards.with_name("model-00000-of-00002").unlink()
    with pytest.raises(SourceError, match=r"model-00000-of-00002' is missing: .* has 2 shards"):
        open_model(shards)


def test_a_shard_that_is_cut_short_is_named(shards: Path) -> None:
    shard = shards.with_name("model-00001-of-00002")
    shard.write_bytes(shard.read_bytes()[:-20])
    with pytest.raises(SourceError, match=r"model-00001-of-00002' is not a V1 checkpoint: .* cut short"):
        open_model(shards)


def test_a_shard_that_git_lfs_left_out_is_named(shards: Path) -> None:
    shards.with_name("model-00001-of-00002").write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(SourceError, match=r"model-00001-of-00002' is a Git LFS pointer"):
        open_model(shards)


def test_shards_that_do_not_agree_are_refused(tmp_path: Path) -> None:
    for number in range(2):
        content = first_version({"w": (np.zeros(number + 1, np.float32), [])})
        (tmp_path / f"model-{number:05d}-of-00002").write_bytes(content)
    with pytest.raises(SourceError, match=r"'w' has two shapes or types in the shards"):
        read_first_version(tmp_path / "model")


# ------------------------------------------------------------------------------------------------ names


def test_a_file_beside_an_index_is_no_first_version(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(first_version(WHOLE))
    assert is_first_version(tmp_path / "model")
    (tmp_path / "model.index").write_bytes(b"")
    assert not is_first_version(tmp_path / "model")


def test_the_shards_of_another_prefix_are_left_alone(shards: Path) -> None:
    shutil.copy(shards.with_name("model-00000-of-00002"), shards.with_name("model-2-00000-of-00001"))
    assert [each.name for each in shards_of(shards)] == ["model-00000-of-00002", "model-00001-of-00002"]
    assert shards_of(shards.with_name("none")) == ()


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("model.ckpt-7-00001-of-00002", "model.ckpt-7"),
        ("model-?????-of-00003", "model"),
        ("model.ckpt-00007", "model.ckpt-00007"),
        ("model.data-00000-of-00001", "model.data"),
    ],
)
def test_a_shards_name_tells_its_prefix(name: str, whole: str) -> None:
    assert without_shard(name) == whole
