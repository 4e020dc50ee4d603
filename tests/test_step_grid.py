"""The committed step grid: broad enough, and whole, before anything is migrated."""

from collections import Counter
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from benchmarks.step_grid import GridModel, grid_models, table

PAGE = Path(__file__).parent.parent / "docs" / "recurrent.md"
ARRANGEMENTS = ("3d", "flat", "fixed_batch", "fixed_both", "unrolled")


@cache
def newest() -> tuple[GridModel, ...]:
    return tuple(model for model in grid_models() if model.release == "tf1.15.5")


def test_holds_sixty_ops_in_each_arrangement_and_position() -> None:
    places = Counter((model.truth["arrangement"], model.truth["position"]) for model in newest())
    assert set(places) == {
        (arrangement, position) for arrangement in ARRANGEMENTS for position in ("before", "after")
    }
    assert min(places.values()) >= 60


def test_says_of_each_placeholder_what_the_arrangement_is_called_after() -> None:
    for model in newest():
        truth = model.truth
        fixed = truth["batch"] is not None, truth["time"] is not None
        expected = {"3d": (False, False), "flat": (False, False), "fixed_batch": (True, False)}
        assert fixed == expected.get(truth["arrangement"], (True, True)), model


@pytest.mark.parametrize("key", ["step|in", "step|probabilities"])
def test_has_the_steps_of_what_keeps_steps_and_examples_apart(key: str, tmp_path: Path) -> None:
    for model in newest():
        truth = model.truth
        apart = truth["steppable"] and (truth["mixes"] != "batch" or truth["batch"] is None)
        content = (model.unpacked(tmp_path) / "golden.npz").read_bytes()
        assert (key in np.load(BytesIO(content))) == apart, model


def test_the_page_shows_how_many_of_all_models_are_planned_right() -> None:
    counted = _totals(table(dict.fromkeys(grid_models(), "")))
    page = PAGE.read_text(encoding="utf-8").partition("| ops | 3d |")[2].partition("\n\n")[0]
    shown = _totals(page)
    assert shown == counted
    assert sum(shown.values()) > 2 * 1194


def _totals(text: str) -> dict[tuple[str, int], int]:
    """How many models each cell of a table counts, by the row's name and the column."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "/" in line
    ]
    return {
        (row[0], column): int(cell.partition("/")[2])
        for row in rows
        for column, cell in enumerate(row[1:])
        if cell
    }
