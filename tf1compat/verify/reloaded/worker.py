"""The migrated model's own process: loads a SavedModel and runs it, knowing nothing of the original.

    python -m tf1compat.verify.reloaded.worker SAVED_MODEL [OP_LIBRARY...]

Reads one line for each request: a folder that holds `request.json` and `request.npz`. Leaves
`response.json` and `response.npz` there and answers with the folder's name. A line that is the folder of another
SavedModel has no answer: that model serves from then on. Ends when its input does.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tf1compat.errors import reason_of
from tf1compat.restore.op_libraries import load_op_libraries
from tf1compat.savedmodel.arrays import array_of, tensor_of
from tf1compat.verify.reloaded.stored_strings import unmarked


def main() -> int:
    """Serve requests until standard input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what TensorFlow prints is no answer
    load_op_libraries(sys.argv[2:])
    model = tf.saved_model.load(sys.argv[1])
    for line in sys.stdin:
        folder = Path(line.strip())
        if (folder / "saved_model.pb").is_file():
            model = tf.saved_model.load(str(folder))
            continue
        serve(model, folder)
        answers.write(line)
        answers.flush()
    return 0


def serve(model: Any, folder: Path) -> None:
    """Run each case of a request; a case that cannot be run has an `error` for an answer.

    The model's labels, if it has any, are in the response too.
    """
    request = json.loads((folder / "request.json").read_text("utf-8"))
    arrays: dict[str, Any] = {}
    answers = []
    with np.load(folder / "request.npz", allow_pickle=False) as given:
        for index, case in enumerate(request):
            feeds = {alias: given[key] for alias, key in case["inputs"].items()}
            feeds |= {alias: unmarked(feeds[alias]) for alias in case["marked"]}
            answers.append(_answer(model.signatures, case["signature"], feeds, index, arrays))
    if hasattr(model, "labels"):
        arrays["labels"] = _storable(model.labels())
    np.savez(folder / "response.npz", **arrays)
    (folder / "response.json").write_text(json.dumps(answers), "utf-8")


def _answer(
    signatures: Mapping[str, Any], name: str, feeds: Mapping[str, Any], index: int, arrays: dict[str, Any]
) -> dict[str, Any]:
    if name not in signatures:
        return {"error": f"there is no signature '{name}'; it has {', '.join(sorted(signatures))}"}
    _, specs = signatures[name].structured_input_signature
    try:
        outputs = signatures[name](**{alias: _given(specs.get(alias), each) for alias, each in feeds.items()})
    except (tf.errors.OpError, ValueError, TypeError) as error:
        return {"error": reason_of(error)}
    answer = {}
    for alias, tensor in outputs.items():
        key = f"{index}|{alias}"
        arrays[key] = _storable(tensor)
        answer[alias] = key
    return {"outputs": answer}


def _given(spec: Any, value: Any) -> Any:
    """The tensor to feed; for an alias that is no input, what the signature will refuse."""
    return tf.constant(value) if spec is None else tensor_of(value, spec.dtype)


def _storable(tensor: Any) -> Any:
    """The values in a form that needs no pickling: strings of one width, bfloat16 as float32."""
    array = array_of(tensor)
    return array.astype(np.bytes_) if tensor.dtype == tf.string else array


if __name__ == "__main__":
    sys.exit(main())
