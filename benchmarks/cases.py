"""Models of which somebody knows what is right: `python -m benchmarks.cases FOLDER [NAME ...]`.

FOLDER holds a folder a case: the model's files, `truth.json` and `golden.npz`. The truth names the tensors that
`serving_default` should take and give with no option (`expect_in`, `expect_out`), or those that the author's own code
feeds and fetches (`author_inputs`, `author_outputs`; or `inputs`, `outputs`), and where the model lies (`target`,
`prefix`, else a file MODEL with the path, else the folder `model` or the case's own). What the author feeds and fetches
may be served by another signature (`step`) or by several (`copy_1` beside `serving_default`), which the table names; an
input that the plan freezes to the very number that the author feeds need not be fed. Keys of the golden file are
`CASE|in|TENSOR` and `CASE|out|TENSOR`, where `CASE|` may be missing. Each case is migrated with no option, in a process
of its own and within a limit of time; what was written is then run on the golden inputs.
`--plan` looks at the plan alone, without TensorFlow.
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
from benchmarks.gap import gap_between

#: Largest difference from TensorFlow 1, relative where values are above one; a truth may state its own.
TOLERANCE = 1e-5
HALVES = 1e-3
#: How far the kernels of two releases may be apart, where the original itself is as far under the one installed.
ROUNDING = 1e-3
#: How much is shown of a problem.
_LONGEST = 300
_NOTHING: Mapping[str, Any] = {"inputs": {}, "outputs": {}}
_DEFAULT = "serving_default"


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
        found: list[str] = next((truth[key] for key in keys if key in truth), [])
        inert = truth.get("inert_inputs", ())
        return [name for name in found if name not in inert]

    @property
    def of_serving_default(self) -> bool:
        """Whether the truth is about `serving_default`, and not about whatever the author runs."""
        return any(f"expect_{side}" in self.truth for side in ("in", "out"))

    def feeds_alone(self, tensor: str, value: Any) -> bool:
        """Whether the author feeds a tensor with this one value in all his runs."""
        fed = [sides["in"][tensor] for sides in self.golden().values() if tensor in sides["in"]]
        return bool(fed) and all(bool(np.all(np.asarray(each) == value)) for each in fed)

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

    def computed_here(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The golden values as the original computes them under the TensorFlow that is installed."""
        with tf1compat.restore(self.model) as legacy:
            return {
                name: {
                    "in": sides["in"],
                    "out": legacy.run({each: each for each in sides["out"]}, sides["in"]),
                }
                for name, sides in self.golden().items()
            }


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
    by: tuple[str, ...] = (_DEFAULT,)
    gap: float | None = None
    rounded: bool = False  # the original itself is as far under the TensorFlow that is installed
    seconds: float = 0.0
    problem: str = ""

    @property
    def is_right(self) -> bool:
        return not self.problem and self.inputs == "right" and self.outputs == "right"

    @property
    def told_gap(self) -> str:
        """How far from TensorFlow 1 it is, as the table shows it."""
        told = "" if self.gap is None else f"{self.gap:.1e}"
        return f"{told}, as the original here" if self.rounded else told


