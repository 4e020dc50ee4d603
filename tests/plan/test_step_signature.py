"""The signature `step`: which state goes in and out of which model, and why a model has none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.discovery.loop_text import GIVEN, LSTM_BODY, LSTM_INVARIANTS, LSTM_WEIGHTS, dynamic_rnn, variable
from tests.plan.conftest import FLOAT, ref
from tf1compat.analysis.time.application import Application
from tf1compat.discovery.findings import Findings, InputFinding, Layer, OutputFinding, Rnn
from tf1compat.discovery.rnn.states.origins import with_origins
from tf1compat.discovery.rnn.states.pairing import find_pairings
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.model import Graph, Use
from tf1compat.graph.text import from_text
from tf1compat.plan.model import AxesPlan, InputBinding, OutputBinding, Piece, SignaturePlan, StatePlan
from tf1compat.plan.stepping.step import Stepping, make_step

OWN = """
    batch = Placeholder() dtype=int32; shape=shape()
    units = Const() dtype=int32; value=tensor(int32, 3)
    nothing = Const() dtype=float32; value=tensor(float32, 0.0)
    sizes = Pack(batch, units) N=2; T=int32; axis=0
    zero_c = Fill(sizes, nothing) T=float32; _output_shapes=[shape(None, 3)]
    zero_h = Fill(sizes, nothing) T=float32; _output_shapes=[shape(None, 3)]
