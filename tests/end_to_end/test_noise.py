"""Training graphs that draw at random, in every spelling: dropout and noise go, and noise that is the model stays."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import tf1compat
from tests.end_to_end.golden import Committed, check_equal, nodes_of
from tf1compat.graph.model import Graph
from tf1compat.ops.families import DRAWS, RANDOM
from tf1compat.plan.model import MigrationPlan
from tf1compat.report.migration import MigrationResult
from tf1compat.rewrite import rewrite
from tf1compat.source.open import open_model

ARCHIVES = Path(__file__).parent.parent.parent / "fixtures" / "noise"
RELEASES = ("tf1.4.1", "tf1.15.5")
#: The spellings of TensorFlow's own functions are others in the older release; those by hand are the same.
LIBRARY = ("nn_", "layers_", "contrib_", "keras_", "wrapper_", "variational_", "bernoulli", "categorical")
#: Verified as well, in a process of their own: one of each kind.
VERIFIED = frozenset({
    "less_divided_baked", "where_dropped_baked", "sign_relu_unscaled_fed", "floor_of_range_divided_before_baked",
    "rounded", "multinomial", "bernoulli", "stateless", "keras_alpha_baked", "keras_noise_baked", "multiplied",
    "added_by_division", "mask_held", "mask_carried", "zoneout_mixed", "variational_baked", "layer_skipped",
    "sparse_values", "whole_layers", "chosen_by_arithmetic", "two_masks", "any_shape_mask_divided", "decayed",
})  # fmt: skip
#: Hazards, by what is told of a model.
TOLD = {
    "less_divided_baked": [("dropout-built-in", "Less/y")],
    "less_divided_fed": [("dropout-frozen", "keep")],
    "integers": [("dropout-built-in", "Cast")],
    "added_by_size": [("noise-built-in", "random_normal/stddev")],
    "added_uniform": [("noise-built-in", "random_uniform")],
    "added_size_fed": [("noise-frozen", "noise_std")],
    "added_in_branch": [("training-switch-frozen", "is_training")],
    "chosen_by_arithmetic": [("training-switch-frozen", "is_training"), ("dropout-built-in", "Less/y")],
    "autoencoder": [("random-at-inference", "random_normal/RandomStandardNormal")],
    "sampled_dropout": [("random-at-inference", "dropout/random_uniform/RandomUniform")],
    "turned_over": [("dropout-built-in", "Less/y")],
    "actions": [("random-at-inference", "multinomial/Multinomial")],
}


@cache
def names() -> tuple[str, ...]:
    """Every model of the archives, as `tf1.15.5/name`."""
    found = []
    for release in RELEASES:
        with tarfile.open(ARCHIVES / f"{release}.tar.xz") as archive:
            paths = (Path(each) for each in archive.getnames() if each.endswith("truth.json"))
            found += sorted(f"{release}/{path.parent.name}" for path in paths)
    return tuple(found)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Committed]:
    """A model by its name; both archives are unpacked once."""
    folder = tmp_path_factory.mktemp("noise")
    for release in RELEASES:
        with tarfile.open(ARCHIVES / f"{release}.tar.xz") as archive:
            archive.extractall(folder / release)
    return lambda name: Committed(folder / name)


def test_every_kind_of_noise_is_there():
    """So that no test passes for want of models."""
    found = {release: [name for name in names() if name.startswith(release)] for release in RELEASES}
    assert {release: len(each) for release, each in found.items()} == {"tf1.4.1": 155, "tf1.15.5": 167}
    assert {f"tf1.15.5/{name}" for name in VERIFIED | TOLD.keys()} <= set(names())


def shown(name: str) -> bool:
    """Whether a model is one of a few that show each kind."""
    return name.partition("/")[2] in VERIFIED | TOLD.keys()


@pytest.mark.parametrize(
    "name", [pytest.param(each, marks=() if shown(each) else pytest.mark.slow) for each in names()]
)
def test_nothing_is_drawn_in_the_result_but_what_is_the_model(name: str, models: Callable[[str], Committed]):
    model = models(name)
    plan = tf1compat.plan(model.folder)
    assert plan.blockers == ()
    check_inputs(model, plan)
    graph = open_model(model.folder).meta_graph.graph
    left = {
        signature.name: sorted(drawn_in(signature.graph)) for signature in rewrite(graph, plan).signatures
    }
    assert any(left.values()) == bool(model.truth["random"]), left


def drawn_in(graph: Graph) -> set[str]:
    graphs = [graph, *(each.graph for each in graph.functions.values())]
    return {node.op for each in graphs for node in each.nodes} & (DRAWS | RANDOM)


def check_inputs(model: Committed, plan: MigrationPlan) -> None:
    """The author's inputs are taken, and nothing else but states; his outputs are given."""
    serving = plan.signatures[0]
    assert {str(each.tensor) for each in serving.inputs} >= set(model.truth["inputs"].values())
    states = {str(each.tensor) for each in serving.inputs} - set(model.truth["inputs"].values())
    assert all("zeros" in each or each.startswith("unstack") for each in states)
    given = {str(each.tensor) for each in serving.outputs}
    assert given >= set(model.truth["outputs"].values()) or model.truth["random"]


@pytest.mark.parametrize("name", TOLD)
def test_what_was_done_is_told(name: str, models: Callable[[str], Committed]):
    for release in RELEASES:
        plan = tf1compat.plan(models(f"{release}/{name}").folder)
        assert [(each.code, each.node) for each in plan.hazards] == TOLD[name]


@pytest.mark.tensorflow
@pytest.mark.parametrize(
    "name",
    [each for each in names() if each.startswith("tf1.15.5") or each.partition("/")[2].startswith(LIBRARY)],
)
def test_the_training_graph_becomes_the_evaluation_graph(
    name: str,
    models: Callable[[str], Committed],
    migrate_sharing: Callable[..., MigrationResult],
    tmp_path: Path,
):
    model = models(name)
    verify = name.partition("/")[2] in VERIFIED
    result = migrate_sharing(model.folder, tmp_path / "migrated", verify=verify)
    check_golden(model, tmp_path / "migrated", result.plan)
    assert result.comparison is None or (result.comparison.passed and not result.comparison.drawn)


def check_golden(model: Committed, saved_model: Path, plan: MigrationPlan) -> None:
    """What is not drawn is what the evaluation graph gave; what is drawn has its type and shape."""
    loaded = tf1compat.load(saved_model)
    aliases = {str(each.tensor): each.alias for each in plan.signatures[0].outputs}
    drawn = {model.truth["outputs"][alias] for alias in model.truth["random"]}
    for case in model.cases:
        inputs = [each for each in plan.signatures[0].inputs if str(each.tensor) in case.fed]
        feeds = {each.alias: case.fed[str(each.tensor)] for each in inputs}
        wanted = [each for each in case.fetched if each in aliases]
        assert wanted or drawn
        for tensor, value in zip(wanted, loaded.run([aliases[each] for each in wanted], feeds), strict=True):
            if tensor in drawn:
                assert (value.shape, value.dtype) == (case.fetched[tensor].shape, case.fetched[tensor].dtype)
            else:
                check_equal(value, case.fetched[tensor], f"{case.case}: {tensor}")
    ops = {node.op for _, node in nodes_of(saved_model)}
    assert bool(ops & (DRAWS | RANDOM)) == bool(drawn)
