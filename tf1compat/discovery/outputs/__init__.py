"""The heads of a model: which of its tensors are results, one file for each sort of them."""

from __future__ import annotations

from tf1compat.discovery.outputs.networks.arrange import Arranged, arrange
from tf1compat.discovery.outputs.ranking import find_outputs

__all__ = ["Arranged", "arrange", "find_outputs"]
