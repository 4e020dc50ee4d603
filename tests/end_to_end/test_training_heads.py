"""Training graphs whose results have to be found, each migrated with no option, against an evaluation graph."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import tf1compat
from tests.end_to_end.golden import check_equal, forbidden_in, golden_cases, read_truth
from tf1compat.plan.model import MigrationPlan, SignaturePlan

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "training_graphs"
NAMES = [
    "tf1.4.1/actor_critic", "tf1.4.1/q_learning", "tf1.4.1/notebook", "tf1.4.1/ctc", "tf1.4.1/word2vec",
    "tf1.4.1/measured", "tf1.15.5/gan", "tf1.15.5/towers", "tf1.15.5/train_and_test", "tf1.15.5/crf",
    "tf1.15.5/autoencoder", "tf1.15.5/declared", "tf1.15.5/signature_defs",
    "tf1.15.5/mixture", "tf1.15.5/best_few", "tf1.15.5/separated", "tf1.15.5/counted", "tf1.15.5/noisy",
    "tf1.15.5/two_towers", "tf1.15.5/denoised", "tf1.15.5/unusual", "tf1.15.5/attention_luong", "tf1.15.5/own_cell",
    "tf1.4.1/variational", "tf1.4.1/distributional", "tf1.4.1/anchored", "tf1.4.1/priced", "tf1.4.1/contrasted",
    "tf1.4.1/shifted", "tf1.4.1/watched", "tf1.4.1/attention_bahdanau",
]  # fmt: skip
#: The signatures that the author's evaluation graph says nothing of.
BESIDE = {
    "tf1.4.1/notebook": {"copy_1", "copy_2", "copy_3"}, "tf1.4.1/attention_bahdanau": {"step"},
    "tf1.15.5/attention_luong": {"step"}, "tf1.15.5/own_cell": {"step"},
}  # fmt: skip
#: All that some models serve: nothing of their losses, metrics and summaries, nor a name that TensorFlow made up.
SERVED = {
    "tf1.4.1/watched": {"probabilities", "class_ids", "logits"}, "tf1.4.1/priced": {"output", "price"},
    "tf1.15.5/noisy": {"output", "sigma1"}, "tf1.15.5/mixture": {"probabilities", "logits", "output", "output_1"},
    "tf1.15.5/denoised": {"output"}, "tf1.4.1/shifted": {"logits"},
    "tf1.15.5/separated": {"output", "output_1", "output_2"},
    "tf1.15.5/unusual": {"output", "output_1", "anomaly_score"},
    "tf1.15.5/attention_luong": {"scores", "logits", "rnn_state_c", "rnn_state_h", "rnn_state_attention",
                                 "rnn_state_time", "rnn_state_alignments", "rnn_state_attention_state"},
}  # fmt: skip
#: How many of the rows that are fed are computed, where these are not all.
ROWS = {"tf1.15.5/towers": 3}
Migrate = Callable[[str], Path]


def tensors(signature: SignaturePlan) -> tuple[set[str], set[str]]:
    outputs = {str(piece.tensor) for each in signature.outputs for piece in each.pieces}
    return {str(each.tensor) for each in signature.inputs}, outputs


def planned(name: str) -> MigrationPlan:
    return tf1compat.plan(ROOT / name)


@pytest.mark.parametrize("name", NAMES)
def test_the_author_s_inputs_and_outputs_are_found_with_no_option(name: str) -> None:
    plan = planned(name)
    wanted = read_truth(ROOT / name)["signatures"]
    found = {each.name: tensors(each) for each in plan.signatures}
    assert not plan.blockers
    assert set(found) == set(wanted) | BESIDE.get(name, set())
    for signature, sides in wanted.items():
        inputs, outputs = found[signature]
        assert inputs == set(sides["inputs"])
        assert outputs >= set(sides["outputs"])


@pytest.mark.parametrize("name", SERVED)
def test_nothing_but_results_is_served(name: str) -> None:
    served = planned(name).signatures[0]
    assert {each.alias for each in served.outputs} == SERVED[name]


@pytest.fixture(scope="module")
def migrate(tmp_path_factory: pytest.TempPathFactory, tensorflow: ModuleType) -> Migrate:
    """Migrate a training graph with no option, once."""
    made: dict[str, Path] = {}

    def migrated(name: str) -> Path:
        if name not in made:
            made[name] = tmp_path_factory.mktemp("heads") / "migrated"
            tf1compat.migrate(ROOT / name, made[name], verify=False)
        return made[name]

    return migrated


def check_same(found: np.ndarray, expected: np.ndarray, what: str) -> None:
    """Strings are equal, numbers as near as they have to be."""
    if expected.dtype.kind == "S":
        assert found.tolist() == expected.tolist(), what
    else:
        check_equal(found, expected, what)


@pytest.mark.tensorflow
@pytest.mark.parametrize("name", NAMES)
def test_a_training_graph_gives_what_the_evaluation_graph_gave(name: str, migrate: Migrate) -> None:
    place = migrate(name)
    model, plan = tf1compat.load(place), planned(name)
    signatures = {each.name: each for each in plan.signatures}
    for golden in golden_cases(ROOT / name):
        signature = signatures[golden.case]
        feeds = {each.alias: golden.fed[str(each.tensor)] for each in signature.inputs}
        found = model.predict(signature.name, feeds)
        for output in signature.outputs:
            if str(output.tensor) in golden.fetched:
                expected = golden.fetched[str(output.tensor)]
                expected = expected[: ROWS[name]] if name in ROWS else expected
                check_same(found[output.alias], expected, f"{signature.name}: {output.alias}")
    assert not forbidden_in(place)


@pytest.mark.tensorflow
def test_a_tower_takes_a_batch_of_any_size_with_the_signature_that_its_hazard_tells(
    tmp_path: Path, tensorflow: ModuleType
) -> None:
    towers = ROOT / "tf1.15.5/towers"
    told = next(each for each in planned("tf1.15.5/towers").hazards if each.code == "replica-part")
    signature = told.remedy.split("'")[1]
    tf1compat.migrate(towers, tmp_path / "out", signatures=[signature], verify=False)
    golden = golden_cases(towers)[0]
    found = tf1compat.load(tmp_path / "out").predict("serving_default", {"split": golden.fed["images:0"][:5]})
    check_equal(found["scores"], golden.fetched["tower_0/net/scores:0"][:5], "scores")


@pytest.mark.tensorflow
def test_a_softmax_that_the_graph_lacks_is_added_and_verified(tmp_path: Path, tensorflow: ModuleType) -> None:
    result = tf1compat.migrate(
        ROOT / "tf1.15.5/signature_defs", tmp_path / "out", softmax="found", signatures=None
    )
    assert result.comparison is not None
    assert result.comparison.passed
    found = tf1compat.load(tmp_path / "out").predict(
        "serving_default", {"given": np.eye(3, dtype=np.float32)}
    )
    powers = np.exp(found["found"])
    np.testing.assert_allclose(found["probabilities"], powers / powers.sum(-1, keepdims=True), rtol=1e-5)
