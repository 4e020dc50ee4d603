"""Files made to run something, to fill the memory or never to end: refused in one line, with nothing left behind."""

import gzip
import io
import os
import pickle
import struct
import time
import zipfile
import zlib

import numpy as np
import pytest

from tf1compat.errors import LabelError
from tf1compat.source.labels.files import read_label_file


class Command:
    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return os.system, (f"touch {self.trace}",)


def refusal(path, content):
    path.write_bytes(content)
    started = time.monotonic()
    with pytest.raises(LabelError) as caught:
        read_label_file(path)
    assert time.monotonic() - started < 5
    assert len(str(caught.value)) < 600 + len(str(path))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("protocol", range(6))
def test_a_command_is_not_run(tmp_path, protocol):
    trace = tmp_path / "it-ran"
    content = pickle.dumps({"cat": 0, "dog": Command(trace)}, protocol)
    for name, given in (
        ("l.pkl", content), ("l.p", zlib.compress(content)), ("l.joblib", gzip.compress(content)), ("unsaid", content),
    ):  # fmt: skip
        if name == "unsaid" and protocol < 2:
            continue  # nothing says that it is a pickle
        assert f"it names {os.system.__module__}.system, which is not run" in refusal(tmp_path / name, given)
    assert not trace.exists()
    pickle.loads(content)  # Python's own reader runs it
    assert trace.exists()


def test_a_command_in_an_npz_is_not_run(tmp_path):
    trace = tmp_path / "it-ran"
    held = io.BytesIO()
    np.savez(held, labels=np.array([Command(trace)], object))
    assert "which is not run" in refusal(tmp_path / "l.npz", held.getvalue())
    assert not trace.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'true'\ntR.",  # REDUCE
        b"(S'true'\nios\nsystem\n.",  # INST
        b"(cos\nsystem\nS'true'\no.",  # OBJ
        b"\x80\x02cos\nsystem\n)\x81.",  # NEWOBJ
        b"\x80\x04\x8c\x02os\x8c\x06system\x93.",  # STACK_GLOBAL
        b"c__builtin__\neval\n(S'1'\ntR.",
        b"csklearn.preprocessing.label\n__import__\n(tR.",
        b"cnumpy\nload\n(tR.",
        b"cjoblib.numpy_pickle\nload\n(tR.",
        b"ccollections\nnamedtuple\n(tR.",
    ],
)
def test_no_opcode_gets_at_a_function(tmp_path, content):
    assert "which is not run" in refusal(tmp_path / "l.pkl", content)


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x02\x82\x01.",  # EXT1
        b"Pname\n.",  # PERSID
        b"\x80\x05\x97.",  # NEXT_BUFFER
        b"\x80\x02K\x01)R.",  # calls a number
        b"\x80\x02c__builtin__\nint\nK\x01R.",  # calls with no tuple
        b"\x80\x02c__builtin__\nint\n(K\x01tR.",  # a call that gives no names
        b"\x80\x02]K\x01b.",  # a state for a list
        b"\x80\x02}(K\x01u.",  # a key without a value
        b"\x80\x02e.",
        b"\x80\x02.",
        b"\x80\x02\x94.",
        b"\x80\x02h\x00.",
        b"\x80\x02]q\x00h\x00a.",  # contains itself
        b"\x80\x02" + b"]" * 50 + b"a" * 49 + b".",
        b"(" * 10_000 + b"t" * 9_000,
    ],
)
def test_programs_that_make_no_sense(tmp_path, content):
    assert "its pickled content is refused" in refusal(tmp_path / "l.pkl", content)


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x04\x8d" + struct.pack("<Q", 1 << 60) + b"cat.",  # BINUNICODE8
        b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b"cat.",  # BINBYTES8
        b"\x80\x05\x96" + struct.pack("<Q", 1 << 60) + b"cat.",  # BYTEARRAY8
        b"\x80\x02T" + struct.pack("<i", 0x7FFFFFFF) + b"cat.",  # BINSTRING
        b"\x80\x02X" + struct.pack("<I", 0xFFFFFFFF) + b"cat.",  # BINUNICODE
        b"\x80\x02\x8b" + struct.pack("<i", 0x7FFFFFFF) + b"\x01.",  # LONG4
        b"\x80\x02\x8b" + struct.pack("<i", -1) + b"\x01.",
    ],
)
def test_lengths_that_are_not_there(tmp_path, content):
    assert "its pickled content is refused" in refusal(tmp_path / "l.pkl", content)


