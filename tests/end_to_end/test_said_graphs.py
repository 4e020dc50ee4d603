"""Models of genuine TensorFlow 1 of which something has to be said: what cannot run, or cannot be compared."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import Committed
from tf1compat.cli import main
from tf1compat.errors import FeedError, SourceError
from tf1compat.report.migration import MigrationResult
from tf1compat.verify.comparison import CaseResult

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "said_graphs"
MODELS = [Committed(path.parent) for path in sorted(ROOT.glob("*/*/truth.json"))]
#: Those that end in a blocker, with its code.
BLOCKED = {
    "half_pooling": "no-kernel", "half_rounding": "no-kernel", "boosted_trees": "unregistered-op",
    "table_alone": "no-outputs",
}  # fmt: skip
APART = ("password", "half_saved")
RIGHT = [each for each in MODELS if each.folder.name not in (set(BLOCKED) - {"table_alone"}) | {*APART}]
#: How far two ways of computing in a type may come apart.
NEAR = {"half_layers": 1e-3, "half_inside": 1e-3, "bfloat16_inside": 1e-2}


def blocked(name: str) -> list[Committed]:
    return [each for each in MODELS if each.folder.name == name]


def test_models_are_there():
    assert len(MODELS) >= 38


def cases(model: Committed) -> list[Any]:
    return list(model.cases)


@pytest.mark.tensorflow
@pytest.mark.parametrize("model", RIGHT, ids=lambda each: each.name)
def test_a_model_that_runs_is_proven_and_computes_its_golden_values(
    model: Committed, tmp_path: Path, migrate_sharing: Callable[..., MigrationResult]
):
    result = migrate_sharing(model.folder, tmp_path / "out", signatures=[model.truth["signature"]])
    assert result.output is not None, str(result)
    (signature,) = result.plan.signatures
    loaded, near = tf1compat.load(result.output), NEAR.get(model.folder.name, 1e-5)
    for case in cases(model):
        found = loaded.predict(
            "serving_default", {each.alias: case.fed[str(each.tensor)] for each in signature.inputs}
        )
        for each in signature.outputs:
            expected = case.fetched[str(each.tensor)]
            if each.alias in found:
                np.testing.assert_allclose(found[each.alias], expected, near, near, err_msg=each.alias)


@pytest.mark.parametrize(("name", "code"), BLOCKED.items())
def test_a_model_that_does_not_run_is_told_without_tensorflow(name: str, code: str):
    for model in blocked(name):
        plan = tf1compat.plan(model.folder)
        assert {each.code for each in plan.blockers} == {code}


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", BLOCKED)
def test_the_remedy_of_a_blocker_works_as_typed(
    name: str, tmp_path: Path, migrate_sharing: Callable[..., MigrationResult]
):
    model = blocked(name)[0]
    note = tf1compat.plan(model.folder).blockers[0]
    (typed,) = re.findall(r"--signature '([^']*)'", note.remedy)
    result = migrate_sharing(model.folder, tmp_path / "out", signatures=[typed])
    assert result.output is not None, str(result)


@pytest.mark.tensorflow
def test_what_is_computed_in_fewer_digits_is_named(
    tmp_path: Path, migrate_sharing: Callable[..., MigrationResult], tensorflow: ModuleType
):
    model = next(each for each in MODELS if each.folder.name == "half_inside")
    result = migrate_sharing(model.folder, tmp_path / "out", signatures=[model.truth["signature"]])
    assert result.comparison is not None
    assert result.comparison.coarse["serving_default"] == {"y": "half"}


def test_a_variable_that_was_not_saved_is_told_with_the_outputs_that_need_it():
    for model in blocked("half_saved"):
        assert "output-not-saved" in {each.code for each in tf1compat.plan(model.folder).hazards}
        (note,) = tf1compat.plan(model.folder, [model.truth["signature"]]).blockers
        assert note.code == "missing-variable"
        assert "; 'score' needs it" in note.reason


@pytest.mark.tensorflow
def test_what_is_not_proven_is_proven_by_inputs_as_typed(
    tmp_path: Path,
    tensorflow: ModuleType,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(tmp_path)
    for model in blocked("password"):
        typed = ["migrate", str(model.folder), f"out/{model.folder.parent.name}"]
        assert main(typed) == 1
        program, command = [line.strip() for line in capsys.readouterr().out.splitlines()[-2:]]
        subprocess.run(shlex.split(program.replace("python", sys.executable, 1)), check=True)
        assert shlex.split(command) == ["tf1compat", *typed, "--inputs", "feeds.npz"]
        assert main(shlex.split(command)[1:]) == 1, "zeros are the wrong key"
        (tmp_path / "feeds.json").write_text('{"x": [[1, 2, 3, 4]], "key": 41057}')
        assert main([*typed, "--inputs", "feeds.json"]) == 0
        capsys.readouterr()


@pytest.mark.tensorflow
def test_expected_outputs_stand_for_the_original(
    tmp_path: Path, tensorflow: ModuleType, migrate_sharing: Callable[..., MigrationResult]
):
    model = next(each for each in RIGHT if each.folder.name == "each_row")
    result = migrate_sharing(model.folder, tmp_path / "out", signatures=[model.truth["signature"]])
    (case,) = cases(model)
    expected = dict(case.fetched)
    found = tf1compat.verify(model.folder, tmp_path / "out", dict(case.fed), expected=expected)
    assert (found.verdict, found.is_given) == ("same", True)
    wrong = {name: each + 0.5 for name, each in expected.items()}
    assert (
        tf1compat.verify(model.folder, tmp_path / "out", dict(case.fed), expected=wrong).verdict == "differs"
    )
    with pytest.raises(FeedError, match="'nothing' is no output of the signature 'serving_default'"):
        tf1compat.verify(model.folder, tmp_path / "out", dict(case.fed), expected={"nothing": 1})
    with pytest.raises(FeedError, match="no inputs or no outputs of the signature 'serving_default'"):
        tf1compat.verify(model.folder, tmp_path / "out", expected=expected)
    assert result.output is not None


@pytest.mark.tensorflow
def test_a_result_of_another_model_is_told_as_one(
    tmp_path: Path, tensorflow: ModuleType, migrate_sharing: Callable[..., MigrationResult]
):
    one, other = (
        next(each for each in RIGHT if each.folder.name == name) for name in ("each_row", "half_layers")
    )
    migrate_sharing(one.folder, tmp_path / "out")
    with pytest.raises(SourceError, match=r"was made of another model \('.*each_row'\) than '.*half_layers'"):
        tf1compat.verify(other.folder, tmp_path / "out")


@pytest.mark.tensorflow
def test_a_step_that_cannot_be_proven_does_not_keep_the_answers_back(
    tmp_path: Path, migrate_sharing: Callable[..., MigrationResult], monkeypatch: pytest.MonkeyPatch
):
    from tf1compat.verify import run

    def differing(signature: Any, *_: object) -> CaseResult:
        return CaseResult(signature.name, "7 steps of one", failure="it went another way", with_itself=True)

    monkeypatch.setattr(run, "stepwise", differing)
    folder = ROOT.parent / "char_rnn" / "tf1.15.5"
    result = migrate_sharing(folder, tmp_path / "out")
    assert result.output is not None
    assert "step" not in tf1compat.load(result.output).signatures
    assert "signature-left-out" in {each.code for each in result.plan.hazards}


def test_the_graph_of_another_step_is_taken_where_the_variables_match():
    for name in ("later_step", "later_step_in_one_file"):
        for model in blocked(name):
            (hazard,) = tf1compat.plan(model.folder).hazards
            assert hazard.code == "graph-of-other-step"
            assert "'model-200.meta' is not there; the graph is 'model-100.meta'" in hazard.reason
            assert tf1compat.inspect(model.folder / "model-200").model.graph_path.name == "model-100.meta"


def test_the_graph_of_another_model_is_not_taken():
    for folder in ROOT.glob("*/changed_step"):
        with pytest.raises(SourceError, match=r"the graph of another model: the checkpoint has 'out_b'"):
            tf1compat.inspect(folder)
