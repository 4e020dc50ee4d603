"""An output that differs is excused by the original's own movement alone, and nobody asks for that in vain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tf1compat.graph.attributes import Array
from tf1compat.plan.model import LabelPlan
from tf1compat.verify.comparison import Comparison
from tf1compat.verify.inputs.cases import GIVEN, Case
from tf1compat.verify.judge import Judge, Tolerance
from tf1compat.verify.reloaded.fresh import Answer

CASE = Case("serving_default", "case", {})


class Moves:
    """An original that moves so far, or so far with its weights; it keeps what it was asked."""

    def __init__(self, inputs: float, weights: float = 0.0) -> None:
        self.distances = {False: inputs, True: weights}
        self.asked: list[bool] = []

    def __call__(self, case: Case, expected: Answer, weights: bool) -> Mapping[str, Array]:
        self.asked.append(weights)
        return {
            alias: np.full(value.shape, self.distances[weights]) for alias, value in expected.outputs.items()
        }


def judge(moves: Moves, labels: LabelPlan | None = None, drawn: frozenset[str] = frozenset()) -> Judge:
    return Judge(labels, None, Tolerance(1e-5, 1e-5), {"serving_default": drawn}, moves)


def answer(**values: Any) -> Answer:
    return Answer({alias: np.asarray(value) for alias, value in values.items()})


def test_what_is_equal_asks_for_nothing() -> None:
    moves = Moves(0.0)
    assert judge(moves).result(CASE, answer(y=[1.0]), answer(y=[1.0])).passed
    assert moves.asked == []


def test_the_inputs_are_moved_first_and_the_weights_if_need_be() -> None:
    for moves, asked in ((Moves(1.0), [False]), (Moves(0.0, 1.0), [False, True])):
        result = judge(moves).result(CASE, answer(y=[1.0]), answer(y=[1.5]))
        assert result.passed
        assert result.outputs[0].original_moves == 1.0
        assert moves.asked == asked


def test_a_difference_beyond_both_fails() -> None:
    result = judge(Moves(0.25, 0.4)).result(CASE, answer(y=[1.0]), answer(y=[1.5]))
    assert not result.passed
    assert (result.outputs[0].largest_absolute, result.outputs[0].original_moves) == (0.5, 0.4)


def test_once_a_case_is_wrong_no_other_is_excused() -> None:
    moves = Moves(0.0)
    tried = [(CASE, answer(y=[1.0]))] * 3
    results = judge(moves).results(tried, iter([answer(y=[9.0])] * 3))
    assert [each.passed for each in results] == [False] * 3
    assert moves.asked == [False, True]


EMPTY = Case("serving_default", "batch 0", {"x": np.zeros([0, 3])})
NOTHING_FOUND = Answer({}, "it takes no empty batch")


def test_an_empty_batch_that_the_result_alone_refuses_is_told_apart() -> None:
    found = judge(Moves(0.0)).results([(EMPTY, answer(y=[])), (CASE, answer(y=[1.0]))],
                                      iter([NOTHING_FOUND, answer(y=[1.0])]))  # fmt: skip
    assert [(each.apart, each.failure) for each in found] == [
        (True, "it takes no empty batch"),
        (False, None),
    ]
    comparison = Comparison(found, 1e-5, 1e-5, "original graph", 1, "2.21")
    assert (comparison.verdict, len(comparison.compared)) == ("same", 1)


@pytest.mark.parametrize("case", [replace(EMPTY, name=GIVEN), CASE])
def test_a_batch_that_was_fed_or_is_not_empty_decides(case: Case) -> None:
    assert not judge(Moves(0.0)).result(case, answer(y=[]), NOTHING_FOUND).apart


def test_an_empty_batch_that_the_graph_asks_about_decides() -> None:
    asking = replace(judge(Moves(0.0)), takes_none=frozenset({"serving_default"}))
    assert not asking.result(EMPTY, answer(y=[]), NOTHING_FOUND).apart


def test_a_state_that_nobody_asked_for_is_judged_by_its_own_magnitude() -> None:
    asked = judge(Moves(0.0))
    unasked = replace(asked, unasked={"serving_default": frozenset({"state"})})
    expected, found = answer(state=[1e4, 0.0]), answer(state=[1e4, 0.05])
    assert not asked.result(CASE, expected, found).passed
    assert unasked.result(CASE, expected, found).passed
    assert not unasked.result(CASE, expected, answer(state=[1e4, 0.2])).passed


def test_a_missing_output_or_another_type_is_not_excused() -> None:
    moves = Moves(9.0)
    assert not judge(moves).result(CASE, answer(y=[1.0]), answer()).passed
    assert not judge(moves).result(CASE, answer(y=[1.0]), answer(y=[1])).passed
    assert moves.asked == []


def test_the_labels_of_random_scores_are_random_too() -> None:
    labels = LabelPlan("names.txt", ("ham", "spam"), "p")
    expected, found = answer(p=[[0.9, 0.1]]), answer(p=[[0.1, 0.9]], class_ids=[1], classes=[b"spam"])
    result = judge(Moves(0.0), labels, frozenset({"p"})).result(CASE, expected, found)
    assert [each.alias for each in result.outputs if each.drawn] == ["p", "class_ids", "classes"]


def test_the_class_of_scores_that_move_may_be_either() -> None:
    labels = LabelPlan("names.txt", ("ham", "spam"), "p")
    expected, found = answer(p=[[0.6, 0.4]]), answer(p=[[0.4, 0.6]], class_ids=[1], classes=[b"spam"])
    result = judge(Moves(0.3), labels).result(CASE, expected, found)
    assert [each.alias for each in result.outputs if not each.passed] == ["all_classes"]
