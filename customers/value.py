"""What each household is worth: recency, frequency and spending, by fifths of the fleet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from psycopg.rows import class_row

from runtime.clock import Clock
from storage import query, queue
from storage.pool import Connection, Pool

_SQL = query.beside(__file__)
RECKON = "customers.value.reckon"
EVERY_DAY = "20 3 * * *"
LOOKS_BACK = timedelta(days=3 * 365)
"""What was bought or mended before says little of whether they will again."""
WEIGHTS = {"recency": 0.3, "frequency": 0.3, "monetary": 0.4}
"""Of the three fifths; they sum to 1."""


@dataclass(frozen=True)
class Value:
    """A household's score and what it comes from; a fifth is 1 (lowest) to 5."""

    household_id: int
    at: datetime
    last_at: datetime | None
    """Of the last purchase or finished service."""
    purchases: int
    services: int
    amount: Decimal
    currency: str
    recency: int
    frequency: int
    monetary: int
    score: float

    @property
    def days_since(self) -> int | None:
        """Whole days from the last purchase or service to the reckoning."""
        return None if self.last_at is None else (self.at - self.last_at).days


def recompute(connection: Connection, at: datetime) -> int:
    """Reckon every household's value anew as of `at`; return how many there are.

    A fifth is by the middle of a household's rank, so that equals are equal, everybody is in the
    middle where nobody has bought anything, and a fleet of two has no extremes.
    """
    asked = {"at": at, "since": at - LOOKS_BACK} | WEIGHTS
    connection.execute(_SQL["forget_merged"])
    return connection.execute(_SQL["recompute"], asked).rowcount


def of(connection: Connection, household_ids: Sequence[int]) -> dict[int, Value]:
    """The value of each household that was reckoned."""
    with connection.cursor(row_factory=class_row(Value)) as cursor:
        rows = cursor.execute(_SQL["of"], {"household_ids": list(household_ids)}).fetchall()
    return {row.household_id: row for row in rows}


def ask(connection: Connection) -> None:
    """Have all values reckoned once the caller's transaction commits; asked twice, done once."""
    queue.defer_once(connection, RECKON, RECKON, timestamp=0)


def reckon(pool: Pool, clock: Clock, timestamp: int = 0) -> None:
    """The errand: reckon all values as of now."""
    del timestamp
    with pool.connection() as connection:
        recompute(connection, clock.now())
