"""A SavedModel in a process of its own, which has nothing but the files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np

import tf1compat
from tf1compat.errors import VerificationError
from tf1compat.graph.attributes import Array
from tf1compat.scratch import scratch_prefix
from tf1compat.verify.inputs.cases import Case
from tf1compat.verify.reloaded.stored_strings import marked

_PACKAGE_FOLDER = Path(tf1compat.__file__).resolve().parent.parent


class Answer(NamedTuple):
    """What the model made of one case: its outputs by alias, or why there are none."""

    outputs: dict[str, Array]
    error: str | None = None
    blocked: bool = False  # there was no answer, however long one waited
    endless: bool = False  # its loops went on and on


class FreshProcess:
    """A context manager: the process starts at once, and loads the model while the caller does else."""

    def __init__(self, saved_model: Path, op_libraries: Sequence[str] = ()) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix=f"{scratch_prefix()}verify-")
        self._log = open(Path(self._folder.name) / "log", "w+b")  # noqa: SIM115 (closed in __exit__)
        self._requests = 0
        self.labels: Array | None = None  # what the model says its labels are, once it has answered
        paths = (str(_PACKAGE_FOLDER), os.environ.get("PYTHONPATH", ""))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tf1compat.verify.reloaded.worker", str(saved_model.resolve()), *op_libraries],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
            cwd=self._folder.name,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )  # fmt: skip

    def __enter__(self) -> FreshProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait()
        self._log.close()
        self._folder.cleanup()

    def run(self, cases: Sequence[Case]) -> list[Answer]:
        """The model's answer to each case; raises VerificationError when the process ends instead."""
        self._requests += 1
        folder = Path(self._folder.name) / str(self._requests)
        folder.mkdir()
        _write_request(folder, cases)
        if not self._answered(folder):
            raise VerificationError(
                f"the migrated model does not run in a fresh process: {self._last_words()}"
            )
        return self._read_response(folder)

    def _read_response(self, folder: Path) -> list[Answer]:
        answers = json.loads((folder / "response.json").read_text("utf-8"))
        with np.load(folder / "response.npz", allow_pickle=False) as stored:
            arrays = dict(stored)
        self.labels = arrays.get("labels")
        return [_answer(answer, arrays) for answer in answers]

    def serve(self, saved_model: Path) -> None:
        """From now on another model answers, loaded from its files like the first."""
        self._told(saved_model.resolve())

    def _told(self, folder: Path) -> bool:
        """Whether the process, still there, was handed a folder."""
        if self._process.stdin is None:
            return False
        try:
            self._process.stdin.write(f"{folder}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return False
        return True

    def _answered(self, folder: Path) -> bool:
        if not self._told(folder) or self._process.stdout is None:
            return False
        return self._process.stdout.readline().strip() == str(folder)

    def _last_words(self) -> str:
        """The end of what the process printed."""
        self._process.wait()
        self._log.seek(0)
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"it ended with status {self._process.returncode}"


def _write_request(folder: Path, cases: Sequence[Case]) -> None:
    arrays: dict[str, Any] = {}
    request = []
    for index, case in enumerate(cases):
        keys = {alias: f"{index}|{alias}" for alias in case.feeds}
        strings = [alias for alias, value in case.feeds.items() if value.dtype.kind == "O"]
        arrays |= {keys[alias]: value for alias, value in case.feeds.items()}
        arrays |= {keys[alias]: marked(case.feeds[alias]) for alias in strings}
        request.append({"signature": case.signature, "inputs": keys, "marked": strings})
    np.savez(folder / "request.npz", **arrays)
    (folder / "request.json").write_text(json.dumps(request), "utf-8")


def _answer(answer: Mapping[str, Any], arrays: Mapping[str, Array]) -> Answer:
    outputs = {alias: arrays[key] for alias, key in answer.get("outputs", {}).items()}
    return Answer(outputs, answer.get("error"))
