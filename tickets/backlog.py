"""How much has come in that the watch has not judged yet."""

from __future__ import annotations

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


def waiting(connection: Connection) -> int:
    """Appliances with unjudged readings, unjudged fault codes and complete hours not rolled up."""
    row = connection.execute(_SQL["waiting"]).fetchone()
    return int(str(row[0])) if row else 0
