"""The cycle collector rests while large graphs are worked on, and only then."""

from __future__ import annotations

import gc

import pytest

from tf1compat.graph.collector import resting_collector


@resting_collector()
def failing(seen: list[bool]) -> None:
    seen.append(gc.isenabled())
    raise KeyError


def test_the_collector_works_again_afterwards() -> None:
    seen: list[bool] = []
    with pytest.raises(KeyError):
        failing(seen)
    assert seen == [False]
    assert gc.isenabled()


def test_a_collector_that_the_caller_has_switched_off_stays_off() -> None:
    gc.disable()
    try:
        with resting_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
