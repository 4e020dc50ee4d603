from __future__ import annotations

import importlib
import logging
import os
import subprocess
import sys
import warnings

import pytest

from tf1compat.quiet import held_back_stderr, quiet_tensorflow, quietly


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


LINES = (
    b"I0000 00:00:1795941603.166099   12925 port.cc:153] oneDNN custom operations are on.\n"
    b"2024-01-01 10:00:00.123456: W tensorflow/core/x.cc:1] old\n"
    b"WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
)


def test_what_is_imported_inside_is_quiet_and_all_else_is_as_it_was(chatty, capfd):
    chatty("import logging\nlogging.getLogger('tensorflow').warning('chatter')")
    before, level = list(sys.meta_path), logging.getLogger("tensorflow").level
    with quietly():
        importlib.import_module("tensorflow")
    sys.modules.pop("tensorflow")
    assert capfd.readouterr().err == ""
    assert "TF_CPP_MIN_LOG_LEVEL" not in os.environ
    assert (sys.meta_path, logging.getLogger("tensorflow").level) == (before, level)


def test_a_tensorflow_that_is_there_already_loses_the_lines_of_its_log_alone(restored, capfd):
    restored.setitem(sys.modules, "tensorflow", restored)
    with quietly():
        os.write(2, LINES + b"mine\n" + LINES)
    os.write(2, b"I0000 00:00:1.5  1 a.cc:1] after\n")
    assert capfd.readouterr().err == "mine\nI0000 00:00:1.5  1 a.cc:1] after\n"


def test_a_level_of_the_user_is_kept(restored, capfd):
    restored.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    with quietly():
        os.write(2, LINES)
    assert capfd.readouterr().err == LINES.decode()


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize("first", ["", "import tensorflow\n"])
def test_the_functions_of_the_package_log_nothing(first: str, fixture_folder, tmp_path):
    program = (
        f"{first}import sys, tf1compat\nprint('begun', file=sys.stderr)\n"
        f"tf1compat.migrate({str(fixture_folder('said_graphs/tf1.15.5/each_row'))!r}, {str(tmp_path / 'out')!r})\n"
        f"tf1compat.load({str(tmp_path / 'out')!r})\nprint('done', file=sys.stderr, flush=True)\n"
        "import os\nos._exit(0)\n"
    )
    env = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=env, check=True
    )
    assert done.stderr.partition("begun\n")[2] == "done\n"
