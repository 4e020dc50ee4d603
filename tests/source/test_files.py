from pathlib import Path

import pytest

from tf1compat.errors import SourceError
from tf1compat.source.files import beside, digest_of, last_bytes, read_bytes, read_part


def test_a_prefix_may_hold_dots():
    assert beside(Path("dir/model.ckpt-3"), ".meta") == Path("dir/model.ckpt-3.meta")


def test_parts_of_a_file(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    assert read_part(path, 3, 4) == b"3456"
    assert read_part(path, size=2) == b"01"
    assert last_bytes(path, 3) == b"789"
    assert last_bytes(path, 99) == b"0123456789"


def test_a_git_lfs_pointer_is_called_one(tmp_path):
    path = tmp_path / "model.index"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n")
    with pytest.raises(SourceError, match=r"model.index' is a Git LFS pointer of 65 bytes.*git lfs pull"):
        read_bytes(path)


def test_the_systems_refusal_becomes_one_line(tmp_path):
    with pytest.raises(SourceError, match=r"nothing' cannot be read: No such file"):
        read_bytes(tmp_path / "nothing")


def test_a_digest_depends_on_contents_and_labels_not_on_names(tmp_path):
    first, second, empty = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    first.write_bytes(b"xy")
    second.write_bytes(b"xy")
    empty.write_bytes(b"")
    assert digest_of([(".meta", first)]) == digest_of([(".meta", second)])
    assert digest_of([(".meta", first)]) != digest_of([(".index", first)])
    assert digest_of([(".a", first), (".b", empty)]) != digest_of([(".a", empty), (".b", first)])
    assert digest_of([]).startswith("sha256:")
