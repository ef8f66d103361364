"""Which record of another system a ticket is: one a system, and a record is one ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from runtime.errors import ConflictError
from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Link:
    """A ticket and the record that it is elsewhere."""

    system: str
    external_id: str
    ticket_id: int
    linked_at: datetime
    changed_there_at: datetime | None


def external_id(connection: Connection, system: str, ticket_id: int) -> str | None:
    """The record of a ticket in a system, or None."""
    asked = {"system": system, "ticket_id": ticket_id}
    row = connection.execute(_SQL["external_id"], asked).fetchone()
    return None if row is None else str(row[0])


def ticket_id(connection: Connection, system: str, external_id: str) -> int | None:
    """The ticket that a record is, or None."""
    asked = {"system": system, "external_id": external_id}
    row = connection.execute(_SQL["ticket_id"], asked).fetchone()
    return None if row is None else int(str(row[0]))


def of_ticket(connection: Connection, ticket_id: int) -> list[Link]:
    """Every record that a ticket is elsewhere."""
    with connection.cursor(row_factory=class_row(Link)) as cursor:
        return cursor.execute(_SQL["of_ticket"], {"ticket_id": ticket_id}).fetchall()


def keep(connection: Connection, system: str, record: str, ticket: int) -> None:
    """Link a record with a ticket; ConflictError where either is linked otherwise."""
    asked = {"system": system, "external_id": record, "ticket_id": ticket}
    connection.execute(_SQL["keep"], asked)
    known = ticket_id(connection, system, record)
    if known != ticket:
        said = (
            f"{system} record {record!r} is ticket {known}"
            if known is not None
            else f"ticket {ticket} is another record of {system}"
        )
        raise ConflictError(said, hint="name the ticket and the record that belong together")


def seen(connection: Connection, system: str, record: str, at: datetime) -> bool:
    """Note a change of the record; False if it is older than, or is, one that we know."""
    asked = {"system": system, "external_id": record, "at": at}
    return connection.execute(_SQL["seen"], asked).rowcount == 1
