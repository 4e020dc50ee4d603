"""What is said of keys that are not those of the `.meta`'s own Saver."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.protos import BundleEntry, MetaGraph, SaverDef
from tf1compat.graph.text import from_text
from tf1compat.plan.judge.values import key_hazards
from tf1compat.source.checkpoints.saver import every_saver, fitting_saver
from tf1compat.source.model import Checkpoint, LegacyModel, SavedAs


def saver(scope: str, key: str) -> str:
    return f"""
    {scope}/Const = Const() dtype=string; value=tensor(string, "model")
    {scope}/names = Const() dtype=string; value=tensor(string, ["{key}"])
    {scope}/slices = Const() dtype=string; value=tensor(string, [""])
    {scope}/RestoreV2 = RestoreV2({scope}/Const, {scope}/names, {scope}/slices) dtypes=[float32]
    {scope}/Assign = Assign(w, {scope}/RestoreV2) T=float32
    {scope}/restore_all = NoOp(^{scope}/Assign)
"""


TWO = "    w = VariableV2() dtype=float32; shape=shape(2)" + saver("save", "w") + saver("save_1", "model/w")


def model(*keys: str, renamed: Mapping[str, str] | None = None) -> LegacyModel:
    own = SaverDef("save/Const:0", "save/control_dependency:0", "save/restore_all", 2)
    meta_graph = MetaGraph(from_text(TWO), "1.4.1", own, MappingProxyType({}), MappingProxyType({}), b"")
    entry = BundleEntry(DType("float32"), Shape.of(2), 0, 0, 8, 0, False)
    checkpoint = Checkpoint(Path("model"), "V2", dict.fromkeys(keys, entry), (Path("model.data"),))
    return LegacyModel(
        "meta_graph", "model", Path("model.meta"), meta_graph, checkpoint, {"w": SavedAs(keys[0])}, 8, "sha256:0",
        renamed or {},
    )  # fmt: skip


def test_the_own_saver_needs_no_words() -> None:
    assert key_hazards(model("w", "model/w"), {"w"}) == ()


def test_another_saver_that_fits_is_named() -> None:
    (hazard,) = key_hazards(model("model/w"), {"w"})
    assert (hazard.code, hazard.node) == ("other-saver", "w")
    assert "'save_1/Const'" in hazard.reason


def test_names_of_another_release_are_told_in_pairs() -> None:
    found = model("dense/weights", renamed={"dense/kernel": "dense/weights"})
    (hazard,) = key_hazards(found, {"w"})
    assert (hazard.code, hazard.node) == ("renamed-keys", "w")
    assert "'dense/weights' for 'w'" in hazard.reason
    assert key_hazards(found, {"other"}) == ()


def test_every_saver_of_a_graph_is_found_but_no_warm_start() -> None:
    graph = from_text(TWO + saver("checkpoint_initializer", "elsewhere"))
    assert {each.filename: dict(each.saved_as) for each in every_saver(graph)} == {
        "save/Const": {"w": SavedAs("w")}, "save_1/Const": {"w": SavedAs("model/w")},
    }  # fmt: skip


def test_no_saver_fits_where_all_miss_keys() -> None:
    assert fitting_saver(model("other").meta_graph, {"other"}) is None
