from tf1compat.discovery.rnn.explain import Explanation, Miss
from tf1compat.names import TensorRef
from tf1compat.report import explanation, render
from tf1compat.report.document import document

STATE = TensorRef("rnn/while/add")
KNOWN = Explanation(STATE, "rnn", "GRU", "h", (Miss("LSTM", "Add where Mul is wanted", "rnn/while/add", 0),))
UNKNOWN = Explanation(
    STATE, None, None, None, (Miss("GRU", "Exp where Sigmoid is wanted", "rnn/while/gate", 3),)
)


def shown(*explanations: Explanation) -> str:
    return render.text(document("Model m", explanation.to_section("rnn/while/add", explanations)))


def test_a_known_cell_is_named_without_what_it_is_not():
    text = shown(KNOWN)
    assert "carries to its next step, is the new h of a cell: GRU." in text.replace("\n", " ")
    assert "LSTM" not in text


def test_an_unknown_cell_comes_with_the_nearest_kind_and_where_it_stopped():
    text = shown(UNKNOWN)
    assert "is the new state of no known cell; the nearest is GRU." in text.replace("\n", " ")
    assert text.splitlines()[-1].split("  ")[0] == "GRU"
    assert "rnn/while/gate" in text
    assert "Exp where Sigmoid is wanted" in text
    assert "carries" not in text


def test_json_has_the_same():
    assert explanation.to_json(UNKNOWN) == {
        "tensor": "rnn/while/add:0",
        "carried_by": None,
        "cell": None,
        "part": None,
        "misses": [
            {"cell": "GRU", "reason": "Exp where Sigmoid is wanted", "at": "rnn/while/gate", "depth": 3}
        ],
    }
