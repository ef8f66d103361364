"""What happened since a position: events in an order that nobody who reads on can miss one of.

Rows get their numbers as they are written and become visible as they are committed, which may be
the other way round. A position is given to rows that are committed, under a lock, by whoever reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.rows import class_row

from runtime.errors import HearthwatchError, InvalidError
from storage import lock, query
from storage.pool import Connection

_SQL = query.beside(__file__)
LOCK = "event feed"
AT_ONCE = 5_000
"""Rows that are deleted in one go."""
EVERYTHING = ("*",)
KIND = re.compile(r"\*|[a-z][a-z_]{0,29}\.(\*|[a-z][a-z_]{0,29})")


class GoneError(HearthwatchError):
    """Events that somebody wants to read on from are deleted."""

    status = 410
    title = "No longer kept"


@dataclass(frozen=True)
class Told:
    """An event with its place in the feed."""

    id: int
    position: int
    at: datetime
    recorded_at: datetime
    kind: str
    subject: str
    trace: UUID | None
    region: str
    facts: Mapping[str, object]

    @property
    def message_id(self) -> str:
        """What it is called outside, the same however often it is sent."""
        return f"evt_{self.id}"


@dataclass(frozen=True)
class Bounds:
    """What positions there are."""

    last: int
    """Of the newest event; 0 before the first."""
    forgotten: int
    """Up to here events were deleted."""


def number(connection: Connection) -> int:
    """Give positions to committed events, after whoever does so now; how many."""
    lock.acquire(connection, LOCK)
    return connection.execute(_SQL["number"]).rowcount


def bounds(connection: Connection) -> Bounds:
    """Where the feed begins and ends."""
    row = connection.execute(_SQL["bounds"]).fetchone()
    if row is None:
        raise RuntimeError("hearthwatch.event_feed has lost its row")
    return Bounds(int(str(row[0])), int(str(row[1])))


def read(
    connection: Connection,
    after: int,
    *,
    kinds: Sequence[str] = EVERYTHING,
    region: str | None = None,
    limit: int = 100,
) -> list[Told]:
    """Up to `limit` events beyond a position, in order; of a region, or of all with None.

    Raises GoneError where events beyond `after` were deleted; 0 stands for the oldest kept.
    """
    forgotten = bounds(connection).forgotten
    if 0 < after < forgotten:
        raise GoneError(
            f"events up to {forgotten} are no longer kept",
            hint=f"begin again with after={forgotten}, or 0 for the oldest that is kept",
        )
    asked = {"after": after, "kinds": list(kinds), "region": region, "limit": limit}
    with connection.cursor(row_factory=class_row(Told)) as cursor:
        return cursor.execute(_SQL["read"], asked).fetchall()


def by_id(connection: Connection, event_id: int) -> Told | None:
    """One event that has its place; None if it is not kept."""
    with connection.cursor(row_factory=class_row(Told)) as cursor:
        return cursor.execute(_SQL["by_id"], {"id": event_id}).fetchone()


def forget(connection: Connection, kept: timedelta, limit: int = AT_ONCE) -> int:
    """Delete up to `limit` of the oldest events that were written longer ago; how many."""
    lock.acquire(connection, LOCK)
    row = connection.execute(_SQL["forget"], {"kept": kept, "limit": limit}).fetchone()
    return int(str(row[0])) if row else 0


def check_kinds(kinds: Iterable[str]) -> tuple[str, ...]:
    """The kinds that somebody wants to be told of; InvalidError for what can be none."""
    wanted = tuple(dict.fromkeys(kinds))
    for each in wanted:
        if not KIND.fullmatch(each):
            raise InvalidError(
                f"{each!r} is no kind of event",
                hint="name one such as ticket.opened, a family such as ticket.*, or * for all",
            )
    return wanted or EVERYTHING
