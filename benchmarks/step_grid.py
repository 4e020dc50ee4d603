"""The step grid in `fixtures/step_grid`: small recurrent models with one op before the network or behind it.

An archive a release, read as a whole the first time that one of its models is asked for.

    python -m benchmarks.step_grid [--release tf1.15.5] [--part 1/8] [--plans]

migrates each with nothing named, and holds it, run whole and step by step, against the golden values of TensorFlow 1;
with --plans it looks at the plans alone, which needs no TensorFlow.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from tabulate import tabulate

import tf1compat
from benchmarks.gap import gap_between
from tf1compat.analysis.constants import constant
from tf1compat.source import open_model

FIXTURES = Path(__file__).parent.parent / "fixtures"
ARCHIVES = FIXTURES / "step_grid"
SUFFIX = ".tar.xz"


@dataclass(frozen=True)
class GridModel:
    """One committed model: the release of TensorFlow 1 that made it, and its name."""

    release: str  # tf1.15.5
    name: str  # OP-ARRANGEMENT-POSITION

    @property
    def truth(self) -> dict[str, Any]:
        """What TensorFlow 1 said of the model when it was built."""
        truth: dict[str, Any] = json.loads(_files(self.release)[self.name]["truth.json"])
        return truth

    def unpacked(self, parent: Path) -> Path:
        """The model's own folder under `parent`, written there unless it is there already."""
        folder = parent / self.release / self.name
        if not folder.exists():
            folder.mkdir(parents=True)
            for name, content in _files(self.release)[self.name].items():
                (folder / name).write_bytes(content)
        return folder

    def __str__(self) -> str:
        return f"{self.release}/{self.name}"


def grid_models() -> Iterator[GridModel]:
    """Every model of the grid, releases in order."""
    releases = [path.name.removesuffix(SUFFIX) for path in ARCHIVES.glob(f"tf*{SUFFIX}")]
    for release in sorted(releases, key=lambda release: [int(part) for part in release[2:].split(".")]):
        yield from (GridModel(release, name) for name in sorted(_files(release)))


@cache
def _files(release: str) -> dict[str, dict[str, bytes]]:
    """The contents of all files, by model and name."""
    contents: dict[str, dict[str, bytes]] = {}
    with tarfile.open(ARCHIVES / f"{release}{SUFFIX}") as archive:
        for member in archive:
            stream = archive.extractfile(member)
            if stream is not None:
                model, _, name = member.name.partition("/")
                contents.setdefault(model, {})[name] = stream.read()
    return contents


# ------------------------------------------------------------------------------------------------- the checks

TOLERANCE = 1e-5


def planned(model: GridModel, folder: Path) -> str:
    """What a plan lacks with nothing named: the author's output and input in `step`, sizes that are free; '' if
    nothing."""
    plan = tf1compat.plan(folder)
    if plan.step is None:
        return f"no step: {plan.no_step}"
    truth = model.truth
    if all(str(each.tensor) != truth["output"] for each in plan.step.outputs):
        return "step does not give the author's output"
    data = next((each for each in plan.step.inputs if str(each.tensor) == truth["data_input"]), None)
    if data is None:
        return "step does not take the author's input"
    sizes = set((data.shape.dims or ())[:2]) - {None, 1}
    return f"step takes sequences of sizes {sorted(map(str, sizes))}" if sizes else ""


def computed(model: GridModel, folder: Path, output: Path) -> str:
    """Where the migrated model misses the golden values of TensorFlow 1, run whole and step by step; '' if nowhere."""
    result = tf1compat.migrate(folder, output, verify=False)
    loaded, golden = tf1compat.load(output), dict(np.load(folder / "golden.npz"))
    default, unfed = result.plan.signatures[0], _defaults(folder)
    for case in sorted({key.partition("|")[0] for key in golden} - {"step"}):
        fed = {str(each.tensor): each.alias for each in default.inputs}
        given = unfed | _of_case(golden, case, "in")
        feeds = {fed[name]: value for name, value in given.items() if name in fed}
        found = loaded.predict("serving_default", feeds)
        for name, expected in _of_case(golden, case, "out").items():
            alias = next((each.alias for each in default.outputs if str(each.tensor) == name), None)
            if alias is not None and (apart := gap_between(found[alias], expected)) > TOLERANCE:
                return f"{case}: '{name}' is {apart:.1e} from TensorFlow 1"
    return _stepped(model, result.plan, loaded, golden, unfed) if "step|in" in golden else ""


def _defaults(folder: Path) -> dict[str, Any]:
    """What stands at each `placeholder_with_default` while nobody feeds it, by tensor."""
    graph = open_model(folder).meta_graph.graph
    nodes = [node for node in graph.nodes if node.op == "PlaceholderWithDefault"]
    return {
        f"{node.name}:0": value for node in nodes if (value := constant(graph, node.inputs[0])) is not None
    }


def _of_case(golden: dict[str, Any], case: str, side: str) -> dict[str, Any]:
    prefix = f"{case}|{side}|"
    return {key.removeprefix(prefix): value for key, value in golden.items() if key.startswith(prefix)}


