"""A command in a process of its own, so that what ends it costs one line: a model's ops run in TensorFlow's process.

`Abort`, a failed check in a kernel, or the system when memory runs out end a process without a word, `Abort` even with
status 0. The process that the user started watches another, which it forks before TensorFlow is there and which does
all the work. Where there is no safe fork the command runs in the process itself.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from tf1compat.errors import Tf1CompatError
from tf1compat.scratch import remove_leftovers

_PASSED_ON = ("SIGTERM", "SIGHUP", "SIGQUIT")
_CHUNK = 4096


class EndedError(Tf1CompatError):
    """The process that did the work ended before it was done."""


def can_watch() -> bool:
    """Whether a process can be forked: other systems' own libraries forbid it, and threads would be lost."""
    return sys.platform == "linux" and threading.active_count() == 1


def watched(run: Callable[[], int], places: Iterable[Path] = ()) -> int:
    """The status of `run`, in a process of its own; raises EndedError where that ended otherwise.

    Then the folders that it worked in are removed: those for temporary files, and those in `places`.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    told, telling = os.pipe()
    alive, holding = os.pipe()  # ends when this process does, however it does
    pid = os.fork()
    if pid == 0:
        os.close(told)
        os.close(holding)
        _work(run, telling, alive)
    os.close(telling)
    os.close(alive)
    with _signals_passed_on(pid) as caught, os.fdopen(told, "rb") as answers:
        answer = answers.read(_CHUNK)
        _, ended = os.waitpid(pid, 0)
    os.close(holding)
    remove_leftovers(pid, (Path(tempfile.gettempdir()), *places))
    for number in caught:
        os.kill(os.getpid(), number)
    if not answer:
        raise EndedError(_how(ended))
    return answer[0]


def _work(run: Callable[[], int], telling: int, alive: int) -> None:
    """Run, tell the status, and end, whatever else this process would do at its end."""
    threading.Thread(target=_end_with, args=(alive,), daemon=True).start()
    status = 1
    try:
        status = run()
        sys.stderr.flush()
        os.write(telling, bytes([status]))
    finally:
        os._exit(status)


def _end_with(alive: int) -> None:
    """End this process when the one that watches it has ended."""
    os.read(alive, 1)
    os.kill(os.getpid(), signal.SIGKILL)


@contextmanager
def _signals_passed_on(pid: int) -> Iterator[list[int]]:
    """A signal that asks this process to end goes to the other; gives the list of these.

    What is typed at a terminal reaches both, and the other answers.
    """
    caught: list[int] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        caught.append(number)
        os.kill(pid, number)

    numbers = [getattr(signal, name) for name in _PASSED_ON]
    before: dict[int, Any] = {number: signal.signal(number, pass_on) for number in numbers}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _how(ended: int) -> str:
    """How a process ended, in words."""
    code = os.waitstatus_to_exitcode(ended)
    how = f"with status {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
    return (
        f"the process that ran the model ended {how} before it was done, and nothing was written: an op of the model "
        "ended it (Abort does), or TensorFlow failed in one; name outputs before it with --signature"
    )
