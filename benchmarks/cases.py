"""Models of which somebody knows what is right: `python -m benchmarks.cases FOLDER [NAME ...]`.

FOLDER holds a folder a case: the model's files, `truth.json` and `golden.npz`. The truth names the tensors that
`serving_default` should take and give with no option (`expect_in`, `expect_out`; or `author_inputs`,
`author_outputs`; or `inputs`, `outputs`), and where the model lies (`target`, `prefix`, else a file MODEL with the
path, else the folder `model` or the case's own). Keys of the golden file are `CASE|in|TENSOR` and `CASE|out|TENSOR`,
where `CASE|` may be missing. Each case is migrated with no option, in a process of its own and within a limit of time;
what was written is then run on the golden inputs. `--plan` looks at the plan alone, without TensorFlow.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from tabulate import tabulate

import tf1compat

#: Largest difference from TensorFlow 1, relative where values are above one; a truth may state its own.
TOLERANCE = 1e-5
HALVES = 1e-3
#: How much is shown of a problem.
_LONGEST = 300
_NOTHING: Mapping[str, Any] = {"inputs": {}, "outputs": {}}


@dataclass(frozen=True)
class Case:
    """One folder: a model, what is right, and what TensorFlow 1 computed."""

    folder: Path

    @property
    def truth(self) -> dict[str, Any]:
        """What is known of the model."""
        truth: dict[str, Any] = json.loads((self.folder / "truth.json").read_text(encoding="utf-8"))
        return truth

    @property
    def model(self) -> Path | str:
        """What a user would give to the command line: a trailing slash counts."""
        truth, own = self.truth, self.folder / "MODEL"
        if own.exists():
            return f"{self.folder}/{own.read_text(encoding='utf-8').strip()}"
        parents = [path for path in (self.folder / "model", self.folder) if path.is_dir()]
        target = truth.get("target") or truth.get("prefix") or ""
        if target:
            return f"{next((each for each in parents if _lies_in(each, target)), self.folder)}/{target}"
        return parents[0]

    def tensors(self, side: str) -> list[str]:
        """The tensors that the author feeds ("in") or fetches ("out"); states and shapes stand beside some of them."""
        truth = self.truth
        keys = (f"expect_{side}", f"author_{side}puts", f"{side}puts")
        found = next((truth[key] for key in keys if key in truth), [])
        inert = truth.get("inert_inputs", ())
        return [name for name in found if name not in inert]

    @property
    def kept_rows(self) -> int | None:
        """Of how many rows of each output the golden values are kept (`trim`); None for all."""
        kept = self.truth.get("trim")
        return None if kept is None else int(kept)

    @property
    def tolerance(self) -> float:
        """How far from TensorFlow 1 a value may be: as the truth states, or as halves can tell."""
        halves = any(
            each.dtype == np.float16 for sides in self.golden().values() for each in sides["out"].values()
        )
        return float(self.truth.get("tolerance", HALVES if halves else TOLERANCE))

    def golden(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The golden values: case, then side, then tensor; less those that only a pickle holds, which is not loaded."""
        cases: dict[str, dict[str, dict[str, Any]]] = {}
        with np.load(self.folder / "golden.npz", allow_pickle=False) as file:
            for key in file.files:
                *case, side, tensor = key.split("|")
                sides = cases.setdefault("|".join(case), {"in": {}, "out": {}})
                with suppress(ValueError):
                    sides[side][tensor] = file[key]
        return cases


def _lies_in(folder: Path, target: str) -> bool:
    return (folder / target).exists() or any(folder.glob(f"{target}.*"))


def cases(folder: Path, names: Sequence[str] = ()) -> list[Case]:
    """The cases of a folder, or those of them that are named; only what has both a truth and golden values."""
    found = sorted(
        path.parent for path in folder.glob("*/truth.json") if (path.parent / "golden.npz").exists()
    )
    return [Case(path) for path in found if not names or path.name in names]


@dataclass(frozen=True)
class Verdict:
    """What became of one case: what was served of what is right, and how far from TensorFlow 1 it is."""

    name: str
    inputs: str = ""
    outputs: str = ""
    gap: float | None = None
    seconds: float = 0.0
    problem: str = ""

    @property
    def is_right(self) -> bool:
        return not self.problem and self.inputs == "right" and self.outputs == "right"


def served(case: Case, signature: Mapping[str, Any]) -> tuple[str, str]:
    """How the inputs and the outputs of `serving_default` differ from what is right: missing and (inputs) surplus."""
    given = {side: list(_aliases(signature, side)) for side in ("in", "out")}
    expected = {side: case.tensors(side) for side in ("in", "out")}
    missing = {
        side: [f"-{name}" for name in expected[side] if name not in given[side]] for side in ("in", "out")
    }
    surplus = [f"+{name}" for name in given["in"] if expected["in"] and name not in expected["in"]]
    gives = f" (gives {' '.join(given['out'][:4])})"
    outputs = " ".join(missing["out"]) + gives if missing["out"] else "right"
    return " ".join([*missing["in"], *surplus]) or "right", outputs


def _aliases(signature: Mapping[str, Any], side: str) -> dict[str, str]:
    """The aliases of a signature's inputs or outputs, by tensor."""
    return {value["tensor"]: alias for alias, value in signature[f"{side}puts"].items()}


