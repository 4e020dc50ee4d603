"""SavedModels, frozen graphs, Hub modules, exports of Estimators, graphs beside checkpoints: from file to numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import check_equal, forbidden_in, read_truth
from tests.packed import names_of, unpack
from tf1compat.graph.attributes import Array
from tf1compat.options import SourceOptions
from tf1compat.report.migration import MigrationResult
from tf1compat.source import open_model

pytestmark = pytest.mark.tensorflow

FAMILY = "saved_formats"
EVERY = names_of(FAMILY, "tf1.4.1", "tf1.15.5")
#: Those that are also verified in a process of their own, and saved again.
VERIFIED = ("tf1.15.5/module_of_hub", "tf1.4.1/frozen_characters", "tf1.15.5/words_from_an_asset")


class Saved:
    """A committed model with what is known of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.truth: dict[str, Any] = read_truth(folder)
        self.model = folder / self.truth["given"]

    @cached_property
    def golden(self) -> Mapping[str, Array]:
        with np.load(self.folder / "golden.npz") as stored:
            return {name: _strings(each) if each.dtype.kind == "S" else each for name, each in stored.items()}

    @property
    def signatures(self) -> list[str]:
        return sorted({key.split("/")[0] for key in self.golden})

    def values(self, signature: str, side: str) -> dict[str, Array]:
        """What is fed, or expected, by alias."""
        start = f"{signature}/{side}/"
        return {key.removeprefix(start): each for key, each in self.golden.items() if key.startswith(start)}


def _strings(hexadecimal: Array) -> Array:
    strings = [bytes.fromhex(each.decode()) for each in hexadecimal.ravel().tolist()]
    return np.array([*strings, b""], object)[:-1].reshape(hexadecimal.shape)


Migrate = Callable[[str], tuple[Saved, MigrationResult]]
of_each = pytest.mark.parametrize("name", EVERY)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("saved")


@pytest.fixture(scope="module")
def migrate(place: Path, tensorflow: ModuleType) -> Migrate:
    """Migrate a model without any option, once."""
    made: dict[str, tuple[Saved, MigrationResult]] = {}

    def result(name: str) -> tuple[Saved, MigrationResult]:
        if name not in made:
            saved = Saved(unpack(FAMILY, name, place))
            output = place / "migrated" / name
            made[name] = saved, tf1compat.migrate(saved.model, output, verify=name in VERIFIED)
        return made[name]

    return result


@of_each
def test_the_kind_is_found_by_looking(name: str, place: Path) -> None:
    saved = Saved(unpack(FAMILY, name, place))
    assert open_model(saved.model).kind == saved.truth["kind"]
    assert tf1compat.inspect(saved.model).to_json()["source"]["kind"] == saved.truth["kind"]


@of_each
def test_each_signature_computes_what_tensorflow_1_computed(name: str, migrate: Migrate) -> None:
    saved, result = migrate(name)
    assert result.output is not None
    model = tf1compat.load(result.output)
    assert saved.signatures
    for signature in saved.signatures:
        plan = next(each for each in result.plan.signatures if each.name == signature)
        assert {each.alias for each in plan.inputs} == saved.values(signature, "in").keys()
        found = model.predict(signature, saved.values(signature, "in"))
        expected = saved.values(signature, "out")
        assert found.keys() >= expected.keys()
        for alias, value in expected.items():
            if value.dtype == object:
                assert found[alias].tolist() == value.tolist(), f"{signature}: {alias}"
            else:
                check_equal(found[alias], value, f"{signature}: {alias}")
    assert forbidden_in(result.output) == set()


@of_each
def test_what_training_changed_can_be_trained_again(name: str, migrate: Migrate) -> None:
    saved, result = migrate(name)
    trainable = {each.name for each in result.plan.variables if each.trainable}
    assert trainable == set(saved.truth["trainable"])
    others = {each.name for each in result.plan.variables} - trainable
    assert others >= set(saved.truth["statistics"])


@pytest.mark.parametrize("name", VERIFIED)
def test_made_up_inputs_verify_each_signature(name: str, migrate: Migrate) -> None:
    saved, result = migrate(name)
    assert result.comparison is not None
    assert result.comparison.passed
    compared = {case.signature for case in result.comparison.cases if not case.refused}
    assert compared >= set(saved.signatures)


