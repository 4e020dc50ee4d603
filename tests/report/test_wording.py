from __future__ import annotations

import math

import pytest

from tf1compat.graph.attributes import Shape
from tf1compat.names import TensorRef
from tf1compat.plan.judge.notes import Note
from tf1compat.report import wording


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (2_512_345, "2.5 MB"),
        (3e15, "3000.0 TB"),
    ],
)
def test_sizes(number, words):
    assert wording.size(number) == words


@pytest.mark.parametrize(
    ("value", "words"), [(None, "-"), (0.0, "0"), (3.04e-7, "3.0e-07"), (math.nan, "nan"), (math.inf, "inf")]
)
def test_differences(value, words):
    assert wording.difference(value) == words


def test_numbers_that_json_does_not_have_are_named():
    values = [None, 1.5, math.nan, math.inf, -math.inf]
    assert [wording.json_number(each) for each in values] == [None, 1.5, "NaN", "Infinity", "-Infinity"]


def test_control_characters_are_escaped_and_other_scripts_kept():
    assert wording.printable("a\x1b[2J\nb\u202eü東") == "a\\x1b[2J\\nb\\u202eü東"


def test_names_shapes_and_counts():
    assert wording.name(None) == "?"
    assert [wording.scope("rnn"), wording.scope("")] == ["rnn", "(no scope)"]
    assert wording.name(TensorRef("x")) == "x:0"
    assert wording.shape(Shape()) == "any"
    assert wording.shape(Shape.of(None, 3)) == "[?, 3]"
    assert [wording.count(1, "class", "classes"), wording.count(1200, "class", "classes")] == [
        "1 class",
        "1,200 classes",
    ]


def test_a_note_without_a_node_is_headed_by_its_code():
    (entry,) = wording.notes([Note("no-outputs", "", "why", "")]).entries
    assert (entry.head, entry.sentences) == ("no-outputs", ("why",))
