"""Families of ops by what they do, each once and under the name that the field uses.

Here, and in the tables beside, an op's name stands; everywhere else a family does, or the literal of a pattern. What
one analysis or pass looks through is a union of families in the file that owns it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from tf1compat.ops.families.arithmetic import *  # noqa: F403
from tf1compat.ops.families.choosing import *  # noqa: F403
from tf1compat.ops.families.control_flow import *  # noqa: F403
from tf1compat.ops.families.filling import *  # noqa: F403
from tf1compat.ops.families.networks import *  # noqa: F403
from tf1compat.ops.families.passing import *  # noqa: F403
from tf1compat.ops.families.pipeline import *  # noqa: F403
from tf1compat.ops.families.products import *  # noqa: F403
from tf1compat.ops.families.random import *  # noqa: F403
from tf1compat.ops.families.rearranging import *  # noqa: F403
from tf1compat.ops.families.reductions import *  # noqa: F403
from tf1compat.ops.families.several import *  # noqa: F403
from tf1compat.ops.families.sparse import *  # noqa: F403
from tf1compat.ops.families.tables import *  # noqa: F403
from tf1compat.ops.families.variables import *  # noqa: F403

_Value = TypeVar("_Value")


def by_op(table: Mapping[frozenset[str], _Value]) -> Mapping[str, _Value]:
    """What a table says of families, by op; of an op in several families, what it says of the last one."""
    return MappingProxyType({op: value for ops, value in table.items() for op in ops})
