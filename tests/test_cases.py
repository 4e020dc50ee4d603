"""`python -m benchmarks.cases`: what counts as right of a folder of models, and what is shown of what is not."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.cases import Case, cases, problem, run, served

MODEL = "small_graphs/tf1.15.5/assert_guard"
TRUTH: dict[str, Any] = {"expect_in": ["x:0"], "expect_out": ["MatMul:0"]}
SIGNATURE = {"inputs": {"x": {"tensor": "x:0"}}, "outputs": {"y": {"tensor": "MatMul:0"}}}
PLAN: dict[str, Any] = {"signatures": {"serving_default": SIGNATURE}, "constants": []}


@pytest.fixture
def made(fixture_folder: Callable[[str], Path], tmp_path: Path) -> Callable[..., Case]:
    """A case of a committed model in a folder of its own: with this truth, its golden values moved by so much."""

    def make(truth: dict[str, Any], moved: float = 0.0) -> Case:
        folder = tmp_path / "guarded"
        shutil.copytree(fixture_folder(MODEL), folder / "model")
        (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
        with np.load(folder / "model" / "golden.npz") as golden:
            np.savez(folder / "golden.npz", **{key: golden[key] + ("|out|" in key) * moved for key in golden})
        return Case(folder)

    return make


def test_only_folders_with_a_truth_and_golden_values_are_cases(made, tmp_path):
    case = made(TRUTH)
    (tmp_path / "notes").mkdir()
    assert cases(tmp_path) == [case] == cases(tmp_path, ["guarded"])
    assert cases(tmp_path, ["another"]) == []


@pytest.mark.parametrize("key", ["target", "prefix"])
def test_the_model_is_where_the_truth_says(made, key):
    case = made({**TRUTH, key: "model"})
    assert case.model == f"{case.folder}/model/model"
    (case.folder / "MODEL").write_text("model/\n", encoding="utf-8")
    assert case.model == f"{case.folder}/model/"


def test_golden_values_may_be_kept_of_the_first_rows_alone(made):
    case = made(TRUTH)
    assert case.kept_rows is None
    (case.folder / "truth.json").write_text(json.dumps({**TRUTH, "trim": 8}), encoding="utf-8")
    assert case.kept_rows == 8


def test_golden_values_are_told_apart_by_case_and_side(made):
    golden = made(TRUTH).golden()
    assert sorted(golden) == ["case0", "case1"]
    assert golden["case0"]["in"].keys() == {"x:0"}


def test_what_is_missing_is_named_with_what_is_given_instead(made):
    case = made({"author_inputs": ["x:0", "k:0"], "author_outputs": ["MatMul:0", "p:0"], "inert_inputs": []})
    assert served(case, PLAN) == ("-k:0", "-p:0 (gives MatMul:0)", ("serving_default",))
    assert served(Case(case.folder), {"signatures": {}})[0] == "-x:0 -k:0"


def test_inputs_that_reach_nothing_are_not_asked_for(made):
    case = made({"inputs": ["x:0", "unused:0"], "outputs": ["MatMul:0"], "inert_inputs": ["unused:0"]})
    assert served(case, PLAN)[:2] == ("right", "right")


def signature(given, made):
    return {
        "inputs": {each: {"tensor": each} for each in given},
        "outputs": {each: {"tensor": each} for each in made},
    }


def test_what_the_author_runs_may_be_served_by_another_signature(made):
    step = signature(["x:0", "state:0"], ["MatMul:0", "state_1:0"])
    plan = {"signatures": {"serving_default": SIGNATURE, "step": step}}
    runs = made({"inputs": ["x:0", "state:0"], "outputs": ["MatMul:0"]})
    assert served(runs, plan) == ("right", "right", ("step",))
    (runs.folder / "truth.json").write_text(
        json.dumps({"expect_in": ["x:0", "state:0"], "expect_out": ["MatMul:0"]}), encoding="utf-8"
    )
    assert served(runs, plan) == ("-state:0", "right", ("serving_default",))


def test_the_results_of_several_copies_are_served_together(made):
    copy = signature(["older:0"], ["older_result:0"])
    plan = {"signatures": {"serving_default": SIGNATURE, "copy_1": copy}}
    both = made({"inputs": ["x:0", "older:0"], "outputs": ["older_result:0", "MatMul:0"]})
    assert served(both, plan) == ("right", "right", ("copy_1", "serving_default"))
    assert served(both, {"signatures": {"copy_1": copy}})[1] == "-older_result:0 -MatMul:0 (gives )"
    plan["signatures"]["copy_1"] = signature(["older:0", "another:0"], ["older_result:0"])
    assert served(both, plan)[0] == "-older:0"


@pytest.mark.parametrize(("frozen", "inputs"), [("one", "right"), (0.5, "-x:0")])
def test_an_input_frozen_to_what_the_author_feeds_need_not_be_fed(made, frozen, inputs):
    case = made({"inputs": ["x:0"], "outputs": ["MatMul:0"]})
    fed = next(iter(case.golden().values()))["in"]["x:0"]
    np.savez(case.folder / "golden.npz", **{"a|in|x:0": np.ones_like(fed), "a|out|MatMul:0": fed})
    constant = {"tensor": "x:0", "value": 1.0 if frozen == "one" else frozen}
    plan = {"signatures": {"serving_default": signature([], ["MatMul:0"])}, "constants": [constant]}
    assert served(case, plan)[:2] == (inputs, "right")


def test_the_plan_of_a_model_is_held_against_the_truth(made):
    verdict = run(made(TRUTH), 60.0, plan_only=True)
    assert (verdict.is_right, verdict.gap, verdict.problem) == (True, None, "")


def test_a_model_that_cannot_be_read_is_a_problem_not_a_crash(made):
    case = made(TRUTH)
    (case.folder / "model" / "model.meta").write_bytes(b"\xff")
    assert run(case, 60.0, plan_only=True).problem.startswith("plan, exit 2: error: ")


def test_over_the_limit_is_a_problem(made):
    assert run(made(TRUTH), 0.001, plan_only=True).problem == "plan: over 0.001 s"


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize(("moved", "problem"), [(0.0, ""), (0.5, "from TensorFlow 1")])
def test_what_was_written_is_held_against_the_golden_values(tensorflow, made, moved, problem):
    verdict = run(made(TRUTH, moved), 120.0)
    assert (verdict.problem == "") == (problem == "")
    assert problem in verdict.problem


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize(("here", "problem"), [(5e-4, ""), (0.0, "from TensorFlow 1")])
def test_what_the_original_itself_rounds_otherwise_is_no_difference(
    tensorflow, made, monkeypatch, here, problem
):
    """The golden values are moved by a little; `here`: so far from what they were is the original now."""
    case = made(TRUTH, 5e-4)
    golden = case.golden()
    moved = {
        name: {"in": sides["in"], "out": {key: value - here for key, value in sides["out"].items()}}
        for name, sides in golden.items()
    }
    monkeypatch.setattr(Case, "computed_here", lambda self: moved if here else golden)
    verdict = run(case, 120.0)
    assert (verdict.rounded, problem in verdict.problem) == (problem == "", True)


@pytest.mark.tensorflow
def test_the_original_computes_its_golden_values_here(tensorflow, made):
    case = made(TRUTH)
    for name, sides in case.computed_here().items():
        np.testing.assert_allclose(
            sides["out"]["MatMul:0"], case.golden()[name]["out"]["MatMul:0"], 1e-5, 1e-6
        )


BLOCKED = {"blockers": [{"code": "no-outputs", "node": "", "reason": "nothing looks like one"}]}
REFUSED = {"signature": "step", "case": "batch 1", "passed": None, "refused": "no rows", "outputs": []}
FAILED = {
    "signature": "step", "case": "batch 2", "passed": False, "refused": None, "failure": None,
    "outputs": [
        {"output": "h", "passed": True, "largest_absolute": 0.0},
        {"output": "c", "passed": False, "largest_absolute": 0.25},
    ],
}  # fmt: skip
UNPROVEN = [{"signature": "step", "reason": "refused", "outputs": []}]


def verified(cases: list[Any], unproven: list[Any]) -> dict[str, Any]:
    return {"blockers": [], "verification": {"cases": cases, "unproven": unproven}}


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"blockers": [], "verification": None}, ""),
        (BLOCKED, "no-outputs at the graph: nothing looks like one"),
        (verified([REFUSED, FAILED], []), "step, batch 2: differs in c by 0.25"),
        (verified([FAILED | {"failure": "no kernel"}], []), "step, batch 2: no kernel"),
        (verified([REFUSED], UNPROVEN), "not proven: step (refused: no rows)"),
        (verified([], UNPROVEN), "not proven: step (refused)"),
    ],
)
def test_of_a_report_the_first_thing_that_is_wrong_is_shown(document, expected):
    assert problem(document) == expected
