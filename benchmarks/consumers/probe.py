"""Ask every consumer for every op: what makes `tf1compat/consumers/taken_ops.txt`, and what its test compares it with.

    python -m benchmarks.consumers.probe FILE [OP]...

An op is given arguments that TensorFlow itself takes, found by trying; it is taken where the consumer gives what
TensorFlow gives for one of them. What cannot stand alone in a graph (loops, tables, variables) is not asked here: the
models of `python -m benchmarks.consumers` show it. It takes some ten minutes, in processes of their own, since some
arguments end the process that tries them.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from tf1compat.ops.families import DRAWS
from tf1compat.ops.registry import has_kernel, is_in_newest, op_def, op_names

_WORKER = Path(__file__).parent / "workers" / "one_op.py"
#: Ops of no inference graph of TensorFlow 1, or that need more than arrays.
_LEFT_OUT = ("Dataset", "Experimental", "Iterator", "Collective", "Sdca", "Dummy", "Test", "Quantize", "UniformQ",
             "UniformD", "UniformR", "Xla", "Enter", "Exit", "NextIteration", "LoopCond", "TensorArray", "Rng",
             "Stateless", "Debug", "Copy", "Summary", "Proto", "Stub", "Resource", "Sobol", "Grad", "Apply", "Cudnn",
             "Nccl", "Risc", "SparseMatrix", "Serialize", "Checkpoint", "Fingerprint", "Unicode")  # fmt: skip


def asked_ops() -> list[str]:
    """The ops that can be given arrays and nothing else."""
    return [
        name for name in sorted(op_names()) if is_in_newest(name) and has_kernel(name) and _stands_alone(name)
    ]


def _stands_alone(name: str) -> bool:
    found = op_def(name)
    if found is None or name.startswith("_") or any(each in name for each in _LEFT_OUT):
        return False
    handles = any(
        each.type in ("resource", "variant") or each.is_ref for each in (*found.inputs, *found.outputs)
    )
    functions = any("func" in each.type for each in found.attrs.values())
    draws = name in DRAWS
    return (
        bool(found.inputs and found.outputs)
        and not handles
        and not functions
        and (draws or not found.is_stateful)
    )


def answers(
    ops: Iterable[str], consumers: Iterable[str] = ("tflite", "onnx", "xla")
) -> Mapping[str, frozenset[str]]:
    """By op, the consumers that take it; ops for which no arguments were found are left out."""
    todo, found = list(ops), dict[str, frozenset[str]]()
    while todo:
        command = [sys.executable, str(_WORKER), *consumers]
        done = subprocess.run(
            command, input="\n".join(todo), text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        lines = [line.split() for line in done.stdout.splitlines()]
        found.update((op, frozenset(taking) - {"-"}) for word, op, *taking in lines if word == "takes")
        begun = [op for word, op, *_ in lines if word == "asks"]
        todo = todo[todo.index(begun[-1]) + 1 :] if begun else []
    return found


def main(file: str, *ops: str) -> None:
    found = answers(ops or asked_ops())
    lines = (f"{op}\t{' '.join(sorted(taking))}\n" for op, taking in sorted(found.items()))
    Path(file).write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
