"""Graphs whose loops, conditionals and calls are functions of the library, from their files to a SavedModel."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from benchmarks.matrix import Model
from tests.end_to_end.golden import (
    check_values,
    forbidden_in,
    golden_cases,
    nodes_of,
    read_truth,
    saved_again,
)
from tf1compat.errors import FeedError
from tf1compat.report.migration import MigrationResult

pytestmark = pytest.mark.tensorflow

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "functional_graphs"
NAMES = sorted(f"{path.parent.parent.name}/{path.parent.name}" for path in ROOT.glob("*/*/truth.json"))
#: Models of the matrix that Keras built with functional loops, and then differentiated.
KERAS = ("tf1.15.5/keras_lstm_functional", "tf1.15.5/keras_gru_functional_last")

#: Those that are also compared with their originals in another process, a few of each kind.
VERIFIED = (*KERAS, "tf1.15.5/cond_in_while", "tf1.15.5/defun_variable", "tf1.15.5/function_with_loop")

Migrate = Callable[[str], MigrationResult]


def of_each(names: list[str]) -> Any:
    return pytest.mark.parametrize("name", names)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("functional")


def folder_of(name: str, place: Path) -> Path:
    return Model(*name.split("/")).unpacked(place) if name in KERAS else ROOT / name


@pytest.fixture(scope="module")
def migrate(place: Path, migrate_sharing: Callable[..., MigrationResult]) -> Migrate:
    """Migrate a model by the text of its signature, once."""
    made: dict[str, MigrationResult] = {}

    def result(name: str) -> MigrationResult:
        if name not in made:
            folder = folder_of(name, place)
            signature = read_truth(folder).get("signature")
            signatures = [signature] if signature else None
            made[name] = migrate_sharing(
                folder, place / "migrated" / name, signatures=signatures, verify=name in VERIFIED
            )
        return made[name]

    return result


def test_every_construct_has_its_model():
    """So that no test passes for want of models."""
    assert {name.split("/")[1] for name in NAMES} == {
        "cond_in_while", "cond_variable", "defun_control_flow", "defun_in_while", "defun_variable",
        "function_variable", "function_with_loop", "is_training", "nested_while", "scan_variable", "switch_case",
        "while_gather",
        "while_of_functions", "while_trained", "while_variable",
    }  # fmt: skip
    assert {name.split("/")[0] for name in NAMES} == {"tf1.4.1", "tf1.15.5"}


@of_each([*NAMES, *KERAS])
def test_the_result_computes_the_golden_values(name: str, migrate: Migrate, place: Path):
    result = migrate(name)
    check_values(golden_cases(folder_of(name, place)), result.plan, tf1compat.load(result.output))


@of_each(list(VERIFIED))
def test_the_result_agrees_with_its_original(name: str, migrate: Migrate):
    comparison = migrate(name).comparison
    assert comparison is not None
    assert comparison.passed


@of_each([*NAMES, *KERAS])
def test_the_result_saved_again_computes_the_golden_values(
    name: str, migrate: Migrate, place: Path, tmp_path: Path
):
    result = migrate(name)
    again = saved_again(result.output, tmp_path / "again")
    check_values(golden_cases(folder_of(name, place)), result.plan, tf1compat.load(again))
    assert forbidden_in(again) == set()


@of_each([*NAMES, *KERAS])
def test_no_variable_is_read_inside_a_loop_or_a_branch(name: str, migrate: Migrate):
    """A SavedModel reads its variables in the signature's own function; the functions inside take values."""
    reads = {function for function, node in nodes_of(migrate(name).output) if node.op == "ReadVariableOp"}
    inside = {each for each in reads if "_body_" in each or "_cond_" in each or "_branch_" in each}
    assert inside == set()
    assert forbidden_in(migrate(name).output) == set()


@of_each(["tf1.15.5/while_trained", "tf1.15.5/cond_in_while", *KERAS])
def test_what_gradients_added_to_loops_is_gone(name: str, migrate: Migrate, place: Path):
    pushes = {
        function for function, node in nodes_of(migrate(name).output) if node.op == "TensorListPushBack"
    }
    original = tf1compat.inspect(folder_of(name, place)).model.meta_graph.graph
    assert b"TensorListPushBack" in original.library
    assert pushes == set()


@of_each([each for each in [*NAMES, *KERAS] if each != "tf1.15.5/is_training"])
def test_the_result_has_a_gradient_for_every_variable(
    name: str, migrate: Migrate, place: Path, tensorflow: ModuleType
):
    result = migrate(name)
    model = tf1compat.load(result.output)
    case = golden_cases(folder_of(name, place))[0]
    signature = result.plan.signatures[0]
    feeds = {each.alias: tensorflow.constant(case.fed[str(each.tensor)]) for each in signature.inputs}

    def loss() -> Any:
        found = model.signatures[signature.name].function(**feeds)
        return sum(tensorflow.reduce_sum(each**2) for each in found.values() if each.dtype.is_floating)

    with tensorflow.GradientTape() as tape:
        value = loss()
    for variable, gradient in zip(model.variables, tape.gradient(value, model.variables), strict=True):
        assert gradient is not None, variable.name
        slope = _slope_along(variable, tensorflow.convert_to_tensor(gradient), loss)
        assert slope == pytest.approx(float(tensorflow.norm(gradient)), rel=0.02, abs=1e-3), variable.name


def _slope_along(variable: Any, gradient: Any, loss: Callable[[], Any], step: float = 2e-3) -> float:
    """How fast the loss grows along a gradient, by central difference: the gradient's length, if it is right."""
    length = float(np.linalg.norm(gradient.numpy()))
    direction = gradient / max(length, 1e-12) * step
    variable.assign_add(direction)
    above = float(loss())
    variable.assign_sub(2 * direction)
    below = float(loss())
    variable.assign_add(direction)
    return (above - below) / (2 * step)


def test_an_assertion_inside_a_function_refuses_what_it_refused(migrate: Migrate):
    model = tf1compat.load(migrate("tf1.15.5/function_with_loop").output)
    (refused,) = read_truth(ROOT / "tf1.15.5/function_with_loop")["refused"]
    with pytest.raises(FeedError, match="assertion failed"):
        model.predict("serving_default", refused)


def test_only_the_branch_that_is_taken_is_left_of_a_decided_conditional(migrate: Migrate):
    ops = {node.op for _, node in nodes_of(migrate("tf1.15.5/is_training").output)}
    assert not ops & {"If", "StatelessIf"}
    assert "AssignVariableOp" not in {
        node.op for name, node in nodes_of(migrate("tf1.15.5/is_training").output) if "restore" not in name
    }
