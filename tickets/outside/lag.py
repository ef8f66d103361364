"""How far webhooks are behind, and which of them fail: what an operator has to know."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Lag:
    """How an endpoint stands."""

    name: str
    state: str
    reason: str
    """Why it is disabled."""
    waiting: int
    """Events that it is still to be sent, as far as they are put into its deliveries."""
    oldest_s: float
    """How long ago the oldest of them was written; 0 if none waits."""
    due_s: float
    """For how long something could have been sent and was not; 0 if nothing is due."""
    failures: int
    """In a row, up to now."""
    failing_s: float
    """How long ago the first of them was; 0 if the last message was taken."""
    abandoned: int


def of_all(connection: Connection) -> list[Lag]:
    """Every endpoint, by name."""
    with connection.cursor(row_factory=class_row(Lag)) as cursor:
        return cursor.execute(_SQL["of_all"]).fetchall()


def unsent_s(connection: Connection) -> float:
    """For how long something could have been collected or sent and was not; 0 if nothing could."""
    row = connection.execute(_SQL["uncollected"]).fetchone()
    uncollected = float(str(row[0])) if row else 0.0
    return max([uncollected, *(each.due_s for each in of_all(connection))])
