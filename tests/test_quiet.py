from __future__ import annotations

import importlib
import logging
import os
import subprocess
import sys
import warnings

import pytest

from tf1compat.quiet import held_back_stderr, quiet_tensorflow


@pytest.fixture
def restored(monkeypatch):
    """Whatever a test silences speaks again after it."""
    loggers = [logging.getLogger(name) for name in ("tensorflow", "absl")]
    levels = [logger.level for logger in loggers]
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(sys, "warnoptions", [])
    with warnings.catch_warnings():
        yield monkeypatch
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


def test_logs_and_warnings_are_silenced(restored):
    quiet_tensorflow()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"
    assert logging.getLogger("tensorflow").level == logging.ERROR
    warnings.warn("nobody hears this", stacklevel=1)


def test_the_environment_of_the_user_wins(restored):
    restored.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    before = list(sys.meta_path)
    quiet_tensorflow()
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"
    assert sys.meta_path == before


@pytest.fixture
def chatty(restored, tmp_path):
    """A stand-in for TensorFlow that writes to stderr, as C++ does, while it is imported."""

    def make(ending: str) -> None:
        (tmp_path / "tensorflow.py").write_text(f"import os\nos.write(2, b'chatter\\n')\n{ending}\n")
        restored.syspath_prepend(tmp_path)
        restored.setitem(sys.modules, "tensorflow", restored)  # so that its absence is restored too
        restored.delitem(sys.modules, "tensorflow")

    return make


def test_what_is_said_while_importing_is_dropped(chatty, capfd):
    chatty("VALUE = 7")
    quiet_tensorflow()
    module = importlib.import_module("tensorflow")
    assert (module.VALUE, capfd.readouterr().err) == (7, "")
    sys.modules.pop("tensorflow")
    importlib.import_module("tensorflow")  # only the first import is wrapped
    assert capfd.readouterr().err == "chatter\n"


def test_what_is_said_before_an_import_fails_is_shown(chatty, capfd):
    chatty("raise ImportError('no library')")
    quiet_tensorflow()
    with pytest.raises(ImportError, match="no library"):
        importlib.import_module("tensorflow")
    assert capfd.readouterr().err == "chatter\n"


def test_stderr_is_itself_again_afterwards(capfd):
    with held_back_stderr():
        os.write(2, b"lost")
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


@pytest.mark.tensorflow
def test_the_real_one_is_imported_in_silence():
    code = (
        "import tf1compat; tf1compat.quiet_tensorflow(); import tensorflow as tf; print(int(tf.constant(7)))"
    )
    environment = {key: value for key, value in os.environ.items() if key != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert (done.stdout, done.stderr) == ("7\n", "")
