"""The pages are run: every command and every piece of Python, in order, and what they show is compared."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from types import ModuleType

import pytest

from tests.docs.pages import PAGES, README, ROOT, blocks, commands, matches, prose_of
from tests.docs.workshop import Workshop
from tf1compat.cli.arguments import parse


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory, tensorflow: ModuleType) -> Iterator[Workshop]:
    """One for all pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)  # and back again, wherever the pages went
        yield Workshop(tmp_path_factory.mktemp("checkout"))


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "page", [page for page in PAGES if {"console", "python"} & {each for each, _ in blocks(page)}]
)
def test_every_block_runs_and_gives_what_is_shown(page: str, workshop: Workshop):
    workshop.run(page)


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_of_a_kind_that_is_known(page: str):
    known = {"console", "json", "python", "text"} | ({"sh"} if page == README else set())
    assert {language for language, _ in blocks(page)} <= known
    assert prose_of(page).count("```") == 0


@pytest.mark.parametrize("page", PAGES)
def test_every_command_in_a_sentence_is_one(page: str):
    """Those name models that nobody has: they are not run, but the command line takes their options."""
    for command in re.findall(r"`tf1compat ([a-z][^`]*)`", prose_of(page)):
        parse(shlex.split(command))


@pytest.mark.parametrize("page", PAGES)
def test_every_option_that_is_named_exists(page: str):
    own = [each for folder in ("converters", "benchmarks") for each in (ROOT / folder).rglob("*.py")]
    sources = [ROOT / "tf1compat" / "cli" / "arguments.py", *own]
    known = set(re.findall(r'"(--[a-z-]+)"', "".join(each.read_text(encoding="utf-8") for each in sources)))
    assert set(re.findall(r"`(--[a-z-]+)", prose_of(page))) <= known


def test_what_sets_a_checkout_up_is_there():
    lines = [line for language, text in blocks(README) if language == "sh" for line in text.splitlines()]
    assert {"make demo", "make test", "pip install ."} <= set(lines)
    if shutil.which("make"):
        for line in (each for each in lines if each.startswith("make ")):
            subprocess.run([*shlex.split(line), "--dry-run"], cwd=ROOT, check=True, capture_output=True)


# ---------------------------------------------------------------------------------------- its own pieces


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a\nb\n", False),
        ("...\nb\n", "x\ny\nb\n", True),
        ("a\n...\n", "a\n", True),
        ("a ... c\n", "a b c\n", True),
        ("a ... c\n", "a b d\n", False),
        ("x   1.8e-07\n---\n", "x 4.4e-16\n--------\n", True),
        ("x 1.8\n", "x 1.9\n", False),
    ],
)
def test_dots_stand_for_what_is_left_out(shown: str, printed: str, same: bool):
    assert matches(shown, printed) is same


def test_each_command_has_the_output_below_it():
    assert list(commands("$ a b\nx\ny\n$ c\n")) == [("a b", "x\ny\n"), ("c", "")]
