"""What each figure of the business is: its unit, its block of SQL and how its cases are told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import LiteralString

from storage import query

_CASES = query.blocks(Path(__file__).with_name("figures.sql"))
_SUMMARIES = query.blocks(Path(__file__).with_name("summaries.sql"))


class Unit(StrEnum):
    """What a value is."""

    SHARE = "share"
    HOURS = "hours"
    """The median; the ninth tenth beside it."""
    COUNT = "count"
    POINTS = "points"


class By(StrEnum):
    """What a figure is broken down by."""

    REGION = "region"
    TYPE = "type"
    MODEL = "model"
    TIER = "tier"
    WEEK = "week"


@dataclass(frozen=True)
class Definition:
    """One figure; `block` is its block of figures.sql."""

    unit: Unit
    block: str
    summary: str
    """How its cases are told; a block of summaries.sql."""
    by: By | None = None
    """What it is broken down by, whatever is asked."""
    in_parts: bool = False
    """Whether it is told in parts, whatever is asked."""
    promise: str | None = None
    """The kind of clock that it is about."""

    def statement(self, summary: str | None = None) -> LiteralString:
        """The SQL that answers it, or another summary of its cases."""
        return _SUMMARIES[summary or self.summary].replace("{cases}", _CASES[self.block])


def _of(unit: Unit, *names: str) -> dict[str, Definition]:
    return {name: Definition(unit, name, unit) for name in names}


FIGURES = {
    **_of(Unit.SHARE, "proactive_share"),
    **_of(Unit.HOURS, "first_response", "time_to_resolve"),
    **_of(Unit.SHARE, "first_time_fix", "no_fault_found"),
    "no_fault_found_by_model": Definition(
        Unit.SHARE, "no_fault_found_by_model", "share_of_tickets", in_parts=True
    ),
    **_of(Unit.SHARE, "false_alarms"),
    **_of(Unit.HOURS, "lead_time"),
    "first_response_kept": Definition(
        Unit.SHARE, "promises_kept", "share", promise="first_response"
    ),
    "resolution_kept": Definition(Unit.SHARE, "promises_kept", "share", promise="resolution"),
    **_of(Unit.COUNT, "tickets"),
    "tickets_by_region": Definition(Unit.COUNT, "tickets", "count", by=By.REGION, in_parts=True),
    "tickets_by_product": Definition(Unit.COUNT, "tickets", "count", by=By.MODEL, in_parts=True),
    **_of(Unit.POINTS, "nps"),
    **_of(Unit.SHARE, "csat", "routed_without_human", "reordered", "households_at_risk"),
}
"""Every figure by name, in the order in which they are shown."""
