"""Which time of a visit its customer was told last."""

from __future__ import annotations

from datetime import datetime

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


def last(connection: Connection, ticket_id: int) -> datetime | None:
    """The time in the last letter about the visit; None if there was none, or nobody knows."""
    row = connection.execute(_SQL["last"], {"ticket_id": ticket_id}).fetchone()
    told = None if row is None else row[0]
    return told if isinstance(told, datetime) else None
