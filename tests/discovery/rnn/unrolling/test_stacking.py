from tests.discovery.loop_text import LSTM_BODY, LSTM_WEIGHTS
from tests.discovery.unrolled_text import CONSTANTS, LSTM_INVARIANTS, one_step, unstack
from tf1compat.discovery.rnn.unrolling.applications import find_applications
from tf1compat.discovery.rnn.unrolling.chains import find_chains
from tf1compat.discovery.rnn.unrolling.stacking import networks
from tf1compat.graph.text import from_text

NET = CONSTANTS + unstack(3) + LSTM_WEIGHTS
OTHERS = "".join(
    LSTM_WEIGHTS.replace("kernel", f"{name}_kernel").replace("bias", f"{name}_bias") for name in ("a", "b")
)
DROPOUT = """
    ~scaled = RealDiv({source}, zeros) T=float32
    ~mask = Floor(~scaled) T=float32
    ~dropped = Mul(~scaled, ~mask) T=float32
    {name} = AddV2(~dropped, {source}) T=float32
"""


def weights(name: str) -> dict[str, str]:
    return {role: f"{name}_{given}" for role, given in LSTM_INVARIANTS.items()}


def layers(text: str) -> list[list[str]]:
    graph = from_text(text)
    found = networks(graph, find_chains(graph, find_applications(graph, frozenset())))
    return [[chain.first.match.output.node for chain in network] for network in found]


def two_layers(between: str, upper_input: str) -> str:
    text, states = "", {"low": ("zeros", "zeros"), "up": ("zeros", "zeros")}
    for at in range(2):
        given = {"x": f"unstack:{at}", "c": states["low"][0], "h": states["low"][1], **weights("a")}
        text += one_step(LSTM_BODY, f"low/{at}", given)
        text += between.format(source=f"low/{at}/h_new", name=f"between/{at}").replace("~", f"between/{at}/")
        given = {"x": upper_input.format(at), "c": states["up"][0], "h": states["up"][1], **weights("b")}
        text += one_step(LSTM_BODY, f"up/{at}", given)
        states = {name: (f"{name}/{at}/c_new", f"{name}/{at}/h_new") for name in states}
    return NET + OTHERS + text


def test_a_layer_reads_the_one_below_it():
    assert layers(two_layers("", "low/{}/h_new")) == [["low/0/h_new", "up/0/h_new"]]


def test_wrappers_may_stand_between_layers():
    assert layers(two_layers(DROPOUT, "between/{}")) == [["low/0/h_new", "up/0/h_new"]]


def test_what_multiplies_by_a_matrix_ends_a_network():
    dense = "{name} = MatMul({source}, a_kernel/read) T=float32\n"
    assert layers(two_layers(dense, "between/{}")) == [["low/0/h_new"], ["up/0/h_new"]]


def test_networks_beside_one_another_are_two():
    assert layers(two_layers("", "unstack:{}")) == [["low/0/h_new"], ["up/0/h_new"]]


def test_a_layer_that_reads_another_step_of_the_one_below_is_not_its_next_layer():
    text = two_layers("", "low/{}/h_new").replace(
        "up/1/x = Identity(low/1/h_new)", "up/1/x = Identity(low/0/h_new)"
    )
    assert layers(text) == [["low/0/h_new"], ["up/0/h_new"]]
