"""Runs consumers in processes of their own, and takes their answers as data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

_WORKERS = Path(__file__).parent / "workers"
#: Where the interpreter with the older TensorFlow is.
OLDER = "TF1COMPAT_OLDER_TENSORFLOW"


@dataclass(frozen=True)
class Consumer:
    """What takes a migrated model: the script that does so, and the packages that it needs."""

    name: str
    worker: str
    needs: tuple[str, ...] = ()
    older: bool = False

    def interpreter(self) -> str:
        return os.environ[OLDER] if self.older else sys.executable

    def missing(self) -> str | None:
        """Why the consumer cannot be run here, or None."""
        if self.older and not Path(os.environ.get(OLDER, "")).is_file():
            return f"{OLDER} does not name a Python 3.7 with TensorFlow 2.11"
        absent = [each for each in self.needs if find_spec(each) is None]
        return f"{', '.join(absent)} not installed (pip install -e '.[consumers]')" if absent else None


_ALONE = "tensorflow_alone.py"
_CONVERTED = "converted.py"
CONSUMERS: Mapping[str, Consumer] = MappingProxyType(
    {
        each.name: each
        for each in (
            Consumer("load", _ALONE),
            Consumer("save again", _ALONE),
            Consumer("XLA", _ALONE),
            Consumer("train", _ALONE),
            Consumer("Keras", _ALONE, ("keras",)),
            Consumer("saved_model_cli", _ALONE),
            Consumer("TFLite", _CONVERTED, ("ai_edge_litert",)),
            Consumer("ONNX", _CONVERTED, ("tf2onnx", "onnxruntime")),
            Consumer("TF 2.11", _ALONE, older=True),
        )
    }
)


def answers(consumer: Consumer, folders: Iterable[Path], place: Path) -> dict[str, str | None]:
    """By each folder's name: None where the consumer gave the golden values, else what it said.

    A process that dies is started again for the models that it had not come to.
    """
    todo = list(folders)
    found: dict[str, str | None] = {}
    file, log = (place / f"{consumer.name}{ending}" for ending in (".jsonl", ".log"))
    while todo:
        status = _run(consumer, todo, file, log)
        found.update(_read(file))
        left = [each for each in todo if each.name not in found]
        if left:
            found[left[0].name] = f"the process ended with status {status}; see {log}"
        todo = left[1:]
    return found


def _run(consumer: Consumer, folders: Iterable[Path], file: Path, log: Path) -> int:
    command = [consumer.interpreter(), str(_WORKERS / consumer.worker), consumer.name, str(file)]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    if consumer.older:
        environment.pop("PYTHONPATH", None)
    lines = "".join(f"{each}\n" for each in folders)
    with open(log, "a", encoding="utf-8") as output:
        return subprocess.run(
            command,
            input=lines,
            text=True,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            check=False,
        ).returncode


def _read(file: Path) -> dict[str, str | None]:
    if not file.exists():
        return {}
    lines = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return {each["model"]: each["error"] for each in lines}
