"""By which reading of its data each network takes one step at a time."""

from __future__ import annotations

import pytest

from tests.plan.conftest import ref
from tf1compat.analysis.shapes.dimensions import TIME
from tf1compat.analysis.shapes.free import walked
from tf1compat.analysis.time.networks import Network
from tf1compat.analysis.time.time_axis import NO_TIME, TimeAxis
from tf1compat.graph.attributes import DType, Shape
from tf1compat.graph.text import from_text
from tf1compat.plan.model import InputBinding
from tf1compat.plan.stepping import time as subject
from tf1compat.plan.stepping.time import Data, Reading, read_time

FIRST, SECOND = TimeAxis("along", 0), TimeAxis("along", 1)
LINES = """
    swap = Const() dtype=int32; value=tensor(int32, [1, 0, 2])
    one = Const() dtype=int32; value=tensor(int32, 1)
    {name} = Placeholder() dtype=float32; shape=shape(None, None, 3)
    {name}_turned = Transpose({name}, swap) T=float32
    {name}_mixed = Cumsum({name}, one) T=float32
"""


def data(*names: str, expected: dict[str, TimeAxis], sizes: tuple[int | None, ...] = (None, None)) -> Data:
    """Inputs of these names, and networks that expect these tensors to lie so."""
    shared, _, own = LINES.partition("    {name} =")
    graph = from_text(shared + "".join(f"    {name} ={own}".replace("{name}", name) for name in names))
    inputs = [InputBinding(name, ref(name), DType("float32"), Shape.of(*sizes, 3)) for name in names]
    networks = [Network(((ref(name), axis),), {}, frozenset()) for name, axis in expected.items()]
    return Data(graph, inputs, networks, frozenset(), {}, tuple(map(ref, expected)))


def axes_of(reading: Reading) -> dict[str, int]:
    """Which axis of each input is time."""
    symbols = [(tensor, axis, each) for tensor, axes in reading.axes.items() for axis, each in axes.items()]
    return {tensor.node: axis for tensor, axis, symbol in symbols if symbol == TIME}


def test_the_axis_is_the_one_that_comes_to_the_network_as_it_expects() -> None:
    assert axes_of(read_time(data("a", expected={"a": FIRST}))) == {"a": 0}
    assert axes_of(read_time(data("a", expected={"a_turned": FIRST}))) == {"a": 1}
    assert axes_of(read_time(data("a", "b", expected={"a_turned": FIRST, "b": FIRST}))) == {"a": 1, "b": 0}


def test_what_must_be_the_same_for_all_steps_is_no_sequence() -> None:
    found = read_time(data("a", "b", expected={"a": NO_TIME, "b_turned": SECOND}))
    assert (axes_of(found), found.missed) == ({"b": 0}, ())


def test_without_a_good_reading_the_first_says_what_every_network_missed() -> None:
    found = read_time(data("a", "b", expected={"a_mixed": SECOND, "b_turned": FIRST}))
    assert axes_of(found) == {"a": 0, "b": 0}
    assert found.missed == (ref("a_mixed"), ref("b_turned"))


@pytest.mark.parametrize("names", ["a", "ab", "abcdef"])
def test_what_was_missed_once_is_not_read_so_again(names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each input by itself is read wrongly first: the readings of all of them together need not be walked."""
    walks = []

    def counted(*arguments: object) -> object:
        walks.append(arguments)
        return walked(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(subject, "walked", counted)
    found = read_time(data(*names, expected={f"{name}_turned": FIRST for name in names}))
    assert axes_of(found) == dict.fromkeys(names, 1)
    assert len(walks) <= 3


def test_a_network_that_missed_may_not_miss_where_another_number_of_steps_is_told() -> None:
    """The sequence that tells how many steps there are does not lead to the other."""
    given = data("a", "b", expected={"a_turned": FIRST, "b_turned": FIRST}, sizes=(5, 7))
    assert axes_of(read_time(given)) == {"a": 1, "b": 1}
