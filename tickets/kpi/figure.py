"""The figures that the business asks for, of a span of time, as a whole and in parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import class_row, dict_row

from devices.catalogue.folder import Catalogue
from runtime.errors import InvalidError
from storage.pool import Connection
from tickets.kpi.definition import FIGURES, By, Unit

LONGEST = timedelta(days=400)


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
    names: Sequence[str] = tuple(FIGURES),
) -> dict[str, Figure]:
    """Work out each figure named."""
    return {name: _figure(connection, catalogue, name, span, by) for name in names}


def at_risk(connection: Connection, catalogue: Catalogue, span: Span) -> list[AtRisk]:
    """The hundred households that are most likely to leave, the most likely first."""
    statement = FIGURES["households_at_risk"].statement("at_risk")
    with connection.cursor(row_factory=class_row(AtRisk)) as cursor:
        return cursor.execute(statement, _asked(catalogue, span)).fetchall()


def _figure(
    connection: Connection, catalogue: Catalogue, name: str, span: Span, by: By | None
) -> Figure:
    definition = FIGURES[name]
    asked = _asked(catalogue, span) | {"by": definition.by or by, "promise": definition.promise}
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(definition.statement(), asked).fetchall()
    whole = next(_value(row) for row in rows if row["total"])
    shown = by is not None or definition.in_parts
    parts = {
        row["part"]: _value(row)
        for row in rows
        if shown and not row["total"] and row["part"] is not None
    }
    return Figure(name, definition.unit, whole, dict(sorted(parts.items())))


def _value(row: Mapping[str, Any]) -> Value:
    return Value(row["value"], row["high"], row["hits"], row["cases"])


def _asked(catalogue: Catalogue, span: Span) -> dict[str, object]:
    """What every block may ask for: the span, and which part is which consumable's."""
    consumables = [
        (kind, each, known.part_number)
        for kind, description in catalogue.items()
        for each, known in description.consumables.items()
    ]
    return {
        "since": span.since,
        "until": span.until,
        "region": span.region,
        "zone": span.zone,
        "by": None,
        "types": [each[0] for each in consumables],
        "consumables": [each[1] for each in consumables],
        "part_numbers": [each[2] for each in consumables],
    }
