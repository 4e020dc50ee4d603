"""What is said of small models as they would be migrated by default."""

from __future__ import annotations

from tf1compat.discovery import discover
from tf1compat.plan.judge.judge import Judgement
from tf1compat.plan.make import judge_default
from tf1compat.source.model import LegacyModel


def judged(model: LegacyModel) -> Judgement:
    return judge_default(model, discover(model))