"""
OUTPUT = "y = Tanh(rnn/stack) T=float32\n"


def graph_of(c: str = "zero_c", h: str = "zero_h", lines: str = "", inputs: str = "x") -> Graph:
    loop = dynamic_rnn(LSTM_BODY, {"c": c, "h": h}, LSTM_INVARIANTS, inputs=inputs)
    return from_text(GIVEN + OWN + LSTM_WEIGHTS + loop + OUTPUT + lines)


def network(graph: Graph, c: str = "zero_c", h: str = "zero_h", **changes: object) -> Rnn:
    layer = Layer(
        "LSTM", 3, ("kernel", "bias"), {"c": ref(c), "h": ref(h)},
        {"c": ref("rnn/while/c_exit"), "h": ref("rnn/while/h_exit")},
    )  # fmt: skip
    made = Rnn("rnn", "dynamic", "forward", True, ref("x"), ref("rnn/stack"), None, (layer,))
    return with_origins(graph, [replace(made, **changes)], ())[0]  # type: ignore[arg-type]


def stepping(graph: Graph, *rnns: Rnn, outputs: str = "y", fed: str = "") -> Stepping:
    inputs = [
        InputBinding(name, ref(name), FLOAT, graph.static_shape(ref(name))) for name in ("x", *fed.split())
    ]
    bound = [OutputBinding(name, (Piece((), ref(name)),), FLOAT, Shape()) for name in outputs.split()]
    states = [
        OutputBinding(f"s{at}", (Piece((), each),), FLOAT, Shape(), "state")
        for at, each in enumerate(_finals(rnns))
    ]
    findings = Findings(
        rnns=rnns,
        inputs=tuple(InputFinding(each.tensor, FLOAT, each.shape, "data", True) for each in inputs),
        outputs=tuple(OutputFinding(ref(name), FLOAT, Shape(), "value") for name in outputs.split()),
        pairings=find_pairings(graph, rnns),
    )
    default = SignaturePlan("serving_default", tuple(inputs), (*bound, *states))
    return make_step(graph, findings, default, frozenset())


def _finals(rnns: tuple[Rnn, ...]) -> list:  # type: ignore[type-arg]
    return [final for rnn in rnns for layer in rnn.layers for final in layer.final_state.values() if final]


def test_zeros_become_inputs_and_the_final_states_come_out_under_their_aliases() -> None:
    graph = graph_of()
    step = stepping(graph, network(graph)).signature
    assert step is not None
    assert [(each.alias, str(each.tensor), each.readers) for each in step.inputs] == [
        ("x", "x:0", ()), ("rnn_state_c", "zero_c:0", ()), ("rnn_state_h", "zero_h:0", ()),
    ]  # fmt: skip
    assert [(each.alias, str(each.tensor)) for each in step.outputs] == [
        ("y", "y:0"), ("rnn_state_c", "rnn/while/c_exit:0"), ("rnn_state_h", "rnn/while/h_exit:0"),
    ]  # fmt: skip
    assert {each.shape for each in (*step.inputs[1:], *step.outputs[1:])} == {Shape.of(None, 3)}


def test_a_step_says_how_batch_and_time_lie_and_what_its_states_start_from() -> None:
    graph = graph_of()
    signature = stepping(graph, network(graph)).signature
    assert signature is not None
    assert signature.step is not None
    assert signature.step.inputs == (AxesPlan("x", 1, 0),)
    assert signature.step.outputs == (AxesPlan("y", None, 0),)
    assert signature.step.states == (
        StatePlan("rnn_state_c", "zeros", ref("zero_c")), StatePlan("rnn_state_h", "zeros", ref("zero_h")),
    )  # fmt: skip
    assert [(str(each.tensor), each.is_batch_size) for each in signature.step.start] == [("batch:0", True)]


def test_zeros_that_two_states_share_are_cut_at_their_readers() -> None:
    graph = graph_of("zero_c", "zero_c")
    step = stepping(graph, network(graph, "zero_c", "zero_c")).signature
    assert step is not None
    assert [(each.alias, each.readers) for each in step.inputs[1:]] == [
        ("rnn_state_c", (Use("rnn/while/c_enter", 0),)), ("rnn_state_h", (Use("rnn/while/h_enter", 0),)),
    ]  # fmt: skip


def test_a_state_whose_shape_the_graph_leaves_open_has_the_layers_units() -> None:
    graph = graph_of("free_c", "free_h", "free_c = ZerosLike(x) T=float32\nfree_h = ZerosLike(x) T=float32")
    step = stepping(graph, network(graph, "free_c", "free_h")).signature
    assert step is not None
    assert [each.shape for each in step.inputs[1:]] == [Shape.of(None, 3)] * 2


def test_placeholders_of_the_state_are_its_inputs_as_before() -> None:
    lines = "".join(f"{name} = Placeholder() dtype=float32; shape=shape(None, 3)\n" for name in "ch")
    graph = graph_of("c", "h", lines)
    step = stepping(graph, network(graph, "c", "h"), fed="c h").signature
    assert step is not None
    assert [each.alias for each in step.inputs] == ["x", "c", "h"]
    assert [each.alias for each in step.outputs] == ["y", "c", "h"]
    assert step.step is not None
    assert [(each.origin, each.start) for each in step.step.states] == [("placeholder", None)] * 2


def test_outputs_that_mix_the_steps_are_left_out() -> None:
    graph = graph_of(lines="mean = Mean(rnn/stack, zero) T=float32\n")
    step = stepping(graph, network(graph), outputs="y mean").signature
    assert step is not None
    assert [each.alias for each in step.outputs] == ["y", "rnn_state_c", "rnn_state_h"]


def test_where_every_output_mixes_the_steps_the_network_gives_its_own() -> None:
    graph = graph_of(lines="mean = Mean(rnn/stack, zero) T=float32\n")
    step = stepping(graph, network(graph), outputs="mean").signature
    assert step is not None
    assert [str(each.tensor) for each in step.outputs][:1] == ["rnn/stack:0"]
    assert step.outputs[0].role == "sequence"


def test_what_only_the_initial_state_needed_is_no_input_of_a_step() -> None:
    graph = graph_of()
    step = stepping(graph, network(graph), fed="batch").signature
    assert step is not None
    assert "batch" not in [each.alias for each in step.inputs]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"direction": "backward"}, "'rnn' runs backward"),
        ({"kind": "decoder", "inputs": None}, "'rnn' is a decoder"),
        ({"inputs": None}, "what 'rnn' reads in each step is not known"),
        ({"time_major": False}, "the steps of the data are mixed before 'rnn' takes them"),
        ({"layers": ()}, "the cells of 'rnn' are not known"),
    ],
)
def test_a_network_that_cannot_be_stepped_says_why(changes: dict[str, object], reason: str) -> None:
    graph = graph_of()
    found = stepping(graph, network(graph, **changes))
    assert found.signature is None
    assert reason in found.reason


def test_data_that_is_mixed_over_time_gives_no_step() -> None:
    graph = graph_of(lines="turned = ReverseV2(x, zero) T=float32\n", inputs="turned")
    found = stepping(graph, replace(network(graph), inputs=ref("turned")))
    assert found.reason == "the steps of the data are mixed before 'rnn' takes them"


def test_a_final_state_that_was_pruned_gives_no_step() -> None:
    graph = graph_of()
    rnn = network(graph)
    layer = replace(rnn.layers[0], final_state={"c": None, "h": ref("rnn/while/h_exit")})
    assert "does not hold the final c" in stepping(graph, replace(rnn, layers=(layer,))).reason


def test_a_state_computed_from_the_data_is_given_and_another_signature_computes_it() -> None:
    lines = "given = Placeholder() dtype=float32; shape=shape(None, 3)\nmade = Tanh(given) T=float32"
    graph = graph_of("made", "zero_h", lines)
    found = stepping(graph, network(graph, "made", "zero_h"), fed="given batch")
    assert found.signature is not None
    assert found.signature.step is not None
    assert [each.alias for each in found.signature.inputs] == ["x", "rnn_state_c", "rnn_state_h"]
    assert [(each.origin, each.start) for each in found.signature.step.states] == [
        ("computed", None),
        ("zeros", ref("zero_h")),
    ]
    assert found.start is not None
    assert [each.alias for each in found.start.inputs] == ["given", "batch"]
    assert [(each.alias, str(each.tensor)) for each in found.start.outputs] == [
        ("rnn_state_c", "made:0"),
        ("rnn_state_h", "zero_h:0"),
    ]


def test_what_else_reads_the_initial_state_keeps_what_it_is_computed_from() -> None:
    lines = """
        given = Placeholder() dtype=float32; shape=shape(None, 3)
        made = Tanh(given) T=float32; _output_shapes=[shape(None, 3)]
        shown = AddV2(y, made) T=float32
    """
    graph = graph_of("made", "zero_h", lines)
    found = stepping(graph, network(graph, "made", "zero_h"), fed="given batch", outputs="shown y")
    assert found.signature is not None
    cut = next(each for each in found.signature.inputs if each.alias == "rnn_state_c")
    assert [use.node for use in cut.readers] == ["rnn/while/c_enter"]


def encoder_of(end: str) -> Rnn:
    layer = Layer("GRU", 3, (), {}, {"h": ref(end)})
    return Rnn("encoder", "dynamic", "forward", True, None, None, None, (layer,))


def test_another_networks_final_state_is_given_and_that_network_drops_out() -> None:
    lines = "source = Placeholder() dtype=float32; shape=shape(None, 3)\nend = Tanh(source) T=float32"
    graph = graph_of("zero_c", "end", lines)
    rnn, encoder = with_origins(graph, [network(graph, "zero_c", "end"), encoder_of("end")], ())
    found = stepping(graph, rnn, encoder, fed="source batch")
    assert found.signature is not None
    assert [each.tensor.node for each in found.signature.inputs] == ["x", "zero_c", "end"]
    assert found.start is not None
    assert "source" in [each.alias for each in found.start.inputs]


def test_weights_are_the_start_and_need_no_batch_size() -> None:
    graph = graph_of("start/read", "zero_h", variable("start", 1, 3))
    rnn = with_origins(graph, [network(graph, "start/read", "zero_h")], ("start",))[0]
    step = stepping(graph, rnn).signature
    assert step is not None
    assert step.step is not None
    assert step.step.states[0] == StatePlan("rnn_state_c", "weights", ref("start/read"))


UNROLLED = """
    x = Placeholder() dtype=float32; shape=shape(None, 2, 3)
    nothing = Const() dtype=float32; value=tensor(float32, [[0.0, 0.0, 0.0]])
    parts = Unpack(x) num=2; axis=1; T=float32; _output_shapes=[shape(None, 3), shape(None, 3)]
    first = AddV2(parts, nothing) T=float32; _output_shapes=[shape(None, 3)]
    second = AddV2(parts:1, first) T=float32; _output_shapes=[shape(None, 3)]
    one = Tanh(first) T=float32; _output_shapes=[shape(None, 3)]
    other = Tanh(second) T=float32; _output_shapes=[shape(None, 3)]
    y = Pack(one, other) N=2; T=float32; axis=1; _output_shapes=[shape(None, 2, 3)]
