import io
import json
import os

import numpy as np
import pytest
from numpy.lib import format as npy

from tf1compat.errors import LabelError
from tf1compat.source.labels.files import read_label_file

ORDERED = ("cat", "dog", "bird")
TO_NUMBER = {"dog": 1, "bird": 2, "cat": 0}
TO_NAME = {1: "dog", 2: "bird", 0: "cat"}


@pytest.fixture
def file(tmp_path):
    def make(name, content):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        else:
            np.save(path, content)
        return path

    return make


def refusal(path):
    with pytest.raises(LabelError) as caught:
        read_label_file(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("l.txt", "cat\ndog\nbird"),
        ("l.txt", "cat\r\ndog\r\nbird\r\n\r\n"),
        ("L.TXT", "\ufeffcat\n dog \nbird\n"),
        ("l.json", json.dumps(ORDERED)),
        ("l.json", json.dumps(TO_NUMBER)),
        ("l.json", json.dumps(TO_NAME)),
        ("l.json", "\ufeff" + json.dumps(ORDERED)),
        ("l.csv", "cat\ndog\nbird\n"),
        ("l.csv", "label\ncat\ndog\nbird\n\n"),
        ("l.csv", "0,cat\n1,dog\n2,bird\n"),
        ("l.csv", '"dog",1\n"bird",2\n"cat",0\n'),
        ("l.csv", "index,name\n1,dog\n2,bird\n0,cat\n"),
        ("l.csv", "class, id\r\ncat, 0\r\ndog, 1\r\nbird, 2\r\n"),
        ("l.tsv", "0\tcat\n1\tdog\n2\tbird\n"),
        ("l.npy", np.array(ORDERED)),
        ("l.npy", np.array([each.encode() for each in ORDERED])),
        ("l.npy", np.array([ORDERED])),
        ("l.npy", np.array(ORDERED, object)),
        ("l.npy", np.array(TO_NUMBER, object)),
        ("l.npy", np.array(TO_NAME, object)),
        ("l.npy", np.array({np.str_(key): np.int32(value) for key, value in TO_NUMBER.items()}, object)),
    ],
)  # fmt: skip
def test_every_form_gives_the_same_labels(file, name, content):
    assert read_label_file(file(name, content)) == ORDERED


