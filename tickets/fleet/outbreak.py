"""Outbreaks: a fault that rises in a part of the fleet, as the parent of its single tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from alerts.cohort import Cohort
from runtime.errors import NotFoundError
from storage import query
from storage.pool import Connection
from tickets import ticket
from tickets.ticket import Ticket

_SQL = query.beside(__file__)
WEEKS_SHOWN = 16


@dataclass(frozen=True)
class Row:
    """An outbreak as it is stored."""

    id: int
    type: str
    problem: str
    model: str | None
    firmware: str | None
    batch: str | None
    region: str | None
    opened_at: datetime
    first_seen_at: datetime
    """When the first of its tickets was opened."""
    judged_at: datetime
    """Up to when the figures count."""
    quiet_since: datetime | None
    """There has been no excess since; None while there is."""
    closed_at: datetime | None
    chance: float
    """When it was found: of so many cases by luck, allowing for all that was tried."""
    devices: int
    """Appliances in service that have in common what it is about."""
    cases: int
    """Of these, with a new ticket in the recent window."""
    usual: float
    """So many were to be expected in the same time."""
    past_cases: float
    past_exposure: float
    past_ratio: float | None
    """How many times as often as before; None where there was nothing before."""
    past_low: float | None
    past_high: float | None
    rest_ratio: float
    """How many times as often as in the rest of the fleet."""
    rest_low: float
    rest_high: float
    coming: float
    """Expected further appliances in as long a time, if it goes on like this."""
    coming_low: int
    coming_high: int

    @property
    def cohort(self) -> Cohort:
        """What its appliances have in common."""
        return Cohort(self.model, self.firmware, self.batch, self.region)


@dataclass(frozen=True)
class Outbreak(Row):
    """An outbreak with the number of tickets that it holds and the asking user may see."""

    tickets: int
    open_tickets: int


@dataclass(frozen=True)
class Week:
    """New tickets of the problem in seven days."""

    starts_at: datetime
    here: int
    elsewhere: int


def page(
    connection: Connection,
    *,
    before_id: int | None = None,
    limit: int = 100,
    open_only: bool = False,
    region: str | None = None,
) -> list[Outbreak]:
    """Up to `limit` outbreaks with an id below `before_id`, newest first."""
    asked = {"before_id": before_id, "limit": limit, "open_only": open_only, "region": region}
    with connection.cursor(row_factory=class_row(Outbreak)) as cursor:
        return cursor.execute(_SQL["page"], {"id": None, **asked}).fetchall()


def get(connection: Connection, outbreak_id: int, region: str | None = None) -> Outbreak:
    """One outbreak; NotFoundError if there is none, or none with a ticket in `region`."""
    asked = {"id": outbreak_id, "before_id": None, "limit": 1, "open_only": False}
    with connection.cursor(row_factory=class_row(Outbreak)) as cursor:
        found = cursor.execute(_SQL["page"], {**asked, "region": region}).fetchone()
    if found is None:
        raise NotFoundError(f"there is no fleet problem {outbreak_id}")
    return found


def tickets(
    connection: Connection,
    outbreak_id: int,
    *,
    region: str | None = None,
    before_id: int | None = None,
    limit: int = 100,
) -> list[Ticket]:
    """Up to `limit` of its tickets with an id below `before_id`, newest first."""
    asked = {"id": outbreak_id, "region": region, "before_id": before_id, "limit": limit}
    with connection.cursor(row_factory=class_row(Ticket)) as cursor:
        return ticket.named(connection, cursor.execute(_SQL["tickets"], asked).fetchall())


def weeks(connection: Connection, outbreak_id: int) -> list[Week]:
    """How its problem went in the weeks up to the last look, oldest first."""
    with connection.cursor(row_factory=class_row(Week)) as cursor:
        return cursor.execute(_SQL["weeks"], {"id": outbreak_id, "weeks": WEEKS_SHOWN}).fetchall()
