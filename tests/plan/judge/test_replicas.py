from tests.discovery.model_text import model_of
from tests.discovery.outputs.networks.test_replicas import SPLIT, towers
from tests.discovery.outputs.two_networks import placeholder
from tests.plan.judge.judged import judged
from tf1compat.discovery import discover
from tf1compat.graph.text import from_text
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.make import PlanOptions, make_plan

SHARED = SPLIT + towers("parts", "parts:1")


def told(text: str) -> list[Note]:
    notes = judged(model_of(from_text(text), keys=("a/w",))).hazards
    return [each for each in notes if each.code == "replica-part"]


def test_that_a_replica_takes_a_part_is_told_with_the_signature_that_feeds_it() -> None:
    (note,) = told(SHARED)
    assert note.node == "parts"
    assert "serving_default(parts) -> " in note.remedy


def test_once_that_signature_is_typed_there_is_nothing_to_tell() -> None:
    model = model_of(from_text(SHARED), keys=("a/w",))
    plan = make_plan(model, discover(model), PlanOptions(signatures=["serving_default(parts) -> a"]))
    assert "replica-part" not in [each.code for each in plan.hazards]


def test_replicas_that_are_fed_apart_are_not_told() -> None:
    assert told(placeholder("p", 3) + placeholder("q", 3) + towers("p", "q")) == []
