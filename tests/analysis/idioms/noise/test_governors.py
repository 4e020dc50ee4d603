"""What decides a mask, and what looks like dropout and is none."""

import pytest

from tests.discovery.model_text import FORWARD, flow_of
from tests.discovery.training_mode.test_freezes import NEW_DROPOUT, OLD_DROPOUT
from tf1compat.analysis.idioms.noise.governors import find_governor, forward_noise, near_noise
from tf1compat.analysis.idioms.noise.sites import find_noise
from tf1compat.discovery.training_mode.freezes import find_freezes

FED = "keep = Placeholder() dtype=float32; shape=shape()"
CONSTANT = "keep = Const() dtype=float32; value=tensor(float32, 0.5)"
#: By hand, scaled by a constant that was worked out when the graph was built.
READY_SCALED = """
    rate = Const() dtype=float32; value=tensor(float32, 0.75)
    scale = Const() dtype=float32; value=tensor(float32, 4.0)
    shape = Shape(logits) T=float32
    drawn = RandomUniform(shape) dtype=float32
    above = GreaterEqual(drawn, rate) T=float32
    scaled = Mul(logits, scale) T=float32
    nothing = ZerosLike(logits) T=float32
    dropped = SelectV2(above, scaled, nothing) T=float32
"""
EXPLORING = """
    keep = Placeholder() dtype=float32; shape=shape()
    shape = Shape(logits) T=float32
    drawn = RandomUniform(shape) dtype=float32
    explores = Less(drawn, keep) T=float32
    other = Neg(logits) T=float32
    chosen = Select(explores, other, logits) T=float32
"""


def frozen(text: str) -> list[tuple[str, float]]:
    return [(str(each.tensor), each.value) for each in find_freezes(flow_of(FORWARD + text))]


def test_a_constant_that_also_scales_is_a_rate():
    assert frozen(OLD_DROPOUT.replace(FED, CONSTANT)) == [("keep:0", 1.0)]


def test_a_constant_without_any_scaling_is_noise_that_the_author_may_have_meant():
    assert frozen(OLD_DROPOUT.replace(FED, CONSTANT).replace("RealDiv(logits, keep)", "Neg(logits)")) == []


def test_a_scale_that_was_worked_out_before_goes_with_its_rate():
    assert frozen(READY_SCALED) == [("rate:0", 0.0), ("scale:0", 1.0)]
    _, scale = find_freezes(flow_of(FORWARD + READY_SCALED))
    assert str(scale.follows) == "rate:0"
    assert frozen(READY_SCALED.replace("float32, 4.0", "float32, 3.0")) == []


def test_a_constant_that_does_more_than_drop_out_is_left_as_it_is():
    shared = "used = Mul(logits, keep) T=float32\n    probabilities = Softmax(used) T=float32\n"
    assert frozen(OLD_DROPOUT.replace(FED, CONSTANT) + shared) == []


def test_a_rate_that_is_worked_out_is_frozen_where_it_comes_out():
    step = "step = VariableV2() dtype=float32; shape=shape()\n"
    worked = step + "    keep = Exp(step) T=float32; _output_shapes=[shape()]"
    assert frozen(OLD_DROPOUT.replace(FED, worked)) == [("keep:0", 1.0)]


def test_a_rate_that_is_learned_is_left_to_what_was_learned():
    learned = "keep = VariableV2() dtype=float32; shape=shape()"
    trained = "\n    step = ApplyGradientDescent(keep, width, width) T=float32\n"
    assert frozen(OLD_DROPOUT.replace(FED, learned)) == [("keep:0", 1.0)]
    assert frozen(OLD_DROPOUT.replace(FED, learned) + trained) == []


def test_a_random_choice_between_two_values_is_exploration_and_no_dropout():
    assert frozen(EXPLORING) == []


@pytest.mark.parametrize(("dropout", "neutral"), [(OLD_DROPOUT, 1.0), (NEW_DROPOUT, 1.0)])
def test_the_governor_is_what_the_author_would_set(dropout: str, neutral: float):
    flow = flow_of(FORWARD + dropout)
    (noise,) = forward_noise(flow, find_noise(flow.graph))
    governor = find_governor(flow, noise, near_noise(flow, [noise]))
    assert governor is not None
    assert (str(governor.tensor), governor.value) == ("keep:0", neutral)


