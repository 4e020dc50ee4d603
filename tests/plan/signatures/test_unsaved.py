from collections.abc import Iterator, Mapping

from tf1compat.discovery.findings import OutputFinding, OutputRole
from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef
from tf1compat.plan.judge.values import unsaved_hazards
from tf1compat.plan.signatures.unsaved import Unsaved, saved_offers

FLOAT = DType("float32")


def output(name: str, role: OutputRole = "probabilities") -> OutputFinding:
    return OutputFinding(TensorRef(name), FLOAT, Shape(None), role)


SPECIES, OTHER, STATE = output("species"), output("other"), output("final", "state")


class Lacking:
    """Says what outputs lack, by the names of their nodes."""

    def __init__(self, **lacking: str) -> None:
        self._lacking: Mapping[str, str] = lacking

    def __call__(self, each: OutputFinding) -> Iterator[str]:
        yield from (name for name in [self._lacking.get(each.tensor.node)] if name is not None)


def test_outputs_without_their_weights_are_left_out() -> None:
    kept, left = saved_offers({"serving_default": [SPECIES, OTHER]}, Lacking(other="w"))
    assert kept == {"serving_default": [SPECIES]}
    assert left == (Unsaved("serving_default", (OTHER,), ("w",)),)


def test_a_signature_without_any_output_is_none() -> None:
    kept, left = saved_offers({"test": [OTHER], "train": [SPECIES]}, Lacking(other="w"))
    assert kept == {"train": [SPECIES]}
    assert [each.signature for each in left] == ["test"]


def test_states_alone_are_not_worth_a_signature() -> None:
    kept, left = saved_offers({"test": [OTHER, STATE], "train": [SPECIES]}, Lacking(other="w"))
    assert kept == {"train": [SPECIES]}
    assert left == (Unsaved("test", (OTHER, STATE), ("w",)),)


def test_where_nothing_else_is_served_all_stay_to_be_judged() -> None:
    offers = {"serving_default": [OTHER, STATE]}
    assert saved_offers(offers, Lacking(other="w")) == (offers, ())


def test_what_lacks_nothing_is_left_alone() -> None:
    offers = {"serving_default": [SPECIES, STATE], "states": [STATE]}
    assert saved_offers(offers, Lacking()) == (offers, ())


def test_what_is_left_out_is_a_hazard_that_names_what_is_lacking() -> None:
    (note,) = unsaved_hazards([Unsaved("test", (OTHER, STATE), ("w", "b"))])
    assert (note.code, note.node) == ("output-not-saved", "w")
    assert "'other:0', 'final:0' would be served by 'test'" in note.reason
    assert unsaved_hazards([]) == ()
