"""What is to be said of the choice between weights and their moving averages."""

from __future__ import annotations

from tf1compat.plan.judge.notes import Note
from tf1compat.plan.stored.weights import AVERAGED, ChosenWeights, names_of


def weights_hazards(chosen: ChosenWeights) -> tuple[Note, ...]:
    """Which of the two was taken, where the user did not say."""
    return (_told(chosen),) if chosen.of and not chosen.doubt else ()


def weights_blockers(chosen: ChosenWeights) -> tuple[Note, ...]:
    """That the user has to say which of the two to take."""
    return (_unclear(chosen),) if chosen.doubt else ()


def _told(chosen: ChosenWeights) -> Note:
    first, names, reason = chosen.of[0], names_of(chosen.of), chosen.reason
    if chosen.kind == AVERAGED:
        return Note(
            "averaged-weights", first,
            f"the moving averages of {names} are taken for the weights: {reason}",
            "to have the weights as training left them: --weights raw",
        )  # fmt: skip
    return Note(
        "raw-weights", first,
        f"the weights are as training left them, though the checkpoint has moving averages of {names}: {reason}",
        "to have the averages in place of the weights: --weights ema",
    )  # fmt: skip


def _unclear(chosen: ChosenWeights) -> Note:
    return Note(
        "averages-unclear", chosen.of[0],
        f"{chosen.reason}: whether the author's evaluation restored averages or the weights as they are cannot be told",
        "choose with --weights raw, or with --weights ema where averages are to stand in for their weights",
    )  # fmt: skip
