"""Where a graph has its batch baked in, and what has to change so that it takes any."""

from __future__ import annotations

from tf1compat.analysis.batch.find import FreeBatch, find_batch_size, find_free_batch

__all__ = ["FreeBatch", "find_batch_size", "find_free_batch"]
