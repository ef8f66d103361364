"""Open tickets whose promises are in danger or broken: what the desk has to see to first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from storage import query
from storage.pool import Connection

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class InDanger:
    """A promise on an open ticket that was warned of, or not kept and not done yet."""

    ticket_id: int
    serial: str
    type: str
    region: str
    problem: str
    severity: str
    safety: bool
    tier: str
    assignee: str | None
    kind: str
    state: str
    due_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None


def page(connection: Connection, region: str | None, most: int = 100) -> list[InDanger]:
    """Those of a region, or of all: the broken first, then by when they are due."""
    with connection.cursor(row_factory=class_row(InDanger)) as cursor:
        return cursor.execute(_SQL["page"], {"region": region, "most": most}).fetchall()
