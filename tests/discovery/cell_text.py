"""One application of a cell as a text graph, for judges, which know nothing of loops.

In a body `~` stands for the step's scope: `~x` is its input, `~h` and `~c` the states before it, `~h_new` and `~c_new`
those after it; weights go by their names.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.discovery.loop_text import (
    GRU_BODY,
    GRU_INVARIANTS,
    GRU_WEIGHTS,
    LSTM_BODY,
    LSTM_INVARIANTS,
    LSTM_WEIGHTS,
    RNN_BODY,
    variable,
)
from tf1compat.analysis.pattern import Mismatch
from tf1compat.discovery.rnn.cells import CellMatch
from tf1compat.graph.model import Graph
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

Judge = Callable[[Graph, TensorRef], CellMatch | Mismatch]


def weights(**shapes: tuple[int, ...]) -> tuple[str, dict[str, str]]:
    """Variables of these shapes, and under which names a step reads them."""
    text = "".join(variable(name, *shape) for name, shape in shapes.items())
    return text, {name: f"{name}/read" for name in shapes}


def step(body: str, variables: str, invariants: dict[str, str], shape: tuple[int, ...] = (3,)) -> str:
    """A step outside of any loop: input and states are placeholders."""
    dims = ", ".join(["None", *map(str, shape)])
    text = "".join(f"~{name} = Identity({given}) T=float32\n" for name, given in invariants.items())
    text += "".join(f"~{name} = Placeholder() dtype=float32; shape=shape({dims})\n" for name in "xhc")
    text += "~axis = Const() dtype=int32; value=tensor(int32, 1)\n"
    text += "~one = Const() dtype=float32; value=tensor(float32, 1.0)\n"
    lines = [line.strip() for line in (text + body).splitlines()]
    last = {line.partition(" = ")[0]: line for line in lines if line}  # a body may define its own constants
    return variables + "\n".join(last.values()).replace("~", "step/")


def judged(judge: Judge, text: str, tensor: str = "step/h_new") -> CellMatch | Mismatch:
    """What the judge says of the new state."""
    return judge(from_text(text), TensorRef.parse(tensor))


def matched(judge: Judge, text: str, tensor: str = "step/h_new") -> CellMatch:
    """The match, where there must be one."""
    found = judged(judge, text, tensor)
    assert isinstance(found, CellMatch), found
    return found


def missed(judge: Judge, text: str, tensor: str = "step/h_new") -> Mismatch:
    """The miss, where there must be one."""
    found = judged(judge, text, tensor)
    assert isinstance(found, Mismatch), found
    return found


def lstm(body: str = LSTM_BODY, **more: tuple[int, ...]) -> str:
    """A step of an LSTM with 3 units that reads 5 numbers."""
    text, invariants = weights(**more)
    return step(body, LSTM_WEIGHTS + text, {**LSTM_INVARIANTS, **invariants})


def gru(body: str = GRU_BODY) -> str:
    """A step of a GRU with 3 units that reads 5 numbers."""
    return step(body, GRU_WEIGHTS, GRU_INVARIANTS)


def rnn(body: str = RNN_BODY) -> str:
    """A step of a plain cell with 3 units that reads 5 numbers."""
    return step(body, *weights(kernel=(8, 3), bias=(3,)))


#: r, u = split(sigmoid(linear([x, h]))); h' = u * h + (1 - u) * tanh(linear(x) + r * linear(h)), as cuDNN has it.
GRU_RESET_AFTER_BODY = """
    ~joined = ConcatV2(~x, ~h, ~axis) T=float32
    ~gate_product = MatMul(~joined, ~gate_kernel) T=float32
    ~gate_sum = BiasAdd(~gate_product, ~gate_bias) T=float32
    ~gates = Sigmoid(~gate_sum) T=float32
    ~split = Split(~axis, ~gates) num_split=2
    ~input_product = MatMul(~x, ~input_kernel) T=float32
    ~input_sum = BiasAdd(~input_product, ~input_bias) T=float32
    ~hidden_product = MatMul(~h, ~hidden_kernel) T=float32
    ~hidden_sum = BiasAdd(~hidden_product, ~hidden_bias) T=float32
    ~reset = Mul(~split, ~hidden_sum) T=float32
    ~sum = AddV2(~input_sum, ~reset) T=float32
    ~candidate = Tanh(~sum) T=float32
    ~rest = Sub(~one, ~split:1) T=float32
    ~added = Mul(~rest, ~candidate) T=float32
    ~kept = Mul(~split:1, ~h) T=float32
    ~h_new = AddV2(~added, ~kept) T=float32
