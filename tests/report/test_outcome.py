from __future__ import annotations

from dataclasses import replace

from tf1compat.plan.judge.judge import Judgement
from tf1compat.plan.judge.notes import Note
from tf1compat.report.outcome import exit_code
from tf1compat.report.prediction import Prediction

BLOCKER = Note("no-outputs", "node", "reason", "remedy")


def test_an_inspection_is_done_whatever_it_finds(inspection):
    assert exit_code(inspection) == 0
    assert exit_code(replace(inspection, judgement=Judgement(blockers=(BLOCKER,)))) == 0


def test_a_plan_is_good_without_blockers(plan):
    assert exit_code(plan) == 0
    assert exit_code(replace(plan, blockers=(BLOCKER,))) == 1


def test_a_comparison_is_good_when_it_passed(comparison):
    assert exit_code(comparison) == 0
    wrong = replace(comparison.cases[0], failure="no kernel")
    assert exit_code(replace(comparison, cases=(wrong,))) == 1


def test_what_is_not_proven_is_not_good(result, comparison):
    nothing = replace(comparison, cases=())
    assert exit_code(nothing) == 1
    assert exit_code(replace(result, output=None, comparison=nothing)) == 1


def test_a_migration_is_good_when_published_and_not_disproved(result, comparison):
    assert exit_code(result) == 0
    assert exit_code(replace(result, comparison=None)) == 0
    assert exit_code(replace(result, output=None)) == 1
    assert exit_code(replace(result, comparison=replace(comparison, cases=()))) == 1


def test_a_prediction_is_done():
    assert exit_code(Prediction("serving_default", {})) == 0