def _stepped(model: GridModel, plan: Any, loaded: Any, golden: dict[str, Any], unfed: dict[str, Any]) -> str:
    truth, step = model.truth, plan.step
    data = next(each for each in step.inputs if str(each.tensor) == truth["data_input"])
    output = next(each for each in step.outputs if str(each.tensor) == truth["output"])
    carried = [each.alias for each in step.step.states]
    others = {each.alias: unfed[str(each.tensor)] for each in step.inputs if str(each.tensor) in unfed}
    others |= {alias: np.array(value) for alias, value in truth["step_feeds"].items()}
    known = {each.alias for each in step.inputs}
    state, found = loaded.zero_state(1), []
    for value in golden["step|in"]:
        given = {data.alias: np.asarray(value)[None, None], **{k: v for k, v in others.items() if k in known}}
        answer = loaded.predict("step", given | state)
        state = {alias: answer[alias] for alias in carried}
        found.append(answer[output.alias].reshape(-1))
    apart = gap_between(np.stack(found), golden["step|probabilities"])
    return f"steps are {apart:.1e} from TensorFlow 1" if apart > TOLERANCE else ""


def wanted(model: GridModel) -> bool:
    """Whether a step of one example is to be had: neither steps nor a batch that is fixed are mixed."""
    return bool(model.truth["steppable"]) and model.truth["mixes"] != "batch"


def check(model: GridModel, parent: Path) -> str:
    """What is wrong with one model of the grid; '' if nothing."""
    folder = model.unpacked(parent)
    try:
        problem = planned(model, folder) if wanted(model) else ""
        return problem or computed(model, folder, parent / "out" / model.release / model.name)
    except tf1compat.Tf1CompatError as error:
        return f"{type(error).__name__}: {error}"


def check_plan(model: GridModel, parent: Path) -> str:
    """What is wrong with the plan of one model of the grid; '' if nothing."""
    folder = model.unpacked(parent)
    try:
        return planned(model, folder) if wanted(model) else mixed(model, folder)
    except tf1compat.Tf1CompatError as error:
        return f"{type(error).__name__}: {error}"


def mixed(model: GridModel, folder: Path) -> str:
    """Whether a step gives an output that needs other steps than its own; '' if not."""
    step = tf1compat.plan(folder).step
    outputs = () if step is None or model.truth["mixes"] != "time" else step.outputs
    lost = any(str(each.tensor) == model.truth["output"] for each in outputs)
    return "step gives an output that mixes the steps" if lost else ""


# -------------------------------------------------------------------------------------------------- the table

#: A section of the scripts that make the models, or an op that is entered in it.
_ENTRY = re.compile(r'^# ([A-Z][^\n]*)$|^(?:elementwise|enter)\(\s*"(\w+)"|^def (\w+)\(x, at', re.MULTILINE)


@cache
def families() -> dict[str, str]:
    """The family of each op: the section of the scripts in which it stands."""
    found: dict[str, str] = {}
    for script in sorted((FIXTURES / "scripts").glob("step_grid_*.py")):
        section = script.stem
        for title, *names in _ENTRY.findall(script.read_text()):
            section = title.partition(":")[0] or section
            found |= {name.rstrip("_"): section for name in names if name}
    return found


ARRANGEMENTS = ("3d", "flat", "fixed_batch", "fixed_both", "unrolled")


def table(checked: dict[GridModel, str]) -> str:
    """How many models are right, of how many, by the family of their op and how their network is arranged."""
    counts: dict[str, dict[str, list[int]]] = {}
    for model, problem in checked.items():
        for family in (families().get(model.truth["op"], "Others"), "all"):
            row = counts.setdefault(family, {each: [0, 0] for each in (*ARRANGEMENTS, "all")})
            for place in (model.truth["arrangement"], "all"):
                row[place][0] += not problem
                row[place][1] += 1
    ordered = [*sorted(each for each in counts if each != "all"), *(each for each in counts if each == "all")]
    rows = [
        [each, *(f"{right} / {of}" if of else "" for right, of in counts[each].values())] for each in ordered
    ]
    return tabulate(rows, ["op", *ARRANGEMENTS, "all"], tablefmt="github", disable_numparse=True)


def main() -> int:
    """Print, for each family of ops, how many models step as their authors' own sampling graphs did."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--release", help="only this one, tf1.15.5 say")
    parser.add_argument("--part", default="1/1", help="K/N: the K-th of N parts")
    parser.add_argument("--plans", action="store_true", help="look at the plans alone")
    options = parser.parse_args()
    part, parts = map(int, options.part.split("/"))
    checked: dict[GridModel, str] = {}
    with tempfile.TemporaryDirectory() as place:
        chosen = [each for each in grid_models() if options.release in (None, each.release)]
        for model in chosen[part - 1 :: parts]:
            problem = (check_plan if options.plans else check)(model, Path(place))
            checked[model] = problem
            if problem:
                print(f"{model}: {problem}", file=sys.stderr)
            shutil.rmtree(Path(place) / "out", ignore_errors=True)
    print(table(checked))
    return 0


if __name__ == "__main__":
    sys.exit(main())
