"""Which states a step carries: those that fill the placeholder they came from."""

from __future__ import annotations

import pytest

from tf1compat.discovery.findings import StatePairing, StatePiece, StateSlice
from tf1compat.graph.attributes import DType, Shape
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding
from tf1compat.plan.stepping.carried import carried_states

FLOAT = DType("float32")
STATE = TensorRef("state")


def entry(*dims: int | None) -> InputBinding:
    return InputBinding("state", STATE, FLOAT, Shape(dims))


def pairing(*places: tuple[int, ...], rnn: str = "rnn") -> StatePairing:
    pieces = (
        StatePiece(place, TensorRef("initial", number), TensorRef(f"{rnn}/final", number), "h")
        for number, place in enumerate(places)
    )
    return StatePairing(STATE, rnn, tuple(pieces))


@pytest.mark.parametrize(
    ("shape", "places"),
    [
        ((None, 4), [()]),
        ((2, None, 4), [(0,), (1,)]),
        ((2, 2, None, 4), [(0, 0), (0, 1), (1, 0), (1, 1)]),
        ((None, None, 4), [(1,), (0,)]),
    ],
)
def test_a_state_that_fills_its_placeholder_comes_out_under_its_alias(shape, places):
    (carried,) = carried_states([entry(*shape)], [pairing(*places)])
    assert (carried.alias, carried.shape, carried.role) == ("state", Shape(shape), "state")
    assert [piece.index for piece in carried.pieces] == places


def test_two_networks_may_fill_one_placeholder_together():
    pairings = [pairing((0,), rnn="first"), pairing((1,), rnn="second")]
    (carried,) = carried_states([entry(2, None, 4)], pairings)
    assert [str(piece.tensor) for piece in carried.pieces] == ["first/final:0", "second/final:0"]


@pytest.mark.parametrize(
    ("shape", "pairings"),
    [
        ((None, 4), [pairing((), ())]),
        ((None, 4), [pairing((), rnn="forward"), pairing((), rnn="backward")]),
        ((3, None, 4), [pairing((0,), (1,))]),
        ((3, None, 4), [pairing((0,), (2,))]),
        ((None, None, 4), [pairing((0,), (2,))]),
        ((2, 2, None, 4), [pairing((0, 0), (0, 1), (1, 0))]),
        ((2, None, 4), [pairing((0,), (1, 0))]),
    ],
    ids=["layers share", "directions share", "end is free", "gap", "gap, size not known", "corner", "depths"],
)
def test_a_placeholder_that_cannot_be_filled_again_gives_no_step(shape, pairings):
    assert carried_states([entry(*shape)], pairings) == ()


def test_a_network_that_takes_no_state_in_gives_no_step():
    assert carried_states([entry(None, 4)], []) == ()


def beside(*ranges: tuple[int, int]) -> StatePairing:
    pieces = (
        StatePiece((), TensorRef("initial", at), TensorRef("final", at), "h", StateSlice(1, begin, size))
        for at, (begin, size) in enumerate(ranges)
    )
    return StatePairing(STATE, "rnn", tuple(pieces))


def test_states_that_lie_side_by_side_are_joined_in_their_order() -> None:
    (carried,) = carried_states([entry(None, 7)], [beside((4, 3), (0, 4))])
    assert carried.joined == 1
    assert [(piece.index, str(piece.tensor)) for piece in carried.pieces] == [
        ((0,), "final:1"),
        ((1,), "final:0"),
    ]


@pytest.mark.parametrize("ranges", [[(0, 4)], [(0, 3), (4, 3)], [(0, 4), (3, 4)], [(0, 4), (0, 4)]])
def test_side_by_side_without_a_gap_or_not_at_all(ranges: list[tuple[int, int]]) -> None:
    assert carried_states([entry(None, 7)], [beside(*ranges)]) == ()


def test_one_tensor_that_holds_two_parts_is_carried_once() -> None:
    pieces = tuple(StatePiece((), TensorRef("initial"), TensorRef("final"), part) for part in "ch")
    (carried,) = carried_states([entry(None, 8)], [StatePairing(STATE, "rnn", pieces)])
    assert str(carried.tensor) == "final:0"
