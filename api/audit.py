"""Who did what: a row for each act of a person that no other table tells of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Act:
    """What somebody did."""

    at: datetime
    actor: str
    action: str
    detail: dict[str, Any]


def record(connection: Connection, actor: str, action: str, subject: str) -> None:
    """Note an act in the caller's transaction."""
    connection.execute(_SQL["record"], {"actor": actor, "action": action, "subject": subject})


def about(connection: Connection, subjects: Sequence[str], most: int) -> list[Act]:
    """List what was done with these subjects, the newest first."""
    asked = {"subjects": list(subjects), "most": most}
    with connection.cursor(row_factory=class_row(Act)) as cursor:
        return cursor.execute(_SQL["about"], asked).fetchall()
