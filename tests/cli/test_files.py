from __future__ import annotations

import os
import threading

import numpy as np
import pytest

from tf1compat.cli.files import read_feeds, write_arrays, write_text
from tf1compat.errors import FeedError, OutputError


def test_arrays_come_back_as_they_were_written(tmp_path):
    path = str(tmp_path / "out.npz")
    arrays = {
        "file": np.arange(6, dtype=np.float32).reshape(2, 3),  # a name that numpy.savez refuses
        "classes": np.array([[b"caf\xc3\xa9"], ["x"]], object),
        "scalar": np.array(3, np.int64),
    }
    write_arrays(path, arrays, precious=())
    found = read_feeds(path)
    assert list(found) == ["file", "classes", "scalar"]
    np.testing.assert_array_equal(found["file"], arrays["file"])
    assert found["classes"].tolist() == [["café"], ["x"]]
    assert found["scalar"] == 3


def test_feeds_written_by_numpy_are_read(tmp_path):
    np.savez(tmp_path / "feeds.npz", x=np.ones(2), text=np.array(["a", "b"]))
    assert sorted(read_feeds(str(tmp_path / "feeds.npz"))) == ["text", "x"]


def missing(path):
    pass


def one_array(path):
    with path.open("wb") as file:
        np.save(file, np.ones(2))


def text(path):
    path.write_text("not an archive")


def empty(path):
    path.write_bytes(b"")


def objects(path):
    np.savez(path, x=np.array([{"a": 1}], object))


def truncated(path):
    np.savez(path, x=np.ones(1000))
    path.write_bytes(path.read_bytes()[:-100])


def folder(path):
    path.mkdir()


@pytest.mark.parametrize("damage", [missing, one_array, text, empty, objects, truncated, folder])
def test_what_is_no_archive_of_arrays_is_refused_with_advice(tmp_path, damage):
    path = tmp_path / "feeds.npz"
    damage(path)
    with pytest.raises(FeedError, match=r"feeds\.npz'.*numpy\.savez\(path, alias=array\)"):
        read_feeds(str(path))


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text("old, and much longer than the new")
    write_text(str(path), "new é \udc80", precious=())
    assert path.read_bytes() == "new é \\udc80".encode()
    assert os.listdir(tmp_path) == ["report.txt"]


def test_a_symbolic_link_keeps_pointing_at_what_is_written(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_text(str(tmp_path / "link"), "text", precious=())
    assert (tmp_path / "target").read_text() == "text"
    assert (tmp_path / "link").is_symlink()


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(pipe.read_text()))
    reader.start()
    write_text(str(pipe), "text", precious=())
    reader.join()
    assert received == ["text"]
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    "name",
    [
        "checkpoint",
        "a.meta",
        "a.index",
        "a.data-00000-of-00002",
        "saved_model.pb",
        "g.pbtxt",
        "k.h5",
        "m.ckpt",
    ],
)
def test_a_report_is_never_written_over_what_may_be_a_model(tmp_path, name):
    with pytest.raises(OutputError, match="choose another name for -o"):
        write_text(str(tmp_path / name), "text", precious=())
    assert os.listdir(tmp_path) == []


def test_a_report_is_never_written_over_what_the_command_reads(tmp_path):
    labels = tmp_path / "labels.txt"
    labels.write_text("cat\n")
    (tmp_path / "link").symlink_to(labels)
    with pytest.raises(OutputError, match="reads"):
        write_text(str(tmp_path / "link"), "text", precious=(str(labels),))
    assert labels.read_text() == "cat\n"


def test_a_directory_or_a_missing_one_is_refused(tmp_path):
    with pytest.raises(OutputError, match="is a directory"):
        write_text(str(tmp_path), "text", precious=())
    with pytest.raises(OutputError, match="does not exist"):
        write_text(str(tmp_path / "a" / "b"), "text", precious=())
