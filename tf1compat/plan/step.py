"""One step of a recurrent model: the state comes out under the alias and in the shape in which it goes in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from tf1compat.discovery.findings import StatePairing
from tf1compat.names import TensorRef
from tf1compat.plan.model import InputBinding, OutputBinding, Piece


def carried_states(
    inputs: Sequence[InputBinding], pairings: Iterable[StatePairing]
) -> tuple[OutputBinding, ...]:
    """For each input that carries state in, the output that carries it out again.

    Empty where no input does, or where one cannot be filled again: two networks start from the same part of it, or
    none starts from some part.
    """
    pieces: dict[TensorRef, list[Piece]] = {}
    for pairing in pairings:
        pieces.setdefault(pairing.placeholder, []).extend(
            Piece(each.index, each.final) for each in pairing.pieces
        )
    states = [each for each in inputs if each.tensor in pieces]
    if not all(_fills(each, pieces[each.tensor]) for each in states):
        return ()
    return tuple(_carried(each, pieces) for each in states)


def _carried(entry: InputBinding, pieces: Mapping[TensorRef, Sequence[Piece]]) -> OutputBinding:
    return OutputBinding(entry.alias, tuple(pieces[entry.tensor]), entry.dtype, entry.shape, "state")


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