"""


def gru_reset_after(body: str = GRU_RESET_AFTER_BODY) -> str:
    """A step of a GRU with 3 units that reads 5 numbers and resets after multiplying."""
    gates = {"gate_kernel": (8, 6), "gate_bias": (6,)}
    candidate = {"input_kernel": (5, 3), "input_bias": (3,), "hidden_kernel": (3, 3), "hidden_bias": (3,)}
    return step(body, *weights(**gates, **candidate))


#: g, c = split(linear([x, h])); h' = sigmoid(g + 1) * h + (1 - sigmoid(g + 1)) * tanh(c).
UGRNN_BODY = """
    ~joined = ConcatV2(~x, ~h, ~axis) T=float32
    ~product = MatMul(~joined, ~kernel) T=float32
    ~sum = BiasAdd(~product, ~bias) T=float32
    ~split = Split(~axis, ~sum) num_split=2
    ~candidate = Tanh(~split:1) T=float32
    ~biased = AddV2(~split, ~one) T=float32
    ~gate = Sigmoid(~biased) T=float32
    ~kept = Mul(~gate, ~h) T=float32
    ~rest = Sub(~one, ~gate) T=float32
    ~added = Mul(~rest, ~candidate) T=float32
    ~h_new = AddV2(~kept, ~added) T=float32
"""


def ugrnn(body: str = UGRNN_BODY, columns: int = 6) -> str:
    """A step of a UGRNN with 3 units that reads 5 numbers."""
    return step(body, *weights(kernel=(8, columns), bias=(columns,)))


def _nas_sum(index: int, op: str = "AddV2") -> str:
    return f"~sum_{index} = {op}(~of_x:{index}, ~of_h:{index}) T=float32\n"


#: As `NASCell` computes it, for 3 units.
NAS_BODY = (
    """
    ~x_product = MatMul(~x, ~kernel) T=float32
    ~of_x = Split(~axis, ~x_product) num_split=8
    ~h_product = MatMul(~h, ~recurrent_kernel) T=float32
    ~h_sum = BiasAdd(~h_product, ~bias) T=float32
    ~of_h = Split(~axis, ~h_sum) num_split=8
    """
    + "".join(_nas_sum(index, "Mul" if index == 3 else "AddV2") for index in range(8))
    + """
    ~a_0 = Sigmoid(~sum_0) T=float32
    ~a_1 = Relu(~sum_1) T=float32
    ~a_2 = Sigmoid(~sum_2) T=float32
    ~a_3 = Relu(~sum_3) T=float32
    ~a_4 = Tanh(~sum_4) T=float32
    ~a_5 = Sigmoid(~sum_5) T=float32
    ~a_6 = Tanh(~sum_6) T=float32
    ~a_7 = Sigmoid(~sum_7) T=float32
    ~m_0 = Mul(~a_0, ~a_1) T=float32
    ~m_1 = AddV2(~a_2, ~a_3) T=float32
    ~m_2 = Mul(~a_4, ~a_5) T=float32
    ~m_3 = AddV2(~a_6, ~a_7) T=float32
    ~b_0 = Tanh(~m_0) T=float32
    ~b_1 = Tanh(~m_1) T=float32
    ~b_2 = Tanh(~m_2) T=float32
    ~b_3 = Sigmoid(~m_3) T=float32
    ~with_c = AddV2(~b_0, ~c) T=float32
    ~kept = Tanh(~with_c) T=float32
    ~c_new = Mul(~kept, ~b_1) T=float32
    ~both = AddV2(~b_2, ~b_3) T=float32
    ~shown = Tanh(~both) T=float32
    ~hidden = Mul(~c_new, ~shown) T=float32
    ~h_new = Tanh(~hidden) T=float32
