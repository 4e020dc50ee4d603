"""What is to be said of batch normalisation in training mode, as it was chosen to be treated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tf1compat.discovery.findings import Average, Normalisation
from tf1compat.plan.judge.notes import Note
from tf1compat.plan.statistics import AUTO, KEEP, ChosenStatistics


def statistics_hazards(chosen: ChosenStatistics) -> tuple[Note, ...]:
    """That averages stand in the place of statistics, or that these go on being taken of the batch."""
    if chosen.choice == KEEP:
        return (_kept(chosen.normalisations),) if chosen.normalisations else ()
    averaged = [each for each in chosen.normalisations if each.is_averaged]
    return (
        *([_averaged(averaged)] if averaged else []),
        *([_followed(chosen.followed)] if chosen.followed else []),
    )


def statistics_blockers(chosen: ChosenStatistics) -> tuple[Note, ...]:
    """That there are no averages, or none that training ever updated, and the user has not said what to do."""
    if chosen.choice == KEEP:
        return ()
    without = [each for each in chosen.normalisations if not each.is_averaged]
    untouched = [each for each in chosen.normalisations if each.untouched and chosen.choice == AUTO]
    return (*([_without(without)] if without else []), *([_untouched(untouched)] if untouched else []))


def _names(found: Iterable[Normalisation]) -> str:
    first, *others = found
    return f"'{first.node}'" + (f" and {len(others)} more" if others else "")


def _normalise(found: Sequence[Normalisation]) -> str:
    return f"{_names(found)} {'normalise' if len(found) > 1 else 'normalises'}"


def _averaged(found: Sequence[Normalisation]) -> Note:
    variables = ", ".join(f"'{each.variable}'" for each in found[0].averages)
    others = " and so on" if len(found) > 1 else ""
    return Note(
        "batch-norm-averaged",
        found[0].node,
        f"{_normalise(found)} by the statistics of the batch, as in training; the migrated model reads the moving "
        f"averages that training kept of them instead ({variables}{others})",
        "if the author ran it on the statistics of the batch, add --batch-statistics keep",
    )


def _followed(found: Sequence[Average]) -> Note:
    variables = ", ".join(f"'{each}'" for each in dict.fromkeys(each.variable for each in found[:3]))
    others = " and so on" if len(found) > 3 else ""
    return Note(
        "statistics-followed",
        found[0].statistic.node,
        f"every run of the graph moves statistics ({variables}{others}), which an output reads, as in training; the "
        "migrated model writes none of them, and reads what training left in their variables",
        "if the author ran it so that every run moves them, add --batch-statistics keep",
    )


def _kept(found: Sequence[Normalisation]) -> Note:
    return Note(
        "batch-statistics-kept",
        found[0].node,
        f"{_normalise(found)} by the statistics of the batch, as was asked for: what is predicted for one "
        "example depends on the others beside it",
        "feed batches as large and as mixed as in training, or leave --batch-statistics out",
    )


def _without(found: Sequence[Normalisation]) -> Note:
    return Note(
        "batch-norm-without-averages",
        found[0].node,
        f"{_normalise(found)} by the statistics of the batch, and no variable of the checkpoint averages them: there "
        "is nothing to put in their place, and as it is, a prediction depends on the other examples of its batch",
        "if the author ran it like that, add --batch-statistics keep; else take a checkpoint with moving averages",
    )


def _untouched(found: Sequence[Normalisation]) -> Note:
    variables = ", ".join(f"'{each.variable}'" for each in found[0].averages)
    return Note(
        "batch-norm-untouched-averages",
        found[0].node,
        f"{_normalise(found)} by the statistics of the batch, and the moving averages of them ({variables}) still have "
        "the values that they began with: the program never ran the ops that update them",
        "the author can only have run it on the statistics of the batch: add --batch-statistics keep; to take the "
        "averages as they are, add --batch-statistics averages",
    )
