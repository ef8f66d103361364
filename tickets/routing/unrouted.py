"""Tickets for which nobody could be found, and why: what is left for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from storage import query
from storage.pool import Connection
from tickets.routing.explanation import Left

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Unrouted:
    """A ticket that the routing leaves to a person."""

    ticket_id: int
    problem: str
    type: str
    serial: str
    region: str
    severity: str
    safety: bool
    version: int
    since: datetime
    reason: str
    facts: Mapping[str, Any]


def keep(
    connection: Connection,
    region: str,
    left: Mapping[int, Left],
    run_id: int | None,
    at: datetime,
) -> None:
    """Set which tickets of a region are left."""
    connection.execute(_SQL["forget"], {"region": region, "ticket_ids": list(left)})
    if left:
        connection.execute(
            _SQL["keep"],
            {
                "run_id": run_id,
                "at": at,
                "ticket_ids": list(left),
                "reasons": [each.reason for each in left.values()],
                "facts": [Jsonb(dict(each.facts)) for each in left.values()],
            },
        )


def reasons(connection: Connection, region: str) -> dict[int, str]:
    """Which tickets of a region were left by the last run, and why."""
    rows = connection.execute(_SQL["reasons"], {"region": region}).fetchall()
    return {int(str(ticket_id)): str(reason) for ticket_id, reason in rows}


def page(connection: Connection, *, region: str | None = None, limit: int = 100) -> list[Unrouted]:
    """The open tickets that are left, the most urgent first."""
    asked = {"region": region, "limit": limit}
    with connection.cursor(row_factory=class_row(Unrouted)) as cursor:
        return cursor.execute(_SQL["page"], asked).fetchall()