"""
)


def nas(body: str = NAS_BODY, **more: tuple[int, ...]) -> str:
    """A step of a NAS cell with 3 units that reads 5 numbers."""
    return step(body, *weights(kernel=(5, 24), recurrent_kernel=(3, 24), bias=(24,), **more))


def convolved(body: str = LSTM_BODY, ndims: int = 2) -> str:
    """A step of a convolutional LSTM with 3 output channels that reads 2."""
    axis = ndims + 1
    body = body.replace("tensor(int32, 1)", f"tensor(int32, {axis})").replace("BiasAdd(", "AddV2(")
    if ndims == 1:
        body = body.replace(
            "~product = MatMul(~joined, ~kernel) T=float32",
            """~flat = ExpandDims(~joined, ~axis) T=float32
            ~filter = ExpandDims(~kernel, ~axis) T=float32
            ~convolved = Conv2D(~flat, ~filter) T=float32
            ~product = Squeeze(~convolved) T=float32""",
        )
    body = body.replace("MatMul(", f"Conv{ndims}D(")
    shape = (4, 3, 2)[:ndims]
    return step(body, *weights(kernel=(*(2,) * ndims, 5, 12), bias=(12,)), shape=(*shape, 2))


def normalized(name: str, value: str, scope: str) -> str:
    """`layer_norm` of a value, as `tf.nn.batch_normalization` writes it."""
    return f"""
        ~{scope}/mean = Mean({value}, ~axis) T=float32
        ~{scope}/difference = SquaredDifference({value}, ~{scope}/mean) T=float32
        ~{scope}/variance = Mean(~{scope}/difference, ~axis) T=float32
        ~{scope}/stable = AddV2(~{scope}/variance, ~epsilon) T=float32
        ~{scope}/rsqrt = Rsqrt(~{scope}/stable) T=float32
        ~{scope}/scale = Mul(~{scope}/rsqrt, ~gamma) T=float32
        ~{scope}/scaled = Mul({value}, ~{scope}/scale) T=float32
        ~{scope}/shift = Mul(~{scope}/mean, ~{scope}/scale) T=float32
        ~{scope}/offset = Sub(~beta, ~{scope}/shift) T=float32
        {name} = AddV2(~{scope}/scaled, ~{scope}/offset) T=float32
    """


def layer_norm_lstm(body: str | None = None) -> str:
    """A step of an LSTM with layer normalization, 3 units, that reads 5 numbers."""
    return step(body or layer_norm_lstm_body(), *weights(kernel=(8, 12), gamma=(3,), beta=(3,)))


def layer_norm_lstm_body() -> str:
    body = LSTM_BODY.replace("Split(~axis, ~sum)", "Split(~axis, ~product)")
    body = body.replace("    ~sum = BiasAdd(~product, ~bias) T=float32\n", "")
    gates = {"Sigmoid(~split)": "i", "Tanh(~split:1)": "j", "AddV2(~split:2,": "f", "Sigmoid(~split:3)": "o"}
    pieces = {"i": "~split", "j": "~split:1", "f": "~split:2", "o": "~split:3"}
    for use, name in gates.items():
        body = body.replace(use, use.replace(pieces[name], f"~normal_{name}"))
    body = body.replace("~c_new = AddV2(~kept, ~added)", "~c_raw = AddV2(~kept, ~added)")
    body += "~epsilon = Const() dtype=float32; value=tensor(float32, 1e-12)\n"
    body += "".join(normalized(f"~normal_{name}", piece, f"norm_{name}") for name, piece in pieces.items())
    return body + normalized("~c_new", "~c_raw", "norm_c")


def keras_lstm_body(*, fused: bool, sigmoid: str = "Sigmoid") -> str:
    """Keras's LSTM by implementation 2 (fused) or 1; a sigmoid may be the hard one."""
    body = _KERAS_FUSED if fused else _KERAS_APART
    for name in "ifo":
        body += _sigmoid(f"~{name}", f"~z_{name}", sigmoid)
    return (
        body
        + """
        ~j = Tanh(~z_j) T=float32
        ~kept = Mul(~f, ~c) T=float32
        ~added = Mul(~i, ~j) T=float32
        ~c_new = AddV2(~kept, ~added) T=float32
        ~activated = Tanh(~c_new) T=float32
        ~h_new = Mul(~o, ~activated) T=float32
    """
    )


