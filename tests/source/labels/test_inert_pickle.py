import os
import pathlib
import pickle
import sys
from fractions import Fraction

import numpy as np
import pytest

from tf1compat.source.labels.inert_pickle import read_inert


def pickled(value, protocol=3):
    array = np.empty((), object)
    array[()] = value
    return pickle.dumps(array, protocol)


class Calls:
    """Pickles as a call of any function with any arguments."""

    def __init__(self, function, *arguments):
        self.call = (function, arguments)

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", range(5))
def test_a_dictionary_written_in_any_protocol(protocol):
    array = read_inert(
        pickled({"cat": 0, "dog": np.int64(1), 2: np.str_("bird"), 3.5: b"raw", 4: b""}, protocol)
    )
    assert array.shape == ()
    assert array.elements == [{"cat": 0, "dog": 1, 2: "bird", 3.5: b"raw", 4: b""}]


def test_a_list_of_objects():
    array = read_inert(pickle.dumps(np.array(["a", None, 3], object)))
    assert (array.shape, array.elements) == ((3,), ["a", None, 3])


def test_an_array_of_texts_inside():
    (inner,) = read_inert(pickled(np.array(["a"]))).elements
    assert inner.tolist() == ["a"]


def test_what_python_2_wrote():
    content = (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85U\x01b\x87R"
        b"(K\x01)cnumpy\ndtype\nq\x03U\x02O8K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK?tb"
        b"\x89]}(U\x03catK\x00U\x03dogcnumpy.core.multiarray\nscalar\nh\x03U\x02i8K\x00K\x01\x87R(K\x03U\x01<NNN"
        b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbU\x08\x01\x00\x00\x00\x00\x00\x00\x00\x86Ruatb."
    )
    assert read_inert(content).elements == [{b"cat": 0, b"dog": 1}]


@pytest.mark.parametrize("place", ["alone", "in an array", "as a key", "beside labels"])
def test_a_command_in_a_pickle_is_not_run(tmp_path, place):
    trace = tmp_path / "it-ran"
    command = Calls(os.system, f"touch {trace}")
    content = {
        "alone": pickle.dumps(command),
        "in an array": pickled(command),
        "as a key": pickled({command: 0}),
        "beside labels": pickled({"cat": 0, "dog": command}),
    }[place]
    with pytest.raises(ValueError, match=rf"it names {os.system.__module__}\.system, which is not run"):
        read_inert(content)
    assert not trace.exists()
    if place == "alone":  # the payload is a real one: Python's own reader runs it
        pickle.loads(content)
        assert trace.exists()


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (Calls(eval, "1"), "builtins.eval"),
        (Calls(__import__, "antigravity"), "builtins.__import__"),
        (Calls(getattr, "a", "upper"), "builtins.getattr"),
        (Calls(np.load, "file.npy", None, True), "numpy.load"),
        (pathlib.PurePosixPath("cat"), "pathlib.PurePosixPath"),
        (Fraction(1, 2), "fractions.Fraction"),
    ],
)
def test_whatever_else_is_named_is_refused_by_name(value, name):
    with pytest.raises(ValueError, match=name.replace(".", r"\.")):
        read_inert(pickled(value))


def test_a_module_is_not_imported():
    content = b"cantigravity\nfly\n(tR."
    with pytest.raises(ValueError, match=r"it names antigravity\.fly, which is not run"):
        read_inert(content)
    assert "antigravity" not in sys.modules


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage",
        pickle.dumps({"cat": 0}),
        pickled({"cat": 0})[:-20],
        b"\x80\x03cnumpy\ndtype\n(tR.",
        b"\x80\x03cnumpy\nndarray\n)R(K\x01tb.",
        b"\x80\x03cnumpy.core.multiarray\nscalar\nX\x01\x00\x00\x00aC\x01a\x86R.",
        b"\x80\x03c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00hex\x86R.",
        b"\x80\x03K\x01Q.",
        b"\x82\x01.",
        pickle.dumps(np.array([1, 2])),
    ],
)
def test_damaged_and_unusual_pickles_are_refused(content):
    with pytest.raises(ValueError, match="its pickled content is"):
        read_inert(content)
