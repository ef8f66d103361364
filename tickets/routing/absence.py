"""When technicians are away: holidays of their own, illness, training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.rows import class_row

from runtime.errors import InvalidError, NotFoundError
from storage import query
from storage.pool import Connection
from tickets.routing.calendar import Span

_SQL = query.beside(__file__)
LONGEST = timedelta(days=731)


@dataclass(frozen=True)
class Absence(Span):
    """A span in which a technician does not work."""

    id: int
    technician: str
    reason: str


def record(
    connection: Connection, technician: str, span: Span, *, reason: str = "", actor: str
) -> int:
    """Note an absence; return its id. What was planned then is planned anew by the next run."""
    if not timedelta() < span.ends_at - span.begins_at <= LONGEST:
        raise InvalidError(
            "an absence ends after it begins, and within two years",
            hint="for somebody who left, set `active` to false",
        )
    asked = {**vars(span), "technician": technician, "reason": reason, "actor": actor}
    row = connection.execute(_SQL["record"], asked).fetchall()[0]
    return int(str(row[0]))


def forget(connection: Connection, technician: str, absence_id: int) -> None:
    """Take an absence back; NotFoundError if there is none."""
    asked = {"technician": technician, "id": absence_id}
    if not connection.execute(_SQL["forget"], asked).rowcount:
        raise NotFoundError(f"{technician} has no absence {absence_id}")


def between(
    connection: Connection, technicians: Sequence[str], since: datetime, until: datetime
) -> list[Absence]:
    """The absences of technicians that hold some instant between two, in order of time."""
    asked = {"technicians": list(technicians), "since": since, "until": until}
    with connection.cursor(row_factory=class_row(Absence)) as cursor:
        return cursor.execute(_SQL["between"], asked).fetchall()
