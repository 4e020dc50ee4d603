"""A note: one hazard or blocker, as reports and plans show it."""

from __future__ import annotations

from dataclasses import dataclass

from tf1compat.plan.judge.codes import Code, check_registered


@dataclass(frozen=True)
class Note:
    """A hazard or a blocker: what it is, at which node, why, and what to do."""

    code: Code
    node: str
    reason: str
    remedy: str

    def __post_init__(self) -> None:
        check_registered(self.code)
