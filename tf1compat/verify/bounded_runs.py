"""Models whose loops may never end: both sides with a greatest number of turns, reloaded like the result."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tf1compat.discovery.findings import Findings
from tf1compat.plan.model import MigrationPlan
from tf1compat.plan.stored.variables import initial_values
from tf1compat.restore.tables import read_contents
from tf1compat.restore.values import read_values
from tf1compat.rewrite import rewrite
from tf1compat.savedmodel.write import write_saved_model
from tf1compat.source.model import LegacyModel
from tf1compat.verify.comparison import Comparison
from tf1compat.verify.original.bounded import TURNS, bounded, endless_loops


class Found(NamedTuple):
    """A comparison, and the signatures of which loops went on and on in some case."""

    comparison: Comparison
    endless: frozenset[str]


@contextmanager
def bounded_model(
    model: LegacyModel, findings: Findings, plan: MigrationPlan, saved_model: Path, names: Collection[str]
) -> Iterator[tuple[LegacyModel, Path]]:
    """The original with bounded loops, and a SavedModel of it that has the variables of the one to be verified."""
    signatures = [each for each in plan.signatures if each.name in names]
    original = bounded(model, endless_loops(model.meta_graph.graph, signatures), TURNS).model
    graph = original.meta_graph.graph
    values = read_values(model.checkpoint.tensorflow_path, plan.variables) | initial_values(
        graph, plan.variables
    )
    with tempfile.TemporaryDirectory(prefix="tf1compat-bounded-") as folder:
        place = Path(folder) / "model"
        write_saved_model(rewrite(graph, plan), plan, values, place, read_contents(original, findings, plan))
        shutil.copytree(saved_model / "variables", place / "variables", dirs_exist_ok=True)
        yield original, place


def with_bounded(found: Found, again: Comparison) -> Comparison:
    """The comparison with the cases of bounded loops in the place of those in which they did not end."""
    names = {each.signature for each in again.cases}
    kept = tuple(
        each for each in found.comparison.cases if each.refused is None or each.signature not in names
    )
    cases = tuple(replace(each, case=f"{each.case}, loops of at most {TURNS} turns") for each in again.cases)
    covered = tuple(each for each in found.comparison.coverage if each.signature not in names)
    reference = (
        f"{found.comparison.reference}; loops that may never end stop after {TURNS} turns in both models"
    )
    return replace(
        found.comparison, cases=(*kept, *cases), coverage=(*covered, *again.coverage), reference=reference
    )
