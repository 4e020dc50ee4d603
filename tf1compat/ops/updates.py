"""Ops that change a variable, which is their first input: which they are, and what computes the value they write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

_UPDATES = re.compile(
    r"(Resource)?(Sparse)?Apply\w+|Assign(Add|Sub)?(VariableOp)?|(Resource)?Scatter(Nd)?(Update|Add|Sub|Mul|Div|Min|Max)"
    r"|(Resource)?StridedSliceAssign|(Resource)?CountUpTo"
)
_ENDS = frozenset({"DestroyTemporaryVariable", "DestroyResourceOp"})
#: What computes the new value of the old one and the operand.
ARITHMETIC: Mapping[str, str] = MappingProxyType({
    "AssignAdd": "AddV2", "AssignAddVariableOp": "AddV2", "AssignSub": "Sub", "AssignSubVariableOp": "Sub",
})  # fmt: skip
#: What puts entries into the old value.
SCATTERS: Mapping[str, str] = MappingProxyType({
    "ScatterUpdate": "TensorScatterUpdate", "ScatterAdd": "TensorScatterAdd", "ScatterSub": "TensorScatterSub",
    "ScatterMin": "TensorScatterMin", "ScatterMax": "TensorScatterMax",
    "ScatterNdUpdate": "TensorScatterUpdate", "ScatterNdAdd": "TensorScatterAdd", "ScatterNdSub": "TensorScatterSub",
})  # fmt: skip


@cache
def is_update(op: str) -> bool:
    """Whether an op gives a variable another value: it assigns, scatters, counts or optimises."""
    return _UPDATES.fullmatch(op) is not None


def writes_variable(op: str) -> bool:
    """Whether an op changes a variable, or ends it."""
    return is_update(op) or op in _ENDS
