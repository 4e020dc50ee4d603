"""The distribution of what is made of random numbers, at evenly spaced quantiles of them.

floor(0.75 + uniform)       is 1 with a chance of 0.75
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from tf1compat.analysis.idioms.noise.numbers import BEYOND, Numbers, chances_of, in_type
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Graph, Node
from tf1compat.ops.families import TRUNCATED_NORMAL, UNIFORM, UNIFORM_INT
from tf1compat.ops.pointwise import POINTWISE
from tf1compat.ops.values import Assumed

_STEPS = 10_000


class Quantiles(Numbers):
    """The numbers of a tensor at evenly spaced quantiles of what is drawn; of several draws, each in another order."""

    def __init__(self, graph: Graph, given: Assumed = MappingProxyType({})) -> None:
        super().__init__(graph, given)
        self._draws: dict[str, Array] = {}

    def _alone(self, value: float) -> Array:
        return np.full(_STEPS, value)

    def _even(self, node: Node) -> Array:
        """Numbers of (0, 1), evenly spaced."""
        if node.name not in self._draws:
            even: Array = (np.arange(_STEPS) + 0.5) / _STEPS
            order = np.random.default_rng(len(self._draws)) if self._draws else None
            self._draws[node.name] = even if order is None else order.permutation(even)
        return self._draws[node.name]

    def _drawn(self, node: Node) -> Array | None:
        even = self._even(node)
        if node.op in UNIFORM_INT:
            ends = [self.of(each) for each in node.inputs[1:]]
            if ends[0] is None or ends[1] is None:
                return None
            return np.asarray(np.floor(ends[0] + even * (ends[1] - ends[0])))
        if node.op in UNIFORM:
            return even
        return _normal(even, 2.0 if node.op in TRUNCATED_NORMAL else None)

    def _classes(self, node: Node) -> Array | None:
        chances = chances_of(self._graph, node)
        if chances is None:
            return None
        return np.asarray(np.searchsorted(np.cumsum(chances), self._even(node)), float)

    def _applied(self, op: str, operands: list[Array]) -> Array | None:
        return np.asarray(POINTWISE[op](*operands), float)

    def _together(self, operands: list[Array]) -> Array:
        count = len(operands)
        return np.asarray(np.sort(np.concatenate(operands))[count // 2 :: count])

    def _cast(self, node: Node, operand: Array) -> Array | None:
        return (operand != 0).astype(float) if node.dtype("DstT") == "bool" else in_type(node, operand)

    def _either(self, condition: Array, one: Array, other: Array) -> Array:
        return np.where(condition != 0, one, other)


def _normal(even: Array, bound: float | None) -> Array:
    """Normal numbers at these quantiles, by the cumulated density; cut off at a bound, if there is one."""
    at = np.linspace(-BEYOND, BEYOND, 20_001) if bound is None else np.linspace(-bound, bound, 20_001)
    below = np.cumsum(np.exp(-(at**2) / 2))
    return np.asarray(np.interp(even, (below - below[0]) / (below[-1] - below[0]), at))


def values_at(numbers: Array) -> Mapping[float, float]:
    """The chance of each value of a distribution."""
    found, counts = np.unique(numbers, return_counts=True)
    chances: Any = counts / len(numbers)
    return dict(zip(found.tolist(), chances.tolist(), strict=True))