#: A hidden layer that is noisy, with weights after it.
HIDDEN = """
    x = Placeholder() dtype=float32; shape=shape(None, 4); _output_shapes=[shape(None, 4)]
    w = VariableV2() dtype=float32; shape=shape(4, 4)
    w/read = Identity(w) T=float32; _output_shapes=[shape(4, 4)]
    hidden = MatMul(x, w/read) T=float32; _output_shapes=[shape(None, 4)]
    h = Relu(hidden) T=float32; _output_shapes=[shape(None, 4)]
    {0}
    v = VariableV2() dtype=float32; shape=shape(4, 3)
    v/read = Identity(v) T=float32; _output_shapes=[shape(4, 3)]
    logits = MatMul(y, v/read) T=float32; _output_shapes=[shape(None, 3)]
    Softmax = Softmax(logits) T=float32; _output_shapes=[shape(None, 3)]
    zero = Const() dtype=float32; value=tensor(float32, 0.0)
    tenth = Const() dtype=float32; value=tensor(float32, 0.1)
    rate = Const() dtype=float32; value=tensor(float32, 0.25)
    keep = Const() dtype=float32; value=tensor(float32, 0.75)
    divisor = Const() dtype=float32; value=tensor(float32, 0.75)
    factor = Const() dtype=float32; value=tensor(float32, 1.3333334)
    one = Const() dtype=float32; value=tensor(float32, 1.0)
    two = Const() dtype=float32; value=tensor(float32, 2.0)
    fed = Placeholder() dtype=float32; shape=shape(); _output_shapes=[shape()]
    shape = Shape(h) T=float32; out_type=int32
    u = RandomUniform(shape) T=int32; dtype=float32; _output_shapes=[shape(None, 4)]
    n = RandomStandardNormal(shape) T=int32; dtype=float32; _output_shapes=[shape(None, 4)]
"""
TO_NUMBER = "mask = Cast(test) SrcT=bool; DstT=float32\n"
#: By spelling: what is frozen, in the order of the file.
SPELLINGS = {
    "test = Less(u, keep)\n" + TO_NUMBER + "y = Mul(h, mask)": {"keep": 1},
    "test = Less(u, keep)\n" + TO_NUMBER + "m = Mul(h, mask)\ny = RealDiv(m, divisor)": {"keep": 1, "divisor": 1},
    "test = Less(u, keep)\n" + TO_NUMBER + "s = RealDiv(mask, divisor)\ny = Mul(h, s)": {"keep": 1, "divisor": 1},
    "test = Less(u, keep)\n" + TO_NUMBER + "s = Mul(h, factor)\ny = Mul(s, mask)": {"keep": 1, "factor": 1},
    "test = Greater(keep, u)\n" + TO_NUMBER + "y = Mul(mask, h)": {"keep": 1},
    "test = LessEqual(rate, u)\n" + TO_NUMBER + "y = Mul(mask, h)": {"rate": 0},
    "test = Less(u, rate)\nnot = LogicalNot(test)\nmask = Cast(not) SrcT=bool; DstT=float32\ny = Mul(mask, h)": {
        "rate": 0
    },
    "test = Less(u, rate)\n" + TO_NUMBER + "kept = Sub(one, mask)\ny = Mul(kept, h)": {"rate": 0},
    "d = Sub(keep, u)\nsign = Sign(d)\nmask = Relu(sign)\ny = Mul(h, mask)": {"keep": 1},
    "d = Sub(keep, u)\nmask = Ceil(d)\ny = Mul(h, mask)": {"keep": 1},
    "s = Add(u, keep)\ni = Cast(s) SrcT=float32; DstT=int32\nmask = Cast(i) SrcT=int32; DstT=float32\n"
    "y = Mul(h, mask)": {"keep": 1},
    "test = Less(u, keep)\nnothing = ZerosLike(h)\ns = RealDiv(h, divisor)\ny = Select(test, s, nothing)": {
        "keep": 1,
        "divisor": 1,
    },
    "test = Less(u, rate)\nnothing = ZerosLike(h)\ny = Select(test, nothing, h)": {"rate": 0},
    "mask = Round(u)\nm = Mul(h, mask)\ny = Mul(m, two)": {"mask": 1, "two": 1},
    "test = Greater(n, zero)\n" + TO_NUMBER + "y = Mul(h, mask)": {"mask": 1},
    "test = Less(u, fed)\n" + TO_NUMBER + "m = Mul(h, mask)\ny = RealDiv(m, fed)": {"fed": 1},
    "alike = OnesLike(h)\nchances = Mul(alike, keep) T=float32; _output_shapes=[shape(None, 4)]\n"
    "test = Less(u, chances)\n"
    "mask = Cast(test) SrcT=bool; DstT=float32\ny = Mul(h, mask)": {"keep": 1},
    "small = Mul(n, tenth)\ny = Add(h, small)": {"tenth": 0},
    "small = Mul(tenth, n)\nabout = Add(one, small)\ny = Mul(h, about)": {"tenth": 0},
    "small = RealDiv(n, two)\ny = Sub(h, small)": {"small": 0},
    "small = Mul(n, fed)\ny = Add(h, small)": {"fed": 0},
    "odds = Sub(one, fed)\nratio = RealDiv(fed, odds)\nwidth = Sqrt(ratio)\nsmall = Mul(n, width)\ny = Add(h, small)": {
        "fed": 0
    },
}  # fmt: skip
#: What is the model's own, or may be.
LEFT = [
    "y = Add(h, n)",  # a latent distribution of a width of one
    "wide = Mul(u, two)\nturned = Sub(wide, one)\ny = Add(h, turned)",
    "y = Add(h, u)",  # it would change the mean
    "y = Mul(h, n)",
    "small = Mul(n, h)\ny = Add(h, small)",  # a width that is computed of the data
    "wide = Exp(w/read)\nsmall = Mul(n, wide)\ny = Add(h, small)",
    "log = VariableV2() dtype=float32; shape=shape()\nwide = Exp(log)\nsmall = Mul(n, wide)\ny = Add(h, small)",
    "chances = Sigmoid(h)\ntest = Less(u, chances)\ny = Cast(test) SrcT=bool; DstT=float32",
    "uu = Log(u)\nneg = Neg(uu)\ngumbel = Log(neg)\ny = Sub(h, gumbel)",
]


