"""Alerts for which nobody is sent yet: which ones, why, and what opens them later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from psycopg.rows import class_row

from alerts.alert import AlertChange
from devices.catalogue.folder import Catalogue
from storage import lock, query
from storage.pool import Connection
from tickets import opening
from tickets.gating import gate
from tickets.opening import Opened

_SQL = query.beside(__file__)


@dataclass(frozen=True)
class Held:
    """An open alert that waits."""

    alert_id: int
    serial: str
    type: str
    region: str
    problem: str
    severity: str
    since: datetime
    judged_at: datetime
    probability: float
    """That a visit would confirm it."""
    gain: float
    """What a visit was expected to save, in the region's currency."""
    why: str


def reconsider(
    connection: Connection, catalogue: Catalogue, at: datetime
) -> tuple[Sequence[AlertChange], Sequence[Opened]]:
    """Judge every held alert again; return what fired of them, and the tickets opened as of `at`.

    The day has other visits to give, verdicts have come in, or somebody moved the budget.
    """
    if not gate.any_held(connection):
        return [], []
    lock.acquire(connection, "alerts")
    groups = [
        [replace(change, at=at) for change in group] for group in gate.held(connection, catalogue)
    ]
    changes = [change for group in groups for change in group]
    if not changes:
        return [], []
    opened = opening.admit(connection, catalogue, groups)
    opening.weigh(connection, changes)
    return changes, opened


def page(connection: Connection, region: str | None = None, limit: int = 100) -> list[Held]:
    """Held alerts that are still open, those worth most first; of one region if asked."""
    with connection.cursor(row_factory=class_row(Held)) as cursor:
        return cursor.execute(_SQL["page"], {"region": region, "limit": limit}).fetchall()
