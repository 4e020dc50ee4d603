from tf1compat.discovery.findings import Average, Correction, Normalisation
from tf1compat.names import TensorRef
from tf1compat.plan.judge.statistics import statistics_blockers, statistics_hazards
from tf1compat.plan.statistics import ChosenStatistics

MEAN, VARIANCE = TensorRef("mean"), TensorRef("variance")
AVERAGES = (Average(MEAN, "seen/mean"), Average(VARIANCE, "seen/variance"))
AVERAGED = Normalisation("variance", (MEAN, VARIANCE), AVERAGES, (Correction(TensorRef("r"), (1.0,)),))
WITHOUT = Normalisation("variance", (MEAN, VARIANCE), ())
UNTOUCHED = Normalisation("variance", (MEAN, VARIANCE), AVERAGES, untouched=True)


def codes(*found: Normalisation, choice: str = "auto") -> tuple[list[str], list[str]]:
    """The codes of the hazards and of the blockers."""
    chosen = ChosenStatistics(found, choice)
    notes = statistics_hazards(chosen), statistics_blockers(chosen)
    return [each.code for each in notes[0]], [each.code for each in notes[1]]


def test_averages_in_the_place_of_statistics_are_said_to_be_there():
    assert codes(AVERAGED) == (["batch-norm-averaged"], [])
    chosen = ChosenStatistics((AVERAGED,))
    assert (chosen.averages, chosen.corrections) == (AVERAGES, AVERAGED.corrections)


def test_without_averages_the_user_has_to_decide():
    assert codes(WITHOUT) == ([], ["batch-norm-without-averages"])
    (blocker,) = statistics_blockers(ChosenStatistics((WITHOUT,)))
    assert "--batch-statistics keep" in blocker.remedy
    assert codes(WITHOUT, choice="keep") == (["batch-statistics-kept"], [])
    kept = ChosenStatistics((AVERAGED,), "keep")
    assert (kept.averages, kept.corrections) == ((), ())


def test_untouched_averages_are_taken_on_request_only():
    assert codes(UNTOUCHED) == (["batch-norm-averaged"], ["batch-norm-untouched-averages"])
    assert codes(UNTOUCHED, choice="averages") == (["batch-norm-averaged"], [])
    assert ChosenStatistics((UNTOUCHED,), "averages").averages == AVERAGES


def test_a_model_without_such_normalisations_needs_no_words():
    for choice in ("auto", "averages", "keep"):
        assert codes(choice=choice) == ([], [])


def test_statistics_that_a_run_moves_are_said_to_be_read():
    followed = (Average(TensorRef("moved"), "low"),)
    chosen = ChosenStatistics((AVERAGED,), followed=followed)
    hazards = statistics_hazards(chosen)
    assert [each.code for each in hazards] == ["batch-norm-averaged", "statistics-followed"]
    assert (hazards[1].node, "'low'" in hazards[1].reason) == ("moved", True)
    assert chosen.averages == (*followed, *AVERAGES)
