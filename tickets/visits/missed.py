"""Tells of visits to which nobody set out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from psycopg.rows import class_row

from storage import event, query
from storage.pool import Connection
from tickets.visits import visit
from tickets.visits.visit import Visit

_SQL = query.beside(__file__)
MISSED = "visit.missed"
"""The event; the visit stays planned, for whoever sets out late."""


def tell(connection: Connection, ticket_ids: Sequence[int], at: datetime) -> None:
    """Write down, in the caller's transaction, that the visits of these tickets were missed."""
    with connection.cursor(row_factory=class_row(Visit)) as cursor:
        found = cursor.execute(_SQL["planned"], {"ticket_ids": list(ticket_ids)}).fetchall()
    event.append(connection, [visit.happened(MISSED, each, at) for each in found])
