"""Packed modules: what is unpacked, and what is not."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

import tf1compat
from tests.packed import unpack
from tf1compat.errors import SourceError
from tf1compat.source import open_model
from tf1compat.source.formats import archive


def pack(path: Path, folder: Path, inside: str = ".") -> Path:
    """An archive of a folder's files."""
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as packed:
        packed.add(folder, arcname=inside)
    return path


def packed_file(path: Path, name: str, content: bytes = b"x", kind: bytes = tarfile.REGTYPE) -> Path:
    member = tarfile.TarInfo(name)
    member.size, member.type, member.linkname = len(content), kind, "/etc/passwd"
    with tarfile.open(path, "w:gz") as made:
        made.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def module(tmp_path: Path) -> Path:
    return unpack("saved_formats", "tf1.15.5/module_of_hub", tmp_path) / "model"


@pytest.mark.parametrize("inside", [".", "module"])
@pytest.mark.parametrize("name", ["module.tar.gz", "module.tar"])
def test_a_packed_module_is_the_module(module: Path, tmp_path: Path, name: str, inside: str) -> None:
    path = pack(tmp_path / name, module, inside)
    found = open_model(path)
    assert (found.kind, found.path, found.digest) == ("hub_module", str(path), open_model(module).digest)
    assert tf1compat.plan(path).signature_names == tf1compat.plan(module).signature_names


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../out", tarfile.REGTYPE),
        ("/tmp/out", tarfile.REGTYPE),
        ("link", tarfile.SYMTYPE),
        ("fifo", tarfile.FIFOTYPE),
    ],
)
def test_what_would_lie_outside_is_not_unpacked(tmp_path: Path, name: str, kind: bytes) -> None:
    content = b"x" if kind == tarfile.REGTYPE else b""
    path = packed_file(tmp_path / "bad.tar.gz", name, content, kind)
    with pytest.raises(SourceError, match="no plain file of its own; it is not unpacked"):
        open_model(path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bad.tar.gz"]


def test_what_fills_a_disk_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_ALWAYS", 1000)
    path = packed_file(tmp_path / "bomb.tar.gz", "saved_model.pb", bytes(1 << 20))
    with pytest.raises(SourceError, match="far more than its own size"):
        open_model(path)


def test_an_archive_of_something_else_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"there is no saved_model.pb in '.*other.tar.gz'"):
        open_model(packed_file(tmp_path / "other.tar.gz", "notes.txt"))


def test_one_that_is_cut_short_is_told(module: Path, tmp_path: Path) -> None:
    path = pack(tmp_path / "module.tar.gz", module)
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(SourceError, match="is cut short or damaged"):
        open_model(path)
