"""What each run of the routing came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Run:
    """One run over the tickets of a region."""

    id: int
    region: str
    at: datetime
    seconds: float
    tickets: int
    """That wanted a visit."""
    routed: int
    moved: int
    """Visits that were set already and changed for others, or for want of a technician."""
    offered: int
    left_over: int
    skipped: int
    """Changed by somebody meanwhile; the next run has them again."""
    cost: float
    """Of all visits it set, in minutes of driving."""
    one_by_one: float
    """What giving each ticket in turn to the best technician left would have cost."""


def begin(connection: Connection, run: Run) -> int:
    """Write a run down before its visits are set; return its id."""
    row = connection.execute(_SQL["begin"], vars(run)).fetchall()[0]
    return int(str(row[0]))


def end(connection: Connection, run: Run) -> None:
    """Write down what became of it."""
    connection.execute(_SQL["end"], vars(run))


def newest(
    connection: Connection,
    *,
    region: str | None = None,
    before_id: int | None = None,
    limit: int = 20,
) -> list[Run]:
    """Up to `limit` runs, the newest first."""
    asked = {"region": region, "before_id": before_id, "limit": limit}
    with connection.cursor(row_factory=class_row(Run)) as cursor:
        return cursor.execute(_SQL["newest"], asked).fetchall()
