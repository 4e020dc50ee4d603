"""What ops compute, as numpy functions of concrete arrays: the one registry that constants are evaluated by.

A kernel is given the node and the values that it reads, in the tensors' own types, and gives its output, or a tuple of
them. One that refuses its operands raises as numpy does: then the graph gives no value either. Types that numpy widens
are put right by the caller, who knows the element type of the output.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tf1compat.ops.kernels.arrangement import ARRANGEMENT
from tf1compat.ops.kernels.elementwise import ELEMENTWISE
from tf1compat.ops.kernels.kernel import Kernel
from tf1compat.ops.kernels.reduction import REDUCTION
from tf1compat.ops.kernels.selection import SELECTION

KERNELS: Mapping[str, Kernel] = MappingProxyType({**ELEMENTWISE, **REDUCTION, **SELECTION, **ARRANGEMENT})
