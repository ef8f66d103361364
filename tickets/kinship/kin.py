"""Which tickets may belong together with one, and which problem of the fleet it is a part of."""

from __future__ import annotations

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection
from tickets import ticket
from tickets.ticket import Ticket

_SQL = query.beside(__file__)
MOST = 50


def beside(connection: Connection, found: Ticket) -> list[Ticket]:
    """Other open tickets of the appliance or the household, what comes first on top."""
    asked = {
        "id": found.id,
        "device_id": found.device_id,
        "household_id": found.household_id,
        "limit": MOST,
    }
    with connection.cursor(row_factory=class_row(Ticket)) as cursor:
        return ticket.named(connection, cursor.execute(_SQL["beside"], asked).fetchall())


def outbreak_of(connection: Connection, ticket_id: int) -> int | None:
    """The problem of the fleet that the ticket is a part of; None if it is of none."""
    row = connection.execute(_SQL["outbreak_of"], {"id": ticket_id}).fetchone()
    return int(str(row[0])) if row else None
