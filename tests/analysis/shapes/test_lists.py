"""The steps of an unrolled sequence: which nodes put all of them together, and what dimensions that has."""

from __future__ import annotations

import pytest

from tf1compat.analysis.shapes.dimensions import BATCH, TIME, Dims
from tf1compat.analysis.shapes.lists import parts_of, puts_steps_together, together
from tf1compat.analysis.shapes.walk import Changes, Walk
from tf1compat.analysis.time.time_axis import LAST, STILL, Trace
from tf1compat.graph.text import from_text
from tf1compat.names import TensorRef

GRAPH = from_text("""
    a = Placeholder() dtype=float32
    b = Placeholder() dtype=float32
    c = Placeholder() dtype=float32
    zero = Const() dtype=int32; value=tensor(int32, 0)
    stacked = Pack(a, b, c) N=3; T=float32; axis=1
    turned = Pack(b, a, c) N=3; T=float32; axis=1
    two = Pack(a, c) N=2; T=float32; axis=1
    alone = Pack(c) N=1; T=float32; axis=1
    joined = ConcatV2(a, b, c, zero) N=3; T=float32
    before = Concat(zero, a, b, c) N=3; T=float32
    added = AddN(a, b, c) N=3; T=float32
    kept = Identity(a) T=float32
""")
STEPS = {"a": Trace("single", 0), "b": Trace("single", 1), "c": LAST}
ROWS: Dims = ((BATCH,), (2,))


def walk(
    steps: dict[str, Trace] = STEPS, count: int | None = 3, listed: frozenset[str] = frozenset()
) -> Walk:
    found = Walk(GRAPH, {} if count is None else {TIME: count}, Changes(), listed)
    found.time.update({TensorRef(name): trace for name, trace in steps.items()})
    found.dims.update({TensorRef(name): ROWS for name in steps})
    return found


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("stacked", "abc"),
        ("turned", "bac"),
        ("joined", "abc"),
        ("before", "abc"),
        ("added", ""),
        ("kept", ""),
    ],
)
def test_the_parts_are_what_is_stacked_or_laid_end_to_end(name: str, expected: str) -> None:
    assert parts_of(GRAPH[name]) == tuple(map(TensorRef, expected))


@pytest.mark.parametrize("name", ["stacked", "joined", "before"])
def test_all_steps_in_order_are_put_together(name: str) -> None:
    assert puts_steps_together(walk(), GRAPH[name])


@pytest.mark.parametrize("name", ["turned", "two", "alone", "added", "kept"])
def test_steps_out_of_order_or_some_of_them_are_not(name: str) -> None:
    assert not puts_steps_together(walk(), GRAPH[name])


@pytest.mark.parametrize(
    ("part", "trace"),
    [("b", STILL), ("b", Trace("single", 0)), ("b", Trace("kept")), ("c", Trace("single", 2))],
)
def test_each_part_is_a_step_of_its_own(part: str, trace: Trace) -> None:
    assert not puts_steps_together(walk({**STEPS, part: trace}), GRAPH["stacked"])


@pytest.mark.parametrize("count", [None, 2, 4])
def test_there_are_as_many_parts_as_steps(count: int | None) -> None:
    assert not puts_steps_together(walk(count=count), GRAPH["stacked"])


def test_of_a_list_that_is_known_only_one_step_may_be_left() -> None:
    assert puts_steps_together(walk({}, listed=frozenset({"alone"})), GRAPH["alone"])


@pytest.mark.parametrize(
    ("name", "along", "expected"),
    [
        ("stacked", 1, ((BATCH,), (TIME,), (2,))),
        ("stacked", 0, ((TIME,), (BATCH,), (2,))),
        ("stacked", -1, ((BATCH,), (2,), (TIME,))),
        ("joined", 0, ((TIME, BATCH), (2,))),
        ("joined", -1, ((BATCH,), (TIME, 2))),
        ("joined", None, None),
    ],
)
def test_time_is_an_axis_or_the_outer_factor_of_one(name: str, along: int | None, expected: Dims) -> None:
    assert together(walk(), GRAPH[name], along) == expected


def test_one_part_of_which_something_is_known_is_enough() -> None:
    found = walk()
    found.dims[TensorRef("a")] = None
    assert together(found, GRAPH["stacked"], 0) == ((TIME,), *ROWS)
    found.dims[TensorRef("b")] = found.dims[TensorRef("c")] = None
    assert together(found, GRAPH["stacked"], 0) is None


def test_an_axis_of_unknown_size_stays_unknown() -> None:
    found = walk()
    found.dims[TensorRef("a")] = (None, (2,))
    assert together(found, GRAPH["joined"], 0) == (None, (2,))
