"""Of TensorFlow's long messages, the line that tells why."""

from __future__ import annotations

from tf1compat.errors import reason_of

LONG = """Graph execution error:

Detected at node 'rnn/TensorArrayGatherV3' defined at (most recent call last):
Node: 'rnn/TensorArrayGatherV3'
TensorArray has size zero, but element shape [?,112] is not fully defined.
\t [[{{node rnn/TensorArrayGatherV3}}]]"""


def test_the_surroundings_are_left_out() -> None:
    assert reason_of(ValueError(LONG)).startswith("TensorArray has size zero")


def test_a_short_message_is_itself() -> None:
    assert reason_of(ValueError("no rows")) == "no rows"


def test_surroundings_alone_are_better_than_nothing() -> None:
    assert reason_of(ValueError("Graph execution error:")) == "Graph execution error:"


def test_without_a_message_there_is_the_type() -> None:
    assert reason_of(ValueError()) == "ValueError"
