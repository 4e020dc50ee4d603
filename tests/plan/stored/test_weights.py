"""Which weights an evaluation restored: what tells, and when nothing does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.protos import BundleEntry, MetaGraph, VariableDef
from tf1compat.graph.text import from_text
from tf1compat.plan.judge.weights import weights_blockers, weights_hazards
from tf1compat.plan.stored.weights import ChosenWeights, choose_weights
from tf1compat.source.model import Checkpoint, LegacyModel, SavedAs

AVERAGE = "w/ExponentialMovingAverage"
GRAPH = f"""
    w = VariableV2() dtype=float32; shape=shape(2)
    w/read = Identity(w) T=float32
    v = VariableV2() dtype=float32; shape=shape(2)
    v/read = Identity(v) T=float32
    {AVERAGE} = VariableV2() dtype=float32; shape=shape(2)
    {AVERAGE}/read = Identity({AVERAGE}) T=float32
    rate = Const() dtype=float32; value=tensor(float32, 0.1)
    AssignMovingAvg/sub = Sub({AVERAGE}/read, w/read) T=float32
    AssignMovingAvg/mul = Mul(AssignMovingAvg/sub, rate) T=float32
    AssignMovingAvg = AssignSub({AVERAGE}, AssignMovingAvg/mul) T=float32
"""
SECOND_SAVER = f"""
    save_1/Const = Const() dtype=string; value=tensor(string, "model")
    names = Const() dtype=string; value=tensor(string, ["{AVERAGE}"])
    slices = Const() dtype=string; value=tensor(string, [""])
    save_1/RestoreV2 = RestoreV2(save_1/Const, names, slices) dtypes=[float32]
    save_1/Assign = Assign(w, save_1/RestoreV2) T=float32
"""


def judged(
    text: str = GRAPH,
    *,
    saved: Mapping[str, str] | None = None,
    keys: tuple[str, ...] = ("w", "v", AVERAGE),
    trainable: tuple[str, ...] = ("w",),
    needed: tuple[str, ...] = ("w",),
    others: tuple[str, ...] = (),
    choice: str = "auto",
) -> ChosenWeights:
    collection = tuple(VariableDef(f"{name}:0", "", "", True, False) for name in trainable)
    meta_graph = MetaGraph(
        from_text(text),
        "1.4.1",
        None,
        MappingProxyType({"trainable_variables": collection}),
        MappingProxyType({}),
        b"",
    )
    entry = BundleEntry(DType("float32"), Shape.of(2), 0, 0, 8, 0, True)
    checkpoint = Checkpoint(Path("model"), "V2", dict.fromkeys(keys, entry), (Path("model.data"),))
    named = {name: SavedAs(key) for name, key in (saved or {each: each for each in keys}).items()}
    model = LegacyModel(
        "meta_graph", "model", Path("model.meta"), meta_graph, checkpoint, named, 8, "sha256:0"
    )
    return choose_weights(model, [needed, others], choice)


def codes(weights: ChosenWeights) -> list[str]:
    return [each.code for each in (*weights_hazards(weights), *weights_blockers(weights))]


def test_an_average_of_every_trained_weight_is_taken_and_said() -> None:
    weights = judged()
    assert (weights.kind, dict(weights.keys)) == ("ema", {"w": SavedAs(AVERAGE)})
    assert codes(weights) == ["averaged-weights"]
    assert "--weights raw" in weights_hazards(weights)[0].remedy
    assert weights.told.startswith("moving averages: training kept an average of every weight")


def test_averages_that_were_not_saved_are_not_spoken_of() -> None:
    assert judged(keys=("w", "v")) == ChosenWeights("raw")
    assert judged(keys=("w", "v")).told == ""


def test_the_users_choice_needs_no_hazard() -> None:
    assert (judged(choice="raw").kind, codes(judged(choice="raw"))) == ("raw", [])
    assert dict(judged(choice="ema", trainable=("w", "v"), needed=("w", "v")).keys) == {"w": SavedAs(AVERAGE)}


def test_averages_of_some_trained_weights_are_a_blocker() -> None:
    weights = judged(trainable=("w", "v"), needed=("w", "v"))
    assert codes(weights) == ["averages-unclear"]
    assert weights_blockers(weights)[0].reason.startswith("training kept averages of 'w', but none of 'v'")
    assert "--weights raw" in weights_blockers(weights)[0].remedy


def test_a_network_of_which_nobody_kept_averages_has_its_weights() -> None:
    weights = judged(trainable=("w", "v"), needed=("w",), others=("v",))
    assert (weights.kind, set(weights.keys)) == ("ema", {"w"})


def test_a_weight_that_was_not_trained_needs_no_average() -> None:
    assert judged(needed=("w", "v")).kind == "ema"


def test_two_averages_of_a_weight_are_a_blocker() -> None:
    second = GRAPH.replace(AVERAGE, "slow").replace("AssignMovingAvg", "AssignSlow")
    lines = [line for line in second.splitlines() if "slow" in line or "AssignSlow" in line]
    assert codes(judged(GRAPH + "\n".join(lines), keys=("w", AVERAGE, "slow"))) == ["averages-unclear"]


def test_a_graph_that_computes_with_the_averages_means_them_for_that() -> None:
    weights = judged(GRAPH + f"    target = Tanh({AVERAGE}/read) T=float32")
    assert (weights.kind, codes(weights)) == ("raw", ["raw-weights"])
    assert "'target'" in weights_hazards(weights)[0].reason


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (SECOND_SAVER, "a second Saver of the graph"),
        (f"    load = Assign(w, {AVERAGE}/read) T=float32", "an op ('load')"),
    ],
)
def test_what_puts_averages_into_weights_tells_even_where_some_have_none(more: str, words: str) -> None:
    weights = judged(GRAPH + more, trainable=("w", "v"), needed=("w", "v"))
    assert (weights.kind, dict(weights.keys)) == ("ema", {"w": SavedAs(AVERAGE)})
    assert words in weights.reason


def test_a_saver_that_exchanges_the_two() -> None:
    weights = judged(saved={"w": AVERAGE, AVERAGE: "w", "v": "v"})
    assert (weights.kind, dict(weights.keys)) == ("ema", {"w": SavedAs("w")})
    assert dict(judged(saved={"w": AVERAGE, AVERAGE: "w", "v": "v"}, choice="raw").keys) == {}


def test_an_evaluation_s_own_saver_needs_no_guess() -> None:
    evaluation = "\n".join(line for line in GRAPH.splitlines() if "Average" not in line and "Avg" not in line)
    given = {"saved": {"w": AVERAGE}, "keys": ("w", AVERAGE)}
    weights = judged(evaluation, **given)
    assert (weights.kind, dict(weights.keys), codes(weights)) == ("ema", {}, [])
    raw = judged(evaluation, **given, choice="raw")
    assert dict(raw.keys) == {"w": SavedAs("w")}


def test_averages_by_their_keys_alone() -> None:
    bare = "\n".join(line for line in GRAPH.splitlines() if "Average" not in line and "Avg" not in line)
    weights = judged(bare)
    assert (weights.kind, dict(weights.keys)) == ("ema", {"w": SavedAs(AVERAGE)})


def test_averages_that_are_asked_for_and_not_there() -> None:
    assert judged(keys=("w", "v"), choice="ema") == ChosenWeights(
        "raw", "the checkpoint has no moving averages of the weights"
    )
