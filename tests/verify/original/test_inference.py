"""The original in inference: only what cannot be fed is put into its graph."""

from __future__ import annotations

from pathlib import Path

import tf1compat
from tf1compat.graph.model import Graph
from tf1compat.names import TensorRef
from tf1compat.ops.values import known_scalar
from tf1compat.verify.original.inference import in_inference

FIXTURES = Path(__file__).parents[3] / "fixtures" / "training_graphs"


def changed(name: str) -> tuple[Graph, Graph, list[str], tuple[str, ...]]:
    """The graph before and after, what is left to feed, and what was said."""
    model = tf1compat.inspect(FIXTURES / name).model
    edited, plan, said = in_inference(model, tf1compat.plan(FIXTURES / name))
    return (
        model.meta_graph.graph,
        edited.meta_graph.graph,
        [str(each.tensor) for each in plan.constants],
        said,
    )


def test_a_constant_of_the_graph_is_changed_and_a_placeholder_is_fed():
    before, after, fed, said = changed("tf1.4.1/in_a_loop")
    assert fed == ["keep:0"]
    rate = TensorRef("while/dropout/keep_prob")
    assert (known_scalar(before, rate), known_scalar(after, rate)) == (0.75, 1.0)
    assert after[rate.node].control_inputs == before[rate.node].control_inputs != ()
    assert said == ("1 constant of training is as at inference",)


def test_statistics_are_read_from_averages():
    _, after, fed, said = changed("tf1.15.5/by_hand")
    assert fed == []
    assert after["moments/mean/average"].op == "Identity"
    assert said == ("2 statistics of the batch are read from moving averages",)


def test_what_can_be_fed_whole_stays_as_it_is():
    before, after, fed, said = changed("tf1.15.5/chosen_rates")
    assert after is before
    assert fed == ["one:0", "two:0", "three:0"]
    assert said == ()
