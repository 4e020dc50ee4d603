"""`make demo` does what the README says: migrates both families, proves it, lets them write and classify."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.tensorflow,
    pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed"),
]


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the demo prints. The interpreter that runs the tests stands in for the one in .venv."""
    place = tmp_path_factory.mktemp("demo") / "out"
    command = ["make", "--no-print-directory", "demo", f"DEMO={place}", f"RUN={sys.executable}", "READY="]
    # The tests may themselves be run by make, whose flags are not meant for the demo.
    outside = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
    done = subprocess.run(command, cwd=ROOT, env=outside, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_both_families_are_inspected_and_verified(printed: str) -> None:
    assert printed.count("Recurrent networks\n") == 2
    assert printed.count("The same model: every output of") == 2


def test_the_language_model_writes_words(printed: str) -> None:
    corpus = (ROOT / "fixtures" / "scripts" / "corpus" / "pride_1_5.txt").read_text(encoding="utf-8")
    known = set("".join(each if each.isalpha() else " " for each in corpus).split())
    text = printed[printed.index("It is a truth ", printed.index("Result\n")) :].split("\nModel ")[0]
    words = "".join(each if each.isalpha() else " " for each in text.split("$")[0]).split()
    assert len(words) > 30
    assert sum(word in known for word in words) / len(words) > 0.7


def test_every_text_gets_its_class(printed: str) -> None:
    truth = json.loads((ROOT / "fixtures/birnn_classifier/tf1.15.5/truth.json").read_text(encoding="utf-8"))
    table = printed[printed.rindex("\ntext") :].splitlines()[3:]
    found = {line.split()[-1 - len(truth["classes"])] for line in table if line.strip()}
    assert found == set(truth["classes"])
