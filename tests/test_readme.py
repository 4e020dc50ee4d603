"""The README is run: every command in it, in order, in a folder with the four files, and what it shows is compared."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FIGURE = re.compile(r"\b\d\.\de-\d\d\b")  # a difference between two floating-point results


def blocks(*languages: str) -> list[tuple[str, str]]:
    return [(language, text) for language, text in BLOCK.findall(README) if language in languages]


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def pattern(shown: str) -> str:
    """What the output must match: a line `...` stands for any lines, `...` in a line for any characters."""
    parts = [_line_pattern(line) for line in _plain(shown).splitlines(keepends=True)]
    return r"\A" + "".join(parts) + r"\Z"


def _line_pattern(line: str) -> str:
    return "(?:.*\n)*?" if line == "...\n" else re.escape(line).replace(re.escape("..."), ".*")


def _plain(text: str) -> str:
    """Without what differs from machine to machine: the digits of small differences, and columns' widths."""
    return re.sub(r" +", " ", re.sub(r"-{3,}", "---", FIGURE.sub("0", text)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory, fixture_folder) -> Path:
    """Somebody's folder: the four files as `model`, what is known of them, and a language model beside it."""
    place = tmp_path_factory.mktemp("readme")
    classifier = fixture_folder("birnn_classifier/tf1.15.5")
    for name in ("checkpoint", "model.meta", "model.index", "model.data-00000-of-00001", "vocabulary.json"):
        shutil.copy(classifier / name, place)
    shutil.copy(classifier / "class_mapping.txt", place / "classes.txt")
    shutil.copytree(fixture_folder("char_rnn/tf1.4.1"), place / "char_rnn")
    return place


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run it as typed in the folder, `tf1compat` and `python` being those of this checkout."""
    words = shlex.split(command)
    if words[0] == "tf1compat":
        words[:1] = [sys.executable, "-m", "tf1compat"]
    elif words[0] == "python":
        words[0] = sys.executable
    environment = {key: value for key, value in os.environ.items() if key != "TF_CPP_MIN_LOG_LEVEL"}
    return subprocess.run(
        words, cwd=folder, env={**environment, "PYTHONPATH": str(ROOT)}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.tensorflow
def test_every_block_runs_and_gives_what_is_shown(folder, monkeypatch, tensorflow):
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    for language, text in blocks("console", "python"):
        if language == "python":
            exec(compile(text, "README.md", "exec"), names)
            continue
        for command, shown in commands(text):
            done = run(command, folder)
            assert re.match(pattern(shown), _plain(done.stdout)), f"$ {command}\n{done.stdout}"
            assert done.returncode == (2 if shown.startswith("error: ") else 0), command


def test_the_commands_for_setting_up_exist():
    lines = [line for _, text in blocks("sh") for line in text.splitlines()]
    assert lines == ["pip install .", "make demo", "make test"]
    for line in lines[1:]:
        subprocess.run([*shlex.split(line), "--dry-run"], cwd=ROOT, check=True, capture_output=True)


def test_no_block_is_left_out():
    assert README.count("\n```") == 2 * len(blocks("console", "python", "sh"))


def test_every_place_in_the_table_of_contents_exists():
    contents = README.partition("## Contributing")[2]
    places = re.findall(r"^\| `([^`]+)` \|", contents, re.MULTILINE)
    assert len(places) > 10
    assert [place for place in places if not (ROOT / place).exists()] == []