def served(case: Case, plan: Mapping[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    """How the inputs and the outputs differ from what is right (missing and, of inputs, surplus), and what serves them.

    That is `serving_default`, unless another signature serves all that the author runs, or several do together.
    """
    ways = _ways(case, plan["signatures"])
    compared = [(*_differing_from(case, plan, way), way) for way in ways]
    return next((each for each in compared if each[:2] == ("right", "right")), compared[0])


def _ways(case: Case, signatures: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The signatures that may serve a case, the likeliest first: one, or those that together give its outputs."""
    if case.of_serving_default:
        return [(_DEFAULT,)]
    alone: list[tuple[str, ...]] = [(name,) for name in dict.fromkeys((_DEFAULT, *signatures))]
    fed = set(case.tensors("in"))
    giving = (
        [
            name
            for name, each in signatures.items()
            if tensor in _aliases(each, "out") and _aliases(each, "in").keys() <= fed
        ]
        for tensor in case.tensors("out")
    )
    together = tuple(dict.fromkeys(each[0] for each in giving if each))
    return [*alone, together] if len(together) > 1 else alone


def _differing_from(case: Case, plan: Mapping[str, Any], names: Sequence[str]) -> tuple[str, str]:
    signatures = [plan["signatures"].get(name, _NOTHING) for name in names]
    given = {side: [name for each in signatures for name in _aliases(each, side)] for side in ("in", "out")}
    expected = {side: case.tensors(side) for side in ("in", "out")}
    frozen = _frozen(case, plan)
    missing = {
        side: [f"-{name}" for name in expected[side] if name not in given[side] and name not in frozen]
        for side in ("in", "out")
    }
    surplus = [f"+{name}" for name in given["in"] if expected["in"] and name not in expected["in"]]
    gives = f" (gives {' '.join(given['out'][:4])})"
    outputs = " ".join(missing["out"]) + gives if missing["out"] else "right"
    return " ".join([*missing["in"], *surplus]) or "right", outputs


def _frozen(case: Case, plan: Mapping[str, Any]) -> frozenset[str]:
    """The inputs that the plan froze to what the author feeds."""
    constants = plan.get("constants", ())
    return frozenset(each["tensor"] for each in constants if case.feeds_alone(each["tensor"], each["value"]))


def _aliases(signature: Mapping[str, Any], side: str) -> dict[str, str]:
    """The aliases of a signature's inputs or outputs, by tensor."""
    return {value["tensor"]: alias for alias, value in signature[f"{side}puts"].items()}


def computed(
    case: Case, output: Path, plan: Mapping[str, Any], names: Sequence[str], golden: Mapping[str, Any]
) -> float | None:
    """The largest difference from the golden values of the outputs that are served, over all cases; None if none is."""
    loaded, gaps = tf1compat.load(output), []
    served_by = {name: plan["signatures"].get(name, _NOTHING) for name in names}
    fed = {tensor for each in served_by.values() for tensor in _aliases(each, "in")} | _frozen(case, plan)
    for sides in golden.values():
        if any(name in sides["in"] and name not in fed for name in case.tensors("in")):
            continue  # the author fed something else
        for name, signature in served_by.items():
            gaps += _gaps(case, loaded, name, signature, sides)
    return max(gaps, default=None)


def _gaps(
    case: Case, loaded: Any, name: str, signature: Mapping[str, Any], sides: Mapping[str, Mapping[str, Any]]
) -> list[float]:
    """How far each output of one signature is from TensorFlow 1 in one case; nothing where the case lacks an input."""
    by_input, by_output = _aliases(signature, "in"), _aliases(signature, "out")
    feeds = {by_input[tensor]: value for tensor, value in sides["in"].items() if tensor in by_input}
    if not {alias for alias, value in signature["inputs"].items() if "default" not in value} <= set(feeds):
        return []
    found = loaded.predict(name, feeds)
    return [
        gap_between(_rows(found[by_output[tensor]], case.kept_rows), value)
        for tensor, value in sides["out"].items()
        if tensor in by_output
    ]


def _rows(array: Any, kept: int | None) -> Any:
    return array[:kept] if kept is not None and array.ndim else array


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
    planned = Verdict(case.folder.name, *served(case, plan), problem=problem(plan))
    if plan_only or planned.problem:
        return planned
    with tempfile.TemporaryDirectory() as place:
        output, start = Path(place) / "out", time.monotonic()
        try:
            _tf1compat(limit, "migrate", str(case.model), str(output))
            seconds = time.monotonic() - start
            gap = computed(case, output, plan, planned.by, case.golden())
            if gap is not None and case.tolerance < gap <= ROUNDING:
                here = computed(case, output, plan, planned.by, case.computed_here())
                planned = replace(planned, rounded=here is not None and here <= case.tolerance)
        except (_CommandError, tf1compat.Tf1CompatError) as error:
            return replace(planned, problem=str(error))
    far = "" if gap is None or gap <= case.tolerance or planned.rounded else f"{gap:.1e} from TensorFlow 1"
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
        ["right" if each.is_right else "wrong", each.name, each.inputs, each.outputs, " ".join(each.by),
         each.told_gap, f"{each.seconds:.0f} s", each.problem]
        for each in verdicts
    ]  # fmt: skip
    headers = ["", "case", "inputs", "outputs", "served by", "from TF1", "time", "problem"]
    print(tabulate(rows, headers, tablefmt="github", disable_numparse=True))
    print(f"\n{sum(each.is_right for each in verdicts)} of {len(verdicts)} are right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
