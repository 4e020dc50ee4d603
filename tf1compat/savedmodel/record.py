"""`assets.extra/tf1compat.json`: where a SavedModel came from, how it was made, and how it was verified."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tf1compat.errors import SourceError
from tf1compat.plan import document
from tf1compat.plan.model import ExampleFeature, MigrationPlan

#: Where the record lies in a SavedModel directory.
RECORD = Path("assets.extra") / "tf1compat.json"
FORMAT_VERSION = 1


def write_record(
    saved_model: Path,
    plan: MigrationPlan,
    versions: Mapping[str, str],
    verification: Mapping[str, Any] | None,
) -> None:
    """Write the record into a SavedModel directory; `verification` is None where none was asked for.

    It lists the files that are there, itself included: what is added later is not ours.
    """
    place = saved_model / RECORD
    place.parent.mkdir(exist_ok=True)
    place.touch()
    content = {
        "format_version": FORMAT_VERSION,
        "source": {"path": plan.source, "digest": plan.digest},
        "versions": dict(versions),
        "plan": document.to_json(plan),
        "verification": verification,
        "files": _files(saved_model),
    }
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    # A path that is not UTF-8 has lone surrogates, which JSON escapes as Python does.
    place.write_text(text, encoding="utf-8", errors="backslashreplace")


def _files(folder: Path) -> list[str]:
    """The files in a folder and those below it, by relative path."""
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file())


def read_record(saved_model: Path) -> dict[str, Any]:
    """The record of a SavedModel directory; raises SourceError where there is none that can be read."""
    place = saved_model / RECORD
    if not (saved_model / "saved_model.pb").is_file():
        raise SourceError(f"'{saved_model}' is not a SavedModel directory: there is no saved_model.pb in it")
    if not place.is_file():
        raise SourceError(f"'{saved_model}' was not written by tf1compat: there is no {RECORD} in it")
    try:
        content = json.loads(place.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise SourceError(f"'{place}' is damaged: {error}") from error
    if not isinstance(content, dict) or content.get("format_version") != FORMAT_VERSION:
        raise SourceError(f"'{place}' is not a record of format_version {FORMAT_VERSION}")
    return content


def read_plan(saved_model: Path) -> MigrationPlan:
    """The plan by which a SavedModel was made; raises SourceError or PlanError."""
    return document.from_json(read_record(saved_model).get("plan"))


def features_of(plan: MigrationPlan | None) -> dict[str, dict[str, tuple[ExampleFeature, ...]]]:
    """What each signature parses from inputs that are serialized Examples, by alias; nothing without a plan."""
    return {
        signature.name: {each.alias: each.features for each in signature.inputs if each.features}
        for signature in (() if plan is None else plan.signatures)
    }


def check_op_libraries(saved_model: Path, given: Iterable[str | Path]) -> MigrationPlan | None:
    """Every library of ops that a SavedModel's record names is given, by its file's name: what a record names is
    never loaded unasked. Raises SourceError for those that are missing. Gives the record's plan; None without one."""
    if not (saved_model / RECORD).is_file():
        return None
    plan, names = read_plan(saved_model), {Path(each).name for each in given}
    for each in plan.op_libraries:
        if Path(each).name not in names:
            raise SourceError(
                f"'{saved_model}' holds ops of the library '{each}', which is not loaded unasked; give its file with "
                "--load-op-library PATH, or op_libraries=[PATH]"
            )
    return plan
