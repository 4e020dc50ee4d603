"""The original is run with the weights that the plan chose."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.protos import BundleEntry, MetaGraph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef
from tf1compat.plan.model import MigrationPlan, PartPlan, VariablePlan
from tf1compat.source.model import Checkpoint, LegacyModel, SavedAs

pytestmark = pytest.mark.tensorflow

GRAPH = """
    w = VariableV2() dtype=float32; shape=shape(2)
    v/part_0 = VariableV2() dtype=float32; shape=shape(2)
    b = VariableV2() dtype=float32; shape=shape(2)
    slot = VariableV2() dtype=float32; shape=shape(2)
    lost = VariableV2() dtype=float32; shape=shape(2)
"""
FLOAT, ANY = DType("float32"), Shape()


def test_each_variable_has_the_plans_key_and_what_is_missing_is_left_out() -> None:
    from tf1compat.restore.planned import as_planned, exchanged

    own = {name: SavedAs(name) for name in ("w", "slot", "lost")} | {"v/part_0": SavedAs("v", "4 0,2")}
    entry = BundleEntry(FLOAT, Shape.of(2), 0, 0, 8, 0, False)
    keys = ("w", "w/avg", "v", "v/avg", "slot")
    checkpoint = Checkpoint(Path("model"), "V2", dict.fromkeys(keys, entry), (Path("model.data"),))
    meta_graph = MetaGraph(from_text(GRAPH), "1.4.1", None, MappingProxyType({}), MappingProxyType({}), b"")
    model = LegacyModel("meta_graph", "model", Path("model.meta"), meta_graph, checkpoint, own, 8, "sha256:0")
    plan = MigrationPlan(
        "model", "sha256:0", (),
        variables=(
            VariablePlan("w", "w/avg", "", FLOAT, ANY, True),
            VariablePlan("v", "v/avg", "", FLOAT, ANY, True, None, (PartPlan("v/part_0", (0,), (2,)),)),
            VariablePlan("b", "b", "", FLOAT, ANY, True, TensorRef("zeros")),
        ),
    )  # fmt: skip
    planned = as_planned(model, plan)
    assert dict(planned.saved_as) == {
        "w": SavedAs("w/avg"), "v/part_0": SavedAs("v/avg", "4 0,2"), "slot": SavedAs("slot"),
    }  # fmt: skip
    assert exchanged(model, planned) == ("2 variables have the values of other keys of the checkpoint",)
    assert exchanged(model, model) == ()
