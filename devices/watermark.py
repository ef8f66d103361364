"""How far in event time the platform has come: the "now" that rules and models judge by.

It is what ingest has stored, not what the wall says, so that a backlog after an outage raises no
alarms about silence. Beside it stands what each worker has taken in.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Tally:
    """What became of messages: each ends in exactly one of stored, duplicates, dead_lettered."""

    received: int = 0
    stored: int = 0
    duplicates: int = 0
    """Messages with nothing that was not stored already."""
    dead_lettered: int = 0
    """Messages of which nothing could be stored."""
    partial: int = 0
    """Of those stored (or duplicate): messages of which a part is a dead letter."""
    readings: int = 0
    """Rows of telemetry that were new."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            received=self.received + other.received,
            stored=self.stored + other.stored,
            duplicates=self.duplicates + other.duplicates,
            dead_lettered=self.dead_lettered + other.dead_lettered,
            partial=self.partial + other.partial,
            readings=self.readings + other.readings,
        )

    def __sub__(self, other: Tally) -> Tally:
        return Tally(
            received=self.received - other.received,
            stored=self.stored - other.stored,
            duplicates=self.duplicates - other.duplicates,
            dead_lettered=self.dead_lettered - other.dead_lettered,
            partial=self.partial - other.partial,
            readings=self.readings - other.readings,
        )


def advance(
    connection: Connection, worker: str, event_at: datetime | None, tally: Tally | None = None
) -> None:
    """Note that `worker` has stored everything it was sent up to about `event_at`, and its count.

    Without `event_at` the watermark stays and only the count grows.
    """
    connection.execute(
        _SQL["advance"], {"worker": worker, "event_at": event_at, **asdict(tally or Tally())}
    )


def current(connection: Connection) -> datetime | None:
    """The event time that every active worker has reached; None before the first message."""
    row = connection.execute(_SQL["current"]).fetchone()
    return row[0] if row and isinstance(row[0], datetime) else None


def tally(connection: Connection) -> Tally:
    """What all workers together have taken in since this database was made."""
    with connection.cursor(row_factory=class_row(Tally)) as cursor:
        return cursor.execute(_SQL["tally"]).fetchone() or Tally()


def workers(connection: Connection, since: datetime) -> list[str]:
    """The workers that have said something, if only that they subscribed, since a wall time."""
    rows = connection.execute(_SQL["workers"], {"since": since}).fetchall()
    return [str(row[0]) for row in rows]