"""


def unrolled(text: str = UNROLLED) -> tuple[Graph, Rnn]:
    graph = from_text(text)
    layer = Layer("RNN", 3, (), {"h": ref("nothing")}, {"h": ref("second")}, step_state={"h": ref("first")})
    rnn = Rnn("rnn", "static", "forward", False, ref("x"), None, None, (layer,), (ref("parts"), ref("parts:1")),
              (ref("first"), ref("second")))  # fmt: skip
    return graph, with_origins(graph, [rnn], ())[0]


def test_an_unrolled_network_steps_by_one_application_from_the_authors_input_to_his_output() -> None:
    graph, rnn = unrolled()
    step = stepping(graph, rnn).signature
    assert step is not None
    assert [(each.alias, str(each.tensor), each.shape.to_json()) for each in step.inputs] == [
        ("x", "x:0", [None, 1, 3]),
        ("rnn_state_h", "first:0", [None, 3]),
    ]
    assert [str(each.tensor) for each in step.outputs] == ["y:0", "second:0"]
    assert step.step is not None
    assert step.step.inputs == (AxesPlan("x", 0, 1),)
    assert step.step.outputs == (AxesPlan("y", None, 1),)
    assert step.step.states == (StatePlan("rnn_state_h", "zeros", ref("nothing")),)
    assert step.step.application == Application(2, (ref("parts:1"), ref("parts:0")), ("y",), {})


def test_an_unrolled_network_whose_steps_differ_gives_no_step() -> None:
    graph, rnn = unrolled(UNROLLED.replace("other = Tanh(second)", "other = Sigmoid(second)"))
    found = stepping(graph, rnn)
    assert (found.signature, found.at) == (None, "other")
    assert "not all computed alike" in found.reason


def test_a_model_without_networks_has_no_step_and_needs_no_reason() -> None:
    graph = from_text("x = Placeholder() dtype=float32; shape=shape(None)\ny = Neg(x) T=float32")
    default = SignaturePlan(
        "serving_default", (), (OutputBinding("y", (Piece((), ref("y")),), DType("float32"), Shape()),)
    )
    assert make_step(graph, Findings(), default, frozenset()) == Stepping()
