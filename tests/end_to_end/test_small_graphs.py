"""Every small graph, from its files to a SavedModel that computes what TensorFlow 1 computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import Committed, check_values, forbidden_in
from tf1compat.discovery.findings import Layer, Rnn
from tf1compat.errors import FeedError
from tf1compat.report.migration import MigrationResult

pytestmark = pytest.mark.tensorflow

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "small_graphs"
#: Those that are also verified in another process, a few of each kind.
VERIFIED = frozenset({
    "tf0.12.1/lstm_peephole_projection", "tf1.4.1/gru_sequence_length", "tf1.15.5/basic_lstm",
    "tf1.4.1/cond_in_while", "tf1.15.5/tensor_array_in_cond", "tf1.15.5/partitioned",
    "tf1.4.1/no_collections", "tf1.15.5/text_format",
})  # fmt: skip
#: Those whose outputs have a gradient for every variable, a few of each kind.
DIFFERENTIABLE = (
    "tf0.12.1/gru_sequence_length", "tf1.15.5/basic_lstm", "tf1.4.1/cond_in_while", "tf1.15.5/nested_while",
    "tf1.4.1/scan", "tf1.15.5/tensor_array_concat_split", "tf1.15.5/tensor_array_scatter_gather",
    "tf1.4.1/resource_variables",
)  # fmt: skip


Migrate = Callable[[Committed], MigrationResult]

SMALL = [Committed(path.parent) for path in sorted(ROOT.glob("*/*/truth.json"))]
RECURRENT = [each for each in SMALL if each.truth["rnns"]]
BY_NAME = {each.name: each for each in SMALL}


def of_each(models: list[Committed]) -> Any:
    return pytest.mark.parametrize("small", models, ids=[each.name for each in models])


@pytest.fixture(scope="module")
def migrate(
    tmp_path_factory: pytest.TempPathFactory, migrate_sharing: Callable[..., MigrationResult]
) -> Migrate:
    """Migrate a model by the text of its signature, once."""
    made: dict[str, MigrationResult] = {}

    def result(small: Committed) -> MigrationResult:
        if small.name not in made:
            made[small.name] = migrate_sharing(
                small.folder,
                tmp_path_factory.mktemp("small") / "migrated",
                signatures=[small.truth["signature"]],
                constants=small.truth["constants"],
                verify=small.name in VERIFIED,
            )
        return made[small.name]

    return result


def test_models_of_every_release_are_there():
    """So that no test passes for want of models."""
    assert {each.folder.parent.name for each in SMALL} == {"tf0.12.1", "tf1.4.1", "tf1.15.5"}
    assert len(RECURRENT) == 27
    assert BY_NAME.keys() >= VERIFIED.union(DIFFERENTIABLE)


# ----------------------------------------------------------------------------------------- discovery


@of_each(SMALL)
def test_inspection_finds_the_recurrent_networks_and_no_others(small: Committed):
    found = tf1compat.inspect(small.folder).findings.rnns
    expected = small.truth["rnns"]
    assert [_network(each) for each in found] == [_comparable(each) for each in expected]
    for rnn, truth in zip(found, expected, strict=True):
        assert f"{rnn.scope}/".startswith(f"{truth['scope']}/")


def _network(rnn: Rnn) -> dict[str, Any]:
    return {
        "direction": rnn.direction,
        "time_major": rnn.time_major,
        "inputs": str(rnn.inputs),
        "outputs": str(rnn.outputs),
        "sequence_length": None if rnn.sequence_length is None else str(rnn.sequence_length),
        "layers": [_layer(each) for each in rnn.layers],
    }


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "cell": layer.cell,
        "units": layer.units,
        "variables": sorted(layer.variables),
        "initial_state": {part: str(ref) for part, ref in layer.initial_state.items()},
        "final_state": {part: str(ref) for part, ref in layer.final_state.items()},
    }


def _comparable(truth: Mapping[str, Any]) -> dict[str, Any]:
    """Without the scope, of which discovery knows more; variables in an order of their own."""
    layers = [{**each, "variables": sorted(each["variables"])} for each in truth["layers"]]
    return {key: value for key, value in truth.items() if key != "scope"} | {"layers": layers}


# ------------------------------------------------------------------------------------------- values


@of_each(SMALL)
def test_the_result_computes_the_golden_values(small: Committed, migrate: Migrate):
    result = migrate(small)
    assert result.comparison is None or result.comparison.passed
    check_values(small.cases, result.plan, tf1compat.load(result.output))


@of_each(RECURRENT)
def test_what_discovery_offers_computes_the_golden_values(
    small: Committed, tmp_path: Path, tensorflow: ModuleType
):
    result = tf1compat.migrate(small.folder, tmp_path / "migrated", verify=False)
    layers = [layer for rnn in small.truth["rnns"] for layer in rnn["layers"]]
    states = {state for layer in layers for state in layer["final_state"].values()}
    outputs = [output for each in result.plan.signatures for output in each.outputs]
    offered = {str(piece.tensor) for output in outputs for piece in output.pieces}
    assert offered >= states | {"probabilities:0"}
    check_values(small.cases, result.plan, tf1compat.load(tmp_path / "migrated"))


@pytest.mark.parametrize("release", ["tf0.12.1", "tf1.4.1", "tf1.15.5"])
def test_assertions_still_refuse_what_they_refused(release: str, migrate: Migrate):
    small = BY_NAME[f"{release}/assert_guard"]
    model = tf1compat.load(migrate(small).output)
    assert len(small.truth["refused"]) == 2
    for feeds in small.truth["refused"]:
        with pytest.raises(FeedError, match="assertion failed"):
            model.predict("serving_default", feeds)


# --------------------------------------------------------------------------------------------- form


@of_each(SMALL)
def test_the_result_holds_nothing_of_tensorflow_1(small: Committed, migrate: Migrate):
    assert forbidden_in(migrate(small).output) == set()


@of_each(SMALL)
def test_the_result_holds_the_variables_that_its_plan_names(small: Committed, migrate: Migrate):
    result = migrate(small)
    names = {each.name.removesuffix(":0") for each in tf1compat.load(result.output).variables}
    assert names == {each.name for each in result.plan.variables}
    assert names


@of_each([each for each in SMALL if each.name in VERIFIED])
def test_the_result_saved_again_computes_the_golden_values(
    small: Committed, migrate: Migrate, tmp_path: Path, tensorflow: ModuleType
):
    result = migrate(small)
    again = tmp_path / "again"
    tensorflow.saved_model.save(tensorflow.saved_model.load(str(result.output)), str(again))
    check_values(small.cases, result.plan, tf1compat.load(again))
    assert forbidden_in(again) == set()


@of_each([BY_NAME[name] for name in DIFFERENTIABLE if name in BY_NAME])
def test_the_result_has_a_gradient_for_every_variable(
    small: Committed, migrate: Migrate, tensorflow: ModuleType
):
    result = migrate(small)
    model = tf1compat.load(result.output)
    (signature,) = result.plan.signatures
    case = small.cases[0]
    feeds = {each.alias: tensorflow.constant(case.fed[str(each.tensor)]) for each in signature.inputs}
    with tensorflow.GradientTape() as tape:
        found = model.signatures["serving_default"].function(**feeds)
        loss = sum(tensorflow.reduce_sum(each**2) for each in found.values() if each.dtype.is_floating)
    for variable, gradient in zip(model.variables, tape.gradient(loss, model.variables), strict=True):
        assert gradient is not None, variable.name
        assert np.isfinite(np.asarray(tensorflow.convert_to_tensor(gradient))).all(), variable.name