def computed(case: Case, output: Path, signature: Mapping[str, Any]) -> float | None:
    """The largest difference from the golden values of the outputs that are served, over all cases; None if none is."""
    loaded, gaps = tf1compat.load(output), []
    by_input, by_output = _aliases(signature, "in"), _aliases(signature, "out")
    needed = {alias for alias, value in signature["inputs"].items() if "default" not in value}
    for sides in case.golden().values():
        feeds = {by_input[name]: value for name, value in sides["in"].items() if name in by_input}
        unfed = [name for name in case.tensors("in") if name in sides["in"] and name not in by_input]
        if unfed or not needed <= set(feeds):
            continue  # the author fed something else
        found = loaded.predict("serving_default", feeds)
        gaps += [
            _gap(_rows(found[by_output[name]], case.kept_rows), value)
            for name, value in sides["out"].items()
            if name in by_output
        ]
    return max(gaps, default=None)


def _rows(array: Any, kept: int | None) -> Any:
    return array[:kept] if kept is not None and array.ndim else array


def _gap(found: Any, expected: Any) -> float:
    if found.shape != expected.shape:
        return float("inf")
    if not expected.size:
        return 0.0
    if expected.dtype.kind not in "fc":
        return float(np.mean(found != expected))
    apart = np.abs(found.astype(np.float64) - expected) / np.maximum(1.0, np.abs(expected.astype(np.float64)))
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    return float(np.where(same, 0.0, apart).max())


def run(case: Case, limit: float, *, plan_only: bool = False) -> Verdict:
    """Plan or migrate one case in processes of their own, and hold it against what is right."""
    start = time.monotonic()
    try:
        verdict = _verdict(case, limit, plan_only=plan_only)
    except (_CommandError, tf1compat.Tf1CompatError) as error:
        verdict = Verdict(case.folder.name, problem=str(error))
    return replace(verdict, seconds=verdict.seconds or time.monotonic() - start)


def _verdict(case: Case, limit: float, *, plan_only: bool) -> Verdict:
    plan = _tf1compat(limit, "plan", str(case.model))
    signature = plan["signatures"].get("serving_default", _NOTHING)
    planned = Verdict(case.folder.name, *served(case, signature), problem=problem(plan))
    if plan_only or planned.problem:
        return planned
    with tempfile.TemporaryDirectory() as place:
        output, start = Path(place) / "out", time.monotonic()
        try:
            _tf1compat(limit, "migrate", str(case.model), str(output))
            seconds, gap = time.monotonic() - start, computed(case, output, signature)
        except (_CommandError, tf1compat.Tf1CompatError) as error:
            return replace(planned, problem=str(error))
    far = "" if gap is None or gap <= case.tolerance else f"{gap:.1e} from TensorFlow 1"
    return replace(planned, gap=gap, seconds=seconds, problem=far)


class _CommandError(Exception):
    """A command that did not end with 0 within its limit."""


def _tf1compat(limit: float, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tf1compat", *arguments, "--format", "json"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=limit, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        raise _CommandError(f"{arguments[0]}: over {limit:g} s") from None
    if done.returncode and not (arguments[0] == "plan" and done.stdout):
        raise _CommandError(f"{arguments[0]}, exit {done.returncode}: {_said(done.stdout, done.stderr)}")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def _said(stdout: str, stderr: str) -> str:
    """Why a command did not end with 0: its error, or what stands in its report."""
    if stdout.startswith("{"):
        return problem(json.loads(stdout))[:_LONGEST]
    lines = [line for line in (stderr or stdout).splitlines() if line.strip()]
    return lines[-1][:_LONGEST] if lines else "nothing said"


def problem(document: Mapping[str, Any]) -> str:
    """What keeps a plan from being carried out, or a result from being published; empty where nothing does."""
    for blocker in document.get("blockers", ()):
        return f"{blocker['code']} at {blocker['node'] or 'the graph'}: {blocker['reason']}"
    verification = document.get("verification") or {}
    for case in verification.get("cases", ()):
        if case["passed"] is False:
            return f"{case['signature']}, {case['case']}: {case['failure'] or _differing(case['outputs'])}"
    for each in verification.get("unproven", ()):
        return (
            f"not proven: {each['signature']} ({each['reason']}{_refusal(verification, each['signature'])})"
        )
    return ""


def _differing(outputs: Sequence[Mapping[str, Any]]) -> str:
    found = (f"{each['output']} by {each['largest_absolute']}" for each in outputs if not each["passed"])
    return f"differs in {', '.join(found)}"


def _refusal(verification: Mapping[str, Any], signature: str) -> str:
    refused = (each["refused"] for each in verification["cases"] if each["signature"] == signature)
    first = next(filter(None, refused), "")
    return f": {first}" if first else ""


def main() -> int:
    """Print what became of each case, and how many are right."""
    tf1compat.quiet_tensorflow()
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--plan", action="store_true", help="look at the plan alone, without TensorFlow")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for a case")
    parser.add_argument("--jobs", type=int, default=1, help="how many cases at once")
    options = parser.parse_intermixed_args()
    with ThreadPoolExecutor(options.jobs) as pool:
        chosen = cases(options.folder, options.names)
        verdicts = []
        for verdict in pool.map(lambda each: run(each, options.limit, plan_only=options.plan), chosen):
            print(verdict, file=sys.stderr, flush=True)
            verdicts.append(verdict)
    rows = [
        ["right" if each.is_right else "wrong", each.name, each.inputs, each.outputs,
         "" if each.gap is None else f"{each.gap:.1e}", f"{each.seconds:.0f} s", each.problem]
        for each in verdicts
    ]  # fmt: skip
    headers = ["", "case", "inputs", "outputs", "from TF1", "time", "problem"]
    print(tabulate(rows, headers, tablefmt="github", disable_numparse=True))
    print(f"\n{sum(each.is_right for each in verdicts)} of {len(verdicts)} are right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