def test_a_place_in_the_memo_costs_nothing(tmp_path):
    path = tmp_path / "l.pkl"
    path.write_bytes(b"\x80\x02](X\x03\x00\x00\x00catr\xff\xff\xff\x7fX\x03\x00\x00\x00doge.")
    assert read_label_file(path) == ("cat", "dog")


def test_laughs_by_the_billion(tmp_path):
    value = ["ha", "ho"]
    for _ in range(15):
        value = [value] * 10
    assert "is not the name of a class" in refusal(tmp_path / "l.pkl", pickle.dumps(value, 2))
    inner = ("ha", "ho")
    for _ in range(15):
        inner = (inner,) * 10
    # A dictionary that Python itself would hash for ever.
    content = b"\x80\x02}" + pickle.dumps(inner, 2)[2:-1] + b"K\x01s."
    assert "a key of a dictionary is neither a name nor a number" in refusal(tmp_path / "l.pkl", content)


def test_nested_deep(tmp_path):
    value = []
    for _ in range(200):
        value = [value]
    assert "it is nested too deep" in refusal(tmp_path / "l.pkl", pickle.dumps(value))


def test_arrays_that_claim_more_than_is_there(tmp_path):
    content = pickle.dumps(np.array(["cat", "dog"]), 2).replace(b"K\x02\x85", b"J\xff\xff\xff\x7f\x85", 1)
    assert "does not make an array" in refusal(tmp_path / "l.pkl", content)


@pytest.mark.parametrize("pack", [zlib.compress, gzip.compress])
def test_a_bomb_of_zeros(tmp_path, pack, monkeypatch):
    monkeypatch.setattr("tf1compat.source.labels.joblib_array._MOST_BYTES", 1 << 20)
    assert "it decompresses to more than" in refusal(tmp_path / "l.pkl", pack(bytes(2 << 20)))


def test_a_bomb_in_an_archive(tmp_path, monkeypatch):
    monkeypatch.setattr("tf1compat.source.labels.arrays._MOST_BYTES", 1 << 20)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("labels.npy", bytes(2 << 20))
    assert "takes more than" in refusal(tmp_path / "l.npz", held.getvalue())
    assert "is no archive of arrays" in refusal(tmp_path / "l.npz", b"PK\x03\x04 and no more")


def test_compressed_and_cut_short(tmp_path):
    for pack in (zlib.compress, gzip.compress):
        assert (
            "refused" in (told := refusal(tmp_path / "l.pkl", pack(pickle.dumps(["a"] * 99))[:-12]))
            or "decomp" in told
        )
    assert "lz4, which is not read" in refusal(tmp_path / "l.joblib", b"\x04\x22\x4d\x18 and more")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("!!python/object/apply:os.system ['touch x']", "the tag 'tag:yaml.org,2002:python/object/apply:os.system'"),
        ("- !!python/name:os.system\n- cat", "line 1 has the tag"),
        ("- !mine cat\n- dog", "has the tag '!mine', which is not run"),
        ("a: &a [ha, ho]\nb: [*a, *a]", "line 1 has an anchor or an alias"),
        ("<<: *base", "line 1 has an anchor or an alias"),
        ("[" * 100 + "]" * 100, "it is nested too deep"),
        ("- a\n--- \n- b", "it holds several documents"),
        ("", "it holds nothing"),
        ("{a: 0", "it is not YAML"),
        ("cat", "it is neither a list nor a mapping"),
    ],
)  # fmt: skip
def test_yaml_that_is_more_than_data(tmp_path, text, reason, monkeypatch):
    pytest.importorskip("yaml")
    monkeypatch.chdir(tmp_path)
    assert reason in refusal(tmp_path / "l.yaml", text.encode())
    assert sorted(each.name for each in tmp_path.iterdir()) == ["l.yaml"]


def test_headers_that_are_damaged(tmp_path):
    held = io.BytesIO()
    np.save(held, np.array(["cat", "dog"]))
    content = held.getvalue()
    assert "does not give labels" in refusal(tmp_path / "l.npy", content.replace(b"(2,)", b"(2L("))
    held = io.BytesIO()
    np.savez_compressed(held, labels=np.array(["cat", "dog"] * 50))
    content = bytearray(held.getvalue())
    place = content.index(b"labels.npy") + 40
    content[place : place + 12] = b"\xff" * 12
    assert "is no archive of arrays" in refusal(tmp_path / "l.npz", bytes(content))


def test_what_a_file_says_is_told_in_one_line(tmp_path):
    assert "it names os.sys\\rtem, which" in refusal(tmp_path / "l.pkl", b"cos\nsys\rtem\n(tR.")
