"""What a blocker's remedy tells the user to type is a signature that needs none of what blocks."""

from __future__ import annotations

import re

from tests.discovery.model_text import CLASSIFIER, FORWARD, model_of
from tests.plan.judge.judged import judged
from tf1compat.discovery import discover
from tf1compat.graph.text import from_text
from tf1compat.options import PlanOptions
from tf1compat.plan.make import make_plan

MADE = "made = PyFunc(x) Tin=[float32]; Tout=[float32]; _output_shapes=[shape(None, 4)]\n"
AFTER = """
    ids = PyFunc(Softmax) Tin=[float32]; Tout=[int64]; _output_shapes=[shape(None)]
    classes = Identity(ids) T=int64; _output_shapes=[shape(None)]
"""


def remedies(text: str, keys: tuple[str, ...] = ("w", "b")) -> list[str]:
    return [each.remedy for each in judged(model_of(from_text(text), keys=keys)).blockers]


def typed(remedy: str) -> str:
    found = re.search(r"--signature '([^']*)'", remedy)
    assert found is not None, remedy
    return found[1]


def blocked_after_typing(text: str) -> list[str]:
    """The blockers that are left once the first remedy is typed as printed."""
    model = model_of(from_text(text), keys=("w", "b"))
    findings = discover(model)
    signature = typed(judged(model).blockers[0].remedy)
    return [each.code for each in make_plan(model, findings, PlanOptions(signatures=[signature])).blockers]


def test_what_a_python_function_gives_is_fed_in_its_place() -> None:
    text = CLASSIFIER.replace("MatMul(x,", "MatMul(made,") + MADE
    (remedy,) = remedies(text)
    assert typed(remedy) == "serving_default(made) -> probabilities=Softmax, logits, best"
    assert blocked_after_typing(text) == []


def test_other_inputs_are_kept() -> None:
    text = CLASSIFIER.replace("MatMul(x,", "MatMul(sum,") + MADE
    text += "bias = Placeholder() dtype=float32; shape=shape(None, 4)\nsum = Add(made, bias) T=float32\n"
    (remedy,) = remedies(text)
    assert typed(remedy).startswith("serving_default(bias, made) -> ")
    assert blocked_after_typing(text) == []


def test_after_a_function_that_comes_last_the_model_itself_is_the_output() -> None:
    remedy = remedies(FORWARD + AFTER)[0]
    assert typed(remedy).startswith("serving_default(x) -> ")
    assert "classes" not in typed(remedy)
    assert blocked_after_typing(FORWARD + AFTER) == []


def test_several_functions_are_cut_out_by_one_signature() -> None:
    text = FORWARD.replace("MatMul(x,", "MatMul(made,") + MADE + AFTER
    assert len(set(map(typed, remedies(text)))) == 1
    assert blocked_after_typing(text) == []


def test_only_the_last_of_two_functions_in_a_row_is_fed() -> None:
    twice = MADE.replace("made = PyFunc(x)", "made = PyFunc(before)") + MADE.replace("made =", "before =")
    text = CLASSIFIER.replace("MatMul(x,", "MatMul(made,") + twice
    assert typed(remedies(text)[0]) == "serving_default(made) -> probabilities=Softmax, logits, best"
    assert blocked_after_typing(text) == []


def test_a_function_inside_a_branch_is_fed_where_the_branches_join() -> None:
    branch = """
        open = Placeholder() dtype=bool; shape=shape()
        sides = Switch(x, open) T=float32
        called = PyFunc(sides:1) Tin=[float32]; Tout=[float32]
        made = Merge(sides, called) T=float32; N=2; _output_shapes=[shape(None, 4), shape()]
    """
    text = CLASSIFIER.replace("MatMul(x,", "MatMul(made,") + branch
    assert typed(remedies(text)[0]) == "serving_default(made) -> probabilities=Softmax, logits, best"
    assert blocked_after_typing(text) == []


def test_a_handle_is_no_input() -> None:
    trees = """
        forest = DecisionTreeEnsembleResourceHandleOp()
        grown = GradientTreesPrediction(forest, x) _output_shapes=[shape(None, 4), shape(None, 1)]
        made = Identity(grown) T=float32; _output_shapes=[shape(None, 4)]
    """
    text = CLASSIFIER.replace("MatMul(x,", "MatMul(made,") + trees
    assert typed(remedies(text)[0]) == "serving_default(grown) -> probabilities=Softmax, logits, best"
    assert blocked_after_typing(text) == []


def test_what_an_op_gives_whose_type_nobody_knows_is_of_the_type_that_is_read() -> None:
    text = (
        CLASSIFIER.replace("MatMul(x,", "MatMul(made,")
        + "made = ZeroOut(x) _output_shapes=[shape(None, 4)]\n"
    )
    assert typed(remedies(text)[0]) == "serving_default(made) -> probabilities=Softmax, logits, best"
    assert blocked_after_typing(text) == []
