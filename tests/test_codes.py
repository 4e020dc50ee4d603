"""Every code stands once in the registry, has its section in the docs, and is provoked by a test."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from tf1compat.plan.judge.codes import BLOCKERS, HAZARDS
from tf1compat.plan.judge.notes import Note

ROOT = Path(__file__).parent.parent
PAGES = {"hazards": HAZARDS, "blockers": BLOCKERS}
CODES = (*HAZARDS, *BLOCKERS)
#: What each section says, in this order.
LINES = ("Seen", "Done", "Why it matters", "What to do", "Example")


def sections(page: str) -> dict[str, list[str]]:
    """The lines of each section of a page, by its heading."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            assert line[3:] not in found, f"two sections are headed '{line[3:]}'"
            found[line[3:]] = []
        elif found and line:
            found[list(found)[-1]].append(line)
    return found


@cache
def codes_in_tests() -> frozenset[str]:
    """Every text that a test asserts, takes as a parameter or looks for."""
    files = (path for path in Path(__file__).parent.rglob("test_*.py") if path != Path(__file__))
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in files)
    constants = (each for tree in trees for each in ast.walk(tree) if isinstance(each, ast.Constant))
    return frozenset(each.value for each in constants if isinstance(each.value, str))


def test_a_code_stands_once_in_the_registry() -> None:
    assert len(CODES) == len(set(CODES))


def test_hazards_and_blockers_are_in_the_order_of_the_alphabet() -> None:
    for codes in PAGES.values():
        assert list(codes) == sorted(codes)


@pytest.mark.parametrize("page", PAGES)
def test_the_page_has_a_section_for_each_code_and_no_other(page: str) -> None:
    assert list(sections(page)) == list(PAGES[page])


@pytest.mark.parametrize("page", PAGES)
def test_each_section_explains_its_code_in_five_lines(page: str) -> None:
    for heading, lines in sections(page).items():
        begun = [line.removeprefix("* **").partition(":** ")[0] for line in lines]
        assert tuple(begun) == LINES, heading
        assert all(line.partition(":** ")[2] for line in lines), heading


@pytest.mark.parametrize("code", CODES)
def test_some_test_provokes_each_code(code: str) -> None:
    assert code in codes_in_tests(), f"no test names '{code}'"


def test_a_note_of_an_unregistered_code_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="'made-up' is not registered"):
        Note("made-up", "node", "reason", "remedy")
