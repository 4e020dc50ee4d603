"""Migrate TensorFlow 1 models to verified TensorFlow 2 SavedModels.

    import tf1compat

    inspection = tf1compat.inspect("model")        # without TensorFlow
    result = tf1compat.migrate("model", "migrated")
    model = tf1compat.load("migrated")

Nothing heavy is imported before it is used; every error descends from `Tf1CompatError`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tf1compat.errors import Tf1CompatError

if TYPE_CHECKING:
    from tf1compat.pipeline import inspect, load, migrate, plan, restore, verify
    from tf1compat.plan.model import MigrationPlan
    from tf1compat.plan.signatures.signature import Signature
    from tf1compat.quiet import quiet_tensorflow
    from tf1compat.report.inspection import Inspection
    from tf1compat.report.migration import MigrationResult
    from tf1compat.savedmodel.load import MigratedModel
    from tf1compat.verify.comparison import Comparison

__version__ = "0.1.0"

__all__ = [
    "Comparison",
    "Inspection",
    "MigratedModel",
    "MigrationPlan",
    "MigrationResult",
    "Signature",
    "Tf1CompatError",
    "inspect",
    "load",
    "migrate",
    "plan",
    "quiet_tensorflow",
    "restore",
    "verify",
]

_HOME = {
    "Comparison": "tf1compat.verify.comparison",
    "Inspection": "tf1compat.report.inspection",
    "MigratedModel": "tf1compat.savedmodel.load",
    "MigrationPlan": "tf1compat.plan.model",
    "MigrationResult": "tf1compat.report.migration",
    "Signature": "tf1compat.plan.signatures.signature",
    "quiet_tensorflow": "tf1compat.quiet",
    **dict.fromkeys(("inspect", "load", "migrate", "plan", "restore", "verify"), "tf1compat.pipeline"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'tf1compat' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """This package. `plan`, `restore` and `verify` are functions here, although packages share those names.

    The import system binds each imported package on its parent; where a public function has that name, the
    function stays. `from tf1compat.plan.model import ...` is not concerned.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
