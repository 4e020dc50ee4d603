"""A command in a process of its own: however that ends, the one that the user started says so and tidies up.

Each is tried in a fresh interpreter, since the processes are forked and some kill themselves.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there is a process watched")

ROOT = Path(__file__).parents[2]
SCRIPT = """
import ctypes, os, sys, tempfile, time
from pathlib import Path
from tf1compat.cli.terminal import Ending
from tf1compat.cli.watched import can_watch, watched
from tf1compat.scratch import scratch_prefix

def run():
    place = tempfile.mkdtemp(prefix=scratch_prefix())
    (Path(place) / "file").touch()
    print("working", flush=True)
    {how}

assert can_watch()
ending = Ending(debug=False)
with ending:
    ending.status = watched(run)
raise SystemExit(ending.status)
"""


def start(tmp_path: Path, how: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT.replace("{how}", how)], cwd=tmp_path, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.parametrize("status", [0, 1, 2, 130])
def test_the_status_is_that_of_the_work(tmp_path: Path, status: int) -> None:
    process = start(tmp_path, f"return {status}")
    assert process.communicate() == ("working\n", "")
    assert process.returncode == status
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("os.abort()", "by SIGABRT"),
        ("os.kill(os.getpid(), 9)", "by SIGKILL"),
        ("ctypes.string_at(0)", "by SIGSEGV"),
        ("ctypes.CDLL(None).exit(0)", "with status 0"),
        ("os._exit(1)", "with status 1"),
    ],
)
def test_an_end_without_an_answer_is_told_in_one_line(tmp_path: Path, how: str, told: str) -> None:
    process = start(tmp_path, how)
    output, errors = process.communicate()
    assert (process.returncode, output) == (2, "working\n")
    (line,) = (each for each in errors.splitlines() if each.startswith("error: "))
    assert f"ended {told} before it was done, and nothing was written" in line
    assert list(tmp_path.iterdir()) == []


def test_the_work_ends_with_the_process_that_watches_it(tmp_path: Path) -> None:
    process = start(tmp_path, "time.sleep(600)")
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    process.kill()
    assert process.communicate()[0] == ""  # it ends once nobody holds it any more
    (left,) = tmp_path.iterdir()
    worker = int(left.name.split("-")[1])
    for _ in range(100):
        if not Path(f"/proc/{worker}").exists() or "zombie" in Path(f"/proc/{worker}/status").read_text():
            break
        time.sleep(0.05)
    else:
        pytest.fail("the process that worked is still there")


def test_a_signal_ends_both_and_leaves_nothing(tmp_path: Path) -> None:
    process = start(tmp_path, "time.sleep(600)")
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    process.terminate()
    process.communicate()
    assert process.returncode == -signal.SIGTERM
    assert list(tmp_path.iterdir()) == []