_KERAS_FUSED = """
    ~x_product = MatMul(~x, ~kernel) T=float32
    ~h_product = MatMul(~h, ~recurrent_kernel) T=float32
    ~both = AddV2(~x_product, ~h_product) T=float32
    ~sum = BiasAdd(~both, ~bias) T=float32
    ~split = Split(~axis, ~sum) num_split=4
    ~z_i = Identity(~split) T=float32
    ~z_f = Identity(~split:1) T=float32
    ~z_j = Identity(~split:2) T=float32
    ~z_o = Identity(~split:3) T=float32
"""


def _keras_gate(name: str, index: int) -> str:
    return f"""
        ~x_{name} = MatMul(~x, ~kernels:{index}) T=float32
        ~biased_{name} = BiasAdd(~x_{name}, ~biases:{index}) T=float32
        ~begin_{name} = Const() dtype=int32; value=tensor(int32, [0, {3 * index}])
        ~end_{name} = Const() dtype=int32; value=tensor(int32, [0, {3 * index + 3}])
        ~recurrent_{name} = StridedSlice(~recurrent_kernel, ~begin_{name}, ~end_{name}, ~ones) T=float32
        ~h_{name} = MatMul(~h, ~recurrent_{name}) T=float32
        ~z_{name} = AddV2(~biased_{name}, ~h_{name}) T=float32
    """


_KERAS_APART = """
    ~ones = Const() dtype=int32; value=tensor(int32, [1, 1])
    ~kernels = Split(~axis, ~kernel) num_split=4
    ~first = Const() dtype=int32; value=tensor(int32, 0)
    ~biases = Split(~first, ~bias) num_split=4
""" + "".join(_keras_gate(name, index) for index, name in enumerate("ifjo"))


def _sigmoid(name: str, value: str, kind: str) -> str:
    if kind == "Sigmoid":
        return f"{name} = Sigmoid({value}) T=float32\n"
    return f"""
        {name}/slope = Const() dtype=float32; value=tensor(float32, 0.2)
        {name}/middle = Const() dtype=float32; value=tensor(float32, 0.5)
        {name}/zero = Const() dtype=float32; value=tensor(float32, 0.0)
        {name}/steep = Mul({value}, {name}/slope) T=float32
        {name}/raised = AddV2({name}/steep, {name}/middle) T=float32
        {name}/least = Minimum({name}/raised, ~one) T=float32
        {name} = Maximum({name}/least, {name}/zero) T=float32
    """


def keras_lstm(*, fused: bool, sigmoid: str = "Sigmoid") -> str:
    """A step of Keras's LSTM with 3 units that reads 5 numbers."""
    body = keras_lstm_body(fused=fused, sigmoid=sigmoid)
    return step(body, *weights(kernel=(5, 12), recurrent_kernel=(3, 12), bias=(12,)))
