"""While loops as text graphs: what TensorFlow 1 writes for `while_loop` and `dynamic_rnn`, with telling names.

In a body `~` stands for the loop's scope, so that `~x` is what a step reads, `~h` the old value of the carried `h`, and
`~h_new` the new one, which the body defines.
"""

from __future__ import annotations

STEPS = "\n".join(
    (
        "zero = Const() dtype=int32; value=tensor(int32, 0)",
        "one = Const() dtype=int32; value=tensor(int32, 1)",
        "steps = Const() dtype=int32; value=tensor(int32, 7)",
        "indices = Range(zero, steps, one) Tidx=int32",
    )
)


def variable(name: str, *shape: int) -> str:
    dims = ", ".join(map(str, shape))
    return f"{name} = VariableV2() dtype=float32; shape=shape({dims})\n{name}/read = Identity({name}) T=float32\n"


def carried(name: str, initial: str, frame: str, kind: str = "float32") -> str:
    return f"""
        ~{name}_enter = Enter({initial}) T={kind}; frame_name={frame!r}
        ~{name}_merge = Merge(~{name}_enter, ~{name}_next) T={kind}
        ~{name}_switch = Switch(~{name}_merge, ~cond) T={kind}
        ~{name} = Identity(~{name}_switch:1) T={kind}
        ~{name}_next = NextIteration(~{name}_new) T={kind}
        ~{name}_exit = Exit(~{name}_switch) T={kind}
    """


def invariant(name: str, given: str, frame: str, kind: str = "float32") -> str:
    return f"~{name} = Enter({given}) T={kind}; frame_name={frame!r}; is_constant=True\n"


def while_loop(body: str, states: dict[str, str], invariants: dict[str, str], scope: str = "rnn") -> str:
    """A counted loop that carries these states, from their initial tensors, and reads these invariants."""
    frame = scope + "/frame"
    text = carried("step", "zero", frame, "int32")
    text += "".join(carried(name, initial, frame) for name, initial in states.items())
    text += "".join(invariant(name, given, frame) for name, given in invariants.items())
    text += f"""
        ~limit = Enter(steps) T=int32; frame_name={frame!r}; is_constant=True
        ~less = Less(~step_merge, ~limit) T=int32
        ~cond = LoopCond(~less)
        ~increment = Const() dtype=int32; value=tensor(int32, 1)
        ~step_new = AddV2(~step, ~increment) T=int32
    """
    return (text + body).replace("~", f"{scope}/while/")


def dynamic_rnn(
    body: str,
    states: dict[str, str],
    invariants: dict[str, str],
    *,
    inputs: str = "x",
    emitted: str = "~h_new",
    scope: str = "rnn",
    version: str = "V3",
) -> str:
    """A loop over the first axis of `inputs` that writes `emitted` in each step; `{scope}/stack` is all of it."""
    reading = f"""
        ~x = TensorArrayRead{version}(~source, ~step, ~filled) dtype=float32
        ~out_new = TensorArrayWrite{version}(~target, ~step, {emitted}, ~out) T=float32
    """
    arrays = f"""
        {scope}/source = TensorArray{version}(steps) dtype=float32
        {scope}/target = TensorArray{version}(steps) dtype=float32
        {scope}/filled = TensorArrayScatter{version}({scope}/source, indices, {inputs}, {scope}/source:1) T=float32
        {scope}/stack = TensorArrayGather{version}({scope}/target, indices, {scope}/while/out_exit) dtype=float32
    """
    ends = {"source": f"{scope}/source", "target": f"{scope}/target", "filled": f"{scope}/filled"}
    flow = {"out": f"{scope}/target:1"}
    return arrays + while_loop(reading + body, {**flow, **states}, {**invariants, **ends}, scope)


PLACEHOLDER = "x = Placeholder() dtype=float32; shape=shape(None, None, 5)\n"
ZEROS = "zeros = Const() dtype=float32; value=tensor(float32, [[0.0, 0.0, 0.0]])\n"
AXIS = "axis = Const() dtype=int32; value=tensor(int32, 1)\n"
GIVEN = PLACEHOLDER + STEPS + "\n" + ZEROS + AXIS

# ------------------------------------------------------------------------------------------------ cells

#: c' = sigmoid(f + 1) * c + sigmoid(i) * tanh(j); h' = sigmoid(o) * tanh(c'), for 3 units.
LSTM_WEIGHTS = variable("kernel", 8, 12) + variable("bias", 12)
LSTM_INVARIANTS = {"kernel": "kernel/read", "bias": "bias/read"}
LSTM_BODY = """
    ~axis = Const(^~step) dtype=int32; value=tensor(int32, 1)
    ~joined = ConcatV2(~x, ~h, ~axis) T=float32
    ~product = MatMul(~joined, ~kernel) T=float32
    ~sum = BiasAdd(~product, ~bias) T=float32
    ~split = Split(~axis, ~sum) num_split=4
    ~forget_bias = Const(^~step) dtype=float32; value=tensor(float32, 1.0)
    ~forget = AddV2(~split:2, ~forget_bias) T=float32
    ~f = Sigmoid(~forget) T=float32
    ~i = Sigmoid(~split) T=float32
    ~o = Sigmoid(~split:3) T=float32
    ~j = Tanh(~split:1) T=float32
    ~kept = Mul(~f, ~c) T=float32
    ~added = Mul(~i, ~j) T=float32
    ~c_new = AddV2(~kept, ~added) T=float32
    ~activated = Tanh(~c_new) T=float32
    ~h_new = Mul(~activated, ~o) T=float32
"""
LSTM = GIVEN + LSTM_WEIGHTS + dynamic_rnn(LSTM_BODY, {"c": "zeros", "h": "zeros"}, LSTM_INVARIANTS)

