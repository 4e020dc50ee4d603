"""The plan stage: findings and wishes become a MigrationPlan. Pure, and TensorFlow-free."""

from __future__ import annotations

from tf1compat.plan.make import Wishes, make_plan
from tf1compat.plan.model import MigrationPlan
from tf1compat.plan.signature import Signature, parse_signature

__all__ = ["MigrationPlan", "Signature", "Wishes", "make_plan", "parse_signature"]
