"""The files that the user gives for those that the graph names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from tf1compat.discovery.findings import TableFinding
from tf1compat.errors import nearest
from tf1compat.source.assets import base_name


def with_assets(
    tables: tuple[TableFinding, ...], assets: Mapping[str, str | Path]
) -> tuple[tuple[TableFinding, ...], tuple[str, ...]]:
    """The tables with the files that `assets` gives by name, and every problem with these names.

    A name is a path as the graph has it, a table's, or the last part of a path where no two files share it.
    """
    chosen: dict[str, Path] = {}
    problems = []
    for name, path in assets.items():
        found = _named(tables, name)
        if isinstance(found, str):
            problems.append(found)
        else:
            chosen.update({each.name: Path(path) for each in found})
    given = tuple(
        replace(each, path=chosen[each.name], given=True) if each.name in chosen else each for each in tables
    )
    return given, tuple(problems)


def _named(tables: Iterable[TableFinding], name: str) -> tuple[TableFinding, ...] | str:
    """The tables that a name means, or what is wrong with it."""
    files = [each for each in tables if each.content == "file"]
    for fits in (
        [each for each in files if each.recorded == name],
        [each for each in files if each.name == name],
    ):
        if fits:
            return tuple(fits)
    fits = [each for each in files if each.recorded is not None and base_name(each.recorded) == name]
    recorded = sorted({each.recorded for each in fits if each.recorded is not None})
    if len(recorded) > 1:
        return f"asset '{name}' may be any of {', '.join(map(repr, recorded))}; give it by its whole path"
    return tuple(fits) if fits else _unknown(files, name)


def _unknown(files: Iterable[TableFinding], name: str) -> str:
    known = sorted({base_name(each.recorded) if each.recorded else each.name for each in files})
    if not known:
        return f"asset '{name}' is given, but no table of the graph is filled from a file"
    hint = nearest(name, known)
    return (
        f"asset '{name}' is no file that the graph names{hint or '; it names ' + ', '.join(map(repr, known))}"
    )