#: r, u = split(sigmoid(...)); h' = u * h + (1 - u) * tanh(linear([x, r * h])), for 3 units.
GRU_WEIGHTS = (
    variable("gate_kernel", 8, 6) + variable("gate_bias", 6) + variable("kernel", 8, 3) + variable("bias", 3)
)
GRU_INVARIANTS = {
    "gate_kernel": "gate_kernel/read",
    "gate_bias": "gate_bias/read",
    "kernel": "kernel/read",
    "bias": "bias/read",
}
GRU_BODY = """
    ~axis = Const(^~step) dtype=int32; value=tensor(int32, 1)
    ~joined = ConcatV2(~x, ~h, ~axis) T=float32
    ~gate_product = MatMul(~joined, ~gate_kernel) T=float32
    ~gate_sum = BiasAdd(~gate_product, ~gate_bias) T=float32
    ~gates = Sigmoid(~gate_sum) T=float32
    ~split = Split(~axis, ~gates) num_split=2
    ~reset = Mul(~split, ~h) T=float32
    ~candidates = ConcatV2(~x, ~reset, ~axis) T=float32
    ~product = MatMul(~candidates, ~kernel) T=float32
    ~sum = BiasAdd(~product, ~bias) T=float32
    ~candidate = Tanh(~sum) T=float32
    ~kept = Mul(~split:1, ~h) T=float32
    ~one = Const(^~step) dtype=float32; value=tensor(float32, 1.0)
    ~rest = Sub(~one, ~split:1) T=float32
    ~added = Mul(~rest, ~candidate) T=float32
    ~h_new = AddV2(~kept, ~added) T=float32
"""
GRU = GIVEN + GRU_WEIGHTS + dynamic_rnn(GRU_BODY, {"h": "zeros"}, GRU_INVARIANTS)

#: h' = tanh(linear([x, h])), for 3 units.
RNN_WEIGHTS = variable("kernel", 8, 3) + variable("bias", 3)
RNN_INVARIANTS = LSTM_INVARIANTS
RNN_BODY = """
    ~axis = Const(^~step) dtype=int32; value=tensor(int32, 1)
    ~joined = ConcatV2(~x, ~h, ~axis) T=float32
    ~product = MatMul(~joined, ~kernel) T=float32
    ~sum = BiasAdd(~product, ~bias) T=float32
    ~h_new = Tanh(~sum) T=float32
"""
RNN = GIVEN + RNN_WEIGHTS + dynamic_rnn(RNN_BODY, {"h": "zeros"}, RNN_INVARIANTS)

# ------------------------------------------------------------------------------------------ surroundings


def nested_rnn() -> str:
    """A plain cell over `x`, run anew in each turn of a loop that hands its state on from turn to turn."""
    weights = {name: f"outer/while/{name}" for name in RNN_INVARIANTS}
    inner = dynamic_rnn(
        RNN_BODY, {"h": "outer/while/h"}, weights, inputs="outer/while/x", scope="outer/while/rnn"
    )
    inner = inner.replace("(steps)", "(outer/while/limit)").replace("Enter(zero)", "Enter(outer/while/zero)")
    given = {**RNN_INVARIANTS, "x": "x", "zero": "zero"}
    turn = "~h_new = Identity(outer/while/rnn/while/h_exit) T=float32\n"
    return GIVEN + RNN_WEIGHTS + while_loop(turn, {"h": "zeros"}, given, "outer") + inner


def rnn_in_branch(initial: str = "rnn/h_in:1") -> str:
    """A plain cell over `x` in the branch of a `cond`, whose other branch hands the state through."""
    weights = {name: f"rnn/{name}_in:1" for name in RNN_INVARIANTS}
    switches = "flag = Placeholder() dtype=bool; shape=shape()\n"
    entering = {"x": "x", "h": "zeros", "kernel": "kernel/read", "bias": "bias/read"}
    for name, given in entering.items():
        switches += f"rnn/{name}_in = Switch({given}, flag) T=float32\n"
    made = """
        rnn/pivot = Switch(flag, flag) T=bool
        rnn/taken = Identity(rnn/pivot:1) T=bool
        rnn/made = Const(^rnn/taken) dtype=float32; value=tensor(float32, [[0.0, 0.0, 0.0]])
    """
    loop = dynamic_rnn(RNN_BODY, {"h": initial}, weights, inputs="rnn/x_in:1")
    merged = "result = Merge(rnn/h_in, rnn/while/h_exit) T=float32\n"
    return GIVEN + RNN_WEIGHTS + switches + made + loop + merged
