"""TensorFlow door 3: proof that the migrated model, reloaded from its files, computes what the original does.

`verify` is loaded when it is first asked for, so that importing this package does not import TensorFlow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tf1compat.verify.run import verify

__all__ = ["verify"]


def __getattr__(name: str) -> Any:
    if name != "verify":
        raise AttributeError(f"module 'tf1compat.verify' has no attribute '{name}'")
    from tf1compat.verify.run import verify

    return verify
