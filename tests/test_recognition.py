"""The figures of `python -m benchmarks.recognition`: what counts as found, misnamed, missed and a false alarm."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from benchmarks.recognition import table, verdicts

NETWORK: dict[str, Any] = {
    "scope": "rnn", "kind": "dynamic", "direction": "forward", "time_major": True, "inputs": "x:0",
    "outputs": "rnn/stack:0", "sequence_length": None, "step_inputs": [], "step_outputs": [],
    "layers": [
        {
            "cell": "GRU", "units": 3, "variables": ["kernel", "bias"], "initial_state": {"h": "zeros:0"},
            "final_state": {"h": "exit:0"}, "slices": {},
        }
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Literal:
    """A model of which only the truth is asked."""

    truth: Any

    def __str__(self) -> str:
        return "literal"


def judged(reported: list[Any], truth: tuple[Any, ...] = (NETWORK,)) -> list[tuple[str, tuple[str, ...]]]:
    model = Literal({"arrangement": "dynamic", "rnns": list(truth)})
    return [(each.verdict, each.differences) for each in verdicts(model, reported)]


def changed(**changes: Any) -> Any:
    network = deepcopy(NETWORK)
    network["layers"][0] |= {key: value for key, value in changes.items() if key in network["layers"][0]}
    return network | {key: value for key, value in changes.items() if key in network}


def test_a_network_is_found_when_all_is_reported_as_it_is_whatever_else_is_said():
    extra = changed(variables=["bias", "kernel"]) | {"remark": 1}
    assert judged([extra]) == [("found", ())]


def test_a_network_with_another_cell_is_misnamed():
    assert judged([changed(cell="RNN")]) == [("misnamed", ("layer 0: cell is GRU, reported is RNN",))]


def test_a_network_of_which_nothing_is_reported_is_missed():
    assert judged([]) == [("missed", ())]


def test_a_reported_network_that_is_none_is_a_false_alarm():
    stranger = changed(outputs="other:0", variables=["w"], initial_state={}, final_state={})
    assert judged([NETWORK, stranger]) == [("found", ()), ("false alarm", ("dynamic: GRU",))]


def test_of_two_that_fit_the_nearer_is_taken():
    assert judged([changed(direction="backward"), NETWORK]) == [
        ("found", ()),
        ("false alarm", ("dynamic: GRU",)),
    ]


def test_the_table_counts_by_arrangement():
    model = Literal({"arrangement": "dynamic", "rnns": [NETWORK]})
    nothing = Literal({"arrangement": "no_rnn", "rnns": []})
    results = [(each, tuple(verdicts(each, [NETWORK]))) for each in (model, nothing)]
    rows = [line.replace(" ", "") for line in table(results).splitlines()]
    assert rows[0] == "|arrangement|models|networks|found|misnamed|missed|falsealarms|"
    assert rows[2:] == ["|dynamic|1|1|1|0|0|0|", "|no_rnn|1|0|0|0|0|1|", "|all|2|1|1|0|0|1|"]
