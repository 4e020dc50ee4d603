"""What `make test` shows while it runs, and when it is done."""

from __future__ import annotations

import re
import shlex
import sys

import pytest

from tests.side_by_side import main, progress

HEAD = "===== test session starts =====\ncollected 30 items / 10 deselected / 20 selected\n\n"
FAILING = """
import sys, time
print("collected 3 items\\n\\ntests/test_a.py .", end="")
time.sleep(1)
print("F. [100%]\\n===== 1 failed, 2 passed in 0.60s =====")
sys.exit(1)
"""
PASSING = 'print("collected 1 item\\n\\ntests/test_b.py . [100%]\\n===== 1 passed in 0.01s =====")'


def command(code: str) -> str:
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}"


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("", "collecting"),
        ("===== test session starts =====\nplatform linux\n", "collecting"),
        (HEAD, "0 of 20 tests"),
        (HEAD + "tests/test_a.py ..s.", "4 of 20 tests"),
        (HEAD + "tests/test_a.py ..s.    [ 20%]\n....    [ 40%]\ntests/test_b.py .", "9 of 20 tests"),
        (HEAD + "tests/test_a.py .F.    [ 20%]\ntests/test_b.py E",
         "4 of 20 tests, 2 failed (tests/test_a.py, tests/test_b.py)"),
        ("collected 1 item\n\ntests/test_a.py .", "1 of 1 tests"),
    ],
)  # fmt: skip
def test_how_far_pytest_is_is_told_by_what_it_prints(output: str, told: str):
    assert progress(output) == told


def test_signs_of_life_come_before_outputs_whole_and_in_order(capfd: pytest.CaptureFixture[str]):
    status = main([f"long={command(FAILING)}", f"others={command(PASSING)}"], every=0.2)
    shown = capfd.readouterr().out
    assert status == 1
    alive, _, rest = shown.partition("\nlong\n----\n")
    assert "long: 1 of 3 tests" in alive
    first, _, second = rest.partition("\nothers\n------\n")
    assert "tests/test_a.py .F. [100%]" in first
    assert "tests/test_b.py . [100%]" in second
    long, others = shown.splitlines()[-2:]
    assert re.fullmatch(r"long, \d:\d\d: 1 failed, 2 passed in 0.60s", long)
    assert re.fullmatch(r"others, \d:\d\d: 1 passed in 0.01s", others)


def test_all_that_pass_are_status_0_and_a_killed_one_is_not(capfd: pytest.CaptureFixture[str]):
    assert main([f"a={command(PASSING)}", f"b={command(PASSING)}"]) == 0
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGTERM)"
    assert main([f"a={command(PASSING)}", f"b={command(killed)}"]) == 128 + 15
    assert capfd.readouterr().out.endswith(": printed nothing\n")
