"""Who did what: a row for each act of a person that no other table tells of."""

from __future__ import annotations

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


def record(connection: Connection, actor: str, action: str, subject: str) -> None:
    """Note an act in the caller's transaction."""
    connection.execute(_SQL["record"], {"actor": actor, "action": action, "subject": subject})
