"""The states with which a loaded model begins: zeros, defaults, weights; filled in where they are left out."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.end_to_end.golden import saved_again
from tf1compat.errors import FeedError
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import (
    AxesPlan,
    InputBinding,
    MigrationPlan,
    OutputBinding,
    Piece,
    SignaturePlan,
    StartPlan,
    StatePlan,
    StepPlan,
    VariablePlan,
)
from tf1compat.rewrite import rewrite
from tf1compat.savedmodel.load import MigratedModel
from tf1compat.savedmodel.write import write_saved_model

pytestmark = pytest.mark.tensorflow

FLOAT = DType("float32")
#: y = x + h + w, and the new state is y: begins with zeros for h, and with a row of weights for w.
GRAPH = """
    x = Placeholder() dtype=float32; shape=shape(None, 2)
    state = Placeholder() dtype=float32; shape=shape(None, 2)
    start = VariableV2() dtype=float32; shape=shape(2)
    start/read = Identity(start) T=float32
    shape = Shape(x) T=float32
    nothing = Const() dtype=float32; value=tensor(float32, 0.0)
    zeros = Fill(shape, nothing) T=float32
    weights = AddV2(zeros, start/read) T=float32
    sum = AddV2(x, zeros) T=float32
    more = AddV2(sum, weights) T=float32
    y = AddV2(more, state) T=float32
"""
ROWS = Shape.of(None, 2)


def given(alias: str, tensor: str) -> InputBinding:
    return InputBinding(alias, TensorRef(tensor), FLOAT, ROWS)


def gives(alias: str, tensor: str = "y") -> OutputBinding:
    return OutputBinding(alias, (Piece((), TensorRef(tensor)),), FLOAT, ROWS)


STEP = StepPlan(
    (StatePlan("h", "zeros", TensorRef("zeros")), StatePlan("w", "weights", TensorRef("weights")),
     StatePlan("state", "placeholder", None)),
    (AxesPlan("x", 0, None),),
    (AxesPlan("y", 0, None),),
    (StartPlan(TensorRef("x"), FLOAT, ROWS, 0),),
)  # fmt: skip
PLAN = MigrationPlan(
    "model", "sha256:0",
    (
        SignaturePlan("serving_default", (given("x", "x"), given("state", "state")), (gives("y"),)),
        SignaturePlan(
            "step", (given("x", "x"), given("h", "zeros"), given("w", "weights"), given("state", "state")),
            (gives("y"), gives("h"), gives("w"), gives("state")), STEP,
        ),
    ),
    variables=(VariablePlan("start", "start", "", FLOAT, Shape.of(2), True),),
)  # fmt: skip


@pytest.fixture(scope="module", params=("written", "saved again"))
def model(
    request: pytest.FixtureRequest, tensorflow: ModuleType, tmp_path_factory: pytest.TempPathFactory
) -> MigratedModel:
    place: Path = tmp_path_factory.mktemp("start") / "model"
    values = {"start": np.array([1.0, 2.0], np.float32)}
    write_saved_model(rewrite(from_text(GRAPH), PLAN), PLAN, values, place)
    again = request.param == "saved again"
    return MigratedModel(saved_again(place, place.parent / "again") if again else place)


def test_zero_state_is_what_the_original_starts_with_for_a_batch(model: MigratedModel) -> None:
    found = model.zero_state(3)
    assert {alias: value.tolist() for alias, value in found.items()} == {
        "h": [[0, 0]] * 3, "w": [[1, 2]] * 3, "state": [[0, 0]] * 3,
    }  # fmt: skip
    assert {value.dtype.name for value in found.values()} == {"float32"}
    assert model.zero_state(0)["w"].shape == (0, 2)


def test_it_is_no_signature_but_a_function_of_the_loaded_object(model: MigratedModel) -> None:
    assert list(model.signatures) == ["serving_default", "step"]
    assert set(model.saved_model.zero_state(2)) == {"h", "w", "state"}


def test_states_that_are_left_out_begin_so(model: MigratedModel) -> None:
    x = np.ones((2, 2), np.float32)
    assert model.predict("step", {"x": x})["y"].tolist() == [[2, 3]] * 2
    assert model.predict("step", {"x": x, "h": x * 10})["y"].tolist() == [[12, 13]] * 2
    assert model.run(["y"], {"x": x}, signature="step")[0].tolist() == [[2, 3]] * 2
    assert model.predict("serving_default", {"x": x})["y"].tolist() == [[2, 3]] * 2


def test_without_data_nobody_knows_for_how_many(model: MigratedModel) -> None:
    with pytest.raises(FeedError, match="needs a value for 'x'"):
        model.predict("step", {})


def test_a_batch_that_cannot_be_is_refused(model: MigratedModel) -> None:
    with pytest.raises(FeedError, match="no state for a batch of -1"):
        model.zero_state(-1)


def test_a_model_without_state_says_so(tensorflow: ModuleType, tmp_path: Path) -> None:
    plan = MigrationPlan("model", "sha256:0", PLAN.signatures[:1], variables=PLAN.variables)
    values: dict[str, Any] = {"start": np.array([1.0, 2.0], np.float32)}
    write_saved_model(rewrite(from_text(GRAPH), plan), plan, values, tmp_path / "model")
    with pytest.raises(FeedError, match="has no zero_state"):
        MigratedModel(tmp_path / "model").zero_state(1)


def test_a_state_that_the_data_gives_is_asked_for_by_the_signature_that_computes_it(
    tensorflow: ModuleType, tmp_path: Path
) -> None:
    start = SignaturePlan("start", (given("x", "x"),), (gives("w", "zeros"),))
    step = SignaturePlan(
        "step", (given("x", "x"), given("state", "state"), given("w", "weights")), (gives("y"), gives("w"))
    )
    signatures = (PLAN.signatures[0], step, start)
    plan = MigrationPlan("model", "sha256:0", signatures, variables=PLAN.variables)
    values: dict[str, Any] = {"start": np.array([1.0, 2.0], np.float32)}
    write_saved_model(rewrite(from_text(GRAPH), plan), plan, values, tmp_path / "model")
    migrated, x = MigratedModel(tmp_path / "model"), np.ones((2, 2), np.float32)
    with pytest.raises(FeedError, match=r"needs a value for 'w' .*; the signature 'start' computes it"):
        migrated.predict("step", {"x": x, "state": x})
