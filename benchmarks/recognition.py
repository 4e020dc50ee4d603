"""How well recurrent networks are recognised, over the whole matrix of models: `python -m benchmarks.recognition`.

A network is *found* when all that is known of it is reported as it is, *misnamed* when it is reported with something
else, and *missed* when nothing reported shares a tensor or a variable with it. A *false alarm* is a reported network
that is none. Each failure is listed with what differs. Needs no TensorFlow.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabulate import tabulate

import tf1compat
from benchmarks.matrix import Model, models

Network = Mapping[str, Any]

#: What is compared of a network and of a layer. A scope is only compared by what it is, a name.
_OF_NETWORK = (
    "kind", "direction", "time_major", "inputs", "outputs", "sequence_length", "step_inputs", "step_outputs",
)  # fmt: skip
_OF_LAYER = ("cell", "units", "variables", "initial_state", "final_state", "slices")
VERDICTS = ("found", "misnamed", "missed", "false alarm")


@dataclass(frozen=True)
class Verdict:
    """What became of one network of one model."""

    model: Model
    scope: str
    verdict: str  # one of VERDICTS
    differences: tuple[str, ...] = ()


def verdicts(model: Model, reported: Sequence[Network]) -> Iterator[Verdict]:
    """A verdict on each network that a model has or is said to have."""
    left = list(reported)
    for truth in model.truth["rnns"]:
        fitting = [each for each in left if tensors(each) & tensors(truth)]
        if not fitting:
            yield Verdict(model, truth["scope"], "missed")
            continue
        nearest = min(fitting, key=lambda each: len(differences(truth, each)))
        left.remove(nearest)
        found = differences(truth, nearest)
        yield Verdict(model, truth["scope"], "misnamed" if found else "found", found)
    for each in left:
        cells = ", ".join(layer["cell"] for layer in each["layers"])
        yield Verdict(model, each["scope"], "false alarm", (f"{each['kind']}: {cells}",))


def tensors(network: Network) -> set[str]:
    """Everything that names a network: its tensors and its variables."""
    layers = network["layers"]
    states = [
        each for layer in layers for side in ("initial_state", "final_state") for each in layer[side].values()
    ]
    named = [network["outputs"], *network["step_outputs"], *states]
    return {each for each in named if each} | {each for layer in layers for each in layer["variables"]}


def differences(truth: Network, reported: Network) -> tuple[str, ...]:
    """What is reported otherwise than it is, each in words; the order of variables does not count."""
    found = [_difference(key, truth[key], reported[key]) for key in _OF_NETWORK if key in truth]
    pairs = list(zip(truth["layers"], reported["layers"], strict=False))
    found += [
        _difference(f"layer {number}: {key}", _plain(expected[key]), _plain(actual[key]))
        for number, (expected, actual) in enumerate(pairs)
        for key in _OF_LAYER
        if key in expected
    ]
    found.append(_difference("layers", len(truth["layers"]), len(reported["layers"])))
    return tuple(each for each in found if each)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def _difference(what: str, expected: Any, found: Any) -> str:
    return "" if expected == found else f"{what} is {_short(expected)}, reported is {_short(found)}"


def _short(value: Any) -> str:
    return str(value) if not isinstance(value, list) or len(str(value)) < 200 else f"{str(value)[:200]}..."


def table(all_verdicts: Iterable[tuple[Model, Sequence[Verdict]]]) -> str:
    """A row for each arrangement: models, networks, and how many met which verdict."""
    counts: dict[str, Counter[str]] = {}
    for model, each in all_verdicts:
        row = counts.setdefault(model.truth["arrangement"], Counter())
        row.update(models=1, networks=len(model.truth["rnns"]))
        row.update(verdict.verdict for verdict in each)
    total: Counter[str] = sum(counts.values(), Counter())
    columns = ("models", "networks", *VERDICTS)
    rows = [[name, *(row[key] for key in columns)] for name, row in (*sorted(counts.items()), ("all", total))]
    headers = ["arrangement", *(f"{each}s" if each == "false alarm" else each for each in columns)]
    return tabulate(rows, headers, tablefmt="github")


def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        results = [
            (model, tuple(verdicts(model, tf1compat.inspect(model.unpacked(Path(place))).to_json()["rnns"])))
            for model in models()
        ]
    print(table(results))
    failures = [each for _, group in results for each in group if each.verdict != "found"]
    for each in failures:
        print(f"\n{each.model} {each.scope}: {each.verdict}", *each.differences, sep="\n    ")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