@pytest.mark.parametrize("name", VERIFIED)
def test_the_result_survives_being_saved_again(
    name: str, migrate: Migrate, tmp_path: Path, tensorflow: ModuleType
) -> None:
    saved, result = migrate(name)
    loaded = tensorflow.saved_model.load(str(result.output))
    signature = saved.signatures[0]
    tensorflow.saved_model.save(loaded, str(tmp_path / "again"), signatures=dict(loaded.signatures))
    again = tensorflow.saved_model.load(str(tmp_path / "again")).signatures[signature]
    feeds = {alias: _tensor(tensorflow, each) for alias, each in saved.values(signature, "in").items()}
    found = again(**{alias: _as(again, alias, each, tensorflow) for alias, each in feeds.items()})
    for alias, value in saved.values(signature, "out").items():
        check_equal(found[alias].numpy(), value, alias)


def _tensor(tensorflow: ModuleType, value: Array) -> Any:
    return tensorflow.constant(value.tolist() if value.dtype == object else value)


def _as(function: Any, alias: str, value: Any, tensorflow: ModuleType) -> Any:
    return tensorflow.cast(value, function.structured_input_signature[1][alias].dtype)


@pytest.mark.parametrize("release", ["tf1.4.1", "tf1.15.5"])
def test_serving_s_methods_are_those_of_the_author(release: str, migrate: Migrate) -> None:
    from tensorflow.core.protobuf import saved_model_pb2

    saved, result = migrate(f"{release}/signatures_of_serving")
    assert result.output is not None
    content = (result.output / "saved_model.pb").read_bytes()
    (graph,) = saved_model_pb2.SavedModel.FromString(content).meta_graphs
    found = {name: each.method_name for name, each in graph.signature_def.items()}
    assert found.items() >= saved.truth["methods"].items()


def test_serialized_examples_have_a_twin_that_takes_their_features(migrate: Migrate) -> None:
    _, result = migrate("tf1.15.5/estimator_with_an_export")
    twin = next(each for each in result.plan.signatures if each.name == "predict_decoded")
    given = {each.alias for each in twin.inputs}
    assert "age" in given
    assert any(each.startswith("city") for each in given)


@pytest.mark.parametrize("release", ["tf1.4.1", "tf1.15.5"])
def test_an_estimator_is_asked_with_plain_features(release: str, migrate: Migrate) -> None:
    saved, result = migrate(f"{release}/estimator_with_an_export")
    assert result.output is not None
    model = tf1compat.load(result.output)
    found = model.run(["probabilities"], {"age": [30.0, 50.0], "city": ["Bath", "York"]})
    check_equal(found[0], saved.values("predict", "out")["probabilities"], "probabilities")


def test_the_graph_of_other_tags_is_migrated_when_it_is_asked_for(place: Path) -> None:
    saved = Saved(unpack(FAMILY, "tf1.15.5/two_sets_of_tags", place))
    plan = tf1compat.plan(saved.model, tags=["gpu", "train"])
    assert plan.signature_names == ("serving_default", "fit")


def test_the_checkpoint_of_an_estimator_is_taken_when_its_step_is_asked_for(place: Path) -> None:
    saved = Saved(unpack(FAMILY, "tf1.15.5/estimator_with_an_export", place))
    assert open_model(saved.model).graph_path.parent.name == "1540000000"
    assert open_model(saved.model, SourceOptions(step=3)).kind == "meta_graph"


def test_a_frozen_network_can_be_stepped(migrate: Migrate) -> None:
    _, result = migrate("tf1.15.5/frozen_characters")
    step = result.plan.step
    assert step is not None
    assert {each.alias for each in step.outputs} >= {"next", "rnn_state_c", "rnn_state_h"}


def test_weights_stay_constants_where_that_is_asked_for(place: Path) -> None:
    saved = Saved(unpack(FAMILY, "tf1.4.1/frozen_image_classifier", place))
    assert tf1compat.plan(saved.model, thaw="none").variables == ()
