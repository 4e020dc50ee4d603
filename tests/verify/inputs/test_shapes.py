"""Symbols: equals are found to be one, whatever the order in which that is learnt."""

from __future__ import annotations

from tf1compat.verify.inputs.shapes import Symbols


def test_equals_of_equals_are_equal() -> None:
    symbols = Symbols()
    symbols.unify("a", "b")
    symbols.unify("c", "d")
    symbols.unify("b", "c")
    assert len({symbols.find(each) for each in "abcd"}) == 1


def test_a_size_reaches_all_equals() -> None:
    symbols = Symbols()
    symbols.unify("a", "b")
    symbols.unify("b", 7)
    assert symbols.find("a") == 7


def test_what_is_not_known_teaches_nothing() -> None:
    symbols = Symbols()
    symbols.unify("a", None)
    symbols.unify(3, 4)
    assert symbols.find("a") == "a"


def test_shapes_of_other_ranks_are_not_made_one() -> None:
    symbols = Symbols()
    symbols.unify_all(("a", "b"), (1,))
    symbols.unify_all(("a",), None)
    assert symbols.found(("a", "b", 5)) == ("a", "b", 5)


def test_the_largest_demand_counts() -> None:
    symbols = Symbols()
    symbols.demand("a", 2)
    symbols.demand("a", 1)
    symbols.demand(9, 4)
    assert symbols.at_least == {"a": 2}
