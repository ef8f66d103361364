"""Whether the service as a whole does its work, as the database tells it.

Nothing here says that a process is dead: a page that can be served is worth serving while
ingest is away, as long as whoever keeps the service running is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection
from tickets.outside import lag

_SQL = query.beside(__file__)
MOST_SILENT_S = 120.0
"""An ingest worker that has nothing to store still says every five seconds that it is there."""
RECENTLY_S = 3600.0
"""A worker that has said nothing for longer was taken away on purpose."""
MOST_BEHIND = timedelta(minutes=10)
"""What a worker stores is older than this while it works off what came when the database was
away to it."""
LONGEST_WAIT = timedelta(days=14)
"""The broker forgets sessions that were away for longer: what is older was recorded before, and
is replayed."""
MOST_WAITING = 1000
"""Beside two for each appliance: its newest reading and its last hour may always wait."""
MOST_LETTERS = 100
"""Dead letters of the last ten minutes; a single broken appliance stays below."""
MOST_UNSENT_S = 600.0
"""For so long no endpoint waits for its turn, even if many others hang."""

Word = Literal[
    "ingest_missing",
    "ingest_silent",
    "ingest_worker_silent",
    "ingest_behind",
    "backlog_large",
    "dead_letters_rising",
    "webhooks_waiting",
]


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


def complaints(connection: Connection, now: datetime | None) -> Iterator[Complaint]:
    """Everything that is not as it should be; without a time, how far ingest is behind is not."""
    yield from _of_ingest(workers(connection), now)
    behind = backlog(connection)
    if behind.waiting > MOST_WAITING + 2 * behind.appliances:
        yield Complaint("backlog_large", f"{behind.waiting} to judge or to roll up")
    letters = recent_letters(connection)
    if letters > MOST_LETTERS:
        yield Complaint("dead_letters_rising", f"{letters} in the last ten minutes, or more")
    unsent_s = lag.unsent_s(connection)
    if unsent_s > MOST_UNSENT_S:
        yield Complaint("webhooks_waiting", f"nobody sends what has been due for {unsent_s:.0f} s")


def _of_ingest(known: list[Worker], now: datetime | None) -> Iterator[Complaint]:
    """What is wrong with ingest: a worker cannot tell of a database that is away to it alone."""
    silences = [worker.silent_s for worker in known]
    if not silences:
        yield Complaint("ingest_missing", "no ingest worker has reported yet")
    elif min(silences) > MOST_SILENT_S:
        yield Complaint("ingest_silent", f"no ingest worker reported for {min(silences):.0f} s")
    else:
        yield from (
            Complaint(
                "ingest_worker_silent", f"{each.name} reported nothing for {each.silent_s:.0f} s"
            )
            for each in known
            if MOST_SILENT_S < each.silent_s < RECENTLY_S
        )
    reached = [each.event_at for each in known if each.event_at and each.silent_s <= MOST_SILENT_S]
    if now is not None and reached and MOST_BEHIND < now - min(reached) < LONGEST_WAIT:
        late = (now - min(reached)).total_seconds()
        yield Complaint("ingest_behind", f"what is being stored is {late:.0f} s old")
