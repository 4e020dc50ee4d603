"""Session bundles: what the author serves stands in a collection, and comes first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tensorboard.compat.proto import meta_graph_pb2

import tf1compat
from tests.end_to_end.golden import check_equal, golden_cases, read_truth
from tests.packed import names_of, unpack
from tf1compat.plan.model import SignaturePlan
from tf1compat.report.migration import MigrationResult

FAMILY = "session_bundles"
NAMES = names_of(FAMILY, "tf0.12.1", "tf1.4.1")
RUN = (
    "tf0.12.1/half_plus_two", "tf1.4.1/classified", "tf0.12.1/named_alone", "tf1.4.1/examples",
    "tf0.12.1/generic_default",
)  # fmt: skip


@pytest.fixture
def unpacked(tmp_path: Path) -> Callable[[str], Path]:
    return lambda name: unpack(FAMILY, name, tmp_path / "models")


def test_every_kind_of_signature_is_there_in_both_releases():
    """So that no test passes for want of models."""
    kinds = {"half_plus_two", "classified", "named_alone", "generic_default", "examples"}
    assert {*NAMES} == {f"{release}/{kind}" for release in ("tf0.12.1", "tf1.4.1") for kind in kinds}


@pytest.mark.parametrize("name", NAMES)
def test_the_author_s_signatures_are_the_plan_s(name: str, unpacked: Callable[[str], Path]):
    folder = unpacked(name)
    plan = tf1compat.plan(folder)
    assert not plan.blockers
    recorded = [each for each in plan.signatures if not each.name.endswith("_decoded")]
    assert {each.name: _sides(each) for each in recorded} == read_truth(folder)["signatures"]


@pytest.mark.parametrize("end", ["export", "export.meta", "export-00000-of-00001", ""])
def test_a_bundle_is_opened_by_any_of_its_files(end: str, unpacked: Callable[[str], Path]):
    model = tf1compat.inspect(unpacked("tf0.12.1/classified") / end).model
    assert model.checkpoint.format == "V1"
    assert list(model.meta_graph.signatures) == ["serving_default", "predict"]


def _sides(signature: SignaturePlan) -> list[dict[str, Any]]:
    sides = (signature.inputs, signature.outputs)
    return [{each.alias: str(each.tensor) for each in side} for side in sides]


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", RUN)
def test_the_result_serves_what_the_author_served(
    name: str,
    unpacked: Callable[[str], Path],
    tmp_path: Path,
    migrate_sharing: Callable[..., MigrationResult],
):
    folder = unpacked(name)
    result = migrate_sharing(folder, tmp_path / "migrated", verify=True)
    assert result.comparison is not None
    assert result.comparison.passed
    model, cases = tf1compat.load(result.output), {each.case: each for each in golden_cases(folder)}
    for signature in (each for each in result.plan.signatures if each.name in cases):
        case = cases[signature.name]
        feeds = {each.alias: _strings(case.fed[str(each.tensor)]) for each in signature.inputs}
        aliases = [each.alias for each in signature.outputs]
        found = model.run(aliases, feeds, signature=signature.name)
        for each, value in zip(signature.outputs, found, strict=True):
            expected = _strings(case.fetched[str(each.tensor)])
            if expected.dtype == object:
                assert (np.asarray(value) == expected).all()
            else:
                check_equal(np.asarray(value), expected, f"{signature.name}: {each.alias}")


def _strings(value: Any) -> Any:
    return value.astype(object) if value.dtype.kind == "S" else value


@pytest.mark.tensorflow
@pytest.mark.parametrize("version", ["0.12.head", "unknown"])
def test_a_build_between_releases_is_migrated(
    version: str,
    unpacked: Callable[[str], Path],
    tmp_path: Path,
    migrate_sharing: Callable[..., MigrationResult],
):
    folder = unpacked("tf0.12.1/named_alone")
    meta = meta_graph_pb2.MetaGraphDef.FromString((folder / "export.meta").read_bytes())
    meta.meta_info_def.tensorflow_version = version
    (folder / "export.meta").write_bytes(meta.SerializeToString())
    result = migrate_sharing(folder, tmp_path / "migrated", verify=True)
    assert result.comparison is not None
    assert result.comparison.passed
