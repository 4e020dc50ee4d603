"""An interval analysis of what is made of random numbers.

    floor(0.75 + uniform)       lies in [0, 1]
    floor(1 + uniform)          lies in [1, 1]: it is 1, whatever is drawn

Ends that are drawn with a chance of zero do not count: uniform numbers lie inside of (0, 1).
"""

from __future__ import annotations

from itertools import product

import numpy as np

from tf1compat.analysis.idioms.noise.numbers import BEYOND, Numbers, chances_of, in_type
from tf1compat.graph.attributes import Array
from tf1compat.graph.model import Node
from tf1compat.names import TensorRef
from tf1compat.ops.families import EQUALITIES, NOT_EQUAL, TRUNCATED_NORMAL, UNIFORM, UNIFORM_INT
from tf1compat.ops.pointwise import MONOTONE, POINTWISE, QUOTIENTS

#: The gap between what is drawn and an end that is not.
_GAP = 2.0**-40


class Ranges(Numbers):
    """Between which two numbers the entries of a tensor lie."""

    def point(self, ref: TensorRef) -> float | None:
        """The one number that all entries are, whatever is drawn; None where there is no such."""
        found = self.of(ref)
        return float(found[0]) if found is not None and found[0] == found[1] else None

    def _alone(self, value: float) -> Array:
        return np.array([value, value])

    def _drawn(self, node: Node) -> Array | None:
        if node.op in UNIFORM_INT:
            ends = [self.of(each) for each in node.inputs[1:]]
            return None if ends[0] is None or ends[1] is None else np.array([ends[0][0], ends[1][1] - 1])
        if node.op in UNIFORM:
            return np.array([_GAP, 1 - _GAP])
        return np.array([-2.0, 2.0]) if node.op in TRUNCATED_NORMAL else np.array([-BEYOND, BEYOND])

    def _classes(self, node: Node) -> Array | None:
        chances = chances_of(self._graph, node)
        return None if chances is None else np.array([0.0, len(chances) - 1.0])

    def _applied(self, op: str, operands: list[Array]) -> Array | None:
        if op in QUOTIENTS and operands[-1][0] <= 0 <= operands[-1][1]:
            return None
        if op in MONOTONE or op in QUOTIENTS:
            corners = np.array([POINTWISE[op](*each) for each in product(*operands)], float)
            return np.array([corners.min(), corners.max()])
        if op in EQUALITIES and _apart(*operands):
            return self._alone(float(op in NOT_EQUAL))
        fixed = all(each[0] == each[1] for each in operands)
        if fixed:
            return self._alone(float(POINTWISE[op](*(each[0] for each in operands))))
        return np.array([0.0, 1.0]) if op in EQUALITIES else None

    def _together(self, operands: list[Array]) -> Array:
        return np.array([min(each[0] for each in operands), max(each[1] for each in operands)])

    def _cast(self, node: Node, operand: Array) -> Array | None:
        if node.dtype("DstT") == "bool":
            within = operand[0] <= 0 <= operand[1]
            return np.array([float(not within), float(operand.any())])
        return in_type(node, operand)

    def _either(self, condition: Array, one: Array, other: Array) -> Array:
        return np.array([min(one[0], other[0]), max(one[1], other[1])])


def _apart(left: Array, right: Array) -> bool:
    return bool(left[1] < right[0] or right[1] < left[0])
