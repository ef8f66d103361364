"""Whether the service as a whole does its work, as the database tells it.

Nothing here says that a process is dead: a page that can be served is worth serving while
ingest is away, as long as whoever keeps the service running is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)
MOST_SILENT_S = 120.0
"""An ingest worker that has nothing to store still says every five seconds that it is there."""
MOST_WAITING = 1000
"""Beside two for each appliance: its newest reading and its last hour may always wait."""
MOST_LETTERS = 100
"""Dead letters of the last ten minutes; a single broken appliance stays below."""

Word = Literal["ingest_missing", "ingest_silent", "backlog_large", "dead_letters_rising"]


@dataclass(frozen=True)
class Complaint:
    """One thing that is not as it should be."""

    reason: Word
    detail: str


@dataclass(frozen=True)
class Backlog:
    """What came in and still waits to be judged or rolled up."""

    unjudged_devices: int
    unjudged_codes: int
    stale_hours: int
    """Hours of a device whose rollup is out of date, the hour that runs included."""
    appliances: int
    """How many are in service."""

    @property
    def waiting(self) -> int:
        """All of it together."""
        return self.unjudged_devices + self.unjudged_codes + self.stale_hours


@dataclass(frozen=True)
class Worker:
    """An ingest worker: how far it has come, and how long ago it last said anything."""

    name: str
    event_at: datetime | None
    silent_s: float


def backlog(connection: Connection) -> Backlog:
    """What waits for the watch."""
    with connection.cursor(row_factory=class_row(Backlog)) as cursor:
        return cursor.execute(_SQL["backlog"]).fetchone() or Backlog(0, 0, 0, 0)


def workers(connection: Connection) -> list[Worker]:
    """Every ingest worker there ever was, by name."""
    with connection.cursor(row_factory=class_row(Worker)) as cursor:
        return cursor.execute(_SQL["workers"]).fetchall()


def recent_letters(connection: Connection) -> int:
    """Dead letters of the last ten minutes, a thousand at most."""
    row = connection.execute(_SQL["recent_letters"]).fetchone()
    return int(str(row[0])) if row else 0


def open_tickets(connection: Connection) -> dict[str, int]:
    """How many tickets are open, by severity."""
    rows = connection.execute(_SQL["open_tickets"]).fetchall()
    return {str(severity): int(str(number)) for severity, number in rows}


def complaints(connection: Connection) -> Iterator[Complaint]:
    """Everything that is not as it should be."""
    silences = [worker.silent_s for worker in workers(connection)]
    if not silences:
        yield Complaint("ingest_missing", "no ingest worker has reported yet")
    elif min(silences) > MOST_SILENT_S:
        yield Complaint("ingest_silent", f"no ingest worker reported for {min(silences):.0f} s")
    behind = backlog(connection)
    if behind.waiting > MOST_WAITING + 2 * behind.appliances:
        yield Complaint("backlog_large", f"{behind.waiting} to judge or to roll up")
    letters = recent_letters(connection)
    if letters > MOST_LETTERS:
        yield Complaint("dead_letters_rising", f"{letters} in the last ten minutes, or more")
