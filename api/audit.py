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


def saw(connection: Connection, actor: str, household_ids: Sequence[int], where: str) -> None:
    """Note who saw personal data of these households, and on which page or in which answer."""
    if household_ids:
        asked = {"actor": actor, "ids": sorted(set(household_ids)), "where": where}
        connection.execute(_SQL["saw"], asked)


def about(connection: Connection, subjects: Sequence[str], most: int) -> list[Act]:
    """List what was done with these subjects, the newest first."""
    asked = {"subjects": list(subjects), "most": most}
    with connection.cursor(row_factory=class_row(Act)) as cursor:
        return cursor.execute(_SQL["about"], asked).fetchall()


@dataclass(frozen=True)
class Entry:
    """An entry of the trail; `link` is its place in the chain."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    link: int | None


def page(
    connection: Connection,
    *,
    before_id: int | None = None,
    limit: int = 100,
    actor: str | None = None,
    household_id: int | None = None,
) -> list[Entry]:
    """Up to `limit` entries with an id below `before_id`, newest first; filtered where asked."""
    asked = {
        "before_id": before_id,
        "limit": limit,
        "actor": actor,
        "household_id": household_id,
    }
    with connection.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(_SQL["page"], asked).fetchall()