def test_names_that_need_care(file):
    assert read_label_file(file("a.csv", '0,"b, c"\n1,"say ""x"""\n')) == ("b, c", 'say "x"')
    assert read_label_file(file("b.txt", "\u00e4\u20ac\n \nx\u2028y\n")) == ("\u00e4\u20ac", " ", "x\u2028y")
    assert read_label_file(file("c.json", json.dumps({"\n": 0, " ": 1}))) == ("\n", " ")
    assert read_label_file(file("d.csv", "name\ndate\nplace\n")) == ("name", "date", "place")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("l.txt", "cat\n\ndog\n", "line 2 is empty; every line is one class"),
        ("l.txt", b"cat\n\xff\n", "byte 4 is not UTF-8 text"),
        ("l.txt", "", "holds no labels"),
        ("l.txt", "version https://git-lfs.github.com/spec/v1\n", "is a Git LFS pointer"),
        ("l.json", "{'cat': 0}", "it is not JSON"),
        ("l.json", b"\xff\xff", "it is not JSON"),
        ("l.json", "[" * 100_000, "it is nested too deep"),
        ("l.json", "3", "it is neither a list nor a mapping"),
        ("l.json", '[["a"]]', "['a'] is not the name of a class"),
        ("l.json", '{"a": 0, "a": 1}', None),
        ("l.json", '{"0": "a", "0": "b"}', "two classes have the number 0: 'a' and 'b'"),
        ("l.json", "{}", "holds no labels"),
        ("l.json", '{"cat": 0, "dog": 2}', "no class has the number 1"),
        ("l.csv", "0,cat,x\n", "row 1 has 3 columns"),
        ("l.csv", "0,cat\n1\n", "row 2 has 1 columns"),
        ("l.csv", '0,"cat\n', "it is not a table"),
        ("l.csv", "0,cat\n0,dog\n", "two classes have the number 0: 'cat' and 'dog'"),
        ("l.csv", "label\n", "holds no labels"),
        ("l.csv", "id,name\n", "holds no labels"),
        ("l.npy", np.arange(3), "it is an array of int64, not of names"),
        ("l.npy", np.array([["a", "b"], ["c", "d"]]), "its shape is (2, 2); labels are one list"),
        ("l.npy", np.array("a"), "its shape is (); labels are one list"),
        ("l.npy", np.array([["a", "b"], ["c", None]], object), "its shape is (2, 2); labels are one list"),
        ("l.npy", np.array(3, object), "the object in it is neither a list nor a mapping"),
        ("l.npy", np.array(["a", None], object), "None is not the name of a class"),
        ("l.npy", np.array([("a", 1)], [("name", "U3"), ("id", "i4")]), "not of names"),
        ("l.npy", b"no numpy file", "does not give labels"),
        ("l.npy", b"\x93NUMPY\x03\x00", "version (3, 0) of the .npy format is not read"),
        ("l.bin", b"", "is no kind of label file; give .txt, .json, .csv, .tsv, .yaml, .yml, .npy, .npz, .pbtxt, .pkl"),
        ("l.pkl", b"", "its pickled content is refused: it is cut short"),
    ],
)  # fmt: skip
def test_what_does_not_give_labels_is_told(file, name, content, reason):
    if reason is None:  # a name that comes twice is no contradiction in itself
        assert read_label_file(file(name, content)) == ("a", "a")
        return
    message = refusal(file(name, content))
    assert f"{name}'" in message
    assert reason in message


def test_an_array_cut_short(file):
    path = file("l.npy", np.array(ORDERED))
    path.write_bytes(path.read_bytes()[:-1])
    assert "47 bytes do not make <U4 of shape (3,); it is cut short" in refusal(path)


def test_an_array_that_claims_to_be_huge(file):
    header = io.BytesIO()
    npy.write_array_header_1_0(header, {"descr": "<U4", "fortran_order": False, "shape": (10**12,)})
    path = file("l.npy", header.getvalue() + bytes(48))
    assert "48 bytes do not make <U4 of shape (1000000000000,)" in refusal(path)


def test_a_header_that_python_2_wrote(file):
    path = file("l.npy", np.array(ORDERED))
    path.write_bytes(path.read_bytes().replace(b"(3,), } ", b"(3L,), }"))
    assert read_label_file(path) == ORDERED


class Command:
    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.system, (f"touch {self.trace}",)


def test_a_command_in_an_array_is_not_run(file, tmp_path):
    path = file("l.npy", np.array({"cat": 0, "dog": Command(tmp_path / "it-ran")}, object))
    assert f"it names {os.system.__module__}.system, which is not run" in refusal(path)
    assert not (tmp_path / "it-ran").exists()
    np.load(path, allow_pickle=True)  # numpy's own reader runs it
    assert (tmp_path / "it-ran").exists()


def test_text_of_another_name_is_read_by_its_lines(file):
    assert read_label_file(file("coco.names", "cat\ndog\n")) == ("cat", "dog")
    assert read_label_file(file("labels", "0 cat\n1 dog\n")) == ("cat", "dog")
    assert "is no kind of label file" in refusal(file("picture.png", b"\x89PNG\r\n\x1a\n\x00"))
    assert "is no kind of label file" in refusal(file("empty", "\n"))


def test_a_file_that_does_not_exist(file, tmp_path):
    file("labels.txt", "cat")
    assert "there is no label file" in refusal(tmp_path / "label.txt")
    assert refusal(tmp_path / "label.txt").endswith("did you mean 'labels.txt'?")
    assert "the folder" in refusal(tmp_path / "none" / "labels.txt")
    assert "is a folder" in refusal(tmp_path)
