"""The figures that the business asks for, of a span of time, as a whole and in parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from psycopg.rows import dict_row

from devices.catalogue.folder import Catalogue
from runtime.errors import InvalidError
from storage import query
from storage.pool import Connection

_SQL = query.blocks(Path(__file__).with_name("figures.sql"))
LONGEST = timedelta(days=400)


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


UNITS = {
    "proactive_share": Unit.SHARE,
    "first_response": Unit.HOURS,
    "time_to_resolve": Unit.HOURS,
    "first_time_fix": Unit.SHARE,
    "no_fault_found": Unit.SHARE,
    "no_fault_found_by_model": Unit.SHARE,
    "false_alarms": Unit.SHARE,
    "lead_time": Unit.HOURS,
    "first_response_kept": Unit.SHARE,
    "resolution_kept": Unit.SHARE,
    "tickets": Unit.COUNT,
    "tickets_by_region": Unit.COUNT,
    "tickets_by_product": Unit.COUNT,
    "nps": Unit.POINTS,
    "csat": Unit.SHARE,
    "routed_without_human": Unit.SHARE,
    "reordered": Unit.SHARE,
    "households_at_risk": Unit.SHARE,
}
"""Every figure, in the order in which they are shown."""
IN_PARTS_ANYWAY = frozenset({"no_fault_found_by_model", "tickets_by_region", "tickets_by_product"})


@dataclass(frozen=True)
class Span:
    """What is asked about: from `since` on, before `until`, in one region or everywhere."""

    since: datetime
    until: datetime
    region: str | None = None
    zone: str = "UTC"
    """Whose weeks count where a figure is broken down by week."""

    def __post_init__(self) -> None:
        if not timedelta() < self.until - self.since <= LONGEST:
            raise InvalidError(
                f"from {self.since.isoformat()} until {self.until.isoformat()} is no span",
                hint=f"`until` must be after `from`, by {LONGEST.days} days at most",
            )


@dataclass(frozen=True)
class Value:
    """A value and what it rests on; None where nothing happened that it could rest on."""

    value: float | None
    high: float | None
    """Nine of ten are no higher; None where the figure has no such value."""
    hits: int
    cases: int


@dataclass(frozen=True)
class Figure:
    """A figure as a whole, and in parts if it was broken down."""

    name: str
    unit: Unit
    whole: Value
    parts: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class AtRisk:
    """A household that may leave, with what its score is made of in the last 90 days."""

    household_id: int
    score: int
    """0 to 100."""
    faults: int
    returns: int
    """Visits after the first, and tickets that were opened again."""
    late: int
    """Promises that were not kept."""
    poor_ratings: int
    silent_appliances: int


def measure(
    connection: Connection,
    catalogue: Catalogue,
    span: Span,
    by: By | None = None,
    names: Sequence[str] = tuple(UNITS),
) -> dict[str, Figure]:
    """Work out each figure named."""
    return {name: _figure(connection, catalogue, name, span, by) for name in names}


def at_risk(connection: Connection, catalogue: Catalogue, span: Span) -> list[AtRisk]:
    """The hundred households that are most likely to leave, the most likely first."""
    rows = _rows(connection, catalogue, "households_at_risk", span, None)
    found = next(row["households"] for row in rows if row["total"])
    return [AtRisk(**each) for each in found or ()]


def _figure(
    connection: Connection, catalogue: Catalogue, name: str, span: Span, by: By | None
) -> Figure:
    rows = _rows(connection, catalogue, name, span, by)
    whole = next(_value(row) for row in rows if row["total"])
    shown = by is not None or name in IN_PARTS_ANYWAY
    parts = {
        row["part"]: _value(row)
        for row in rows
        if shown and not row["total"] and row["part"] is not None
    }
    return Figure(name, UNITS[name], whole, dict(sorted(parts.items())))


def _value(row: Mapping[str, Any]) -> Value:
    return Value(row["value"], row["high"], row["hits"], row["cases"])


def _rows(
    connection: Connection, catalogue: Catalogue, name: str, span: Span, by: By | None
) -> list[dict[str, Any]]:
    consumables = [
        (kind, each, known.part_number)
        for kind, description in catalogue.items()
        for each, known in description.consumables.items()
    ]
    asked = {
        "since": span.since,
        "until": span.until,
        "region": span.region,
        "zone": span.zone,
        "by": by,
        "types": [each[0] for each in consumables],
        "consumables": [each[1] for each in consumables],
        "part_numbers": [each[2] for each in consumables],
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_SQL[name], asked).fetchall()
