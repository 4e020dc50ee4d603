"""A large constant becomes a variable: kept out of the graph, and begun with itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.discovery.model_text import CLASSIFIER, model_of
from tf1compat.discovery import discover
from tf1compat.graph.text import from_text
from tf1compat.options import PlanOptions
from tf1compat.plan import large_constants as module
from tf1compat.plan.make import make_plan
from tf1compat.plan.stored.variables import initial_values
from tf1compat.rewrite import rewrite

TABLE = (
    CLASSIFIER.replace("MatMul(x,", "MatMul(scaled,")
    + """
    table = Const() dtype=float32; value=tensor(float32, [0.5, 1.0, 2.0, 4.0])
    text = Const() dtype=string; value=tensor(string, ["so long that it would be large"])
    scaled = Mul(x, table, ^text) T=float32; _output_shapes=[shape(None, 4)]
"""
)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Constants from 16 bytes on are large."""
    monkeypatch.setattr(module, "LARGE", 16)


def test_constants_of_a_usual_size_stay_in_the_graph() -> None:
    model = model_of(from_text(TABLE), keys=("w", "b"))
    assert [each.name for each in make_plan(model, discover(model), PlanOptions()).variables] == ["w", "b"]


@pytest.mark.usefixtures("small")
def test_a_large_constant_is_planned_as_a_variable_that_nothing_trains() -> None:
    model = model_of(from_text(TABLE), keys=("w", "b"))
    plan = make_plan(model, discover(model), PlanOptions())
    table = next(each for each in plan.variables if each.name == "table")
    assert (str(table.initializer), table.trainable, table.shape.to_json()) == ("table:0", False, [4])
    assert "text" not in {each.name for each in plan.variables}
    assert initial_values(model.meta_graph.graph, plan.variables)["table"].tolist() == [0.5, 1.0, 2.0, 4.0]


@pytest.mark.usefixtures("small")
def test_it_enters_the_graph_as_variables_do() -> None:
    model = model_of(from_text(TABLE), keys=("w", "b"))
    rewritten = rewrite(model.meta_graph.graph, make_plan(model, discover(model), PlanOptions()))
    (signature,) = rewritten.signatures
    assert "table" in {each.name for each in signature.variables}
    assert signature.graph["table"].op == "Placeholder"
    assert [each.count for each in rewritten.changes if each.rewrite == "large_constants"] == [1]


@pytest.mark.usefixtures("small")
@pytest.mark.tensorflow
def test_the_model_has_it_as_a_variable_and_computes_the_same(
    tmp_path: Path, tensorflow: object, fixture_folder: object
) -> None:
    import tf1compat

    folder = fixture_folder("training_graphs/tf1.4.1/contrib_ops")  # type: ignore[operator]
    result = tf1compat.migrate(folder, tmp_path / "migrated")
    assert result.comparison is not None
    assert result.comparison.passed
    constants = [each.name for each in result.plan.variables if str(each.initializer) == f"{each.name}:0"]
    assert constants
    model = tf1compat.load(tmp_path / "migrated")
    assert set(constants) <= {each.name.removesuffix(":0") for each in model.variables}
    assert not any(np.ndim(each) == 0 for each in model.trainable_variables)
