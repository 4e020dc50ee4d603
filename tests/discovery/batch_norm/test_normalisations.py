import pytest

from tests.discovery.batch_norm.norm_text import FUSED_MODEL, MOMENTS, PREDICTED, UNFUSED_MODEL
from tests.discovery.model_text import flow_of
from tf1compat.discovery.batch_norm.normalisations import find_normalisations
from tf1compat.discovery.findings import Normalisation
from tf1compat.names import TensorRef

OUTPUT = TensorRef("Softmax")
SWITCHED = """
    training = Placeholder() dtype=bool; shape=shape()
    choice = Switch(logits, training) T=float32
    joined = Merge(choice, normal) T=float32
"""


def normalisations(text: str, output: TensorRef = OUTPUT, **given: bool) -> tuple[Normalisation, ...]:
    tensors = {TensorRef(name): value for name, value in given.items()}
    return find_normalisations(flow_of(text), [output], tensors)


@pytest.mark.parametrize(
    ("text", "names"), [(UNFUSED_MODEL, ("mean:0", "variance:0")), (FUSED_MODEL, ("fused:1", "fused:2"))]
)
def test_a_normalisation_has_its_statistics_and_their_averages(text: str, names: tuple[str, str]):
    (found,) = normalisations(text)
    assert tuple(str(each) for each in found.statistics) == names
    assert [each.variable for each in found.averages] == ["seen/mean", "seen/variance"]
    assert found.is_averaged


def test_what_no_output_depends_on_is_left_alone():
    assert normalisations(UNFUSED_MODEL, TensorRef("logits")) == ()


def test_what_a_switch_leaves_out_is_left_alone():
    text = UNFUSED_MODEL.replace("Mul(logits, root)", "Mul(choice:1, root)") + SWITCHED
    assert normalisations(text, TensorRef("joined"), training=False) == ()
    assert len(normalisations(text, TensorRef("joined"), training=True)) == 1


def test_a_deviation_that_nothing_is_divided_by_is_a_feature():
    assert normalisations((PREDICTED + MOMENTS).replace("Rsqrt(wide)", "Sqrt(wide)")) == ()


def test_a_mean_alone_is_one_where_training_averages_it():
    text = UNFUSED_MODEL.replace("Sub(scaled, moved)", "Sub(logits, Squeeze)")
    (found,) = normalisations(text)
    assert [str(each) for each in found.statistics] == ["mean:0"]
    without = (PREDICTED + MOMENTS).replace("Sub(scaled, moved)", "Sub(logits, Squeeze)")
    assert normalisations(without) == ()


def test_a_division_by_the_root_is_a_normalisation():
    text = (PREDICTED + MOMENTS).replace("Rsqrt(wide)", "Sqrt(wide)")
    assert len(normalisations(text.replace("Mul(logits, root)", "RealDiv(logits, root)"))) == 1


def test_a_normalisation_that_nothing_averages_has_no_averages():
    (found,) = normalisations(PREDICTED + MOMENTS)
    assert (found.averages, found.is_averaged) == ((), False)


def test_averages_that_are_not_in_the_checkpoint_are_none():
    (found,) = find_normalisations(flow_of(UNFUSED_MODEL), [OUTPUT], {}, lambda name: name != "seen/mean")
    assert not found.is_averaged


def test_averages_that_no_training_updated_are_said_to_be_so():
    asked = []
    (found,) = find_normalisations(
        flow_of(UNFUSED_MODEL), [OUTPUT], {}, is_untouched=lambda each: not asked.append(each)
    )
    assert found.untouched
    assert asked == [found.averages]
