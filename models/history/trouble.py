"""What service knows of each appliance's faults: its tickets, and what the technicians found.

A ticket with a verdict is a label; one without is a time of which nobody knows what it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Trouble:
    """One ticket, as it was known at some instant."""

    ticket_id: int
    device_id: int
    problem: str
    """What the ticket was opened for."""
    began_at: datetime
    """When what its alerts saw began; at the latest when it was opened."""
    opened_at: datetime
    ended_at: datetime | None
    """When it was resolved, closed or cancelled; None while it is open."""
    finding: str | None
    """Of the last verdict: confirmed, no_fault_found, replaced, could_not_reproduce; or None."""
    mode: str | None
    """The problem of the catalogue that was confirmed."""
    consumable: str | None
    """What was replaced."""

    @property
    def healthy(self) -> bool:
        """Somebody looked, and the appliance had nothing."""
        return self.finding == "no_fault_found"


def of_type(connection: Connection, type_name: str, since: datetime, at: datetime) -> list[Trouble]:
    """List a type's tickets as known at `at`, by appliance and time; none ended before `since`.

    What was said later is not told, so that a model can be judged as of an instant in the past.
    """
    asked = {"type": type_name, "since": since, "at": at}
    with connection.cursor(row_factory=class_row(Trouble)) as cursor:
        return cursor.execute(_SQL["of_type"], asked).fetchall()
