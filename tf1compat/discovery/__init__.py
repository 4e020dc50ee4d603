"""Discovery: what a model's graph and checkpoint say by themselves. Pure, and free of TensorFlow."""

from __future__ import annotations

from tf1compat.discovery.discover import discover

__all__ = ["discover"]
