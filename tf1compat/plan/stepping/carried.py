"""What fills the inputs that carry state in: final states, each at its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

from tf1compat.discovery.findings import StatePairing, StatePiece
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding, OutputBinding, Piece


def carried_states(
    inputs: Sequence[InputBinding], pairings: Iterable[StatePairing]
) -> tuple[OutputBinding, ...]:
    """For each input that carries state in, the output that carries it out again.

    Empty where no input does, or where one cannot be filled again: two networks start from the same part of it, or
    none starts from some part.
    """
    pieces: dict[TensorRef, list[StatePiece]] = {}
    for pairing in pairings:
        pieces.setdefault(pairing.placeholder, []).extend(pairing.pieces)
    states = [each for each in inputs if each.tensor in pieces]
    carried = [_carried(each, pieces[each.tensor]) for each in states]
    return tuple(each for each in carried if each is not None) if None not in carried else ()


def _carried(entry: InputBinding, pieces: Sequence[StatePiece]) -> OutputBinding | None:
    """What fills an input again, if the final states do."""
    if any(each.beside is not None for each in pieces):
        return _side_by_side(entry, pieces)
    found = tuple(dict.fromkeys(Piece(each.index, each.final) for each in pieces))
    return (
        OutputBinding(entry.alias, found, entry.dtype, entry.shape, "state") if _fills(entry, found) else None
    )


def _side_by_side(entry: InputBinding, pieces: Sequence[StatePiece]) -> OutputBinding | None:
    """Final states in the order in which they lie along the last axis, if they leave no gap there."""
    places = {each.beside: each.final for each in pieces if each.beside is not None}
    ordered = sorted(places, key=lambda each: each.begin)
    ends = [0, *(each.begin + each.size for each in ordered)]
    dims = entry.shape.dims
    whole = len(places) == len(pieces) and dims is not None and ends[-1] == dims[-1]
    if not whole or [each.begin for each in ordered] != ends[:-1]:
        return None
    found = tuple(Piece((number,), places[each]) for number, each in enumerate(ordered))
    return OutputBinding(entry.alias, found, entry.dtype, entry.shape, "state", ordered[0].axis)


def _fills(entry: InputBinding, pieces: Sequence[Piece]) -> bool:
    """Whether there is one piece, and one only, for every place along the leading axes of an input."""
    places = {piece.index for piece in pieces}
    depth = len(pieces[0].index)
    if len(places) != len(pieces) or any(len(place) != depth for place in places):
        return False
    sizes = [max(place[axis] for place in places) + 1 for axis in range(depth)]
    known = (entry.shape.dims or ())[:depth]
    fits = all(size in (found, None) for size, found in zip(known, sizes, strict=False))
    return fits and places == set(product(*map(range, sizes)))
