"""The number of examples that a program feeds for a state of zeros is computed from the network's input."""

from __future__ import annotations

from pathlib import Path

import tf1compat
from tf1compat.discovery import discover
from tf1compat.discovery.fed_sizes import computed_sizes, with_computed_sizes
from tf1compat.graph.lint import lint
from tf1compat.names import TensorRef
from tf1compat.source import open_model

ROOT = Path(__file__).parent.parent.parent / "fixtures" / "served_graphs"


def test_a_batch_that_is_fed_for_zeros_is_computed_from_the_input() -> None:
    model = open_model(ROOT / "tf1.15.5" / "batch_size_fed")
    sized = with_computed_sizes(model, discover(model))
    graph = sized.meta_graph.graph
    assert computed_sizes(graph) == {"batch_size": graph["batch_size/shape"].inputs[0]}
    assert lint(graph) == ()
    assert "batch_size" not in {each.tensor.node for each in discover(sized).inputs}


def test_what_is_computed_is_left_alone() -> None:
    model = open_model(ROOT / "tf1.15.5" / "batch_size_fed")
    sized = with_computed_sizes(model, discover(model))
    assert with_computed_sizes(sized, discover(sized)) is sized


def test_of_two_sizes_that_the_input_itself_is_made_with_one_follows() -> None:
    model = open_model(ROOT / "tf1.4.1" / "batch_and_length_fed")
    sized = with_computed_sizes(model, discover(model))
    graph = sized.meta_graph.graph
    assert lint(graph) == ()
    assert computed_sizes(graph) == {"trace_length": TensorRef("observation")}
    assert graph["trace_length"].inputs == (TensorRef("trace_length/along"), TensorRef("batch_size"))


def test_a_mask_as_long_as_the_words_says_how_long_the_longest_is() -> None:
    model = open_model(ROOT / "tf1.15.5" / "longest_fed")
    graph = with_computed_sizes(model, discover(model)).meta_graph.graph
    assert lint(graph) == ()
    assert computed_sizes(graph) == {"max_len": TensorRef("words")}


def test_whoever_fed_it_is_told() -> None:
    plan = tf1compat.plan(ROOT / "tf1.15.5" / "batch_size_fed")
    assert [(each.code, each.node) for each in plan.hazards] == [("size-computed", "batch_size")]
    fed = "serving_default(x, batch_size) -> scores"
    named = tf1compat.plan(ROOT / "tf1.15.5" / "batch_size_fed", signatures=[fed])
    assert [each.alias for each in named.signatures[0].inputs] == ["x", "batch_size"]
    assert named.hazards == ()
