"""What the tests of training graphs share that have an evaluation graph of the same weights beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import tf1compat
from tests.end_to_end.golden import Committed, check_equal, nodes_of
from tf1compat.plan.model import MigrationPlan

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "training_graphs"
DRAWS = frozenset({"RandomUniform", "RandomStandardNormal", "TruncatedNormal"})


def pairs_of(family: str) -> list[Committed]:
    """All committed training graphs of a family."""
    found = (Committed(path.parent) for path in sorted(ROOT.glob("*/*/truth.json")))
    return [each for each in found if each.truth["family"] == family]


def check_tensors(pair: Committed, plan: MigrationPlan) -> None:
    """The plan takes the author's inputs, and gives the author's outputs."""
    (signature,) = plan.signatures
    given = {str(each.tensor) for each in signature.outputs}
    assert {str(each.tensor) for each in signature.inputs} == set(pair.truth["inputs"].values())
    assert given >= set(pair.truth["outputs"].values())


def check_evaluated(pair: Committed, saved_model: Path, plan: MigrationPlan) -> None:
    """The model computes what the evaluation graph does, and draws nothing."""
    (signature,) = plan.signatures
    model = tf1compat.load(saved_model)
    aliases = {str(each.tensor): each.alias for each in signature.outputs}
    assert pair.cases
    for case in pair.cases:
        feeds = {each.alias: case.fed[str(each.tensor)] for each in signature.inputs}
        wanted = list(case.fetched)
        found = model.run([aliases[name] for name in wanted], feeds)
        for name, value in zip(wanted, found, strict=True):
            check_equal(value, case.fetched[name], f"{case.case}: {name}")
            assert np.isfinite(value).all()
    assert {node.op for _, node in nodes_of(saved_model)} & DRAWS == set()
