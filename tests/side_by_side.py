"""Run several pytest commands at once, and show that they are alive: `python tests/side_by_side.py NAME=COMMAND...`.

Now and then a line says how far each one is. What they print is kept, and shown whole and in their order when all are
done, with a line for each at the very end. The exit status is that of the first that fails. Runs on the standard
library alone, so that it needs nothing of `make` (that of macOS cannot keep outputs apart).
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

EVERY = 15.0  # seconds between two signs of life
_OUTCOMES = re.compile(r"^(?:(\S+\.py) )?([.FEsxX]+)(?: +\[ *\d+%\])?$", re.MULTILINE)
_COLLECTED = re.compile(r"^collected (\d+) items?(?:.*? (\d+) selected)?", re.MULTILINE)


class Run:
    """One command, running; its output so far."""

    def __init__(self, name: str, command: str) -> None:
        self.name = name
        self.begun = time.monotonic()
        self.took = 0.0
        self._output = bytearray()
        self._process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as pipe:
            while chunk := os.read(pipe.fileno(), 1 << 16):
                self._output += chunk
        self._process.wait()
        self.took = time.monotonic() - self.begun

    @property
    def output(self) -> str:
        return bytes(self._output).decode("utf-8", "replace")

    def wait(self, seconds: float) -> bool:
        """Whether it is done within so many seconds."""
        self._reader.join(max(0.0, seconds))
        return not self._reader.is_alive()

    @property
    def status(self) -> int:
        """As a shell reports it."""
        code = self._process.wait()
        return 128 - code if code < 0 else code


def progress(output: str) -> str:
    """How far pytest is, by what it has printed."""
    lines = _OUTCOMES.findall(output)
    done = sum(len(marks) for _, marks in lines)
    collected = _COLLECTED.search(output)
    if collected is None:
        return "collecting"
    failed = [path for path, marks in lines if set(marks) & set("FE")]
    count = sum(marks.count("F") + marks.count("E") for _, marks in lines)
    where = ", ".join(dict.fromkeys(filter(None, failed)))
    told = f", {count} failed{f' ({where})' if where else ''}" if count else ""
    return f"{done} of {collected[2] or collected[1]} tests{told}"


def last_line(output: str) -> str:
    """What pytest says at its end."""
    lines = [line.strip("= ") for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "printed nothing"


def clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def watch(runs: Sequence[Run], every: float) -> None:
    """Wait for all of them, with a sign of life now and then."""
    left = list(runs)
    while left:
        until = time.monotonic() + every
        left = [run for run in left if not run.wait(until - time.monotonic())]
        for run in left:
            now = clock(time.monotonic() - run.begun)
            print(f"... {now:>5}  {run.name}: {progress(run.output)}", flush=True)


def main(arguments: Sequence[str], every: float = EVERY) -> int:
    """Run them; the status of the first that fails."""
    runs = [Run(name, command) for name, _, command in (each.partition("=") for each in arguments)]
    try:
        watch(runs, every)
    except KeyboardInterrupt:  # they have had it too, and are ending
        for run in runs:
            run.wait(10)
        return 130
    for run in runs:
        print(f"\n{run.name}\n{'-' * len(run.name)}\n{run.output}", end="", flush=True)
    print()
    for run in runs:
        print(f"{run.name}, {clock(run.took)}: {last_line(run.output)}", flush=True)
    return next((run.status for run in runs if run.status), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
