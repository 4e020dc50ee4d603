"""Every remedy that a hazard or a blocker of the committed models prints can be typed as it is printed, and works."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import tf1compat
from tf1compat.cli.arguments import parse
from tf1compat.cli.commands import _planning as planning
from tf1compat.cli.terminal import UsageError
from tf1compat.errors import Tf1CompatError
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.model import MigrationPlan

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent / "fixtures"
FAMILIES = (
    "functional_graphs",
    "odd_graphs",
    "proof_graphs",
    "served_graphs",
    "small_graphs",
    "training_graphs",
)
#: An option with what is to be typed behind it, as far as that is said.
TYPED = re.compile(r"(--[a-z][a-z-]+)(?: ('[^']*'|[^\s,;:)]+))?")
#: Values for tensors that the user has to choose himself.
CHOSEN = ("0.5", "1", "true")
#: Options of other commands, and those that want a file of the user's own.
ELSEWHERE = frozenset({"--inputs", "--plan", "--load-op-library", "--asset"})
#: Which blockers an option does away with; others want what only the user knows.
SETTLED = frozenset({"--signature", "--batch-statistics", "--weights"})


class Remedy(NamedTuple):
    """What a note of a model tells to type."""

    folder: Path
    note: Note
    is_blocker: bool
    option: str
    value: str


@cache
def remedies() -> tuple[Remedy, ...]:
    """Every remedy with something to type behind its option, each kind of a model once."""
    return tuple(each for folder in folders() for each in _of(folder))


def folders() -> list[Path]:
    found = [path.parent for family in FAMILIES for path in sorted((ROOT / family).glob("*/*/model.meta"))]
    assert len(found) > 100
    return found


def _of(folder: Path) -> Iterator[Remedy]:
    plan = tf1compat.plan(folder)
    for is_blocker, notes in ((False, plan.hazards), (True, plan.blockers)):
        for note in {each.code: each for each in notes}.values():
            for option, value in TYPED.findall(note.remedy):
                yield Remedy(folder, note, is_blocker, option, "".join(shlex.split(value)))


def type_in(remedy: Remedy, value: str) -> MigrationPlan:
    options = parse(["plan", str(remedy.folder), remedy.option, value])
    return tf1compat.plan(remedy.folder, **planning(options))


def test_each_option_exists() -> None:
    assert [each.option for each in remedies() if not exists(each.option)] == []
    assert not exists("--no-such-option")


def exists(option: str) -> bool:
    try:
        parse(["migrate", "model", "output", option, "value"])
    except UsageError as error:
        return f"unrecognized arguments: {option}" not in str(error)
    return True


def test_each_remedy_works_as_typed() -> None:
    problems = [problem for each in remedies() if (problem := _problem(each))]
    assert not problems, "\n".join(problems)


def _problem(remedy: Remedy) -> str:
    """What is wrong with a remedy; empty where it works."""
    if not remedy.value or remedy.option in ELSEWHERE:
        return ""
    open_value = remedy.value.endswith("=VALUE")
    values = [remedy.value.replace("VALUE", each) for each in CHOSEN] if open_value else [remedy.value]
    told = (
        f"{remedy.folder.parent.name}/{remedy.folder.name}: {remedy.note.code}: {remedy.option} {values[0]}"
    )
    failures = []
    for value in values:
        try:
            plan = type_in(remedy, value)
        except Tf1CompatError as error:
            failures.append(str(error))
            continue
        left = [(each.code, each.node) for each in plan.blockers]
        settles = remedy.is_blocker and remedy.option in SETTLED
        if settles and (remedy.note.code, remedy.note.node) in left:
            return f"{told}: the blocker stays"
        return ""
    return f"{told}: {failures[0]}"
