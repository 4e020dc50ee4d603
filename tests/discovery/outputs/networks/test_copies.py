"""Copies of a network that a notebook's cell left, as it was and edited."""

import pytest

from tests.discovery.outputs.two_networks import arranged, by_signature, layer, placeholder, trained


def edited(number: int, units: int, name: str = "out", width: int = 3) -> str:
    """One run of a cell with a hidden layer of so many units."""
    suffix = f"_{number}" if number else ""
    given, hidden, made = f"Placeholder{suffix}", f"hidden{suffix}", f"{name}{suffix}"
    return (
        placeholder(given, width)
        + layer(hidden, given, width, units, op="Relu")
        + layer(made, hidden, units, 2, op="Softmax")
        + trained(number, f"{made}/MatMul", f"{made}/w", f"{hidden}/w")
    )


def test_a_cell_that_was_edited_before_it_ran_again_leaves_copies() -> None:
    found = by_signature(arranged(edited(0, 4) + edited(1, 6) + edited(2, 4)))
    assert found == {
        "copy_1": ["out:0", "out/MatMul:0"],
        "copy_2": ["out_1:0", "out_1/MatMul:0"],
        "serving_default": ["out_2:0", "out_2/MatMul:0"],
    }


@pytest.mark.parametrize("other", [edited(1, 6, width=5), edited(1, 6, name="sort")])
def test_what_takes_other_inputs_or_has_other_names_is_no_copy(other: str) -> None:
    found = by_signature(arranged(edited(0, 4) + other))
    assert not any(name.startswith("copy") for name in found)
    assert found["serving_default"] == ["out:0", "out/MatMul:0"]


def test_numbers_that_the_author_gave_make_no_copies() -> None:
    text = edited(1, 4) + edited(2, 6)
    assert not any(name.startswith("copy") for name in by_signature(arranged(text)))
