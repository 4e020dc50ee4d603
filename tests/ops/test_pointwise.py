"""The table of elementwise functions."""

import numpy as np
import pytest

from tf1compat.ops.pointwise import MONOTONE, OTHERS, POINTWISE, QUOTIENTS, STEPS


@pytest.mark.parametrize("op", sorted(MONOTONE))
def test_a_monotone_function_rises_or_falls_in_each_operand(op: str):
    function = MONOTONE[op]
    count = _operands(function)
    fixed = [0.4, 0.1, 0.9][:count]
    for at in range(count):
        values = [float(function(*fixed[:at], each, *fixed[at + 1 :])) for each in (0.1, 0.3, 0.6, 1.4, 2.2)]
        steps = np.sign(np.diff(values))
        assert not {1.0, -1.0} <= set(steps.tolist()), op


def _operands(function: object) -> int:
    """How many operands a function takes."""
    for count in (1, 2, 3):
        try:
            function(*[0.5] * count)  # type: ignore[operator]
        except TypeError:
            continue
        return count
    raise AssertionError("it takes more than three operands")


def test_each_op_is_in_one_table():
    assert len(POINTWISE) == len(MONOTONE) + len(QUOTIENTS) + len(OTHERS)
    assert POINTWISE.keys() >= STEPS


@pytest.mark.parametrize(
    ("op", "operands", "expected"),
    [
        ("Round", (2.5,), 2.0),
        ("Rint", (0.6,), 1.0),
        ("Sign", (-3.0,), -1.0),
        ("ClipByValue", (5.0, 0.0, 1.0), 1.0),
        ("AddN", (1.0, 2.0, 4.0), 7.0),
        ("Sigmoid", (0.0,), 0.5),
        ("Relu6", (7.0,), 6.0),
        ("LogicalNot", (1.0,), 0.0),
        ("FloorMod", (-1.0, 4.0), 3.0),
    ],
)
def test_functions_compute_as_tensorflow_does(op: str, operands: tuple[float, ...], expected: float):
    assert float(POINTWISE[op](*operands)) == expected
