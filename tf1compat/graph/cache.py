"""Findings about a graph that several stages ask for: a graph never changes, so each is found once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from tf1compat.graph.model import Graph

Found = TypeVar("Found")


def cached_on_graph(find: Callable[[Graph], Found]) -> Callable[[Graph], Found]:
    """The same function, its result kept with the graph that it was found in, for as long as that lives."""
    key = f"{find.__module__}.{find.__qualname__}"

    @wraps(find)
    def remembered(graph: Graph) -> Found:
        memory = vars(graph)  # where `cached_property` keeps the graph's own indices
        if key not in memory:
            memory[key] = find(graph)
        return cast(Found, memory[key])

    return remembered
