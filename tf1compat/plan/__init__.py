"""The plan stage: findings and wishes become a MigrationPlan. Pure, and TensorFlow-free."""

from __future__ import annotations

from tf1compat.options import PlanOptions
from tf1compat.plan.make import make_plan
from tf1compat.plan.model import MigrationPlan
from tf1compat.plan.signatures.signature import Signature, parse_signature

__all__ = ["MigrationPlan", "PlanOptions", "Signature", "make_plan", "parse_signature"]