def governed(text: str) -> dict[str, float]:
    return {each.tensor.node: each.value for each in find_freezes(flow_of(HIDDEN.format(text)))}


@pytest.mark.parametrize("text", SPELLINGS)
def test_noise_before_weights_is_turned_off_in_every_spelling(text: str):
    assert governed(text) == SPELLINGS[text]


@pytest.mark.parametrize("text", LEFT)
def test_noise_that_is_the_model_stays(text: str):
    assert governed(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "small = Mul(n, tenth)\nnoisy = Add(Softmax, small)",
        "small = Mul(n, fed)\nnoisy = Add(Softmax, small)",
        "test = Less(u, keep)\n" + TO_NUMBER + "dropped = Mul(Softmax, mask)",
        "test = Less(u, fed)\nrandom = Fill(shape, two)\nexploring = Select(test, random, Softmax)",
    ],
)
def test_what_is_drawn_at_the_end_of_a_model_is_its_result(text: str):
    assert governed("y = Identity(h) T=float32\n" + text) == {}


TRAINED = """
    axes = Const() dtype=int32; value=tensor(int32, [0, 1])
    loss = Mean(Softmax, axes) T=float32; _output_shapes=[shape()]
    gradients/seed = Const() dtype=float32; value=tensor(float32, 1.0)
    gradients/loss_grad/mul = Mul(gradients/seed, loss) T=float32
    step = ApplyGradientDescent({0}, gradients/seed, gradients/loss_grad/mul) T=float32
"""


def test_a_width_in_a_variable_is_noise_of_training_where_the_training_shows_that_it_is_not_learned():
    width = "width = VariableV2() dtype=float32; shape=shape()\nsmall = Mul(n, width)\ny = Add(h, small)\n"
    assert governed(width) == {}
    assert governed(width + TRAINED.format("w")) == {"width": 0}
    assert governed(width + TRAINED.format("width")) == {}


def test_each_kind_of_noise_has_its_role():
    roles = {
        each.tensor.node: each.role
        for text in SPELLINGS
        for each in find_freezes(flow_of(HIDDEN.format(text)))
    }
    assert (roles["keep"], roles["mask"], roles["divisor"]) == ("keep_prob",) * 3
    assert (roles["tenth"], roles["small"]) == ("noise", "noise")


LISTED = """
    rates = Placeholder() dtype=float32; shape=shape(None); _output_shapes=[shape(None)]
    from = Const() dtype=int32; value=tensor(int32, [0])
    to = Const() dtype=int32; value=tensor(int32, [1])
    keep = StridedSlice(rates, from, to, to) T=float32; Index=int32; shrink_axis_mask=1; _output_shapes=[shape()]
"""


def test_a_rate_that_is_an_entry_of_a_list_of_rates_is_frozen_by_itself():
    text = OLD_DROPOUT.replace(FED, LISTED.strip())
    assert frozen(text) == [("keep:0", 1.0)]
    whole = "    weighed = Mul(logits, rates) T=float32\n    Softmax_1 = Softmax(weighed) T=float32\n"
    assert frozen(text + whole) == []
