from tests.discovery.batch_norm.norm_text import FUSED_MODEL, MOMENTS, PREDICTED, UNFUSED_MODEL, VARIABLES
from tf1compat.analysis.batch_norm.averages import Averages, find_averages
from tf1compat.analysis.batch_norm.statistics import find_statistics
from tf1compat.graph.text import from_text

BY_HAND = """
    kept = Mul(seen/mean/read, decay) T=float32
    came = Mul(Squeeze, decay) T=float32
    both = Add(kept, came) T=float32
    update = Assign(seen/mean, both) T=float32
"""
DEBIASED = """
    biased = VariableV2() dtype=float32; shape=shape(3)
    biased/read = Identity(biased) T=float32
    off = Sub(biased/read, Squeeze) T=float32
    step = Mul(off, decay) T=float32
    update = AssignSub(biased, step) T=float32
    later = Identity(biased, ^update) T=float32
    grown = RealDiv(later, decay) T=float32
    apart = Sub(seen/mean/read, grown) T=float32
    final = AssignSub(seen/mean, apart) T=float32
"""
ROOTED = """
    off = Sqrt(Squeeze_1) T=float32
    update = AssignSub(seen/variance, off) T=float32
"""


def averages_of(text: str) -> dict[str, Averages]:
    graph = from_text(text)
    return {str(each): found for each, found in find_averages(graph, find_statistics(graph)).items()}


def test_an_update_with_a_statistic_makes_its_variable_the_average():
    expected = [Averages(("seen/mean",)), Averages(("seen/variance",))]
    assert list(averages_of(UNFUSED_MODEL).values()) == expected
    assert list(averages_of(FUSED_MODEL).values()) == expected


def test_the_form_that_assigns_a_sum_counts_as_well():
    assert averages_of(PREDICTED + MOMENTS + VARIABLES + BY_HAND) == {"mean:0": Averages(("seen/mean",))}


def test_the_average_without_the_bias_to_zero_comes_before_the_biased_one():
    text = (PREDICTED + MOMENTS + VARIABLES + DEBIASED).replace("apart = SquaredD", "apart_0 = SquaredD")
    found = averages_of(text.replace("Mean(apart,", "Mean(apart_0,"))
    assert found == {"mean:0": Averages(("seen/mean", "biased"))}


def test_the_average_of_a_root_is_none_of_the_statistic():
    assert averages_of(PREDICTED + MOMENTS + VARIABLES + ROOTED) == {
        "variance:0": Averages((), ("seen/variance",))
    }


def test_an_initializer_averages_nothing():
    initial = "begin = Assign(seen/mean, epsilon) T=float32\n"
    assert averages_of(PREDICTED + MOMENTS + VARIABLES + initial) == {}
