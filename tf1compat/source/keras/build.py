"""The graph of a Keras model and its weights in a checkpoint, made by tf_keras in a process of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tf1compat.errors import SourceError
from tf1compat.scratch import scratch_until_exit

_WORKER = "tf1compat.workers.keras_graph"
_PACKAGE_FOLDER = Path(__file__).resolve().parents[3]
_ERROR = re.compile(r"(?:[\w.]+\.)?\w*(?:Error|Exception|Exit|Interrupt)\b: *(.*)")


def built(
    path: Path, config: Mapping[str, Any], code: Sequence[tuple[str, str]] = (), allow_lambda: bool = False
) -> Path:
    """The prefix of a `.meta` and a V2 checkpoint of the model whose weights are at `path`; both go when we end.

    Raises SourceError where tf_keras is not there, or does not make a model of it.
    """
    folder = scratch_until_exit()
    request = {
        "config": config,
        "weights": str(path.resolve()),
        "prefix": str(folder / "model"),
        "code": list(code),
        "places": [os.getcwd(), *filter(None, sys.path)] if code else [],
        "allow_lambda": allow_lambda,
    }
    (folder / "request.json").write_text(json.dumps(request), "utf-8")
    paths = (str(_PACKAGE_FOLDER), os.environ.get("PYTHONPATH", ""))
    with tempfile.TemporaryFile() as log:
        ended = subprocess.run(
            [sys.executable, "-m", _WORKER, str(folder / "request.json")],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, check=False,
            env={"TF_CPP_MIN_LOG_LEVEL": "3", **os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
        )  # fmt: skip
        log.seek(0)
        said = log.read().decode("utf-8", "replace")
    if ended.returncode or not (folder / "model.meta").is_file():
        raise SourceError(_refusal(path, said, ended.returncode, bool(code) or allow_lambda))
    return folder / "model"


def _refusal(path: Path, said: str, status: int, with_code: bool) -> str:
    lines = [each.strip() for each in said.splitlines() if each.strip()]
    errors = [found for each in lines if (found := _ERROR.match(each))]
    reason = (
        (errors[-1][1] or errors[-1][0])
        if errors
        else (lines[-1] if lines else f"it ended with status {status}")
    )
    if "No module named 'tf_keras'" in said:
        return (
            f"'{path}' is a Keras file, of which the package tf_keras makes a graph; install it: "
            "pip install 'tf1compat[keras]'; inspect needs it not"
        )
    remedy = "the code that was given may not fit it" if with_code else "inspect shows its layers"
    return f"tf_keras makes no model of '{path}': {reason}; {remedy}"
