"""What happened to notices, as events: what became of each and why, and nothing of what it says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from storage import event, query
from storage.event import Event
from storage.pool import Connection

_SQL = query.beside(__file__)


def record(connection: Connection, states: Mapping[int, str], at: datetime) -> None:
    """Write down, in the caller's transaction, that notices are now in these states."""
    if not states:
        return
    event.append(
        connection,
        [
            Event(
                f"notice.{states[row['id']]}",
                f"notice:{row['id']}",
                at,
                row["trace"],
                row["region"],
                _facts(row),
            )
            for row in _rows(connection, list(states))
        ],
    )


def answered(
    connection: Connection, notice_id: int, at: datetime, answer: str, **facts: object
) -> None:
    """Write down that a customer did something on the page that a notice led to."""
    for row in _rows(connection, [notice_id]):
        told = _facts(row) | {"answer": answer} | facts
        subject = f"notice:{notice_id}"
        found = Event("notice.answered", subject, at, row["trace"], row["region"], told)
        event.append(connection, [found])


def _rows(connection: Connection, ids: list[int]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_SQL["about"], {"ids": ids}).fetchall()


def _facts(row: Mapping[str, Any]) -> dict[str, object]:
    told = ("occasion", "purpose", "language", "channel", "ticket", "device", "household", "reason")
    return {name: row[name] for name in told if row[name] not in {None, ""}}
